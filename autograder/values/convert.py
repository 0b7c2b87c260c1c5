"""Converts a reply to what a test can compute with, or says why it cannot be: type, shape, numbers, finiteness.

Student code may return anything. A test that computes with a reply asks for it here first, so that no reply can break
the test, and what is wrong with it is told in a sentence of its own.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.model.verdict import Kind
from autograder.values import libraries
from autograder.values.describe import described, shape_of, with_lost_entries, wrong_number_of_values
from autograder.values.kinds import Foreign, Record, TooLargeError, WorkerObject
from autograder.values.libraries import numbers_in

Shape = tuple[int | None, ...]
"""Extents of an array; None stands for any."""


class Unusable(Exception):
    """A reply that a test cannot compute with; carries the kind of verdict, and the sentence as its text."""

    def __init__(self, kind: Kind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


def numbers(value: Any, name: str, shape: Shape | None = None, finite: bool = True) -> np.ndarray:
    """Return real numbers as a new array of float64.

    Parameters
    ----------
    value
        A reply: a number, an array, an `np.matrix`, or nested lists or tuples of numbers.
    name
        What the sentence calls it.
    shape
        The shape that it must have; any if None.
    finite
        Whether NaN and infinity are refused.

    Raises
    ------
    Unusable
        If it is something else.
    """
    array = _as_array(value)
    if array is None or array.dtype.kind not in "fiu":
        raise Unusable(
            Kind.WRONG_TYPE_OR_SHAPE, f"{name} should be {_wanted(shape)}, but {_instead(value, array)}"
        )
    if shape is not None and not _fits(array.shape, shape):
        raise Unusable(
            Kind.WRONG_TYPE_OR_SHAPE, f"{name} should be {_wanted(shape)}, but {_of_shape(value, array)}"
        )
    lost = ~np.isfinite(array)
    if finite and lost.any():
        raise Unusable(Kind.WRONG_VALUE, with_lost_entries(name, array, lost))
    return array.astype(np.float64)


def rebuilt(value: Any, name: str) -> Any:
    """Return a reply with tables, sparse matrices and masked arrays in it as the library's own values.

    Parameters
    ----------
    name
        What the sentence calls it.

    Raises
    ------
    Unusable
        If one of them cannot be made again: its parts do not fit together, or it is too large.
    """
    kind = type(value)
    if kind in (list, tuple):
        return kind(rebuilt(part, name) for part in value)
    if kind in (dict, OrderedDict):
        return kind((key, rebuilt(part, name)) for key, part in value.items())
    if kind is Record:
        return value.with_parts([rebuilt(part, name) for part in value])
    if kind is not Foreign:
        return value
    try:
        return libraries.rebuilt(value)
    except TooLargeError as error:
        why = f"{name} is {described(value)} that is too large for a test: {error}"
    except Exception:  # parts of student code's making
        why = f"{name} is {described(value)} of which no test can make one again"
    raise Unusable(Kind.WRONG_TYPE_OR_SHAPE, why)


def parts(value: Any, names: Sequence[str]) -> tuple[Any, ...]:
    """Return the values that a call returns together, one for each name.

    Raises
    ------
    Unusable
        If it is no tuple or list of that many, nor an array with a row for each.
    """
    rows = isinstance(value, np.ndarray) and value.ndim
    if (isinstance(value, (tuple, list)) or rows) and len(value) == len(names):
        return tuple(value)
    raise Unusable(Kind.WRONG_TYPE_OR_SHAPE, wrong_number_of_values(names, value))


def worker_object(value: Any, name: str, class_name: str, what: str) -> WorkerObject:
    """Return an object of this class, which the sentence calls `what`.

    Raises
    ------
    Unusable
        If it is something else.
    """
    if isinstance(value, WorkerObject) and value.type_name == class_name:
        return value
    came = "an object of another class" if isinstance(value, WorkerObject) else described(value)
    raise Unusable(Kind.WRONG_TYPE_OR_SHAPE, f"{name} should be {what}, but is {came}")


def _as_array(value: Any) -> np.ndarray | None:
    """Return numbers or nested sequences of numbers as an array; None if NumPy finds no shape for them."""
    if isinstance(value, Foreign):
        return numbers_in(value)
    if not isinstance(value, (int, float, complex, np.generic, np.ndarray, list, tuple)):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.array(value)
    except (ValueError, TypeError, OverflowError):
        return None


def _fits(shape: tuple[int, ...], wanted: Shape) -> bool:
    return len(shape) == len(wanted) and all(
        it in (None, extent) for extent, it in zip(shape, wanted, strict=True)
    )


def _wanted(shape: Shape | None) -> str:
    match shape:
        case None:
            return "an array of numbers"
        case ():
            return "a number"
        case (None,):
            return "a list or an array of numbers"
        case (extent,):
            return f"a list or an array of {extent} numbers"
    extents = ", ".join("any" if extent is None else str(extent) for extent in shape)
    return f"an array of numbers of shape ({extents})"


def _instead(value: Any, array: np.ndarray | None) -> str:
    if not isinstance(value, (list, tuple)):
        return f"is {described(value)}"
    if array is None or array.dtype.kind == "O":
        return f"is {described(value)} in which not every entry is a number, or rows differ in length"
    return f"is {described(value)} in which not every entry is a real number"


def _of_shape(value: Any, array: np.ndarray) -> str:
    if isinstance(value, (list, tuple)) and array.ndim == 1:
        return f"is {described(value)}"
    return f"has {shape_of(array)}" if array.ndim else f"is {described(value)}"
