"""Compares what student code returned with what was expected: type, dtype kind, shape, finite, tolerance.

The questions are asked in this order and the first that fails is the message. Numbers are compared by norm,
`max|got - expected| <= rtol * max|expected| + atol`: right code differs by rounding only, and an
elementwise relative error would punish entries that nearly cancel.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.errors import GraderError
from autograder.model.verdict import Kind
from autograder.sandbox.code import Handle
from autograder.values.pack import Foreign

ROUNDING = 1e-12
"""Absolute slack, so that an expected zero may come back as rounding left it."""

LONGEST_SHOWN = 10_000
MOST_DIMENSIONS_SHOWN = 4
"""Larger sizes are not repeated to students: their code chooses them, and it has seen hidden inputs."""
MOST_ENTRIES_PRINTED = 1_000

_ADVICE = {
    "numpy.matrix": "np.matrix multiplies differently; return a plain array, for example np.asarray(value)",
    "numpy.matrixlib.defmatrix.matrix": "np.matrix multiplies differently; return a plain array (np.asarray(value))",
    "numpy.ma.MaskedArray": "return a plain array, not a masked one",
    "NoneType": "is a return statement missing?",
}
_KINDS = {"f": "real numbers", "i": "integers", "u": "integers", "b": "truth values", "c": "complex numbers"}


@dataclass(frozen=True)
class Mismatch:
    """The first way in which a value differs from the expected one.

    Attributes
    ----------
    kind
        `WRONG_TYPE_OR_SHAPE` or `WRONG_VALUE`.
    message
        A sentence with kinds and shapes, without any value of the test.
    place
        Name of the part that differs, for example "dW".
    expected, got
        That part on both sides.
    """

    kind: Kind
    message: str
    place: str
    expected: Any
    got: Any

    def details(self) -> str:
        """Return both sides as text, and the first entry that differs."""
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
    """Return the first difference between an expected value and the one that came, or None.

    Parameters
    ----------
    expected, got
        Plain arrays and scalars, or tuples, lists and dicts of them.
    names
        Names of the parts where `expected` is a tuple, else of the value itself.
    rtol, atol
        Tolerances, relative to the largest absolute expected value and absolute.
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
            message = f"{len(expected)} values are to be returned ({listed}); {_described(got)} came back"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, "the result", expected, got)
        right: list[str] = []
        for name, wanted, came in zip(names, expected, got, strict=False):
            mismatch = self.part(name, wanted, came)
            if mismatch is None:
                right.append(name)
                continue
            if right and mismatch.kind is Kind.WRONG_VALUE:
                message = f"{mismatch.message} ({' and '.join(right)}: right)"
                return Mismatch(mismatch.kind, message, mismatch.place, mismatch.expected, mismatch.got)
            return mismatch
        return None

    def part(self, name: str, expected: Any, got: Any) -> Mismatch | None:
        if isinstance(expected, np.ndarray) and expected.ndim:
            return self.array(name, expected, got)
        if isinstance(expected, Mapping):
            return self.mapping(name, expected, got)
        if isinstance(expected, (list, tuple)):
            return self.sequence(name, expected, got)
        if isinstance(expected, Handle):
            right = isinstance(got, Handle)
            return None if right else _wrong_type(name, "an object of your class", expected, got)
        if isinstance(expected, Foreign):
            raise GraderError(f"{name} is a {expected.type_name} in the reference, which cannot be compared")
        if expected is None or isinstance(expected, (str, bytes)):
            wanted = "None" if expected is None else "text"
            if type(got) is not type(expected):
                return _wrong_type(name, wanted, expected, got)
            return None if got == expected else _wrong_value(name, "is another text", expected, got)
        return self.scalar(name, expected, got)

    def array(self, name: str, expected: np.ndarray, got: Any) -> Mismatch | None:
        if not isinstance(got, np.ndarray):
            return _wrong_type(name, f"a NumPy array of shape {expected.shape}", expected, got)
        if not _same_kind(expected.dtype, got.dtype):
            wanted = _KINDS.get(expected.dtype.kind, expected.dtype.name)
            message = f"{name} is an array of {got.dtype} but should hold {wanted} ({expected.dtype})"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        if got.shape != expected.shape:
            message = f"{name} has {_shape_of(got, expected)} but should have shape {expected.shape}"
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
            return _wrong_value(
                name, "is finite where it should not be, or the other way round", expected, got
            )
        if not finite.any():
            return None
        wide = np.complex128 if "c" in (expected.dtype.kind, got.dtype.kind) else np.float64
        left, right = expected[finite].astype(wide), got[finite].astype(wide)
        with np.errstate(over="ignore"):
            close = np.abs(left - right).max() <= self.rtol * np.abs(left).max() + self.atol
        if close:
            return None
        shape = f" of shape {got.shape}" if got.ndim else ""
        return _wrong_value(
            name, f"has the right type{' and shape' if shape else ''} but wrong values", expected, got
        )

    def scalar(self, name: str, expected: Any, got: Any) -> Mismatch | None:
        wanted = np.asarray(expected)
        came = np.asarray(got) if _is_scalar(got) else None
        words = {"f": "a real number", "b": "True or False", "c": "a number"}.get(
            wanted.dtype.kind, "an integer"
        )
        if came is None:
            return _wrong_type(name, words, expected, got)
        integer_for_real = wanted.dtype.kind == "f" and came.dtype.kind in "iu"
        if not (integer_for_real or _same_kind(wanted.dtype, came.dtype)):
            return _wrong_type(name, words, expected, got)
        mismatch = self.numbers(name, wanted, came)
        if mismatch is None:
            return None
        message = mismatch.message
        if not math.isfinite(abs(came)):
            message = f"{name} is {'NaN' if np.isnan(came) else 'infinite'}"
        elif mismatch.kind is Kind.WRONG_VALUE:
            message = f"{name} is {words}, as it should be, but not the right one"
        return Mismatch(mismatch.kind, message, name, expected, got)

    def sequence(self, name: str, expected: Sequence[Any], got: Any) -> Mismatch | None:
        if not (isinstance(got, (list, tuple)) or (isinstance(got, np.ndarray) and got.ndim == 1)):
            return _wrong_type(name, f"a list of {len(expected)}", expected, got)
        if len(got) != len(expected):
            message = f"{name} has {_length_of(got)} entries but should have {len(expected)}"
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
                f"{name} has {_length_of(got)} keys, {len(set(expected) & set(got))} of them right; "
                f"it should have {len(expected)}"
            )
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        for number, (key, wanted) in enumerate(expected.items(), 1):
            # Other keys than text may be numbers of the test, which the message is not to tell.
            shown_key = key if isinstance(key, str) else f"key {number} of {len(expected)}"
            if mismatch := self.part(f"{name}[{shown_key}]", wanted, got[key]):
                return mismatch
        return None


