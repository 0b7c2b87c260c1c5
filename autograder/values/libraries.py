"""Values of other libraries: taken apart into plain parts, and made of them again.

Each library has a file `of_LIBRARY.py` beside this one, which offers

- `taken_apart(value) -> Foreign | None`: the parts of a value, None for what is none of the library's values;
- `made(value) -> object`: the library's own value, of its parts;
- `numbers_in(value) -> array | None`: its numbers, where an array of them would do as well;
- `require_sound(value)`: raises unless a value can be made of these parts, whatever student code has made of them;
  without it, no test can have a value of student code made again;
- `PRELOADED`, if need be: modules of the library that a worker should hold already, because importing them takes long;
- `WORDS`: what values are called in sentences, by the name of their type.

What came from student code is made into a library's value on the trusted side only where a test asks for it
(`rebuilt`), of parts that are sound: plain numbers and texts of matching lengths. `taken_apart` and `made` import the
library; the others must not.
"""

from __future__ import annotations

import functools
import importlib.util
import os
from types import ModuleType
from typing import Any

import numpy as np

from autograder.values.kinds import Foreign

MASKED = "numpy.ma.MaskedArray"
_PLAIN = frozenset({bool, int, float, complex, str, bytes, type(None), np.ndarray, np.float64, np.int64})


def taken_apart(value: object) -> Any:
    """Return a value of another library as a `Foreign` with its parts; any other value as it is."""
    if type(value) in _PLAIN:
        return value
    if type(value) is np.ma.MaskedArray:
        return _unmasked(value)
    library = _file_of(type(value).__module__)
    return value if library is None else library.taken_apart(value) or value


def made(value: Foreign) -> Any:
    """Return the library's own value of a foreign one's parts.

    Raises
    ------
    ValueError, TypeError, LookupError, ImportError
        If there is no such library here, or the parts do not fit together.
    """
    if value.parts is None:
        raise TypeError(f"{value.type_name} has no parts")
    if value.type_name == MASKED:
        return np.ma.MaskedArray(value.parts["data"].copy(), value.parts["mask"].copy())
    library = _file_of(value.type_name)
    if library is None:
        raise TypeError(f"{value.type_name} cannot be made here")
    return library.made(value)


def rebuilt(value: Foreign) -> Any:
    """Return the library's own value of parts that student code has sent.

    A value that no file of ours knows is returned as it is.

    Raises
    ------
    ValueError, TypeError, LookupError, ImportError
        If no value can be made of the parts, or too large a one.
    """
    if value.parts is None:
        return value
    if value.type_name == MASKED:
        data, mask = value.parts["data"], value.parts["mask"]
        if not isinstance(data, np.ndarray) or not isinstance(mask, np.ndarray) or data.shape != mask.shape:
            raise ValueError("data and mask differ in shape")
        return made(value)
    library = _file_of(value.type_name)
    if library is None or not hasattr(library, "require_sound"):
        return value
    library.require_sound(value)
    return library.made(value)


def numbers_in(value: Foreign) -> np.ndarray | None:
    """Return the numbers of a foreign value where an array of them says all that matters; else None."""
    if value.numbers is not None or value.parts is None:
        return value.numbers
    try:
        if value.type_name == MASKED:
            data, mask = value.parts["data"], value.parts["mask"]
            return None if mask.any() else data
        library = _file_of(value.type_name)
        numbers = None if library is None else library.numbers_in(value)
    except (AttributeError, TypeError, ValueError, LookupError, OverflowError, MemoryError):
        return None  # parts of student code's making
    return numbers if isinstance(numbers, np.ndarray) else None


def words_for(type_name: str) -> str | None:
    """Return what a library's values of a type are called; None for what no file knows."""
    library = _file_of(type_name)
    return None if library is None else library.WORDS.get(type_name)


def all_words() -> set[str]:
    """Return what values of the libraries that have a file are called."""
    folder = os.path.dirname(__file__)  # noqa: PTH120 - pathlib prolongs a worker's start
    files = (name for name in os.listdir(folder) if name.startswith("of_"))  # noqa: PTH208
    found = (_file(name[len("of_") : -len(".py")]) for name in files if name.endswith(".py"))
    return {word for library in found if library is not None for word in library.WORDS.values()}


def preloaded(library: str) -> tuple[str, ...]:
    """Return the modules that a worker imports for a library before any student code."""
    return (library, *getattr(_file(library), "PRELOADED", ()))


def has_file(library: str) -> bool:
    """Return whether a file of ours knows the values of a library."""
    return _file(library) is not None


def _unmasked(value: np.ma.MaskedArray[Any, Any]) -> Foreign:
    """Return a masked array as data, with zeros where nothing counts, and mask."""
    mask = np.array(np.ma.getmaskarray(value))
    data = np.array(value.view(np.ndarray))
    if data.dtype.names is None and mask.any():
        data[mask] = np.zeros((), data.dtype)
    return Foreign(MASKED, None, {"data": data, "mask": mask})


def _file_of(dotted: str) -> ModuleType | None:
    return _file(dotted.partition(".")[0]) if isinstance(dotted, str) else None


@functools.lru_cache(maxsize=256)
def _file(library: str) -> ModuleType | None:
    name = f"{__package__}.of_{library}"
    # Beside student code, an import by name would find what stands in for a library that is not offered.
    place = os.path.join(os.path.dirname(__file__), f"of_{library}.py")  # noqa: PTH118, PTH120
    if not library.isidentifier() or not os.path.isfile(place):  # noqa: PTH113 - pathlib prolongs a worker's start
        return None
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
