"""A difference between a value and the expected one, and the sentences that say it: types and shapes, never values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.model.verdict import Kind
from autograder.values.describe import described, shown
from autograder.values.kinds import Foreign, Record, WorkerObject

KINDS = {"f": "real numbers", "i": "integers", "u": "integers", "b": "truth values", "c": "complex numbers"}
OTHER_KINDS = {"U": "text", "S": "bytes", "M": "dates", "m": "spans of time", "V": "records"}
SCALARS = {"M": "a date", "m": "a span of time", "f": "a real number", "b": "True or False", "c": "a number"}
"""What kinds of dtype are called: of numbers and of others in an array, and of one alone."""
_ADVICE = {
    "numpy.matrix": "np.matrix multiplies differently; return a plain array, for example np.asarray(value)",
    "numpy.ma.MaskedArray": "return a plain array, not a masked one",
    "NoneType": "is a return statement missing?",
}
_INSTEAD = {
    "generator": "return list(...) of it",
    "range": "return list(...) of it",
    "map": "return list(...) of it",
    "zip": "return list(...) of it",
    "filter": "return list(...) of it",
    "dict_keys": "return list(...) of it",
    "dict_values": "return list(...) of it",
    "dict_items": "return dict(...) or list(...) of it",
    "function": "return what it gives, or let the test call it",
    "numpy.matrix": "return np.asarray(...) of it",
    "fractions.Fraction": "return float(...) of it",
    "decimal.Decimal": "return float(...) of it",
    "datetime.datetime": "return np.datetime64(...) of it",
    "datetime.date": "return np.datetime64(...) of it",
    "datetime.timedelta": "return np.timedelta64(...) of it",
    "numpy.ndarray_of_object": "return a list, or an array of one type of numbers or text",
    "int": "it is too long; return its digits as text",
}
ROUNDING = 1e-12
"""Absolute slack, so that an expected zero may be off by rounding."""


@dataclass(frozen=True)
class Mismatch:
    """The first way in which a value differs from the expected one.

    Attributes
    ----------
    kind
        `WRONG_TYPE_OR_SHAPE`, `WRONG_VALUE`, or `OTHER_TYPE` where the numbers are right.
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


def wrong_type(name: str, wanted: str, expected: Any, got: Any) -> Mismatch:
    """Return that a value is not what is `wanted`, with advice where its type has an own."""
    message = f"{name} should be {wanted}, but is {described(got, expected)}"
    advice = _ADVICE.get(got.type_name if isinstance(got, Foreign) else type(got).__name__)
    if advice:
        message += f": {advice}"
    return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)


def wrong_value(name: str, what: str, expected: Any, got: Any) -> Mismatch:
    """Return what is wrong with a value of the right type and shape."""
    return Mismatch(Kind.WRONG_VALUE, f"{name} {what}", name, expected, got)


def right_but_of_another_type(name: str, expected: np.ndarray, got: Any, numbers: np.ndarray) -> Mismatch:
    """Return that the numbers of `got` are right, and how to return them in the type that is asked for."""
    wanted = {"f": "float", "i": "int", "u": "int"}[expected.dtype.kind]
    came = described(got)
    if not expected.ndim:
        came = came if isinstance(got, Foreign) else f"of type {numbers.dtype}"
        asked, how = SCALARS.get(expected.dtype.kind, "an integer"), f"{wanted}(...)"
    elif isinstance(got, np.ndarray):
        came, asked = (
            f"an array of {got.dtype}",
            f"an array of {KINDS[expected.dtype.kind]} ({expected.dtype})",
        )
        how = f".astype({'np.float64' if wanted == 'float' else 'int'})"
    else:
        if isinstance(got, (list, tuple)):  # its length is right, and would tell one cause in many sentences
            came = f"a {type(got).__name__}"
        asked, how = f"a plain NumPy array of {expected.dtype}", f"np.asarray(..., dtype={wanted})"
    right = "holds the right numbers" if expected.ndim else "is the right number"
    message = (
        f"{name} {right}, but {'is ' * bool(expected.ndim)}{came}; return {asked}, for example with {how}"
    )
    return Mismatch(Kind.OTHER_TYPE, message, name, expected, got)


def bool_as_a_number(name: str, expected: Any, got: Any) -> Mismatch:
    """Return what is said of 0 or 1 where True or False is asked for."""
    if bool(got) is not bool(expected):
        return wrong_value(name, "is the wrong one of True and False, written as a number", expected, got)
    message = f"{name} is right, but a number; return True or False, for example with bool(...)"
    return Mismatch(Kind.OTHER_TYPE, message, name, expected, got)


def cannot_be_compared(name: str, expected: Any) -> str:
    """Return the sentence for an expected value of which nothing can be compared: what to return instead."""
    if isinstance(expected, WorkerObject):
        what = f"an object of {class_name(expected)}"
        instead = (
            "compare what it holds: let a script return its attributes (model.get(...)), "
            "or make it a dataclass or a named tuple"
        )
    else:
        kind = expected.type_name if isinstance(expected, Foreign) else type(expected).__name__
        what = f"a value of type {kind}"
        instead = _INSTEAD.get(
            kind, "let the reference return numbers, text, arrays, or lists, tuples, dicts of them"
        )
    return f"{name} is {what} in the reference, which cannot be compared: {instead}"


def class_name(value: Record | WorkerObject) -> str:
    """Return what the class of a value is called, without its module."""
    return value.type_name.rpartition(".")[2] or "its class"


def first_of(mismatches: Iterable[Mismatch | None]) -> Mismatch | None:
    """Return the first mismatch that is wrong, or else the first that is of another type."""
    other_type: Mismatch | None = None
    for mismatch in mismatches:
        if mismatch is not None and mismatch.kind is not Kind.OTHER_TYPE:
            return mismatch
        other_type = other_type or mismatch
    return other_type


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