def _wrong_type(name: str, wanted: str, expected: Any, got: Any) -> Mismatch:
    message = f"{name} should be {wanted}, but is {_described(got, expected)}"
    advice = _ADVICE.get(got.type_name if isinstance(got, Foreign) else type(got).__name__)
    if advice:
        message += f": {advice}"
    return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)


def _wrong_value(name: str, what: str, expected: Any, got: Any) -> Mismatch:
    return Mismatch(Kind.WRONG_VALUE, f"{name} {what}", name, expected, got)


def _same_kind(expected: np.dtype[Any], got: np.dtype[Any]) -> bool:
    group = {"i": "integer", "u": "integer"}
    return group.get(expected.kind, expected.kind) == group.get(got.kind, got.kind)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (bool, int, float, complex, np.generic)) or (
        isinstance(value, np.ndarray) and value.ndim == 0
    )


_FAMILIAR = {
    "numpy.matrix": "an np.matrix",
    "numpy.matrixlib.defmatrix.matrix": "an np.matrix",
    "numpy.ma.MaskedArray": "a masked array",
    "numpy.ndarray_of_object": "an array of Python objects",
    "numpy.ndarray_of_longdouble": "an array of long doubles",
    "numpy.ndarray_of_float128": "an array of long doubles",
    "generator": "a generator",
    "range": "a range",
    "set": "a set",
    "function": "a function",
    "type": "a class",
    "map": "a map object",
}


