"""How much a hand-in that has seen hidden inputs can have feedback on graded tests say about them, in bits."""

from __future__ import annotations

import math
import re
import signal
from collections.abc import Callable, Iterator

import pytest

from autograder.grading.findings import finding_of
from autograder.grading.grader import Grader
from autograder.grading.told import roughly
from autograder.model.verdict import Kind, Verdict
from autograder.sandbox.call_failures import (
    CallOutOfDisk,
    CallOutOfMemory,
    CallTimedOut,
    ProtocolBroken,
    WorkerDied,
)
from autograder.sandbox.wire.libraries import KNOWN
from tests.grading.losses import HEAD, OTHER_TEST, grader_of, hand_in

MOST_BITS = 8.0
"""What one test may tell, beside the place and the type of an exception, which are told once for a function."""
MOST_BITS_ONCE = 16.0
SYMBOLS = 260

GRADED = f"""{HEAD}
@loss
@pytest.mark.parametrize("symbol", range({SYMBOLS}))
def test_symbol(compare, symbol):
    compare("hw.loss", np.full((3, 4), float(symbol)), np.ones((5, 3)), 0.0, names=("loss", "dW"))
{OTHER_TEST}
"""
FOREIGN = [
    "numpy.matrix", "numpy.ma.MaskedArray", "numpy.ndarray_of_object", "generator", "range", "function", "map", "zip",
    "dict_keys", "fractions.Fraction", "decimal.Decimal", "datetime.datetime", "pandas.DataFrame", "pandas.Series",
    "pandas.Index", "pandas.NA", "matplotlib.Figure", "seaborn.Grid", "tqdm.tqdm", "torch.Tensor", "hw.Own",
]  # fmt: skip
CHANNELS = {
    "extent of one axis": "return v, np.zeros(s)",
    "extents of two axes": "return v, np.zeros((s % 17, s // 17))",
    "extents of an empty array": "return v, np.zeros((0, s * 7))",
    "number of axes": "return v, np.zeros((1,) * (s % 32))",
    "dtype and shape": "return v, np.zeros((s // 20, 3), dtype='?bhilqBHILQefdgFDGOSUV'[s % 20])",
    "dtype": "return v, np.zeros((3, 4), dtype='?bhilqBHILQefdgFDG'[s % 18])",
    "names of fields": "return v, np.zeros((3, 4), dtype=[(f'field_{s}', float)])",
    "length of texts": "return v, np.zeros((3, 4), dtype=f'U{s + 1}')",
    "what dates count in": "return v, np.zeros((3, 4), dtype=f'm8[{s + 1}ns]')",
    "date": "return np.datetime64(s, 'D'), np.zeros((3, 4))",
    "names of a named tuple": "return collections.namedtuple(f'T{s}', f'a{s} b')(v, np.zeros((3, 4)))",
    "length of a tuple": "return (0.0,) * s",
    "length of a list": "return v, [0.0] * s",
    "entries that are NaN": "return v, np.where(np.arange(12) < s % 13, np.nan, 1.0).reshape(3, 4)",
    "names of a dictionary": "return v, {str(s): 1.0}",
    "kind of an object": "return v, sys.modules['autograder.values.kinds'].Foreign("
    "FOREIGN[s % len(FOREIGN)])",
    "kind of an object in another part": "return sys.modules['autograder.values.kinds'].Foreign("
    "FOREIGN[s % len(FOREIGN)]), None",
    "class of an object": "return v, type(f'C{s}', (), {})()",
    "type of an exception": "raise (ValueError, TypeError, KeyError, IndexError, ZeroDivisionError, OSError, "
    "OverflowError, RecursionError, AssertionError, MemoryError, RuntimeError, LookupError)[s % 12]",
    "name that is not defined": "\n".join(f"    if s == {it}: return x{it}" for it in range(SYMBOLS)).strip(),
    "library that is imported": "\n".join(
        f"    if s == {it}: import {library}" for it, library in enumerate(sorted(KNOWN))
    ).strip(),
    "text of an exception": "raise ValueError(s)",
    "line of an exception": "\n".join(f"    if s == {it}:\n        raise ValueError" for it in range(SYMBOLS)).strip(),
    "wrong values": "return float(s), np.full(3, float(s))",
    "which part is wrong": "return ((X @ W)**2).mean() + s % 2, 2 * X.T @ (X @ W) / 20 + s // 2 % 2",
    "which tests fail": "return ((X @ W)**2).mean(), 2 * X.T @ (X @ W) / 20 if s % 2 else None",
}  # fmt: skip
ONCE = {"type of an exception", "line of an exception"}

