"""Turns values into nodes, beside which arrays travel as raw bytes; `nodes.py` says in what format."""

from __future__ import annotations

import re
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

import numpy as np

from autograder.values.kinds import Foreign, FunctionKey, Key, NamedKey, ObjectKey, Record
from autograder.values.libraries import taken_apart
from autograder.values.nodes import (
    DATE,
    MAX_DIMENSIONS,
    MAX_INTEGER_BITS,
    MAX_LISTED,
    MAX_TEXT,
    NAME,
    PLAIN,
    PLAIN_DTYPES,
    Node,
    NodeCounter,
    Tag,
    WireError,
    aligned,
    crosses,
    extra_nodes,
)

FEWEST_LISTED = 64
"""Lists of this many numbers cross as an array does: one at a time, they would take many times as long."""
MOST_BYTES_OF_FIELDS = 64 << 20
"""Limit on the arrays in the fields of an object: a larger one crosses without them."""
_PLAIN_SCALARS = frozenset(dtype.type for dtype in PLAIN)
_INT64 = range(-(2**63), 2**63)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
"""Half of a character in UTF-16: it cannot be encoded on its own."""


def type_name(value: object) -> str:
    """Return the dotted name of a value's type, reduced to harmless characters."""
    kind = type(value)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    if type(value) is np.ndarray:
        name = f"numpy.ndarray_of_{value.dtype.name}"
    name = re.sub(r"[^A-Za-z0-9_.]", "_", name)[:80]
    return name if NAME.match(name) else "object"


def _is_plain_array(value: object) -> bool:
    return type(value) is np.ndarray and _has_plain_numbers(value)


def _has_plain_numbers(value: np.ndarray) -> bool:
    dtype = value.dtype
    of_plain = dtype.str in PLAIN_DTYPES or dtype.newbyteorder("=").str in PLAIN_DTYPES
    return of_plain and value.ndim <= MAX_DIMENSIONS


def _numbers_inside(value: object) -> np.ndarray | None:
    """Return the plain array inside an `np.matrix`, or None if there is none."""
    if type(value) is not np.matrix:
        return None
    plain = value.view(np.ndarray)
    return plain if _has_plain_numbers(plain) else None


def _listed(value: list[Any]) -> np.ndarray | None:
    """Return the array of which `tolist` makes this list; None unless it is one of many floats or many integers.

    Lists in it are of equal lengths. Only what is exactly a list, a float or an int counts, so that nothing of the
    student's runs here.
    """
    shape, parts = [len(value)], value
    if len(parts) > MAX_LISTED:
        return None  # part by part, it is refused before much time has gone
    while parts and type(parts[0]) is list:
        extent = len(parts[0])
        if len(shape) == MAX_DIMENSIONS or len(parts) * extent > MAX_LISTED:  # a list may hold itself
            return None
        if not all(type(it) is list and len(it) == extent for it in parts):
            return None
        shape.append(extent)
        parts = list(chain.from_iterable(parts))
    if len(parts) < FEWEST_LISTED:
        return None
    kinds = set(map(type, parts))
    if kinds == {float}:
        return np.array(parts, np.float64).reshape(shape)
    if kinds == {int} and min(parts) in _INT64 and max(parts) in _INT64:
        return np.array(parts, np.int64).reshape(shape)
    return None


def _record_of(value: object) -> Record | None:
    """Return a named tuple as a record, None for anything else."""
    if type(value) is Record:
        return value
    if type(value) is np.void and value.dtype.names:  # a row of a structured array
        columns = value.dtype.names
        return Record("numpy.void", columns, [value[name] for name in columns])
    if not isinstance(value, tuple):
        return None
    names: Any = getattr(type(value), "_fields", None)
    named = type(names) is tuple and all(type(it) is str and it.isidentifier() for it in names)
    if not named or len(names) != len(value) or len(set(names)) < len(names):
        return None
    return Record(type_name(value), names, list(value))


def _fields_of(value: object) -> dict[str, Any] | None:
    """Return the fields of a dataclass, None for anything else."""
    names = None if isinstance(value, Key) else getattr(type(value), "__dataclass_fields__", None)
    return {name: getattr(value, name) for name in names} if type(names) is dict else None