def _shape_of(array: np.ndarray, expected: Any = None) -> str:
    """Return a shape as text where it may be an honest mistake: an empty array can spell anything in its shape.

    What it may spell are extents that the expected value has, and few others.
    """
    if array.ndim > MOST_DIMENSIONS_SHOWN or max(array.shape, default=0) > LONGEST_SHOWN:
        return "a far larger shape"
    others = set(array.shape) - {0, 1, *np.shape(expected if isinstance(expected, np.ndarray) else ())}
    return f"shape {array.shape}" if math.prod(others) <= LONGEST_SHOWN else "quite another shape"


def _length_of(value: Any) -> str:
    """Return a length as text, bounded as shapes are."""
    return str(len(value)) if len(value) <= LONGEST_SHOWN else f"more than {LONGEST_SHOWN}"


def _described(value: Any, expected: Any = None) -> str:
    """Return what a value is, with shapes but without any of its content."""
    match value:
        case None:
            return "None"
        case np.ndarray():
            return f"an array of {value.dtype} with {_shape_of(value, expected)}"
        case Foreign():
            # The name of a type of the student's own may be anything; only familiar ones are repeated.
            return _FAMILIAR.get(value.type_name, "an object that is no plain array or number")
        case Handle():
            return "an object of your own class"
        case bool() | np.bool_():
            return "a truth value"
        case int() | np.integer():
            return "an integer"
        case float() | np.floating():
            return "a real number"
        case complex() | np.complexfloating():
            return "a complex number"
        case tuple() | list() | dict():
            return f"a {type(value).__name__} of {_length_of(value)}"
        case str() | bytes():
            return "text"
    return "something else"


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


def shown(value: Any, most: int = 1_200) -> str:
    """Return a value as bounded text, arrays as NumPy prints them; no more of it is written than is shown."""
    text = _text_of(value, most)
    return text if len(text) <= most else text[: max(0, most - 4)] + " ..."


def _text_of(value: Any, most: int) -> str:
    match value:
        case Foreign():
            return _described(value)
        case Handle():
            return f"<{value.type_name} object>"
        case np.ndarray():
            return f"array of {value.dtype}, shape {value.shape}:\n{_entries_of(value)}"
        case tuple():
            return f"({_joined((shown(part, most) for part in value), most)})"
        case list():
            return f"[{_joined((shown(part, most) for part in value), most)}]"
        case dict():
            pairs = (f"{shown(key, most)}: {shown(part, most)}" for key, part in value.items())
            return f"{{{_joined(pairs, most)}}}"
        case str() | bytes():
            return repr(value[:most])
        case int() if value.bit_length() > 64:
            return f"an integer of {value.bit_length()} bits"
        case np.generic():
            return repr(value.item())
    return f"<function {getattr(value, '__name__', '')}>" if callable(value) else repr(value)


def _entries_of(array: np.ndarray) -> str:
    # NumPy leaves out the middle of long axes only: many short ones would be written in full.
    axes = (extent if array.size <= MOST_ENTRIES_PRINTED else min(extent, 7) for extent in array.shape)
    if math.prod(axes) > MOST_ENTRIES_PRINTED:
        array = array.flat[:MOST_ENTRIES_PRINTED]
    with np.printoptions(precision=6, threshold=60, edgeitems=3, linewidth=100, suppress=True):
        return str(array)


def _joined(texts: Iterator[str], most: int) -> str:
    """Return texts with commas between them, as many as it takes to be longer than is shown."""
    taken: list[str] = []
    length = 0
    for text in texts:
        taken.append(text)
        length += len(text)
        if length > most:
            break
    return ", ".join(taken)
