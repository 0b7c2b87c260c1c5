"""Measuring peak memory: a table too many is named with what it would need at full size, whatever was freed before."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.grading.fixtures.memory import Memory, in_units
from autograder.model.verdict import Kind
from autograder.sandbox import measuring
from autograder.sandbox.host import Host
from tests.grading.measured import finding_of, hosts, trial_of
from tests.workers import TIERS, offered

REFERENCE = """
def distances(A, B):
    squares = (A * A).sum(axis=1)[:, np.newaxis] - 2 * A @ B.T + (B * B).sum(axis=1)
    return np.sqrt(np.maximum(squares, 0))
"""

BROADCAST = """
def distances(A, B):
    return np.sqrt(((A[:, np.newaxis, :] - B) ** 2).sum(axis=2))
"""

LEAN = {
    "the same": REFERENCE,
    "a row at a time": """
        def distances(A, B):
            return np.stack([np.sqrt(((B - a) ** 2).sum(axis=1)) for a in A])
    """,
    "with copies of its inputs": """
        def distances(A, B):
            A, B = A.copy(), B.copy()
            return np.sqrt(np.maximum((A**2).sum(1)[:, None] - 2 * A @ B.T + (B**2).sum(1)[None, :], 0))
    """,
}

HELD_BEFORE = """
room = np.ones((40, 400, 300))
def distances(A, B):
    np.subtract(A[:, np.newaxis, :], B, out=room)
    np.square(room, out=room)
    return np.sqrt(room.sum(axis=2))
"""

FREED_BEFORE = (
    """
kept = [np.zeros(30 << 17) for block in range(3)]
for block in kept:
    block += 1
kept.clear()
"""
    + BROADCAST
)


def pictures(sizes, rng):
    tests, examples, features = sizes
    return rng.normal(size=(tests, features)), rng.normal(size=(examples, features))


@pytest.fixture(scope="module", params=TIERS, ids=str)
def pair(request: pytest.FixtureRequest, worker_python: Path) -> Iterator[tuple[Host, Host]]:
    with hosts(tier=offered(request.param)) as pair:
        yield pair


def memory(pair, student, **options):
    return finding_of(Memory(trial_of(pair, student, REFERENCE)), "hw.distances", pictures, **options)


@pytest.mark.parametrize("name", LEAN)
def test_tables_of_the_result_s_size_are_fine(pair, name):
    assert memory(pair, LEAN[name]) is None


def test_a_table_that_is_held_since_the_import_is_no_way_around(pair):
    assert memory(pair, HELD_BEFORE).kind is Kind.OUT_OF_MEMORY
    pair[0].drop()  # what it holds is nobody else's


def test_the_verdict_is_the_same_in_workers_that_have_computed_nothing():
    with hosts() as fresh:
        assert memory(fresh, HELD_BEFORE).kind is Kind.OUT_OF_MEMORY
    with hosts() as fresh:
        assert memory(fresh, REFERENCE) is None


def test_what_honest_code_imports_and_keeps_costs_nothing(pair):
    pair[0].drop()
    imports = """
        import asyncio, decimal, fractions, inspect, json, logging, multiprocessing, pathlib, random, typing, unittest
        import numpy.fft, numpy.linalg, numpy.ma, numpy.polynomial, numpy.random
        kept = numpy.linalg.svd(numpy.random.default_rng(0).normal(size=(200, 200)))
    """
    assert memory(pair, textwrap.dedent(imports) + REFERENCE) is None


@pytest.mark.parametrize("student", [BROADCAST, FREED_BEFORE], ids=["fresh", "into memory that was freed"])
def test_a_table_with_an_axis_too_many_is_named_with_its_size_in_full(pair, student):
    finding = memory(pair, student)
    assert finding.kind is Kind.OUT_OF_MEMORY
    assert "500 × 5000 × 3072" in finding.message
    # One table of float64 is 61.4 GB; squaring it may need a second one.
    gigabytes = float(finding.message.split("that is ")[1].split(" GB")[0])
    assert 55 < gigabytes < 135


def test_a_need_that_the_reference_has_too_is_allowed(pair):
    trial = trial_of(pair, BROADCAST, BROADCAST)
    assert finding_of(Memory(trial), "hw.distances", pictures) is None


def test_wrong_values_are_no_matter_of_memory(pair):
    assert memory(pair, BROADCAST.replace("sqrt", "square")).kind is Kind.WRONG_VALUE


def test_a_system_that_keeps_old_peaks_is_measured_in_a_fresh_worker(pair, monkeypatch):
    monkeypatch.setattr(measuring, "_forget_peak", lambda process: False)
    assert memory(pair, FREED_BEFORE).kind is Kind.OUT_OF_MEMORY
    assert memory(pair, LEAN["the same"]) is None


@pytest.mark.parametrize(
    "count, text", [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (61.44e9, "61.4 GB"), (2.5e15, "2.5e+03 TB")]
)
def test_bytes_are_written_with_a_unit(count, text):
    assert in_units(count) == text


def test_extrapolation_follows_the_sizes(pair):
    def needed(full):
        message = memory(pair, BROADCAST, full=full).message
        return float(message.split("that is ")[1].split(" ")[0])

    assert needed((80, 4000, 3000)) / needed((40, 4000, 3000)) == pytest.approx(2, rel=0.2)
    assert np.prod((40, 400, 300)) * 8 > 30e6, (
        "the small case has to be larger than what a worker keeps at hand"
    )
