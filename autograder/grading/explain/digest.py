"""A short digest of what a test observed: equal for hand-ins that gave the same values, telling nothing of them."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograder.values.kinds import Foreign

BYTES = 8
STEPS = 1e6
"""Numbers count as equal within about this part of the largest of their array, as comparisons have it."""
OFFSET = 0.2718281828
"""No number that people write is halfway between two steps, where rounding errors would part what is equal."""
LARGER = 1.2345
"""The same for the largest number of an array, which decides how long a step is."""


_TYPE_SAYS_ALL = frozenset(
    {
        "FloatingPointError",
        "IndexError",
        "KeyError",
        "MemoryError",
        "OverflowError",
        "RecursionError",
        "UnboundLocalError",
        "ZeroDivisionError",
    }
)
"""Exceptions whose texts only differ by container, type or name: one for a list, another for an array."""
_OF_SHAPES = re.compile(r"broadcast|not aligned|core dimension|match along axis|dimensions except|same shape")
"""NumPy has a text for each function that does not find the shapes it needs."""
_NUMBERS = re.compile(r"[+-]?\d[\d.,e+-]*")


def digest_of_events(events: Iterable[Any]) -> str:
    """Return the digest of what a test observed, with the cause of an exception in the place of its text."""
    return digest_of([_with_its_cause(event) for event in events])


def _with_its_cause(event: Any) -> Any:
    match event:
        case ("raised", str(type_name), str(text)):
            return ("raised", type_name, _cause(type_name, text))
    return event


def _cause(type_name: str, text: str) -> str:
    if type_name in _TYPE_SAYS_ALL:
        return ""
    return "shapes" if _OF_SHAPES.search(text) else _NUMBERS.sub("0", text)


def digest_of(events: Any) -> str:
    """Return the digest of what was observed, as hexadecimal digits.

    Numbers are rounded first, so that the order of additions makes no difference; integers and real numbers, and
    lists and tuples, are not told apart.
    """
    digest = hashlib.blake2b(digest_size=BYTES)
    _add(digest, events)
    return digest.hexdigest()


def _add(digest: hashlib.blake2b, value: Any) -> None:
    match value:
        case None:
            digest.update(b"none;")
        case np.ndarray():
            _add_array(digest, value)
        case str() | bytes():
            content = value.encode(errors="surrogatepass") if isinstance(value, str) else value
            digest.update(b"text %d;" % len(content) + content)
        case bool() | int() | float() | complex() | np.generic():
            _add_array(digest, np.asarray(value))
        case list() | tuple():
            digest.update(b"list %d;" % len(value))
            for part in value:
                _add(digest, part)
        case Mapping():
            digest.update(b"dict %d;" % len(value))
            for key in sorted(value, key=repr):
                _add(digest, key)
                _add(digest, value[key])
        case set() | frozenset():
            digest.update(b"set %d;" % len(value))
            for part in sorted(map(digest_of, value)):
                digest.update(part.encode())
        case Foreign():
            digest.update(b"foreign;")
            _add(digest, value.type_name)
            if value.parts is not None:
                _add(digest, value.parts)
        case _:
            digest.update(b"other;")


def _add_array(digest: hashlib.blake2b, array: np.ndarray) -> None:
    kind = {"i": "n", "u": "n", "f": "n"}.get(array.dtype.kind, array.dtype.kind)
    digest.update(f"array {kind} {array.shape};".encode())
    if kind == "n":
        digest.update(_rounded(array.astype(np.float64).ravel()))
    elif kind == "c":
        numbers = array.astype(np.complex128).ravel()
        digest.update(_rounded(np.concatenate([numbers.real, numbers.imag])))
    elif kind == "O":
        _add(digest, [repr(part)[:1_000] for part in array.flat])  # integers that fit no machine type
    else:
        digest.update(np.ascontiguousarray(array).tobytes())


def _rounded(numbers: np.ndarray) -> bytes:
    finite = np.isfinite(numbers)
    steps = np.zeros(len(numbers), dtype=np.int64)
    largest = float(np.abs(numbers[finite]).max(initial=0.0))
    if largest:
        mantissas, exponent = numbers[finite], math.frexp(largest / 2 * LARGER)[1]
        steps[finite] = np.floor(np.ldexp(mantissas, -exponent) * STEPS + OFFSET)
    else:
        exponent = 0
    special = np.where(np.isnan(numbers), 1, np.where(finite, 0, np.sign(numbers) * 2)).astype(np.int8)
    return b"%d;" % exponent + steps.tobytes() + special.tobytes()