class Packer(NodeCounter):
    """Turns values into nodes and collects the arrays that travel beside them.

    Parameters
    ----------
    refer
        Called for a value that is neither plain nor a container; returns the key that it crosses as, or
        None if it may not cross.
    lost
        Called for every value that cannot be made again on the other side.
    """

    def __init__(
        self,
        refer: Callable[[object], Key | None] = lambda value: None,
        lost: Callable[[object], None] = lambda value: None,
    ) -> None:
        super().__init__()
        self.arrays: list[np.ndarray] = []
        self.nbytes = 0
        self._refer = refer
        self._lost = lost
        self._open: set[int] = set()
        self._text = 0

    def pack(self, value: object, depth: int = 0) -> Node:
        """Return the node of a value; arrays that are not in C order are copied.

        Raises
        ------
        WireError
            If the value is nested too deeply, has too many parts or too much text.
        """
        self._count(depth)
        kind = type(value)
        if value is None or kind in (bool, float):
            return value
        if kind is int:
            return self._pack_integer(value)  # type: ignore[arg-type]
        if kind is str:
            return self._pack_text(value)  # type: ignore[arg-type]
        if kind is list and (array := _listed(value)) is not None:  # type: ignore[arg-type]
            self._count_listed(depth, array)
            return [Tag.LISTED, self.pack(array, depth)]
        if kind in (list, tuple):
            tag = Tag.LIST if kind is list else Tag.TUPLE
            return [tag, *(self.pack(part, depth + 1) for part in value)]  # type: ignore[attr-defined]
        if kind is dict:
            return self._pack_dictionary(Tag.DICT, value, depth)  # type: ignore[arg-type]
        return self._pack_other(value, depth)

    def _pack_dictionary(self, tag: Tag, value: dict[Any, Any], depth: int) -> Node:
        parts: list[Node] = [tag]
        for key, part in value.items():
            before = self._nodes
            parts.append(self.pack(key, depth + 1))
            self._count_key(parts[-1], before)
            parts.append(self.pack(part, depth + 1))
        return parts

    def _pack_other(self, value: object, depth: int) -> Node:
        kind = type(value)
        if isinstance(value, np.ndarray):
            node = self._pack_any_array(value, depth)
            if node is not None:
                return node
        if kind in _PLAIN_SCALARS or (isinstance(value, np.generic) and DATE.match(value.dtype.str)):
            return [Tag.SCALAR, value.dtype.str, value.tobytes().hex()]  # type: ignore[attr-defined]
        if kind in (bytes, bytearray, np.bytes_):
            self._count_text(len(value))  # type: ignore[arg-type]
            return [Tag.BYTES, value.hex()]  # type: ignore[attr-defined]
        if kind is np.str_:
            return self._pack_text(str(value))
        if kind is complex:
            return [Tag.COMPLEX, value.real, value.imag]  # type: ignore[attr-defined]
        if kind in (set, frozenset):
            return self._pack_set(Tag.SET if kind is set else Tag.FROZEN_SET, value, depth)  # type: ignore[arg-type]
        if kind is OrderedDict:
            return self._pack_dictionary(Tag.ORDERED_DICT, value, depth)  # type: ignore[arg-type]
        if kind in (defaultdict, Counter):
            return self._pack_dictionary(Tag.DICT, value, depth)  # type: ignore[arg-type]
        record = _record_of(value)
        if record is not None:
            for name in record.names:
                self._count_text(len(name))
            parts = [self.pack(part, depth + 1) for part in record]
            return [Tag.RECORD, record.type_name, list(record.names), *parts]
        return self._pack_named(value, depth)

    def _pack_named(self, value: object, depth: int) -> Node:
        """Return the node of what crosses by its name, with its parts if they can be had."""
        key = self._refer(value)
        if isinstance(key, ObjectKey):
            fields = self._pack_fields(value, depth)
            return [Tag.HANDLE, key.number, key.type_name, *([] if fields is None else [fields])]
        if isinstance(key, FunctionKey):
            return [Tag.FUNCTION, key.number]
        if isinstance(key, NamedKey):
            return [Tag.NAMED, key.name]
        foreign = taken_apart(value)
        if isinstance(foreign, Foreign):
            numbers = None if foreign.numbers is None else self.pack(foreign.numbers, depth + 1)
            parts = None if foreign.parts is None else self.pack(dict(foreign.parts), depth + 1)
            to_rebuild = [self.pack(dict(foreign.to_rebuild), depth + 1)] if foreign.to_rebuild else []
            return [Tag.FOREIGN, foreign.type_name, numbers, parts, *to_rebuild]
        self._lost(value)
        inside = _numbers_inside(value)
        numbers = None if inside is None else self.pack(inside, depth + 1)
        return [Tag.FOREIGN, type_name(value), numbers, self._pack_fields(value, depth)]

    def _pack_fields(self, value: object, depth: int) -> Node:
        """Return the fields of a dataclass; None for another object, inside itself, or where they are too large."""
        before = self._nodes, self._key_nodes, self._text, len(self.arrays), self.nbytes
        if id(value) in self._open:
            return None
        self._open.add(id(value))
        try:
            fields = _fields_of(value)
            if fields is None:
                return None
            node = self.pack(fields, depth + 1)
            if self.nbytes - before[-1] <= MOST_BYTES_OF_FIELDS:
                return node
        except Exception:  # reading a field may run student code
            pass
        finally:
            self._open.discard(id(value))
        self._nodes, self._key_nodes, self._text, arrays, self.nbytes = before
        del self.arrays[arrays:]
        return None

    def _pack_set(self, tag: Tag, value: Iterable[Any], depth: int) -> Node:
        parts: list[Node] = [tag]
        for part in value:
            before = self._nodes
            parts.append(self.pack(part, depth + 1))
            self._count_key(parts[-1], before)
        return parts

    def _pack_any_array(self, value: np.ndarray, depth: int) -> Node:
        """Return the node of an array, None if it is of another class or holds what does not cross."""
        if _is_plain_array(value):
            return self._pack_array(value)
        if type(value) not in (np.ndarray, np.recarray) or value.ndim > MAX_DIMENSIONS:
            return None
        if value.dtype.names:
            columns = [np.asarray(value[name]) for name in value.dtype.names]
            if not all(_is_of_fields(it.dtype) for it in columns):
                return None
            for name in value.dtype.names:
                self._count_text(len(name))
            parts = [self.pack(column, depth + 1) for column in columns]
            return [Tag.STRUCTURED, list(value.shape), list(value.dtype.names), *parts]
        dtype = value.dtype.newbyteorder("=")
        if type(value) is not np.ndarray or not crosses(dtype.str):
            return None
        if dtype.kind in "US":
            self._count_text(value.size * (dtype.itemsize // (4 if dtype.kind == "U" else 1)))
        return self._pack_array(value)

    def _pack_integer(self, value: int) -> Node:
        if value in _INT64:
            return value
        self._nodes += extra_nodes(value)
        return [Tag.BIG_INT, hex(value)] if value.bit_length() <= MAX_INTEGER_BITS else [Tag.FOREIGN, "int"]

    def _pack_text(self, value: str) -> Node:
        self._count_text(len(value))
        return [Tag.FOREIGN, "str"] if _SURROGATE.search(value) else value

    def _count_text(self, length: int) -> None:
        self._text += length
        if self._text > MAX_TEXT:
            raise WireError("the value holds too much text")

    def _pack_array(self, value: np.ndarray) -> Node:
        array = value
        if (
            type(value) is not np.ndarray
            or not value.flags.c_contiguous
            or value.dtype.str not in PLAIN_DTYPES
        ):
            array = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("="))
        offset = self.nbytes
        self.arrays.append(array)
        self.nbytes += aligned(array.nbytes)
        return [Tag.ARRAY, array.dtype.str, list(value.shape), offset]


def _is_of_fields(dtype: np.dtype[Any]) -> bool:
    if dtype.names:
        return all(_is_of_fields(dtype[name]) for name in dtype.names)
    return crosses(dtype.base.newbyteorder("=").str)
