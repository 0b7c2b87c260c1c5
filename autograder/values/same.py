"""Compares what student code returned with what was expected: type, dtype kind, shape, finiteness, tolerance.

The questions are asked in this order and the first that fails gives the message. Numbers are compared by norm,
`max|got - expected| <= rtol * max|expected| + atol`: right code differs by rounding only, and an
elementwise relative error would punish entries that nearly cancel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.errors import GraderError
from autograder.model.verdict import Kind
from autograder.values.describe import described, length_of, shape_of, shown
from autograder.values.pack import Foreign, WorkerObject

SAME = 1e-7
"""Relative tolerance within which two programs count as doing the same; both compute in float64."""
ROUNDING = 1e-12
"""Absolute slack, so that an expected zero may be off by rounding."""

_ADVICE = {
    "numpy.matrix": "np.matrix multiplies differently; return a plain array, for example np.asarray(value)",
    "numpy.ma.MaskedArray": "return a plain array, not a masked one",
    "NoneType": "is a return statement missing?",
}
_KINDS = {"f": "real numbers", "i": "integers", "u": "integers", "b": "truth values", "c": "complex numbers"}
_SCALARS = {"f": "a real number", "b": "True or False", "c": "a number"}


@dataclass(frozen=True)
class Mismatch:
    """The first way in which a value differs from the expected one.

    Attributes
    ----------
    kind
        `WRONG_TYPE_OR_SHAPE` or `WRONG_VALUE`.
    message
        A sentence with types and shapes, without any value of the test.
    place
        Name of the part that differs, for example "dW".
    expected, got
        That part on either side.
    """

    kind: Kind
    message: str
    place: str
    expected: Any
    got: Any

    def details(self) -> str:
        """Return both sides as text, with the first entry that differs."""
        lines = [
            f"expected {self.place} = {shown(self.expected)}",
            f"     got {self.place} = {shown(self.got)}",
        ]
        if index := _first_difference(self.expected, self.got):
            where = ", ".join(map(str, index))
            lines.append(
                f"first difference at {self.place}[{where}]: "
                f"expected {self.expected[index]:.10g}, got {self.got[index]:.10g}"
            )
        return "\n".join(lines)


def compare_values(
    expected: Any, got: Any, names: Sequence[str] = (), rtol: float = 1e-6, atol: float = 0.0
) -> Mismatch | None:
    """Return the first difference between the expected value and the one that was returned, or None.

    Parameters
    ----------
    expected, got
        Plain arrays and scalars, or tuples, lists and dicts of them.
    names
        Names of the parts if `expected` is a tuple, else of the value itself.
    rtol, atol
        Tolerances: relative to the largest absolute expected value, and absolute.
    """
    comparison = _Comparison(rtol, atol + ROUNDING)
    if isinstance(expected, tuple):
        return comparison.parts(expected, got, names)
    return comparison.part(names[0] if names else "the result", expected, got)


@dataclass(frozen=True)
class _Comparison:
    rtol: float
    atol: float

    def parts(self, expected: tuple[Any, ...], got: Any, names: Sequence[str]) -> Mismatch | None:
        names = [*names, *(f"part {number + 1}" for number in range(len(names), len(expected)))]
        if not isinstance(got, (tuple, list)) or len(got) != len(expected):
            listed = ", ".join(names[: len(expected)])
            message = f"{len(expected)} values should be returned ({listed}); {described(got)} came back"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, "the result", expected, got)
        right: list[str] = []
        for name, wanted, came in zip(names, expected, got, strict=False):
            mismatch = self.part(name, wanted, came)
            if mismatch is None:
                right.append(name)
                continue
            if right and mismatch.kind is Kind.WRONG_VALUE:
                return replace(mismatch, message=f"{mismatch.message} ({' and '.join(right)}: right)")
            return mismatch
        return None

    def part(self, name: str, expected: Any, got: Any) -> Mismatch | None:
        if isinstance(expected, np.ndarray) and expected.ndim:
            return self.array(name, expected, got)
        if isinstance(expected, Mapping):
            return self.mapping(name, expected, got)
        if isinstance(expected, (list, tuple)):
            return self.sequence(name, expected, got)
        if isinstance(expected, WorkerObject):
            right = isinstance(got, WorkerObject)
            return None if right else _wrong_type(name, "an object of your class", expected, got)
        if isinstance(expected, Foreign):
            raise GraderError(f"{name} is a {expected.type_name} in the reference, which cannot be compared")
        if expected is None or isinstance(expected, (str, bytes)):
            wanted = "None" if expected is None else "text"
            if type(got) is not type(expected):
                return _wrong_type(name, wanted, expected, got)
            return None if got == expected else _wrong_value(name, "is not the expected text", expected, got)
        return self.scalar(name, expected, got)

    def array(self, name: str, expected: np.ndarray, got: Any) -> Mismatch | None:
        if not isinstance(got, np.ndarray):
            return _wrong_type(name, f"a NumPy array of shape {expected.shape}", expected, got)
        if not _same_kind(expected.dtype, got.dtype):
            wanted = _KINDS.get(expected.dtype.kind, expected.dtype.name)
            message = f"{name} is an array of {got.dtype} but should hold {wanted} ({expected.dtype})"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        if got.shape != expected.shape:
            message = f"{name} has {shape_of(got, expected)} but should have shape {expected.shape}"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        return self.numbers(name, expected, got)

    def numbers(self, name: str, expected: np.ndarray, got: np.ndarray) -> Mismatch | None:
        finite = np.isfinite(expected)
        lost = finite & ~np.isfinite(got)
        if lost.any():
            what = "NaN" if np.isnan(got[lost]).any() else "infinite"
            message = f"{name} holds {np.count_nonzero(lost)} of {got.size} entries that are {what}"
            return Mismatch(Kind.WRONG_VALUE, message, name, expected, got)
        if not finite.all() and not np.array_equal(expected[~finite], got[~finite], equal_nan=True):
            return _wrong_value(name, "has wrong entries where NaN or infinity is expected", expected, got)
        if not finite.any():
            return None
        wide = np.complex128 if "c" in (expected.dtype.kind, got.dtype.kind) else np.float64
        left, right = expected[finite].astype(wide), got[finite].astype(wide)
        with np.errstate(over="ignore"):
            close = np.abs(left - right).max() <= self.rtol * np.abs(left).max() + self.atol
        if close:
            return None
        shared = "type and shape" if got.ndim else "type"
        return _wrong_value(name, f"has the right {shared} but wrong values", expected, got)

    def scalar(self, name: str, expected: Any, got: Any) -> Mismatch | None:
        wanted = np.asarray(expected)
        words = _SCALARS.get(wanted.dtype.kind, "an integer")
        if not _is_scalar(got):
            return _wrong_type(name, words, expected, got)
        came = np.asarray(got)
        integer_for_real = wanted.dtype.kind == "f" and came.dtype.kind in "iu"
        if not (integer_for_real or _same_kind(wanted.dtype, came.dtype)):
            return _wrong_type(name, words, expected, got)
        if self.numbers(name, wanted, came) is None:
            return None
        what = f"is {words}, as it should be, but not the right one"
        if not math.isfinite(abs(came)):
            what = f"is {'NaN' if np.isnan(came) else 'infinite'}"
        return _wrong_value(name, what, expected, got)

    def sequence(self, name: str, expected: Sequence[Any], got: Any) -> Mismatch | None:
        if not (isinstance(got, (list, tuple)) or (isinstance(got, np.ndarray) and got.ndim == 1)):
            return _wrong_type(name, f"a list of {len(expected)}", expected, got)
        if len(got) != len(expected):
            message = f"{name} has {length_of(got)} entries but should have {len(expected)}"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        for index, (wanted, came) in enumerate(zip(expected, got, strict=True)):
            if mismatch := self.part(f"{name}[{index}]", wanted, came):
                return mismatch
        return None

    def mapping(self, name: str, expected: Mapping[Any, Any], got: Any) -> Mismatch | None:
        if not isinstance(got, dict):
            return _wrong_type(name, f"a dictionary with {len(expected)} entries", expected, got)
        if set(got) != set(expected):
            message = (
                f"{name} has {length_of(got)} keys, {len(set(expected) & set(got))} of them right; "
                f"it should have {len(expected)}"
            )
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        for number, (key, wanted) in enumerate(expected.items(), 1):
            # A key that is not text may be a number of the test, which the message must not tell.
            shown_key = key if isinstance(key, str) else f"key {number} of {len(expected)}"
            if mismatch := self.part(f"{name}[{shown_key}]", wanted, got[key]):
                return mismatch
        return None


def _wrong_type(name: str, wanted: str, expected: Any, got: Any) -> Mismatch:
    message = f"{name} should be {wanted}, but is {described(got, expected)}"
    advice = _ADVICE.get(got.type_name if isinstance(got, Foreign) else type(got).__name__)
    if advice:
        message += f": {advice}"
    return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)


def _wrong_value(name: str, what: str, expected: Any, got: Any) -> Mismatch:
    return Mismatch(Kind.WRONG_VALUE, f"{name} {what}", name, expected, got)


def _same_kind(expected: np.dtype[Any], got: np.dtype[Any]) -> bool:
    return _KINDS.get(expected.kind, expected.kind) == _KINDS.get(got.kind, got.kind)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (bool, int, float, complex, np.generic)) or (
        isinstance(value, np.ndarray) and value.ndim == 0
    )


def _first_difference(expected: Any, got: Any) -> tuple[int, ...] | None:
    if not (isinstance(expected, np.ndarray) and isinstance(got, np.ndarray)) or expected.shape != got.shape:
        return None
    numbers = expected.dtype.kind in "fiu" and got.dtype.kind in "fiu"
    if not numbers or not expected.ndim or not expected.size:
        return None
    scale = np.abs(np.where(np.isfinite(expected), expected, 0)).max()
    with np.errstate(invalid="ignore", over="ignore"):
        apart = ~(np.abs(expected - got.astype(np.float64)) <= 1e-6 * scale + ROUNDING)
    return tuple(int(index) for index in np.argwhere(apart)[0]) if apart.any() else None


def same(left: Any, right: Any) -> bool:
    """Return whether two leaves of values agree: numbers to within rounding, NaN with NaN.

    Whole numbers in an array of floats agree with integers: if labels are floats and wrong, that they are wrong
    matters more, and most published work returns them as floats.
    """
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        kinds = {left.dtype.kind, right.dtype.kind}
        return (len(kinds) == 1 or kinds <= set("iuf")) and left.shape == right.shape and _close(left, right)
    plain = not any(isinstance(it, (bool, str)) for it in (left, right))
    if plain and all(isinstance(it, (int, float, complex, np.generic)) for it in (left, right)):
        return _close(np.asarray(left), np.asarray(right))
    return type(left) is type(right) and bool(left == right)


def _close(left: np.ndarray, right: np.ndarray) -> bool:
    if not left.size:
        return True
    if "O" in (left.dtype.kind, right.dtype.kind):  # an integer that fits no machine type
        return bool(np.array_equal(left, right))
    finite = np.isfinite(left)
    if not np.array_equal(left[~finite], right[~finite], equal_nan=left.dtype.kind in "fc"):
        return False
    return not finite.any() or compare_values(left[finite] + 0.0, right[finite] + 0.0, rtol=SAME) is None
