"""Compares what student code returned with what was expected: type, dtype kind, shape, finiteness, tolerance.

The questions are asked in this order and the first that fails gives the message. Numbers are compared by norm,
`max|got - expected| <= rtol * max|expected| + atol`: right code differs by rounding only, and an
elementwise relative error would punish entries that nearly cancel.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
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
    with_lost_entries,
    wrong_number_of_values,
)
from autograder.values.kinds import Foreign, Record, WorkerObject
from autograder.values.libraries import numbers_in, taken_apart
from autograder.values.mismatch import (
    KINDS,
    OTHER_KINDS,
    ROUNDING,
    SCALARS,
    Mismatch,
    bool_as_a_number,
    cannot_be_compared,
    class_name,
    first_of,
    right_but_of_another_type,
    wrong_type,
    wrong_value,
)
from autograder.values.other_types import in_another_type, is_float32, is_scalar, same_kind, stands_for_a_bool
from autograder.values.walk import mapped

SAME = 1e-7
"""Relative tolerance within which two programs count as doing the same; both compute in float64."""
ROUNDING_OF_FLOAT32 = 1e-5
"""Relative tolerance for results in float32, which is what sums and products of its rounding add up to."""
DEFAULT_TOLERANCE = 1e-6
"""Relative tolerance of comparisons, unless they say otherwise."""
MOST_MATCHED = 300
"""Entries of sets that are matched one by one; larger sets have to hold the very same ones."""
LONGEST_KEY = 40
"""In characters; a longer key of a dictionary is called by its number."""


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


def parts_in_another_order(
    expected: Any,
    got: Any,
    names: Sequence[str],
    rtol: float = DEFAULT_TOLERANCE,
    atol: float = 0.0,
) -> str:
    """Return in which order the right parts came, "dW, loss in the place of loss, dW"; empty if it is not that.

    Parts that are the same tell nothing about their order.
    """
    if not (isinstance(expected, tuple) and isinstance(got, (tuple, list)) and len(got) == len(expected)):
        return ""
    fits = [
        [place for place, came in enumerate(got) if compare_values(wanted, came, (), rtol, atol) is None]
        for wanted in expected
    ]
    places = [found[0] for found in fits if len(found) == 1]
    if len(names) != len(expected) or sorted(places) != [*range(len(expected))]:
        return ""
    came = [names[places.index(place)] for place in range(len(places))]
    return f"{', '.join(came)} in the place of {', '.join(names)}" if came != [*names] else ""


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
                if expected.dtype.kind in OTHER_KINDS:
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
                    return wrong_type(name, wanted, expected, got)
                return (
                    None if got == expected else wrong_value(name, "is not the expected text", expected, got)
                )
        return self.scalar(name, expected, got)

    def array(self, name: str, expected: np.ndarray, got: Any) -> Mismatch | None:
        numbers = in_another_type(got, expected)
        if numbers is not None:
            wrong = self._differs(name, expected, numbers)
            if wrong is None:
                return right_but_of_another_type(name, expected, got, numbers)
            if isinstance(got, Foreign):  # its type is the lesser mistake
                what = f"is {described(got)} of the right shape but with wrong values"
                return wrong_value(name, what, expected, numbers)
        if not isinstance(got, np.ndarray):
            return wrong_type(name, f"a NumPy array of shape {expected.shape}", expected, got)
        if not same_kind(expected.dtype, got.dtype):
            wanted = KINDS.get(expected.dtype.kind, expected.dtype.name)
            message = f"{name} is an array of {dtype_in_words(got.dtype)} but should hold {wanted} ({expected.dtype})"
            if numbers is not None:  # or another type would be all
                message += ", and its values are wrong, too"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        if got.shape != expected.shape:
            message = f"{name} has {shape_of(got, expected)} but should have shape {expected.shape}"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        return self.numbers(name, expected, got)

    def other_array(self, name: str, expected: np.ndarray, got: Any) -> Mismatch | None:
        """Compare arrays of text, dates or records, which have to be equal, or whose numbers have to agree."""
        wanted = OTHER_KINDS[expected.dtype.kind]
        if not isinstance(got, np.ndarray) or got.dtype.kind != expected.dtype.kind:
            return wrong_type(name, f"an array of {wanted} with shape {expected.shape}", expected, got)
        if got.shape != expected.shape:
            message = f"{name} has {shape_of(got, expected)} but should have shape {expected.shape}"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        if expected.dtype.names:
            if got.dtype.names is None or set(got.dtype.names) != set(expected.dtype.names):
                fields = ", ".join(expected.dtype.names)
                message = f"{name} is a structured array that does not have the fields {fields}"
                return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
            return first_of(
                self.part(f"{name}[{field!r}]", expected[field], got[field]) for field in expected.dtype.names
            )
        missing = np.isnat(expected) if expected.dtype.kind in "Mm" else np.zeros(expected.shape, bool)
        gone = np.isnat(got) if got.dtype.kind in "Mm" else missing
        if np.array_equal(missing, gone) and _equal(expected[~missing], got[~gone]):
            return None
        return wrong_value(
            name, f"is an array of {wanted}, as it should be, but not the right ones", expected, got
        )

    def record(self, name: str, expected: Record, got: Any) -> Mismatch | None:
        if not isinstance(got, (tuple, list)):
            wanted = f"{class_name(expected)}({', '.join(expected.names)})"
            return wrong_type(name, wanted, expected, got)
        if len(got) != len(expected):
            message = f"{name} has {length_of(got, 'part')} but should have {len(expected)}"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        named = zip(expected.names, expected, got, strict=True)
        found = first_of(self.part(f"{name}.{part}", wanted, came) for part, wanted, came in named)
        return found or self.names_of_record(name, expected, got)

    def names_of_record(self, name: str, expected: Record, got: Any) -> Mismatch | None:
        """Return how the parts of a named tuple whose values are right have other names, or none."""
        if isinstance(got, Record) and got.names == expected.names:
            return None
        came = (
            "a named tuple with other names" if isinstance(got, Record) else f"a plain {type(got).__name__}"
        )
        message = f"{name} holds the right values, but is {came}; return {class_name(expected)}(...)"
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
            wanted = f"an object of {class_name(expected)} with {', '.join(expected.parts) or 'no fields'}"
        if not alike:
            numbers = numbers_in(expected) if isinstance(expected, Foreign) else None
            if isinstance(got, np.ndarray) and numbers is not None and self.part(name, numbers, got) is None:
                message = f"{name} holds the right numbers, but is {described(got)}; return {wanted}"
                return Mismatch(Kind.OTHER_TYPE, message, name, expected, got)
            return wrong_type(name, wanted, expected, got)
        if got.parts is None:
            return wrong_type(name, wanted, expected, got)
        if isinstance(expected, WorkerObject) and set(got.parts) != set(expected.parts):
            message = f"{name} should be {wanted}, but has other fields"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        return first_of(
            self.part(f"{name}{part}" if part[:1] in "[." else f"{name}.{part}", wanted, got.parts.get(part))
            for part, wanted in expected.parts.items()
        )

    def set(self, name: str, expected: Collection[Any], got: Any) -> Mismatch | None:
        if not isinstance(got, (set, frozenset)):
            return wrong_type(name, f"a set of {length_of(expected)}", expected, got)
        if len(got) != len(expected):
            message = f"{name} has {length_of(got)} but should have {len(expected)}"
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
        return wrong_value(name, f"has {right} of {length_of(expected)} right", expected, got)

    def _same(self, expected: Any, got: Any) -> bool:
        if type(expected) is not type(got) or isinstance(expected, (WorkerObject, Foreign)):
            return False
        return self.part("", expected, got) is None

    def _differs(self, name: str, expected: np.ndarray, numbers: np.ndarray) -> Mismatch | None:
        """Return how numbers of another type differ, as precisely as their type can hold them; None if they do not."""
        rtol = max(self.rtol, ROUNDING_OF_FLOAT32) if is_float32(numbers) else self.rtol
        return _Comparison(rtol, self.atol).numbers(name, expected, numbers)

    def numbers(self, name: str, expected: np.ndarray, got: np.ndarray) -> Mismatch | None:
        if self._is_exact(expected, got):
            if np.array_equal(expected, got):
                return None
            shared = "type and shape" if got.ndim else "type"
            return wrong_value(name, f"has the right {shared} but wrong values", expected, got)
        finite = np.isfinite(expected)
        lost = finite & ~np.isfinite(got)
        if lost.any():
            return Mismatch(Kind.WRONG_VALUE, with_lost_entries(name, got, lost), name, expected, got)
        if not finite.all() and not np.array_equal(expected[~finite], got[~finite], equal_nan=True):
            return wrong_value(name, "has wrong entries where NaN or infinity is expected", expected, got)
        if not finite.any() or _is_within(self.rtol, self.atol, expected[finite], got[finite]):
            return None
        shared = "type and shape" if got.ndim else "type"
        return wrong_value(name, f"has the right {shared} but wrong values", expected, got)

    def _is_exact(self, expected: np.ndarray, got: np.ndarray) -> bool:
        """Return whether two arrays hold integers that have to be the same: all, unless a test allows more."""
        kinds = {expected.dtype.kind, got.dtype.kind}
        return "O" in kinds or (
            kinds <= set("iu") and self.rtol <= DEFAULT_TOLERANCE and self.atol <= ROUNDING
        )

    def scalar(self, name: str, expected: Any, got: Any) -> Mismatch | None:
        wanted = np.asarray(expected)
        words = SCALARS.get(wanted.dtype.kind, "an integer")
        if wanted.dtype.kind in OTHER_KINDS:
            if type(got) is not type(expected) or np.shape(got):
                return wrong_type(name, words, expected, got)
            if self.other_array(name, np.reshape(expected, 1), np.reshape(got, 1)) is None:
                return None
            return wrong_value(name, "is not the expected one", expected, got)
        if not is_scalar(expected):
            raise CourseError(cannot_be_compared(name, expected))
        numbers = in_another_type(got, wanted)
        if numbers is not None and self._differs(name, wanted, numbers) is None:
            return right_but_of_another_type(name, wanted, got, numbers)
        if wanted.dtype.kind == "b" and stands_for_a_bool(got):
            return bool_as_a_number(name, expected, got)
        if not is_scalar(got):
            return wrong_type(name, words, expected, got)
        came = np.asarray(got)
        integer_for_real = wanted.dtype.kind == "f" and came.dtype.kind in "iu"
        if not (integer_for_real or same_kind(wanted.dtype, came.dtype)):
            return wrong_type(name, words, expected, got)
        if self.numbers(name, wanted, came) is None:
            return None
        what = f"is {words}, as it should be, but not the right one"
        if came.dtype.kind in "fc" and not math.isfinite(abs(came)):
            what = f"is {'NaN' if np.isnan(came) else 'infinite'}"
        return wrong_value(name, what, expected, got)

    def sequence(self, name: str, expected: Sequence[Any], got: Any) -> Mismatch | None:
        if not (isinstance(got, (list, tuple)) or (isinstance(got, np.ndarray) and got.ndim == 1)):
            return wrong_type(name, f"a list of {length_of(expected)}", expected, got)
        if len(got) != len(expected):
            message = f"{name} has {length_of(got)} but should have {len(expected)}"
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        pairs = enumerate(zip(expected, got, strict=True))
        return first_of(self.part(f"{name}[{index}]", wanted, came) for index, (wanted, came) in pairs)

    def mapping(self, name: str, expected: Mapping[Any, Any], got: Any) -> Mismatch | None:
        if not isinstance(got, dict):
            return wrong_type(name, f"a dictionary of {length_of(expected)}", expected, got)
        if set(got) != set(expected):
            message = (
                f"{name} has {length_of(got, 'key')}, {len(set(expected) & set(got))} of them right; "
                f"it should have {len(expected)}"
            )
            return Mismatch(Kind.WRONG_TYPE_OR_SHAPE, message, name, expected, got)
        if isinstance(expected, OrderedDict) and list(got) != list(expected):
            return wrong_value(name, "has the right keys in another order", expected, got)
        shown_keys = (self.name_of_key(key, number, len(expected)) for number, key in enumerate(expected, 1))
        return first_of(
            self.part(f"{name}[{shown_key}]", wanted, got[key])
            for shown_key, (key, wanted) in zip(shown_keys, expected.items(), strict=True)
        )


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
    if not kinds.isdisjoint(OTHER_KINDS):  # dates agree with no numbers
        return len(kinds) == 1 and compare_values(left, right) is None
    if "O" in kinds:  # an integer that fits no machine type
        return _equal(left, right)
    finite = np.isfinite(left)
    if not finite.all():
        if not np.array_equal(left[~finite], right[~finite], equal_nan=left.dtype.kind in "fc"):
            return False
        left, right = left[finite], right[finite]
    return not left.size or _is_within(SAME, ROUNDING, left, right)


def _is_within(rtol: float, atol: float, expected: np.ndarray, got: np.ndarray) -> bool:
    """Return whether no entry is farther from the expected finite one than the tolerances allow."""
    wide = np.complex128 if "c" in (expected.dtype.kind, got.dtype.kind) else np.float64
    with np.errstate(over="ignore", invalid="ignore"):
        left, right = expected.astype(wide), got.astype(wide)
        return bool(np.abs(left - right).max() <= rtol * np.abs(left).max() + atol)