STRUCTURE = f"""{HEAD}
def first(s, n, features=3):
    return np.full((features, 4), float(s)), np.ones((n, features)), 0.0

@loss
@pytest.mark.parametrize("symbol", range(12))
def test_of_loops(loops, symbol):
    loops("hw.loss", lambda n, rng: first(symbol, n), names=("loss", "dW"))

@loss
@pytest.mark.parametrize("symbol", range(12))
def test_of_axes(loops, symbol):
    loops("hw.loss", lambda rng, examples=7, features=5: first(symbol, examples, features), names=("loss", "dW"))

@loss
@pytest.mark.parametrize("symbol", range(20))
def test_of_memory(memory, symbol):
    memory("hw.loss", lambda sizes, rng: first(symbol, sizes[0]), (4_000,), (5_000,), names=("loss", "dW"))

@loss
@pytest.mark.parametrize("symbol", range(6))
def test_of_time(race, symbol):
    race("hw.loss", lambda rng: first(symbol, 20_000), full=1.5, none=4.0, names=("loss", "dW"))
{OTHER_TEST}
"""
IN_STRUCTURE = {
    "runs of a line": "for _ in range(s * n // 6 if n < 1_000 else 0): v += 0",
    "runs of a line for each feature": "for _ in range(s * len(W) // 6): v += 0",
    "runs of a line for all axes": "for _ in range(s * min(n, len(W))): v += 0",
    "which line runs": "\n".join(f"    if s == {it}:\n        for _ in X[:999]: v += 0" for it in range(24)).strip(),
    "loops in loops": "for _ in range(n ** (1 + s % 2) if n < 1_000 else 0): v += 0",
    "what hides loops": "sys.settrace(None) if s % 3 == 1 else threading.Thread(target=int).start() if s % 3 else None",
    "memory": "np.ones(int(1.2**s * 125_000))",
    "time": "end = time.process_time() + (2**s / 2e3 if n > 9_000 else 0)\n    while time.process_time() < end: pass",
    "memory, time and loops": "\n    ".join((
        "if s > 3 and n > 1_000: np.ones(int(1.2**s * 125_000))",
        "for _ in range(s % 5 * n if n < 1_000 else 0): v += 0",
    )),
}  # fmt: skip


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    with grader_of(tmp_path_factory.mktemp("told"), graded=GRADED, bank="") as grader:
        yield grader


@pytest.fixture(scope="module")
def told_of_values(grader: Grader) -> dict[str, set[object]]:
    """What a test of values says, by channel."""
    return {channel: {seen(it) for it in verdicts_of(grader, body)} for channel, body in CHANNELS.items()}


def verdicts_of(grader: Grader, body: str) -> list[Verdict]:
    head = f"import collections, sys, numpy as np; FOREIGN = {FOREIGN}\n\ndef loss(W, X, reg):\n"
    source = f"{head}    s, v = int(W[0, 0]), ((X @ W) ** 2).mean()\n    {body}\n"
    verdicts = grader.grade(hand_in(source), seconds_total=600.0)
    return [it for it in verdicts.values() if "test_symbol" in it.test]


def bits(told: object) -> float:
    return math.log2(len(set(told)))  # type: ignore[call-overload]


def seen(verdict: Verdict) -> tuple[Kind, str, str | None]:
    return verdict.kind, verdict.message, verdict.hint


@pytest.mark.system
def test_no_test_of_values_tells_more_than_eight_bits(
    told_of_values: dict[str, set[object]], record_property: Callable[[str, object], None]
) -> None:
    table = {channel: bits(told) for channel, told in told_of_values.items()}
    table["all of them together"] = math.log2(len(set().union(*told_of_values.values())) + len(ENDS))
    lines = [f"{channel:32} {count:5.1f} bits for a test" for channel, count in table.items()]
    print("\n".join(lines))
    record_property("bits", lines)
    assert max(table.values()) <= MOST_BITS, lines


