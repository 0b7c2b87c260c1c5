"""Values as they cross the boundary: a small tree of plain nodes, with the arrays' raw bytes beside it.

A node is None, a bool, a 64-bit int, a float, a str, or a list `[tag, ...]` (see `Tag`); bytes are written as
hexadecimal digits. Arrays of numbers, text and dates, structured arrays, sets and named tuples cross as they are; a
value of a known library crosses as a `Foreign` with its parts; anything else becomes a `Foreign` that names its type
and carries no value, except for the numbers of an `np.matrix`. The decoder trusts nothing: every size is checked
against the bytes that really arrived before it is used, and every byte of the payload belongs to exactly one array.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from enum import IntEnum
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.values.kinds import Foreign, FunctionKey, Key, NamedKey, ObjectKey, Record
from autograder.values.libraries import taken_apart

MAX_DEPTH = 32
MAX_NODES = 100_000
MAX_KEY_NODES = 3_000
"""Limit on the nodes in all keys that are not text. Their hashes can be made to collide: a dictionary of this many
then takes some tenths of a second to build, and ten times as many would take a hundred times as long."""
FEWEST_LISTED = 64
"""Lists of this many numbers cross as an array does: one at a time, they would take many times as long."""
MAX_LISTED = 1_000_000
"""Limit on the numbers in all such lists: each takes four times its own size once it is an object."""
MAX_TEXT = 1 << 20
"""Limit on the characters and bytes in all texts of a value together."""
MAX_INTEGER_BITS = 8192
"""Python itself refuses to print integers that are much longer."""
MAX_DIMENSIONS = 16
LONGEST_FIELD = 200
"""In characters, of the name of a part or column."""
ALIGNMENT = 64
_PLAIN = [
    np.dtype(code)
    for code in ("?", "b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "e", "f", "d", "F", "D")
]
PLAIN_DTYPES = frozenset(dtype.str for dtype in _PLAIN)
_PLAIN_SCALARS = frozenset(dtype.type for dtype in _PLAIN)
_DATE = re.compile(r"[<>][Mm]8(\[(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?\Z")
_TEXT = re.compile(r"[<>|][US][1-9][0-9]{0,6}\Z")
MOST_BYTES_OF_FIELDS = 64 << 20
"""Limit on the arrays in the fields of an object: a larger one crosses without them."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,79}\Z")
_INT64 = range(-(2**63), 2**63)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
"""Half of a character in UTF-16: it cannot be encoded on its own."""

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


def type_name(value: object) -> str:
    """Return the dotted name of a value's type, reduced to harmless characters."""
    kind = type(value)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    if type(value) is np.ndarray:
        name = f"numpy.ndarray_of_{value.dtype.name}"
    name = re.sub(r"[^A-Za-z0-9_.]", "_", name)[:80]
    return name if _NAME.match(name) else "object"


def _is_plain_array(value: object) -> bool:
    return type(value) is np.ndarray and _has_plain_numbers(value)


def _has_plain_numbers(value: np.ndarray) -> bool:
    return value.ndim <= MAX_DIMENSIONS and value.dtype.newbyteorder("=").str in PLAIN_DTYPES


def _crosses(dtype: str) -> bool:
    """Return whether arrays of a dtype cross as raw bytes."""
    return dtype in PLAIN_DTYPES or bool(_DATE.match(dtype) or _TEXT.match(dtype))


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


class _NodeCounter:
    """Counts the nodes of a value on its way in or out, and refuses too many."""

    def __init__(self) -> None:
        self._nodes = 0
        self._key_nodes = 0
        self._numbers_listed = 0

    def _count(self, depth: int) -> None:
        self._nodes += 1
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


