"""Sparse matrices and arrays of SciPy: their entries by row and column, whatever format they are kept in."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.values.kinds import Foreign, TooLargeError

FORMATS = frozenset({"csr", "csc", "coo", "bsr", "dia", "lil", "dok"})
WORDS = {"scipy.sparse": "a sparse matrix"}
MOST_DENSE = 1 << 22
"""In entries: what is larger is not compared with an array."""
NOTHING = 1e-12
"""Entries below this part of the largest count as rounding, and are left out."""


def taken_apart(value: Any) -> Foreign | None:
    """Return shape and entries of a sparse matrix or array, in the order of rows and columns."""
    from scipy import sparse

    if not sparse.issparse(value):
        return None
    entries = sparse.coo_array(value.reshape(1, -1) if value.ndim == 1 else value)
    entries.sum_duplicates()
    order = np.lexsort((entries.col, entries.row))
    numbers = entries.data[order]
    largest = np.abs(numbers[np.isfinite(numbers)]).max(initial=0) if numbers.dtype.kind in "fc" else 0
    kept = ~(np.abs(numbers) <= NOTHING * largest) if largest else numbers != 0
    parts = {
        "shape": tuple(map(int, value.shape)),
        "format": value.format,
        "rows": entries.row[order][kept].astype(np.int64),
        "columns": entries.col[order][kept].astype(np.int64),
        "entries": numbers[kept],
    }
    return Foreign("scipy.sparse", None, parts, {"kind": "matrix"} if sparse.isspmatrix(value) else {})


def made(value: Foreign) -> Any:
    """Return a sparse matrix or array, whichever it was, of the format that it had."""
    from scipy import sparse

    assert value.parts is not None
    rows, columns, entries = (value.parts[name].copy() for name in ("rows", "columns", "entries"))
    shape = value.parts["shape"]
    if len(shape) == 1:
        return sparse.coo_array((entries, (columns,)), shape).asformat(value.parts["format"])
    kind = sparse.coo_matrix if value.to_rebuild.get("kind") == "matrix" else sparse.coo_array
    return kind((entries, (rows, columns)), shape).asformat(value.parts["format"])


def require_sound(value: Foreign) -> None:
    """Raise unless a matrix can be made of these parts, which student code may have made up, and is not too large.

    Raises
    ------
    ValueError
        If it cannot, or is.
    TypeError, LookupError
        If a part is missing or of an unknown kind.
    """
    assert value.parts is not None
    shape, format = value.parts["shape"], value.parts["format"]
    rows, columns, entries = (value.parts[name] for name in ("rows", "columns", "entries"))
    arrays = [it for it in (rows, columns, entries) if isinstance(it, np.ndarray) and it.ndim == 1]
    if (
        len(arrays) < 3
        or rows.dtype != np.int64
        or columns.dtype != np.int64
        or entries.dtype.kind not in "fiubc"
    ):
        raise TypeError("rows, columns and entries are no arrays of numbers")
    extents = isinstance(shape, tuple) and all(type(it) is int and it >= 0 for it in shape)
    if not extents or len(shape) not in (1, 2) or format not in FORMATS:
        raise ValueError("its shape or format is none")
    height, width = (1, *shape)[-2:]
    places = zip((rows, columns), (height, width), strict=True)
    if not len(rows) == len(columns) == len(entries) or any(
        (it < 0).any() or (it >= extent).any() for it, extent in places
    ):
        raise ValueError("an entry lies outside of it")
    # Every format keeps something for each row, each column or each diagonal.
    kept = len(np.unique(columns - rows)) * width if format == "dia" else height * width + height + width
    if kept > MOST_DENSE:
        raise TooLargeError(f"a sparse matrix may have {MOST_DENSE:,} entries, with its zeros")


def numbers_in(value: Foreign) -> np.ndarray | None:
    """Return the matrix with its zeros, unless that is very large."""
    assert value.parts is not None
    shape = value.parts["shape"]
    if len(shape) not in (1, 2) or math.prod(shape) > MOST_DENSE:
        return None
    entries = value.parts["entries"]
    dense = np.zeros(shape, entries.dtype)
    places = (value.parts["rows"], value.parts["columns"])[-len(shape) :]
    if any((it < 0).any() for it in places):
        return None
    dense[places] = entries
    return dense