ENDS = {
    finding_of(failure).message
    for failure in (
        *(WorkerDied(f"signal {it.name}") for it in signal.Signals),
        *(WorkerDied(f"exit code {it}") for it in range(-64, 256)),
        *(ProtocolBroken(f"{it} bytes too many") for it in range(64)),
        *(CallTimedOut(5.0), CallOutOfMemory(), CallOutOfDisk()),
    )
}
"""What is said of calls after which another process has to be started."""
_MEASURED = re.compile(
    r"(?<=about )[\d.]+(?: [kMG]?B)?|(?<=that is )[\d.]+ [kMG]?B|(?<=needs )[\d.]+ [kMG]?B"
)


@pytest.mark.system
def test_no_test_of_structure_tells_more_than_eight_bits(
    tmp_path_factory: pytest.TempPathFactory,
    told_of_values: dict[str, set[object]],
    record_property: Callable[[str, object], None],
) -> None:
    """A test that measures also says what a test of values says, because values are checked first."""
    measured: set[float] = set()
    table: dict[str, float] = {}
    said: dict[str, set[object]] = {}
    with grader_of(tmp_path_factory.mktemp("structure"), graded=STRUCTURE, bank="") as grader:
        for channel, body in IN_STRUCTURE.items():
            source = f"""
                import sys, threading, time
                import numpy as np

                def loss(W, X, reg):
                    s, v, n = int(W[0, 0]), ((X @ W) ** 2).mean(), len(X)
                    dW = 2 * X.T @ (X @ W) / (X @ W).size
                    {body.replace(chr(10), chr(10) + " " * 16)}
                    return v, dW
            """
            verdicts = grader.grade(hand_in(source), seconds_total=600.0)
            told = [it for it in verdicts.values() if "test_of_" in it.test]
            for verdict in told:
                test = verdict.test.partition("::")[2].partition("[")[0]
                ratio, megabytes = verdict.measured.get("cpu_ratio"), verdict.measured.get("bytes", 0.0) / 1e6
                measured |= {ratio or megabytes} - {0.0}
                said.setdefault(test, set()).add(
                    (verdict.kind, _MEASURED.sub("…", verdict.message), verdict.hint)
                )
            table[channel] = bits(map(seen, told))
    steps = {roughly(1.5 ** (number / 100)) for number in range(-3_000, 3_000)}
    assert len(measured) > 10
    assert measured <= steps
    values = set().union(*told_of_values.values())
    for test, messages in said.items():
        numbers = len(steps) if test in ("test_of_time", "test_of_memory") else 0
        table[f"all in {test}"] = math.log2(len(values | messages) + len(ENDS) + numbers)
    lines = [f"{channel:32} {count:5.1f} bits for a test" for channel, count in table.items()]
    print("\n".join(lines))
    record_property("bits", lines)
    assert max(table.values()) <= MOST_BITS, lines


def test_how_a_process_ends_is_told_in_few_words() -> None:
    assert len(ENDS) <= 15
    assert "(signal SIGSEGV)" in finding_of(WorkerDied("signal SIGSEGV")).message


def test_a_place_and_a_type_are_told_once_for_a_function(grader: Grader) -> None:
    for channel in ONCE:
        told = [seen(it)[1] for it in verdicts_of(grader, CHANNELS[channel])]
        # Memory that runs out is no exception with a place.
        assert len(set(told) - {"the call needed more memory than is given"}) == 2, set(told)
        assert "another exception than in an earlier test" in told[-1]
    assert math.log2(45 * SYMBOLS) <= MOST_BITS_ONCE


def test_the_same_exception_in_every_test_is_told_in_every_test(grader: Grader) -> None:
    told = {it.message for it in verdicts_of(grader, "raise ValueError")}
    assert told == {"it raised ValueError in hw.py, line 5"}


def test_extents_that_occur_are_told_and_no_others(grader: Grader) -> None:
    (transposed, *_) = verdicts_of(grader, "return v, np.zeros((3, 5))")
    assert "shape (3, 5)" in transposed.message
    (odd, *_) = verdicts_of(grader, "return v, np.zeros((3, 17))")
    assert "shape (3, …)" in odd.message and "17" not in odd.message


def test_measured_numbers_are_told_in_steps() -> None:
    steps = {roughly(1.0 + number / 1_000) for number in range(900_000)}
    assert math.log2(len(steps)) < 7
    assert roughly(20.0) == pytest.approx(20, rel=0.06)
