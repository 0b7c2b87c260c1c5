"""Turns nodes back into values, and trusts none of them; `nodes.py` says what their format is.

Every size is checked against the bytes that really arrived before it is used, and every byte of the payload belongs to
exactly one array.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.values.kinds import Foreign, FunctionKey, Key, NamedKey, ObjectKey, Record
from autograder.values.nodes import (
    DATE,
    DTYPES,
    LONGEST_FIELD,
    MAX_DIMENSIONS,
    MAX_INTEGER_BITS,
    MAX_TEXT,
    NAME,
    PLAIN_DTYPES,
    Node,
    NodeCounter,
    Tag,
    WireError,
    aligned,
    crosses,
    extra_nodes,
)

_DICTIONARIES = (Tag.DICT, Tag.ORDERED_DICT)
_SEQUENCES = (Tag.LIST, Tag.TUPLE)


class Unpacker(NodeCounter):
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
        is_list = isinstance(node, list)  # as most are, so that is asked first
        if not is_list and (node is None or isinstance(node, (bool, int, float, str))):
            return node
        if not is_list or not node:
            raise WireError("a value is of an unknown kind")
        tag, *rest = node
        if tag in _DICTIONARIES:
            return self._dictionary(rest, depth + 1, OrderedDict if tag == Tag.ORDERED_DICT else dict)
        if tag in _SEQUENCES:
            parts = [self.unpack(part, depth + 1) for part in rest]
            return parts if tag == Tag.LIST else tuple(parts)
        if tag == Tag.LISTED:
            return self._list(depth, *rest)
        try:
            if tag == Tag.ARRAY:  # most are
                return self._array(*rest)
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
                self._nodes += extra_nodes(number)
                return number
            case Tag.COMPLEX:
                return complex(*map(float, rest))
        raise WireError("a value is of an unknown kind")

    def _array(self, dtype: str, shape: list[int], offset: int) -> np.ndarray:
        if not isinstance(dtype, str) or not crosses(dtype) or len(shape) > MAX_DIMENSIONS:
            raise WireError("an array's dtype is not plain, or it has too many dimensions")
        kind = DTYPES.get(dtype) or np.dtype(dtype)
        nbytes = math.prod(map(_natural, shape)) * kind.itemsize
        start = _natural(offset)
        if start != self.used:
            raise WireError("an array does not begin where the one before it ended")
        end = start + aligned(nbytes)
        if end > len(self._payload):
            raise WireError("an array is larger than the bytes that came with it")
        self.used = end
        array = self._payload[start : start + nbytes].view(kind).reshape(shape)
        if kind.kind == "U":
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
        plain = dtype in PLAIN_DTYPES or (isinstance(dtype, str) and DATE.match(dtype))
        if not plain or len(raw) != np.dtype(dtype).itemsize:
            raise WireError("a scalar's dtype is not plain, or its size is wrong")
        return np.frombuffer(raw, dtype=dtype)[0]


def _integer(digits: str) -> int:
    if len(digits) > MAX_INTEGER_BITS // 4 + len("-0x"):
        raise WireError("an integer is longer than allowed")
    return int(digits, 16)


def _natural(number: object) -> int:
    if type(number) is not int or number < 0:
        raise WireError("a size or number is not a natural number")
    return number


def _checked_name(name: object) -> str:
    if not isinstance(name, str) or not (name == "" or NAME.match(name)):
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
