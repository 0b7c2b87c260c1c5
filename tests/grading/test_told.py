"""How much a hand-in that has seen hidden inputs can have feedback on graded tests say about them, in bits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest

from autograder.grading.grader import Grader
from autograder.grading.told import roughly
from autograder.model.verdict import Kind, Verdict
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
CHANNELS = {
    "extent of one axis": "return v, np.zeros(s)",
    "extents of two axes": "return v, np.zeros((s % 17, s // 17))",
    "extents of an empty array": "return v, np.zeros((0, s * 7))",
    "number of axes": "return v, np.zeros((1,) * (s % 32))",
    "dtype and shape": "return v, np.zeros((s // 20, 3), dtype='?bhilqBHILQefdgFDGOSUV'[s % 20])",
    "dtype": "return v, np.zeros((3, 4), dtype='?bhilqBHILQefdgFDG'[s % 18])",
    "length of a tuple": "return (0.0,) * s",
    "length of a list": "return v, [0.0] * s",
    "entries that are NaN": "return v, np.where(np.arange(12) < s % 13, np.nan, 1.0).reshape(3, 4)",
    "names of a dictionary": "return v, {str(s): 1.0}",
    "class of an object": "return v, type(f'C{s}', (), {})()",
    "type of an exception": "raise (ValueError, TypeError, KeyError, IndexError, ZeroDivisionError, OSError, "
    "OverflowError, RecursionError, AssertionError, MemoryError, RuntimeError, LookupError)[s % 12]",
    "name that is not defined": "\n".join(f"    if s == {it}: return x{it}" for it in range(SYMBOLS)).strip(),
    "text of an exception": "raise ValueError(s)",
    "line of an exception": "\n".join(f"    if s == {it}:\n        raise ValueError" for it in range(SYMBOLS)).strip(),
    "wrong values": "return float(s), np.full(3, float(s))",
    "which part is wrong": "return ((X @ W)**2).mean() + s % 2, 2 * X.T @ (X @ W) / 20 + s // 2 % 2",
    "which tests fail": "return ((X @ W)**2).mean(), 2 * X.T @ (X @ W) / 20 if s % 2 else None",
}  # fmt: skip
ONCE = {"type of an exception", "line of an exception"}


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    with grader_of(tmp_path_factory.mktemp("told"), graded=GRADED, bank="") as grader:
        yield grader


def verdicts_of(grader: Grader, body: str) -> list[Verdict]:
    source = f"import numpy as np\n\ndef loss(W, X, reg):\n    s, v = int(W[0, 0]), ((X @ W) ** 2).mean()\n    {body}\n"
    verdicts = grader.grade(hand_in(source), seconds_total=600.0)
    return [it for it in verdicts.values() if "test_symbol" in it.test]


def bits(told: object) -> float:
    return math.log2(len(set(told)))  # type: ignore[call-overload]


def seen(verdict: Verdict) -> tuple[Kind, str, str | None]:
    return verdict.kind, verdict.message, verdict.hint


def test_no_test_tells_more_than_eight_bits(
    grader: Grader, record_property: Callable[[str, object], None]
) -> None:
    everything: set[object] = set()
    table = {}
    for channel, body in CHANNELS.items():
        told = [seen(it) for it in verdicts_of(grader, body)]
        table[channel] = bits(told)
        everything |= set(told)
    table["all of them together"] = math.log2(len(everything))
    lines = [f"{channel:32} {count:5.1f} bits for a test" for channel, count in table.items()]
    print("\n".join(lines))
    record_property("bits", lines)
    assert max(table.values()) <= MOST_BITS, lines


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
