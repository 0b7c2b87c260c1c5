"""Values in words: what a value is, without any of its content, for messages; its bounded text for details."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograder.text import counted
from autograder.values.kinds import Foreign, Record, WorkerObject
from autograder.values.libraries import all_words, words_for

LONGEST_SHOWN = 10_000
MOST_DIMENSIONS_SHOWN = 4
"""Larger shapes are not repeated to students: their code chooses them, and it has seen hidden inputs."""
MOST_ENTRIES_PRINTED = 1_000

_FAMILIAR = {
    "numpy.matrix": "an np.matrix",
    "numpy.ma.MaskedArray": "a masked array",
    "numpy.ndarray_of_object": "an array of Python objects",
    "numpy.ndarray_of_longdouble": "an array of long doubles",
    "numpy.ndarray_of_float128": "an array of long doubles",
    "generator": "a generator",
    "range": "a range",
    "set": "a set",
    "function": "a function",
    "type": "a class",
    "map": "a map object",
    "zip": "a zip object",
    "filter": "a filter object",
    "dict_keys": "the keys of a dict",
    "dict_values": "the values of a dict",
    "dict_items": "the items of a dict",
    "fractions.Fraction": "a Fraction",
    "decimal.Decimal": "a Decimal",
    "datetime.datetime": "a datetime",
    "datetime.date": "a date",
    "int": "an integer of thousands of digits",
}
_KINDS_OF_ARRAYS = {"U": "text", "S": "bytes", "M": "dates", "m": "spans of time", "V": "records"}
OTHER_OBJECT = "an object that is not a plain array or number"
_LEFT_OUT = frozenset(
    {"matplotlib", "pylab", "seaborn", "tqdm", "IPython", "PIL", "imageio", "google", "ipywidgets"}
)
"""Libraries that may be imported and do nothing, which are named if a value of theirs is returned."""


def shape_of(array: np.ndarray, expected: Any = None) -> str:
    """Return a shape as text if it may be an honest mistake: an empty array can spell anything in its shape.

    Only extents of the expected value are repeated freely; the others may multiply to `LONGEST_SHOWN` at most.
    """
    if array.ndim > MOST_DIMENSIONS_SHOWN or max(array.shape, default=0) > LONGEST_SHOWN:
        return "a far larger shape"
    others = set(array.shape) - {0, 1, *np.shape(expected if isinstance(expected, np.ndarray) else ())}
    return f"shape {array.shape}" if math.prod(others) <= LONGEST_SHOWN else "a very different shape"


def length_of(value: Any, what: str = "entry") -> str:
    """Return how many there are of what a value holds, "1 entry" or "3 entries", limited as shapes are."""
    length = len(value)
    return counted(length, what) if length <= LONGEST_SHOWN else f"more than {counted(LONGEST_SHOWN, what)}"


def with_lost_entries(name: str, array: np.ndarray, lost: np.ndarray) -> str:
    """Return the sentence about an array of numbers that are NaN or infinite at marked entries, and should not be."""
    nan = np.isnan(array) & lost
    what, where = ("NaN", nan) if nan.any() else ("infinite", lost)
    if not array.ndim:
        return f"{name} is {what}"
    number = np.count_nonzero(where)
    places = "its only entry" if array.size == 1 else f"{number} of {array.size} entries"
    return f"{name} has {'NaN' if nan.any() else 'infinity'} in {places}"


def dtype_in_words(dtype: np.dtype[Any]) -> str:
    """Return what an array holds, without what code chooses freely and could spell a hidden input in.

    That is how long texts are, what fields are called, and how many nanoseconds a date counts in.
    """
    return _KINDS_OF_ARRAYS.get(dtype.kind, str(dtype))


def described(value: Any, expected: Any = None) -> str:
    """Return what a value is, with shapes but without any of its content."""
    match value:
        case None:
            return "None"
        case np.ndarray():
            return f"an array of {dtype_in_words(value.dtype)} with {shape_of(value, expected)}"
        case Foreign():
            # A class of the student's may have any name; only familiar names are repeated.
            library = value.type_name.partition(".")[0]
            if known := _FAMILIAR.get(value.type_name) or words_for(value.type_name):
                return known
            return _left_out(library) if library in _LEFT_OUT else OTHER_OBJECT
        case WorkerObject():
            return "an object of your own class"
        case bool() | np.bool_():
            return "a truth value"
        case np.datetime64() | np.timedelta64():
            return "a date" if isinstance(value, np.datetime64) else "a span of time"
        case int() | np.integer():
            return "an integer"
        case float() | np.floating():
            return "a real number"
        case complex() | np.complexfloating():
            return "a complex number"
        case set() | frozenset():
            return f"a set of {length_of(value)}"
        case Record():
            return f"a named tuple of {length_of(value)}"
        case tuple() | list() | dict():
            return f"a {type(value).__name__} of {length_of(value)}"
        case str() | bytes():
            return "text"
    return "something else"


def _left_out(library: str) -> str:
    return f"a value of {library}, which is not there when your work is graded; its line can go"


def words_for_objects() -> set[str]:
    """Return all that `described` says of objects that are not plain, besides `OTHER_OBJECT`."""
    return {*_FAMILIAR.values(), *all_words(), *map(_left_out, _LEFT_OUT)}


def shown(value: Any, most: int = 1_200) -> str:
    """Return a value as text of at most `most` characters, with arrays as NumPy prints them."""
    text = _text_of(value, most)
    return text if len(text) <= most else text[: max(0, most - 4)] + " ..."


def _text_of(value: Any, most: int) -> str:
    match value:
        case Foreign() | WorkerObject() if value.parts is not None:
            name = value.type_name.rpartition(".")[2]
            return f"{name}({_joined((f'{key}={shown(part, most)}' for key, part in value.parts.items()), most)})"
        case Foreign():
            return described(value)
        case WorkerObject():
            return f"<{value.type_name} object>"
        case set() | frozenset():
            parts = sorted(shown(part, most) for part in itertools.islice(value, MOST_ENTRIES_PRINTED))
            return f"{{{_joined(iter(parts), most)}}}" if parts else "set()"
        case Record():
            named = zip(value.names, value, strict=True)
            text = _joined((f"{name}={shown(part, most)}" for name, part in named), most)
            return f"{value.type_name.rpartition('.')[2]}({text})"
        case np.ndarray():
            return f"array of {value.dtype}, shape {value.shape}:\n{_entries_of(value)}"
        case tuple():
            return f"({_joined((shown(part, most) for part in value), most)}{',' * (len(value) == 1)})"
        case list():
            return f"[{_joined((shown(part, most) for part in value), most)}]"
        case dict():
            pairs = (f"{shown(key, most)}: {shown(part, most)}" for key, part in value.items())
            return f"{{{_joined(pairs, most)}}}"
        case str() | bytes():
            return repr(value[:most])
        case int() if value.bit_length() > 64:
            return f"an integer of {value.bit_length()} bits"
        case np.datetime64() | np.timedelta64():
            return str(value)
        case np.generic():
            return repr(value.item())
    return f"<function {getattr(value, '__name__', '')}>" if callable(value) else repr(value)


def _entries_of(array: np.ndarray) -> str:
    # NumPy leaves out the middle of long axes only; many short axes would be printed in full.
    axes = (extent if array.size <= MOST_ENTRIES_PRINTED else min(extent, 7) for extent in array.shape)
    if math.prod(axes) > MOST_ENTRIES_PRINTED:
        array = array.flat[:MOST_ENTRIES_PRINTED]
    if type(array) is np.ndarray and array.dtype.kind in "biufc" and array.size <= MOST_ENTRIES_PRINTED:
        return _printed_once(array.tobytes(), array.dtype, array.shape)
    return _printed(array)


@functools.lru_cache(maxsize=512)
def _printed_once(content: bytes, dtype: np.dtype, shape: tuple[int, ...]) -> str:
    """Print an array that is shown again and again: tests give every hand-in the same."""
    return _printed(np.frombuffer(content, dtype).reshape(shape))


def _printed(array: np.ndarray) -> str:
    with np.printoptions(precision=6, threshold=60, edgeitems=3, linewidth=100, suppress=True):
        return str(array)


def _joined(texts: Iterator[str], most: int) -> str:
    """Join texts with commas, stopping once they are longer than what is shown."""
    taken: list[str] = []
    length = 0
    for text in texts:
        taken.append(text)
        length += len(text)
        if length > most:
            break
    return ", ".join(taken)


def wrong_number_of_values(names: Sequence[str], got: Any) -> str:
    """Return the sentence about a reply that is not one value for each name."""
    missing = ": is a return statement missing?" if got is None else ""
    wanted = f"{counted(len(names), 'value')} should be returned ({', '.join(names)})"
    return f"{wanted}; {described(got)} came back{missing}"
