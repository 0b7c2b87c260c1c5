"""Compares what student code returned with what was expected: type, dtype kind, shape, finiteness, tolerance.

The questions are asked in this order and the first that fails gives the message. Numbers are compared by norm,
`max|got - expected| <= rtol * max|expected| + atol`: right code differs by rounding only, and an
elementwise relative error would punish entries that nearly cancel.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.errors import CourseError
from autograder.model.verdict import Kind
from autograder.values.describe import (
    described,
    dtype_in_words,
    length_of,
    shape_of,
    shown,
    wrong_number_of_values,
)
from autograder.values.kinds import Foreign, Record, WorkerObject
from autograder.values.libraries import numbers_in, taken_apart
from autograder.values.walk import mapped

SAME = 1e-7
"""Relative tolerance within which two programs count as doing the same; both compute in float64."""
ROUNDING = 1e-12
"""Absolute slack, so that an expected zero may be off by rounding."""
ROUNDING_OF_FLOAT32 = 1e-5
"""Relative tolerance for results in float32, which is what sums and products of its rounding add up to."""

DEFAULT_TOLERANCE = 1e-6
"""Relative tolerance of comparisons, unless they say otherwise."""
MOST_MATCHED = 300
"""Entries of sets that are matched one by one; larger sets have to hold the very same ones."""
LONGEST_KEY = 40
"""In characters; a longer key of a dictionary is called by its number."""

_ADVICE = {
    "numpy.matrix": "np.matrix multiplies differently; return a plain array, for example np.asarray(value)",
    "numpy.ma.MaskedArray": "return a plain array, not a masked one",
    "NoneType": "is a return statement missing?",
}
_KINDS = {"f": "real numbers", "i": "integers", "u": "integers", "b": "truth values", "c": "complex numbers"}
_OTHER_KINDS = {"U": "text", "S": "bytes", "M": "dates", "m": "spans of time", "V": "records"}
_SCALARS = {"M": "a date", "m": "a span of time", "f": "a real number", "b": "True or False", "c": "a number"}


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


@dataclass(frozen=True)
class Compared:
    """How the parts of what was returned compare with what was expected.

    Attributes
    ----------
    parts
        Their names, in order.
    wrong
        The first way in which each part that is wrong differs, by name.
    other_types
        Of each part that is right but of another type, what to return instead.
    """

    parts: tuple[str, ...]
    wrong: Mapping[str, Mismatch]
    other_types: Mapping[str, Mismatch]


def numbered_key(key: Any, number: int, count: int) -> str:
    """Return a key as a message may call it: one that is not text may be a number of the test, not to be told."""
    return key if isinstance(key, str) else f"key {number} of {count}"


def plain_key(key: Any, number: int, count: int) -> str:
    """Return a key as Python writes it, for checks whose values are shown; its number if it is long."""
    written = repr(key.item() if isinstance(key, np.generic) else key)
    return written if len(written) <= LONGEST_KEY else numbered_key(key, number, count)


def compare_values(
    expected: Any,
    got: Any,
    names: Sequence[str] = (),
    rtol: float = DEFAULT_TOLERANCE,
    atol: float = 0.0,
    name_of_key: Callable[[Any, int, int], str] = numbered_key,
) -> Mismatch | None:
    """Return the first difference between the expected value and the one that was returned, or None.

    Where all numbers are right and only a type is another, that is the difference.

    Parameters
    ----------
    expected, got
        Plain arrays and scalars, or tuples, lists and dicts of them.
    names
        Names of the parts if `expected` is a tuple, else of the value itself.
    rtol, atol
        Tolerances: relative to the largest absolute expected value, and absolute.
    name_of_key
        `(key, number, count)`: what an expected key of a dictionary is called in the message.
    """
    compared = compare_parts(expected, got, names, rtol, atol, name_of_key)
    for mismatch in compared.wrong.values():
        told = told_of_parts(compared.parts, compared.wrong)
        return replace(mismatch, message=f"{mismatch.message}{told}")
    return next(iter(compared.other_types.values()), None)


def told_of_parts(parts: Sequence[str], wrong: Collection[str]) -> str:
    """Return, to be put behind what is said of the first part that is wrong, which of the others are right or wrong.

    It is empty if there is nothing to tell apart.
    """
    right = [name for name in parts if name not in wrong]
    also_wrong = [name for name in parts if name in wrong][1:]
    if not right:
        return ""
    told = [f"{' and '.join(right)}: right"]
    told += [f"{' and '.join(also_wrong)}: wrong, too"] if also_wrong else []
    return f" ({'; '.join(told)})"


def compare_parts(
    expected: Any,
    got: Any,
    names: Sequence[str] = (),
    rtol: float = DEFAULT_TOLERANCE,
    atol: float = 0.0,
    name_of_key: Callable[[Any, int, int], str] = numbered_key,
) -> Compared:
    """Compare each part by itself, with the parameters of `compare_values`."""
    comparison = _Comparison(rtol, atol + ROUNDING, name_of_key)
    expected, got = mapped(taken_apart, expected), mapped(taken_apart, got)
    if isinstance(expected, Record) and not names:
        names = expected.names
    if not isinstance(expected, tuple):
        name = names[0] if names else "the result"
        return _sorted_out({name: comparison.part(name, expected, got)})
    names = [*names, *(f"part {number + 1}" for number in range(len(names), len(expected)))]
    as_one_array = isinstance(got, np.ndarray) and got.shape[:1] == (len(expected),)
    if not (isinstance(got, (tuple, list)) or as_one_array) or len(got) != len(expected):
        return _not_as_many(names[: len(expected)], expected, got)
    parts = zip(names, expected, got, strict=False)
    found = {name: comparison.part(name, wanted, came) for name, wanted, came in parts}
    if as_one_array:
        # Only right numbers tell that its rows are meant as the values that are asked for.
        if not any(it is None or it.kind is Kind.OTHER_TYPE for it in found.values()):
            return _not_as_many(names[: len(expected)], expected, got)
        stacked = _stacked(names[: len(expected)], expected, got)
        found = {name: it or stacked for name, it in found.items()}
    if isinstance(expected, Record):
        other_names = comparison.names_of_record("the result", expected, got)
        found = {name: it or other_names for name, it in found.items()}
    return _sorted_out(found)


def _not_as_many(names: Sequence[str], expected: Sequence[Any], got: Any) -> Compared:
    missing = Mismatch(
        Kind.WRONG_TYPE_OR_SHAPE, wrong_number_of_values(names, got), "the result", expected, got
    )
    return Compared(tuple(names), dict.fromkeys(names, missing), {})


def _stacked(names: Sequence[str], expected: Sequence[Any], got: np.ndarray) -> Mismatch:
    message = (
        f"the result holds the right numbers, but is one array of shape {got.shape}; "
        f"return {', '.join(names)} with commas between them"
    )
    return Mismatch(Kind.OTHER_TYPE, message, "the result", expected, got)


def _sorted_out(mismatches: Mapping[str, Mismatch | None]) -> Compared:
    found = {name: it for name, it in mismatches.items() if it is not None}
    wrong = {name: it for name, it in found.items() if it.kind is not Kind.OTHER_TYPE}
    other = {name: it for name, it in found.items() if it.kind is Kind.OTHER_TYPE}
    return Compared(tuple(mismatches), wrong, other)


@dataclass(frozen=True)
class _Comparison:
    rtol: float
    atol: float
    name_of_key: Callable[[Any, int, int], str] = numbered_key

    def part(self, name: str, expected: Any, got: Any) -> Mismatch | None:
        match expected:
            case np.ndarray() if expected.ndim:
                if expected.dtype.kind in _OTHER_KINDS:
                    return self.other_array(name, expected, got)
                return self.array(name, expected, got)
            case Mapping():
                return self.mapping(name, expected, got)
            case Record():
                return self.record(name, expected, got)
            case list() | tuple():
                return self.sequence(name, expected, got)
            case set() | frozenset():
                return self.set(name, expected, got)
            case WorkerObject() | Foreign() if expected.parts is not None:
                return self.of_parts(name, expected, got)
            case WorkerObject() | Foreign():
                raise CourseError(cannot_be_compared(name, expected))
            case str() | bytes() | None:
                wanted = "None" if expected is None else "text"
                if not isinstance(got, type(expected)):
                    return _wrong_type(name, wanted, expected, got)
                return (
                    None if got == expected else _wrong_value(name, "is not the expected text", expected, got)
                )
        return self.scalar(name, expected, got)

    def array(self, name: str, expected: np.ndarray, got: Any) -> Mismatch | None:
        numbers = _numbers_in(got, expected)
        if numbers is not None:
            wrong = self._differs(name, expected, numbers)
            if wrong is None:
                return _other_type(name, expected, got, numbers)
            if isinstance(got, Foreign):  # its type is the lesser mistake
                what = f"is {described(got)} of the right shape but with wrong values"
                return _wrong_value(name, what, expected, numbers)
        if not isinstance(got, np.ndarray):
            return _wrong_type(name, f"a NumPy array of shape {expected.shape}", expected, got)
        if not _same_kind(expected.dtype, got.dtype):
            wanted = _KINDS.get(expected.dtype.kind, expected.dtype.name)
            message = f"{name} is an array of {dtype_in_words(got.dtype)} but should hold {wanted} ({expected.dtype})"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        if got.shape != expected.shape:
            message = f"{name} has {shape_of(got, expected)} but should have shape {expected.shape}"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        return self.numbers(name, expected, got)

    def other_array(self, name: str, expected: np.ndarray, got: Any) -> Mismatch | None:
        """Compare arrays of text, dates or records, which have to be equal, or whose numbers have to agree."""
        wanted = _OTHER_KINDS[expected.dtype.kind]
        if not isinstance(got, np.ndarray) or got.dtype.kind != expected.dtype.kind:
            return _wrong_type(name, f"an array of {wanted} with shape {expected.shape}", expected, got)
        if got.shape != expected.shape:
            message = f"{name} has {shape_of(got, expected)} but should have shape {expected.shape}"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        if expected.dtype.names:
            if got.dtype.names is None or set(got.dtype.names) != set(expected.dtype.names):
                fields = ", ".join(expected.dtype.names)
                message = f"{name} is a structured array that does not have the fields {fields}"
                return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
            return _first(
                self.part(f"{name}[{field!r}]", expected[field], got[field]) for field in expected.dtype.names
            )
        missing = np.isnat(expected) if expected.dtype.kind in "Mm" else np.zeros(expected.shape, bool)
        gone = np.isnat(got) if got.dtype.kind in "Mm" else missing
        if np.array_equal(missing, gone) and _equal(expected[~missing], got[~gone]):
            return None
        return _wrong_value(
            name, f"is an array of {wanted}, as it should be, but not the right ones", expected, got
        )

    def record(self, name: str, expected: Record, got: Any) -> Mismatch | None:
        if not isinstance(got, (tuple, list)):
            wanted = f"{_class_name(expected)}({', '.join(expected.names)})"
            return _wrong_type(name, wanted, expected, got)
        if len(got) != len(expected):
            message = f"{name} has {length_of(got)} parts but should have {len(expected)}"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        named = zip(expected.names, expected, got, strict=True)
        found = _first(self.part(f"{name}.{part}", wanted, came) for part, wanted, came in named)
        return found or self.names_of_record(name, expected, got)

    def names_of_record(self, name: str, expected: Record, got: Any) -> Mismatch | None:
        """Return how the parts of a named tuple whose values are right have other names, or none."""
        if isinstance(got, Record) and got.names == expected.names:
            return None
        came = (
            "a named tuple with other names" if isinstance(got, Record) else f"a plain {type(got).__name__}"
        )
        message = f"{name} holds the right values, but is {came}; return {_class_name(expected)}(...)"
        message += f" with the parts {', '.join(expected.names)}"
        return Mismatch(Kind.OTHER_TYPE, message, name, expected, got)

    def of_parts(self, name: str, expected: Foreign | WorkerObject, got: Any) -> Mismatch | None:
        """Compare what a table, a sparse matrix or an object of a dataclass consists of."""
        assert expected.parts is not None
        if isinstance(expected, Foreign):
            alike = isinstance(got, Foreign) and got.type_name == expected.type_name
            wanted = described(expected)
        else:
            alike = isinstance(got, WorkerObject)
            wanted = f"an object of {_class_name(expected)} with {', '.join(expected.parts) or 'no fields'}"
        if not alike:
            numbers = numbers_in(expected) if isinstance(expected, Foreign) else None
            if isinstance(got, np.ndarray) and numbers is not None and self.part(name, numbers, got) is None:
                message = f"{name} holds the right numbers, but is {described(got)}; return {wanted}"
                return Mismatch(Kind.OTHER_TYPE, message, name, expected, got)
            return _wrong_type(name, wanted, expected, got)
        if got.parts is None:
            return _wrong_type(name, wanted, expected, got)
        if isinstance(expected, WorkerObject) and set(got.parts) != set(expected.parts):
            message = f"{name} should be {wanted}, but has other fields"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        return _first(
            self.part(f"{name}{part}" if part[:1] in "[." else f"{name}.{part}", wanted, got.parts.get(part))
            for part, wanted in expected.parts.items()
        )

    def set(self, name: str, expected: Collection[Any], got: Any) -> Mismatch | None:
        if not isinstance(got, (set, frozenset)):
            return _wrong_type(name, f"a set of {len(expected)}", expected, got)
        if len(got) != len(expected):
            message = f"{name} has {length_of(got)} entries but should have {len(expected)}"
            return Mismatch(Kind.WRONG_VALUE, message, name, expected, got)
        missing, others = [it for it in expected if it not in got], [it for it in got if it not in expected]
        if len(missing) <= MOST_MATCHED:
            for wanted in list(missing):
                same = next((it for it in others if self._same(wanted, it)), None)
                if same is not None:
                    others.remove(same)
                    missing.remove(wanted)
        if not missing:
            return None
        right = len(expected) - len(missing)
        return _wrong_value(name, f"holds {right} of the {len(expected)} right entries", expected, got)

    def _same(self, expected: Any, got: Any) -> bool:
        if type(expected) is not type(got) or isinstance(expected, (WorkerObject, Foreign)):
            return False
        return self.part("", expected, got) is None

    def _differs(self, name: str, expected: np.ndarray, numbers: np.ndarray) -> Mismatch | None:
        """Return how numbers of another type differ, as precisely as their type can hold them; None if they do not."""
        rtol = max(self.rtol, ROUNDING_OF_FLOAT32) if _is_float32(numbers) else self.rtol
        return _Comparison(rtol, self.atol).numbers(name, expected, numbers)

    def numbers(self, name: str, expected: np.ndarray, got: np.ndarray) -> Mismatch | None:
        if self._is_exact(expected, got):
            if np.array_equal(expected, got):
                return None
            shared = "type and shape" if got.ndim else "type"
            return _wrong_value(name, f"has the right {shared} but wrong values", expected, got)
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
        with np.errstate(over="ignore", invalid="ignore"):
            left, right = expected[finite].astype(wide), got[finite].astype(wide)
            close = np.abs(left - right).max() <= self.rtol * np.abs(left).max() + self.atol
        if close:
            return None
        shared = "type and shape" if got.ndim else "type"
        return _wrong_value(name, f"has the right {shared} but wrong values", expected, got)

    def _is_exact(self, expected: np.ndarray, got: np.ndarray) -> bool:
        """Return whether two arrays hold integers that have to be the same: all, unless a test allows more."""
        kinds = {expected.dtype.kind, got.dtype.kind}
        return "O" in kinds or (
            kinds <= set("iu") and self.rtol <= DEFAULT_TOLERANCE and self.atol <= ROUNDING
        )

    def scalar(self, name: str, expected: Any, got: Any) -> Mismatch | None:
        wanted = np.asarray(expected)
        words = _SCALARS.get(wanted.dtype.kind, "an integer")
        if wanted.dtype.kind in _OTHER_KINDS:
            if type(got) is not type(expected) or np.shape(got):
                return _wrong_type(name, words, expected, got)
            if self.other_array(name, np.reshape(expected, 1), np.reshape(got, 1)) is None:
                return None
            return _wrong_value(name, "is not the expected one", expected, got)
        if not _is_scalar(expected):
            raise CourseError(cannot_be_compared(name, expected))
        numbers = _numbers_in(got, wanted)
        if numbers is not None and self._differs(name, wanted, numbers) is None:
            return _other_type(name, wanted, got, numbers)
        if wanted.dtype.kind == "b" and _stands_for_a_bool(got):
            return _bool_as_a_number(name, expected, got)
        if not _is_scalar(got):
            return _wrong_type(name, words, expected, got)
        came = np.asarray(got)
        integer_for_real = wanted.dtype.kind == "f" and came.dtype.kind in "iu"
        if not (integer_for_real or _same_kind(wanted.dtype, came.dtype)):
            return _wrong_type(name, words, expected, got)
        if self.numbers(name, wanted, came) is None:
            return None
        what = f"is {words}, as it should be, but not the right one"
        if came.dtype.kind in "fc" and not math.isfinite(abs(came)):
            what = f"is {'NaN' if np.isnan(came) else 'infinite'}"
        return _wrong_value(name, what, expected, got)

    def sequence(self, name: str, expected: Sequence[Any], got: Any) -> Mismatch | None:
        if not (isinstance(got, (list, tuple)) or (isinstance(got, np.ndarray) and got.ndim == 1)):
            return _wrong_type(name, f"a list of {len(expected)}", expected, got)
        if len(got) != len(expected):
            message = f"{name} has {length_of(got)} entries but should have {len(expected)}"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        pairs = enumerate(zip(expected, got, strict=True))
        return _first(self.part(f"{name}[{index}]", wanted, came) for index, (wanted, came) in pairs)

    def mapping(self, name: str, expected: Mapping[Any, Any], got: Any) -> Mismatch | None:
        if not isinstance(got, dict):
            return _wrong_type(name, f"a dictionary with {len(expected)} entries", expected, got)
        if set(got) != set(expected):
            message = (
                f"{name} has {length_of(got)} keys, {len(set(expected) & set(got))} of them right; "
                f"it should have {len(expected)}"
            )
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        if isinstance(expected, OrderedDict) and list(got) != list(expected):
            return _wrong_value(name, "has the right keys in another order", expected, got)
        shown_keys = (self.name_of_key(key, number, len(expected)) for number, key in enumerate(expected, 1))
        return _first(
            self.part(f"{name}[{shown_key}]", wanted, got[key])
            for shown_key, (key, wanted) in zip(shown_keys, expected.items(), strict=True)
        )


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


def cannot_be_compared(name: str, expected: Any) -> str:
    """Return the sentence for an expected value of which nothing can be compared: what to return instead."""
    if isinstance(expected, WorkerObject):
        what = f"an object of {_class_name(expected)}"
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


def _class_name(value: Record | WorkerObject) -> str:
    return value.type_name.rpartition(".")[2] or "its class"


def _first(mismatches: Iterable[Mismatch | None]) -> Mismatch | None:
    """Return the first mismatch that is wrong, or else the first that is of another type."""
    other_type: Mismatch | None = None
    for mismatch in mismatches:
        if mismatch is not None and mismatch.kind is not Kind.OTHER_TYPE:
            return mismatch
        other_type = other_type or mismatch
    return other_type


def _numbers_in(got: Any, expected: np.ndarray) -> np.ndarray | None:
    """Return the numbers of a value of another type than the expected one, in its shape; None if there are none.

    A list or tuple of numbers takes the place of an array, an `np.matrix` that of an array or a number; whole
    floats take that of integers, integers that of floats in an array, and float32 that of float64.
    """
    numbers: object = got
    if isinstance(got, Foreign):
        numbers = numbers_in(got)
    elif isinstance(got, (list, tuple)) and expected.ndim and len(got) == len(expected):
        numbers = _as_array(got)
    elif _is_scalar(got):
        numbers = np.asarray(got)
    if not isinstance(numbers, np.ndarray) or not {expected.dtype.kind, numbers.dtype.kind} <= set("iuf"):
        return None
    if isinstance(got, Foreign) and expected.ndim < 2 and numbers.size == expected.size:
        numbers = numbers.reshape(expected.shape)  # an np.matrix always has two dimensions
    plain = isinstance(got, np.ndarray) or (_is_scalar(got) and not expected.ndim)
    integer_for_real = not expected.ndim and expected.dtype.kind == "f" and numbers.dtype.kind in "iu"
    as_asked = _same_kind(expected.dtype, numbers.dtype) or integer_for_real
    if numbers.shape != expected.shape or (plain and as_asked and not _is_narrower(numbers, expected)):
        return None
    return numbers


def in_types_of(expected: Any, got: Any) -> Any:
    """Return a value with its numbers in the types of the expected ones, wherever it has as many in another type.

    An `np.matrix` or a list becomes the plain array that stands in its place, for example. Numbers that the
    expected type cannot hold, as labels that are no whole numbers, keep their own.
    """
    if isinstance(expected, (list, tuple)):
        if isinstance(expected, tuple) and isinstance(got, np.ndarray) and got.ndim:
            got = tuple(got)
        if not isinstance(got, (list, tuple)) or len(got) != len(expected):
            return got
        parts = [in_types_of(*pair) for pair in zip(expected, got, strict=True)]
        return got.with_parts(parts) if isinstance(got, Record) else type(got)(parts)
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return got
        return {key: in_types_of(expected[key], it) if key in expected else it for key, it in got.items()}
    if not isinstance(expected, np.ndarray) and not _is_scalar(expected):
        return got
    wanted = np.asarray(expected)
    if wanted.dtype.kind == "b" and not wanted.ndim and _stands_for_a_bool(got):
        return bool(got)
    numbers = _numbers_in(got, wanted) if wanted.dtype.kind in "fiu" else None
    if numbers is None:
        return got
    with np.errstate(all="ignore"):
        converted = numbers.astype(wanted.dtype)
    if not np.array_equal(converted, numbers, equal_nan=numbers.dtype.kind == "f"):
        converted = numbers
    return converted if isinstance(expected, np.ndarray) else converted[()]


def _as_array(parts: Sequence[Any]) -> np.ndarray | None:
    """Return nested lists of numbers as an array, or None if they are ragged or hold something else."""
    try:
        return np.array(parts)
    except (ValueError, TypeError, OverflowError):
        return None


def _is_float32(numbers: np.ndarray) -> bool:
    return numbers.dtype.kind == "f" and numbers.dtype.itemsize == np.dtype(np.float32).itemsize


def _is_narrower(numbers: np.ndarray, expected: np.ndarray) -> bool:
    return numbers.dtype.kind == expected.dtype.kind == "f" and numbers.itemsize < expected.itemsize


def _other_type(name: str, expected: np.ndarray, got: Any, numbers: np.ndarray) -> Mismatch:
    wanted = {"f": "float", "i": "int", "u": "int"}[expected.dtype.kind]
    came = described(got)
    if not expected.ndim:
        came = came if isinstance(got, Foreign) else f"of type {numbers.dtype}"
        asked, how = _SCALARS.get(expected.dtype.kind, "an integer"), f"{wanted}(...)"
    elif isinstance(got, np.ndarray):
        came, asked = (
            f"an array of {got.dtype}",
            f"an array of {_KINDS[expected.dtype.kind]} ({expected.dtype})",
        )
        how = f".astype({'np.float64' if wanted == 'float' else 'int'})"
    else:
        asked, how = f"a plain NumPy array of {expected.dtype}", f"np.asarray(..., dtype={wanted})"
    right = "holds the right numbers" if expected.ndim else "is the right number"
    message = (
        f"{name} {right}, but {'is ' * bool(expected.ndim)}{came}; return {asked}, for example with {how}"
    )
    return Mismatch(Kind.OTHER_TYPE, message, name, expected, got)


def _stands_for_a_bool(value: Any) -> bool:
    """Return whether a value is the number 0 or 1, which Python takes for False and True."""
    array = np.asarray(value) if _is_scalar(value) else None
    return array is not None and array.dtype.kind in "iuf" and bool(np.isin(array, (0, 1)))


def _bool_as_a_number(name: str, expected: Any, got: Any) -> Mismatch:
    if bool(got) is not bool(expected):
        return _wrong_value(name, "is the wrong one of True and False, written as a number", expected, got)
    message = f"{name} is right, but a number; return True or False, for example with bool(...)"
    return Mismatch(Kind.OTHER_TYPE, message, name, expected, got)


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


def _equal(left: np.ndarray, right: np.ndarray) -> bool:
    """Return whether arrays are equal, and not where NumPy cannot even bring them together."""
    try:
        return bool(np.array_equal(left, right))
    except (OverflowError, TypeError):
        # Such as spans of months and of seconds, records of other lengths, or huge integers.
        return False


def _close(left: np.ndarray, right: np.ndarray) -> bool:
    if not left.size:
        return True
    kinds = {left.dtype.kind, right.dtype.kind}
    if not kinds.isdisjoint(_OTHER_KINDS):  # dates agree with no numbers
        return len(kinds) == 1 and compare_values(left, right) is None
    if "O" in kinds:  # an integer that fits no machine type
        return _equal(left, right)
    finite = np.isfinite(left)
    if not np.array_equal(left[~finite], right[~finite], equal_nan=left.dtype.kind in "fc"):
        return False
    wide = np.result_type(left, right, np.float64)
    return not finite.any() or (
        compare_values(left[finite].astype(wide), right[finite].astype(wide), rtol=SAME) is None
    )
