"""The wire format of values: a small tree of plain nodes, with the arrays' raw bytes beside it.

A node is None, a bool, a 64-bit int, a float, a str, or a list `[tag, ...]` (see `Tag`); bytes are written as
hexadecimal digits. Arrays of numbers, text and dates, structured arrays, sets and named tuples cross as they are; a
value of a known library crosses as a `Foreign` with its parts; anything else becomes a `Foreign` that names its type
and carries no value, except for the numbers of an `np.matrix`. `pack.py` writes it and `unpack.py` reads it.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

MAX_DEPTH = 32
MAX_NODES = 100_000
MAX_KEY_NODES = 3_000
"""Limit on the nodes in all keys that are not text. Their hashes can be made to collide: a dictionary of this many
then takes some tenths of a second to build, and ten times as many would take a hundred times as long."""
MAX_LISTED = 1_000_000
"""Limit on the numbers in all lists of numbers: each takes four times its own size once it is an object."""
MAX_TEXT = 1 << 20
"""Limit on the characters and bytes in all texts of a value together."""
MAX_INTEGER_BITS = 8192
"""Python itself refuses to print integers that are much longer."""
MAX_DIMENSIONS = 16
LONGEST_FIELD = 200
"""In characters, of the name of a part or column."""
ALIGNMENT = 64
PLAIN = [
    np.dtype(code)
    for code in ("?", "b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "e", "f", "d", "F", "D")
]
DTYPES = {dtype.str: np.dtype(dtype.str) for dtype in PLAIN}
PLAIN_DTYPES = frozenset(DTYPES)
DATE = re.compile(r"[<>][Mm]8(\[(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?\Z")
_TEXT = re.compile(r"[<>|][US][1-9][0-9]{0,6}\Z")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,79}\Z")

if TYPE_CHECKING:
    Node = Any
else:
    _LEAF = None | bool | int | float | str
    # No maps: decoding one hashes its keys, however they collide. The two lists beyond the deepest container are
    # an array and its shape.
    Node = functools.reduce(lambda tree, _: _LEAF | list[tree], range(MAX_DEPTH + 2), _LEAF)


class Tag(IntEnum):
    """First element of a composite node."""

    LIST = 0
    TUPLE = 1
    DICT = 2
    ARRAY = 3
    SCALAR = 4
    BYTES = 5
    HANDLE = 6
    FUNCTION = 7
    FOREIGN = 8
    BIG_INT = 9
    COMPLEX = 10
    NAMED = 11
    SET = 12
    FROZEN_SET = 13
    ORDERED_DICT = 14
    RECORD = 15
    STRUCTURED = 16
    LISTED = 17


class WireError(Exception):
    """What arrived is not allowed by the wire format."""


def crosses(dtype: str) -> bool:
    """Return whether arrays of a dtype cross as raw bytes."""
    return dtype in PLAIN_DTYPES or bool(DATE.match(dtype) or _TEXT.match(dtype))


class NodeCounter:
    """Counts the nodes of a value on its way in or out, and refuses too many."""

    def __init__(self) -> None:
        self._nodes = 0
        self._key_nodes = 0
        self._numbers_listed = 0

    def _count(self, depth: int) -> None:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:  # each part of a value comes here, so without a call
            self._require_few(depth)

    def _require_few(self, depth: int) -> None:
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise WireError("the value is nested too deeply or has too many parts")

    def _count_listed(self, depth: int, array: np.ndarray) -> None:
        """Count the lists that hold numbers as nodes, and the numbers apart."""
        self._nodes += sum(math.prod(array.shape[:axis]) for axis in range(1, array.ndim))
        self._numbers_listed += array.size
        self._require_few(depth + array.ndim)
        if self._numbers_listed > MAX_LISTED:
            raise WireError("the value has too many numbers in lists")

    def _count_key(self, node: Node, before: int) -> None:
        """Count what a dictionary's key has added to the `before` nodes that were there."""
        if not isinstance(node, str):
            self._key_nodes += self._nodes - before
        if self._key_nodes > MAX_KEY_NODES:
            raise WireError("dictionaries have too many keys that are not text")


def payload_bytes(arrays: Iterable[np.ndarray]) -> int:
    """Return how many bytes of a payload some arrays take up."""
    return sum(aligned(array.nbytes) for array in arrays)


def aligned(nbytes: int) -> int:
    """Return how many bytes of the payload an array takes up."""
    return nbytes + -nbytes % ALIGNMENT


def extra_nodes(number: int) -> int:
    """Return how many extra nodes a long integer counts as: it takes as long to compare as that many short ones."""
    return min(number.bit_length(), MAX_INTEGER_BITS) // 64
