"""Values as they cross the boundary: a small tree of plain nodes, with the arrays' raw bytes beside it.

A node is None, a bool, a 64-bit int, a float, a str, or a list `[tag, ...]` (see `Tag`); bytes are written as
hexadecimal digits. Only plain arrays and scalars cross; anything else becomes a `Foreign` that names its type and
carries no value, except for the numbers of an `np.matrix` or of a masked array without masked entries. The decoder
trusts nothing: every size is checked against the bytes that really arrived before it is used, and every byte of
the payload belongs to exactly one array.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

MAX_DEPTH = 32
MAX_NODES = 100_000
MAX_KEY_NODES = 3_000
"""Limit on the nodes in all keys that are not text. Their hashes can be made to collide: a dictionary of this many
then takes some tenths of a second to build, and ten times as many would take a hundred times as long."""
MAX_TEXT = 1 << 20
"""Limit on the characters and bytes in all texts of a value together."""
MAX_INTEGER_BITS = 8192
"""Python itself refuses to print integers that are much longer."""
MAX_DIMENSIONS = 16
ALIGNMENT = 64
_PLAIN = [
    np.dtype(code)
    for code in ("?", "b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "e", "f", "d", "F", "D")
]
PLAIN_DTYPES = frozenset(dtype.str for dtype in _PLAIN)
_PLAIN_SCALARS = frozenset(dtype.type for dtype in _PLAIN)
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


class WireError(Exception):
    """What arrived is not allowed by the wire format."""


@dataclass(frozen=True)
class Foreign:
    """Stands for a value that may not cross, for example an `np.matrix` or an array of objects.

    Attributes
    ----------
    type_name
        Dotted name of its type; only letters, digits, dots and underscores.
    numbers
        The plain array inside, for an array of another class; else None.
    """

    type_name: str
    numbers: np.ndarray | None = field(default=None, compare=False, repr=False)


class WorkerObject:
    """Stands for an object that lives in a worker.

    Attributes
    ----------
    type_name
        Name of its class.
    """

    type_name: str


@dataclass(frozen=True)
class ObjectKey:
    """Names an object that lives in the worker, with the name of its class."""

    number: int
    type_name: str = ""


@dataclass(frozen=True)
class FunctionKey:
    """Names a function on the sending side that the receiving side may call back."""

    number: int


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


def _numbers_inside(value: object) -> np.ndarray | None:
    """Return the plain array inside an array of another class, or None if there is none or some of it is masked."""
    masked = type(value) is np.ma.MaskedArray and np.ma.getmaskarray(value).any()
    if type(value) not in (np.matrix, np.ma.MaskedArray) or masked:
        return None
    plain = value.view(np.ndarray)  # type: ignore[attr-defined]
    return plain if _has_plain_numbers(plain) else None


@dataclass(frozen=True)
class NamedKey:
    """Names a class or function that the student defined, `module.name`, to be passed to student code."""

    name: str


Key = ObjectKey | FunctionKey | NamedKey


class _NodeCounter:
    """Counts the nodes of a value on its way in or out, and refuses too many."""

    def __init__(self) -> None:
        self._nodes = 0
        self._key_nodes = 0

    def _count(self, depth: int) -> None:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise WireError("the value is nested too deeply or has too many parts")

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
    """

    def __init__(self, refer: Callable[[object], Key | None] = lambda value: None) -> None:
        super().__init__()
        self.arrays: list[np.ndarray] = []
        self.nbytes = 0
        self._refer = refer
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
        if kind in (list, tuple):
            tag = Tag.LIST if kind is list else Tag.TUPLE
            return [tag, *(self.pack(part, depth + 1) for part in value)]  # type: ignore[attr-defined]
        if kind is dict:
            parts: list[Node] = [Tag.DICT]
            for key, part in value.items():  # type: ignore[attr-defined]
                before = self._nodes
                parts.append(self.pack(key, depth + 1))
                self._count_key(parts[-1], before)
                parts.append(self.pack(part, depth + 1))
            return parts
        return self._pack_other(value)

    def _pack_other(self, value: object) -> Node:
        if _is_plain_array(value):
            return self._pack_array(value)  # type: ignore[arg-type]
        if type(value) in _PLAIN_SCALARS:
            return [Tag.SCALAR, value.dtype.str, value.tobytes().hex()]  # type: ignore[attr-defined]
        if type(value) in (bytes, bytearray):
            self._count_text(len(value))  # type: ignore[arg-type]
            return [Tag.BYTES, value.hex()]  # type: ignore[attr-defined]
        if type(value) is complex:
            return [Tag.COMPLEX, value.real, value.imag]
        key = self._refer(value)
        if isinstance(key, ObjectKey):
            return [Tag.HANDLE, key.number, key.type_name]
        if isinstance(key, FunctionKey):
            return [Tag.FUNCTION, key.number]
        if isinstance(key, NamedKey):
            return [Tag.NAMED, key.name]
        numbers = _numbers_inside(value)
        inside = [] if numbers is None else self._pack_array(numbers)[1:]
        return [Tag.FOREIGN, type_name(value), *inside]

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
        if tag == Tag.DICT:
            return self._dictionary(rest, depth + 1)
        if tag in (Tag.LIST, Tag.TUPLE):
            parts = [self.unpack(part, depth + 1) for part in rest]
            return parts if tag == Tag.LIST else tuple(parts)
        try:
            return self._leaf(tag, *rest)
        except (TypeError, ValueError, LookupError, OverflowError) as error:
            raise WireError("a value does not have the parts that its kind needs") from error

    def _dictionary(self, nodes: list[Node], depth: int) -> dict[Any, Any]:
        if len(nodes) % 2:
            raise WireError("a dictionary lacks a value")
        pairs = []
        for node, value in zip(nodes[::2], nodes[1::2], strict=True):
            before = self._nodes
            key = self.unpack(node, depth)
            self._count_key(node, before)
            pairs.append((key, self.unpack(value, depth)))
        try:
            return dict(pairs)
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
            case Tag.HANDLE:
                number, name = rest
                return self._resolve(ObjectKey(_natural(number), _checked_name(name)))
            case Tag.FUNCTION:
                return self._resolve(FunctionKey(_natural(*rest)))
            case Tag.NAMED:
                return self._resolve(NamedKey(_checked_name(*rest)))
            case Tag.FOREIGN:
                name, *inside = rest
                return Foreign(_checked_name(name), self._array(*inside) if inside else None)
            case Tag.BIG_INT:
                number = _integer(*rest)
                self._nodes += _extra_nodes(number)
                return number
            case Tag.COMPLEX:
                return complex(*map(float, rest))
        raise WireError("a value is of an unknown kind")

    def _array(self, dtype: str, shape: list[int], offset: int) -> np.ndarray:
        if dtype not in PLAIN_DTYPES or len(shape) > MAX_DIMENSIONS:
            raise WireError("an array's dtype is not plain, or it has too many dimensions")
        nbytes = math.prod(_natural(extent) for extent in shape) * np.dtype(dtype).itemsize
        start = _natural(offset)
        if start != self.used:
            raise WireError("an array does not begin where the one before it ended")
        if start + _aligned(nbytes) > len(self._payload):
            raise WireError("an array is larger than the bytes that came with it")
        self.used += _aligned(nbytes)
        return self._payload[start : start + nbytes].view(dtype).reshape(shape)

    @staticmethod
    def _scalar(dtype: str, digits: str) -> Any:
        raw = bytes.fromhex(digits)
        if dtype not in PLAIN_DTYPES or len(raw) != np.dtype(dtype).itemsize:
            raise WireError("a scalar's dtype is not plain, or its size is wrong")
        return np.frombuffer(raw, dtype=dtype)[0]


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
