"""What a call gave, and how the parts of what a hand-in gave compare with what the reference did."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from autograder.model.verdict import Kind
from autograder.values.mismatch import ROUNDING
from autograder.values.same import compare_values, same
from autograder.values.walk import agree

State = Literal["right", "wrong", "raised", "unclear", "odd"]
"""How a part of a result compares. Unclear: neither right to rounding nor clearly wrong. Odd: not of the right type
or shape, so that nothing can be said about its numbers."""
NEAR, FAR = 1e-6, 1e-4
"""Relative differences up to the first are rounding; from the second on they are a mistake."""
SMALLEST_FAR = 1e-9
"""An absolute difference up to this may be rounding as well: of small results of large intermediate numbers, right ones
can differ by a larger share."""
LARGEST_COUNT = 1e15
"""Floats that are much larger are all whole, whatever they measure."""


@dataclass(frozen=True)
class Outcome:
    """What a call gave: the parts of its result by name, None if it has others; or the type of its exception."""

    parts: Mapping[str, Any] | None = None
    raised: str = ""
    _numbers: dict[str, np.ndarray | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _comparable: dict[str, tuple[Any, float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def numbers_of(self, part: str) -> np.ndarray | None:
        """Return the numbers of a part, converted once; None where there are none."""
        if self.parts is None:
            return None
        if part not in self._numbers:
            self._numbers[part] = numbers(self.parts[part])
        return self._numbers[part]

    def comparable(self, part: str) -> tuple[Any, float]:
        """Return a part, a list of floats as an array, and the largest of its numbers: 0 where it holds no floats."""
        assert self.parts is not None
        if part not in self._comparable:
            value = _floats(self.parts[part])
            self._comparable[part] = value, float(np.abs(value).max()) if _are_floats(value, value) else 0.0
        return self._comparable[part]


def state(expected: Outcome, got: Outcome, part: str) -> State:
    """Return how a part of an outcome compares with the expected one."""
    if expected.raised or got.raised:
        if expected.raised == got.raised:
            return "right"
        return "raised" if got.raised else "wrong"
    if expected.parts is None or got.parts is None:
        return "odd"
    (right, largest), (came, _) = expected.comparable(part), got.comparable(part)
    if _are_floats(right, came):
        return _state_of_numbers(np.asarray(right), np.asarray(came), largest)
    if agree(same, right, came):
        return "right"
    right, came = (tuple(it) if isinstance(it, list) else it for it in (right, came))
    mismatch = compare_values(right, came, (part,), rtol=NEAR)
    if mismatch is None:
        return "right"
    if mismatch.kind is not Kind.WRONG_VALUE:
        return "odd"
    close = compare_values(right, came, (part,), rtol=FAR, atol=SMALLEST_FAR) is None
    return "unclear" if close else "wrong"


def is_the_same(one: Outcome, other: Outcome, part: str) -> bool:
    """Return whether two outcomes have the same part, to the last digit; not where it holds what is no plain value."""
    if one.parts is None or other.parts is None:
        return one.parts is other.parts and one.raised == other.raised
    left, right = (it.comparable(part)[0] for it in (one, other))
    return agree(_is_identical, left, right)


def _is_identical(left: Any, right: Any) -> bool:
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return left.dtype == right.dtype and np.array_equal(left, right)
    return type(left) is type(right) and isinstance(left, (int, float, str, np.generic)) and left == right


def _floats(value: Any) -> Any:
    """Return a list or tuple of floats as an array, in which they are compared at once; anything else as it is."""
    if isinstance(value, (list, tuple)) and value and all(isinstance(it, float) for it in value):
        return np.array(value)
    return value


def _are_floats(right: Any, came: Any) -> bool:
    if isinstance(right, float) and isinstance(came, float):
        return True
    arrays = isinstance(right, np.ndarray) and isinstance(came, np.ndarray) and right.shape == came.shape
    return (
        arrays and right.dtype == came.dtype and right.dtype in (np.float64, np.complex128) and right.size > 0
    )


def _state_of_numbers(right: np.ndarray, came: np.ndarray, largest: float) -> State:
    if not math.isfinite(largest):
        finite = np.isfinite(right)
        if not np.array_equal(right[~finite], came[~finite], equal_nan=True):
            return "wrong"
        if not finite.any():
            return "right"
        right, came = right[finite], came[finite]
        largest = float(np.abs(right).max())
    apart = float(np.abs(right - came).max())
    if apart <= NEAR * largest + ROUNDING:
        return "right"
    return "unclear" if apart <= FAR * largest + SMALLEST_FAR else "wrong"


def numbers(value: Any) -> np.ndarray | None:
    """Return a value as an array of float64, a list of floats too; None if it is not made of numbers alone."""
    value = _floats(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, np.generic, np.ndarray)):
        return None
    array = np.asarray(value)
    return array.astype(np.float64) if array.dtype.kind in "fiu" and array.size else None


def close(left: np.ndarray, right: np.ndarray, tolerance: float = NEAR, scale: float | None = None) -> bool:
    """Return whether two arrays of one shape agree relative to the largest of their numbers."""
    if left.shape != right.shape:
        return False
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        return np.array_equal(left, right, equal_nan=True)
    largest = max(float(np.abs(left).max(initial=0)), float(np.abs(right).max(initial=0)))
    with np.errstate(over="ignore"):
        return float(np.abs(left - right).max(initial=0)) <= tolerance * (scale or largest) + SMALLEST_FAR


def part_of(outcome: Outcome | None, part: str) -> np.ndarray | None:
    """Return the numbers of a part, None where there are none."""
    return None if outcome is None else outcome.numbers_of(part)
