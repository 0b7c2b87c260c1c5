"""Right numbers in another type: an `np.matrix`, lists, whole floats for labels, float32."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.values.kinds import Foreign, Record
from autograder.values.libraries import numbers_in
from autograder.values.mismatch import KINDS


def in_another_type(got: Any, expected: np.ndarray) -> np.ndarray | None:
    """Return the numbers of a value of another type than the expected one, in its shape; None if there are none.

    A list or tuple of numbers takes the place of an array, an `np.matrix` that of an array or a number; whole
    floats take that of integers, integers that of floats in an array, and float32 that of float64.
    """
    if isinstance(got, (np.ndarray, np.generic)) and got.dtype == expected.dtype:  # as most are
        return None
    numbers: object = got
    if isinstance(got, Foreign):
        numbers = numbers_in(got)
    elif isinstance(got, (list, tuple)) and expected.ndim and len(got) == len(expected):
        numbers = _as_array(got)
    elif is_scalar(got):
        numbers = np.asarray(got)
    if not isinstance(numbers, np.ndarray) or not {expected.dtype.kind, numbers.dtype.kind} <= set("iuf"):
        return None
    if isinstance(got, Foreign) and expected.ndim < 2 and numbers.size == expected.size:
        numbers = numbers.reshape(expected.shape)  # an np.matrix always has two dimensions
    plain = isinstance(got, np.ndarray) or (is_scalar(got) and not expected.ndim)
    integer_for_real = not expected.ndim and expected.dtype.kind == "f" and numbers.dtype.kind in "iu"
    as_asked = same_kind(expected.dtype, numbers.dtype) or integer_for_real
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
    if not isinstance(expected, np.ndarray) and not is_scalar(expected):
        return got
    wanted = np.asarray(expected)
    if wanted.dtype.kind == "b" and not wanted.ndim and stands_for_a_bool(got):
        return bool(got)
    numbers = in_another_type(got, wanted) if wanted.dtype.kind in "fiu" else None
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


def is_float32(numbers: np.ndarray) -> bool:
    """Return whether an array holds numbers of single precision, in either byte order."""
    return numbers.dtype.kind == "f" and numbers.dtype.itemsize == np.dtype(np.float32).itemsize


def _is_narrower(numbers: np.ndarray, expected: np.ndarray) -> bool:
    return numbers.dtype.kind == expected.dtype.kind == "f" and numbers.itemsize < expected.itemsize


def stands_for_a_bool(value: Any) -> bool:
    """Return whether a value is the number 0 or 1, which Python takes for False and True."""
    array = np.asarray(value) if is_scalar(value) else None
    return array is not None and array.dtype.kind in "iuf" and bool(np.isin(array, (0, 1)))


def same_kind(expected: np.dtype[Any], got: np.dtype[Any]) -> bool:
    """Return whether dtypes hold the same kind of thing, whatever their widths and signs."""
    return KINDS.get(expected.kind, expected.kind) == KINDS.get(got.kind, got.kind)


def is_scalar(value: Any) -> bool:
    """Return whether a value is one number or one NumPy scalar, also as an array without dimensions."""
    return isinstance(value, (bool, int, float, complex, np.generic)) or (
        isinstance(value, np.ndarray) and value.ndim == 0
    )