class Packer(_NodeCounter):
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
        if kind in _PLAIN_SCALARS or (isinstance(value, np.generic) and _DATE.match(value.dtype.str)):
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
        if type(value) is not np.ndarray or not _crosses(dtype.str):
            return None
        if dtype.kind in "US":
            self._count_text(value.size * (dtype.itemsize // (4 if dtype.kind == "U" else 1)))
        return self._pack_array(value)

    def _pack_integer(self, value: int) -> Node:
        if value in _INT64:
            return value
        self._nodes += _extra_nodes(value)
        return [Tag.BIG_INT, hex(value)] if value.bit_length() <= MAX_INTEGER_BITS else [Tag.FOREIGN, "int"]

    def _pack_text(self, value: str) -> Node:
        self._count_text(len(value))
        return [Tag.FOREIGN, "str"] if _SURROGATE.search(value) else value

    def _count_text(self, length: int) -> None:
        self._text += length
        if self._text > MAX_TEXT:
            raise WireError("the value holds too much text")

    def _pack_array(self, value: np.ndarray) -> Node:
        array = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("="))
        offset = self.nbytes
        self.arrays.append(array)
        self.nbytes += _aligned(array.nbytes)
        return [Tag.ARRAY, array.dtype.str, list(value.shape), offset]


class Unpacker(_NodeCounter):
    """Turns nodes back into values; arrays are views of the payload.

    Parameters
    ----------
    payload
        (bytes,) uint8 buffer that holds the arrays, one after the other.
    resolve
        Called with every key; its result takes the key's place in the value.

    Attributes
    ----------
    used
        Bytes of the payload that belong to the values unpacked so far.
    """

    def __init__(self, payload: np.ndarray, resolve: Callable[[Key], object] = lambda key: key) -> None:
        super().__init__()
        self._payload = payload
        self._resolve = resolve
        self._text = 0
        self.used = 0

    def require_all_used(self) -> None:
        """Raise `WireError` if the payload holds more than the arrays of the values so far."""
        if self.used != len(self._payload):
            raise WireError("the payload has bytes that belong to no array")

    def unpack(self, node: Node, depth: int = 0) -> Any:
        """Return the value of a node.

        Raises
        ------
        WireError
            If the format does not allow such a node.
        """
        self._count(depth)
        if node is None or isinstance(node, (bool, int, float, str)):
            return node
        if not isinstance(node, list) or not node:
            raise WireError("a value is of an unknown kind")
        tag, *rest = node
        if tag in (Tag.DICT, Tag.ORDERED_DICT):
            return self._dictionary(rest, depth + 1, OrderedDict if tag == Tag.ORDERED_DICT else dict)
        if tag in (Tag.LIST, Tag.TUPLE):
            parts = [self.unpack(part, depth + 1) for part in rest]
            return parts if tag == Tag.LIST else tuple(parts)
        if tag == Tag.LISTED:
            return self._list(depth, *rest)
        try:
            if tag in (Tag.SET, Tag.FROZEN_SET):
                return self._set(rest, depth + 1, set if tag == Tag.SET else frozenset)
            if tag in (Tag.RECORD, Tag.STRUCTURED, Tag.FOREIGN, Tag.HANDLE):
                return self._of_parts(tag, depth + 1, *rest)
            return self._leaf(tag, *rest)
        except (TypeError, ValueError, LookupError, OverflowError) as error:
            raise WireError("a value does not have the parts that its kind needs") from error

    def _list(self, depth: int, *nodes: Node) -> list[Any]:
        if len(nodes) != 1:
            raise WireError("a list of numbers is not one array")
        array = self.unpack(nodes[0], depth)
        if not isinstance(array, np.ndarray) or array.dtype not in (np.float64, np.int64) or not array.ndim:
            raise WireError("a list of numbers is no array of them")
        self._count_listed(depth, array)
        return array.tolist()  # type: ignore[no-any-return]

    def _set(self, nodes: list[Node], depth: int, kind: type[Any]) -> Any:
        parts = []
        for node in nodes:
            before = self._nodes
            parts.append(self.unpack(node, depth))
            self._count_key(node, before)
        return kind(parts)

    def _of_parts(self, tag: int, depth: int, first: Any, second: Any = None, *rest: Node) -> Any:
        """Return what carries further values: a record, a structured array, a foreign value or an object."""
        match tag:
            case Tag.RECORD:
                parts = [self.unpack(part, depth) for part in rest]
                return Record(_checked_name(first), list(map(_checked_field, second)), parts)
            case Tag.STRUCTURED:
                columns = [self.unpack(part, depth) for part in rest]
                return _structured(tuple(map(_natural, first)), list(map(_checked_text, second)), columns)
            case Tag.HANDLE:
                (fields,) = rest or (None,)
                parts_by_name = self._parts(fields, depth)
                return self._resolve(ObjectKey(_natural(first), _checked_name(second), parts_by_name))
        if len(rest) > 2:
            raise WireError("a value has more parts than its kind has")
        fields, to_rebuild = [*rest, None, None][:2]
        numbers = None if second is None else self.unpack(second, depth)
        if numbers is not None and not isinstance(numbers, np.ndarray):
            raise WireError("the numbers of a value are no array")
        words = self._parts(to_rebuild, depth) or {}
        if not all(type(word) is str for word in words.values()):
            raise WireError("how a value is made again is not said in words")
        return Foreign(_checked_name(first), numbers, self._parts(fields, depth), words)

    def _parts(self, node: Node, depth: int) -> dict[str, Any] | None:
        if node is None:
            return None
        parts = self.unpack(node, depth)
        if type(parts) is not dict or not all(type(name) is str for name in parts):
            raise WireError("the parts of a value have no names")
        return parts

    def _dictionary(self, nodes: list[Node], depth: int, kind: type[dict[Any, Any]]) -> dict[Any, Any]:
        if len(nodes) % 2:
            raise WireError("a dictionary lacks a value")
        pairs = []
        for node, value in zip(nodes[::2], nodes[1::2], strict=True):
            before = self._nodes
            key = self.unpack(node, depth)
            self._count_key(node, before)
            pairs.append((key, self.unpack(value, depth)))
        try:
            return kind(pairs)
        except TypeError as error:
            raise WireError("a dictionary has a key that cannot be hashed") from error

    def _leaf(self, tag: int, *rest: Any) -> Any:
        match tag:
            case Tag.ARRAY:
                return self._array(*rest)
            case Tag.SCALAR:
                return self._scalar(*rest)
            case Tag.BYTES:
                return bytes.fromhex(*rest)
            case Tag.FUNCTION:
                return self._resolve(FunctionKey(_natural(*rest)))
            case Tag.NAMED:
                return self._resolve(NamedKey(_checked_name(*rest)))
            case Tag.BIG_INT:
                number = _integer(*rest)
                self._nodes += _extra_nodes(number)
                return number
            case Tag.COMPLEX:
                return complex(*map(float, rest))
        raise WireError("a value is of an unknown kind")

    def _array(self, dtype: str, shape: list[int], offset: int) -> np.ndarray:
        if not isinstance(dtype, str) or not _crosses(dtype) or len(shape) > MAX_DIMENSIONS:
            raise WireError("an array's dtype is not plain, or it has too many dimensions")
        nbytes = math.prod(_natural(extent) for extent in shape) * np.dtype(dtype).itemsize
        start = _natural(offset)
        if start != self.used:
            raise WireError("an array does not begin where the one before it ended")
        if start + _aligned(nbytes) > len(self._payload):
            raise WireError("an array is larger than the bytes that came with it")
        self.used += _aligned(nbytes)
        array = self._payload[start : start + nbytes].view(dtype).reshape(shape)
        if array.dtype.kind == "U":
            self._check_text(array)
        return array

    def _check_text(self, array: np.ndarray) -> None:
        """Raise unless an array of text holds characters, and not too many: reading another would fail later."""
        letters = np.ascontiguousarray(array).reshape(-1).view(np.uint32)
        self._text += letters.size
        surrogates = (letters >= 0xD800) & (letters <= 0xDFFF)
        if self._text > MAX_TEXT or (letters > 0x10FFFF).any() or surrogates.any():
            raise WireError("an array holds too much text, or what is no text")

    @staticmethod
    def _scalar(dtype: str, digits: str) -> Any:
        raw = bytes.fromhex(digits)
        plain = dtype in PLAIN_DTYPES or (isinstance(dtype, str) and _DATE.match(dtype))
        if not plain or len(raw) != np.dtype(dtype).itemsize:
            raise WireError("a scalar's dtype is not plain, or its size is wrong")
        return np.frombuffer(raw, dtype=dtype)[0]


def _is_of_fields(dtype: np.dtype[Any]) -> bool:
    if dtype.names:
        return all(_is_of_fields(dtype[name]) for name in dtype.names)
    return _crosses(dtype.base.newbyteorder("=").str)


def payload_bytes(arrays: Iterable[np.ndarray]) -> int:
    """Return how many bytes of a payload some arrays take up."""
    return sum(_aligned(array.nbytes) for array in arrays)


def _aligned(nbytes: int) -> int:
    """Return how many bytes of the payload an array takes up."""
    return nbytes + -nbytes % ALIGNMENT


def _extra_nodes(number: int) -> int:
    """Return how many extra nodes a long integer counts as: it takes as long to compare as that many short ones."""
    return min(number.bit_length(), MAX_INTEGER_BITS) // 64


def _integer(digits: str) -> int:
    if len(digits) > MAX_INTEGER_BITS // 4 + len("-0x"):
        raise WireError("an integer is longer than allowed")
    return int(digits, 16)


def _natural(number: object) -> int:
    if type(number) is not int or number < 0:
        raise WireError("a size or number is not a natural number")
    return number


def _checked_name(name: object) -> str:
    if not isinstance(name, str) or not (name == "" or _NAME.match(name)):
        raise WireError("malformed type name")
    return name


def _checked_field(name: object) -> str:
    if not isinstance(name, str) or not name.isidentifier() or len(name) > LONGEST_FIELD:
        raise WireError("malformed name of a part")
    return name


def _checked_text(name: object) -> str:
    if not isinstance(name, str) or len(name) > LONGEST_FIELD:
        raise WireError("malformed name of a column")
    return name


def _structured(shape: tuple[int, ...], names: list[str], columns: list[Any]) -> np.ndarray:
    """Return a structured array of its columns."""
    if len(names) != len(columns) or not names or len(shape) > MAX_DIMENSIONS:
        raise WireError("a structured array does not have a column for each name")
    for column in columns:
        if not isinstance(column, np.ndarray) or column.shape[: len(shape)] != shape:
            raise WireError("a column of a structured array has another shape")
    fields = [(name, it.dtype, it.shape[len(shape) :]) for name, it in zip(names, columns, strict=True)]
    array = np.empty(shape, np.dtype(fields))
    for name, column in zip(names, columns, strict=True):
        array[name] = column
    return array
