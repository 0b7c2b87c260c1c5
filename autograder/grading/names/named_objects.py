"""What names of Python and NumPy stand for in this process, as far as it is safe to look."""

from __future__ import annotations

import contextlib
import functools
import importlib
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from autograder.sandbox.wire.libraries import handed_in

OFFERED = frozenset(sys.stdlib_module_names) | {"numpy"}
"""Top-level modules that are really there for code that is graded."""
OTHER_NAMES = {
    "six.moves.reduce": ["functools.reduce"],
    "past.builtins.reduce": ["functools.reduce"],
    "__builtin__.reduce": ["functools.reduce"],
    "six.moves.zip_longest": ["itertools.zip_longest"],
    "six.moves.filterfalse": ["itertools.filterfalse"],
    "future.utils.lmap": ["map"],
    "tqdm.contrib.tmap": ["map"],
    "pylab.np": ["numpy"],
    "pylab": ["numpy", "numpy.fft", "numpy.random", "numpy.linalg"],
    "matplotlib.pylab.np": ["numpy"],
    "matplotlib.pylab": ["numpy", "numpy.fft", "numpy.random", "numpy.linalg"],
    "six.moves.builtins": ["builtins"],
    "six.moves": ["builtins"],
    "past.builtins": ["builtins"],
    "future.builtins": ["builtins"],
    "future.moves.builtins": ["builtins"],
    "__builtin__": ["builtins"],
}
"""What stand-ins that compute pass on, the longer names first."""
_NOT_IMPORTED = frozenset(
    {
        "__main__", "__phello__", "antigravity", "ensurepip", "idlelib", "lib2to3", "pip", "readline", "rlcompleter",
        "site", "sitecustomize", "test", "this", "tkinter", "_tkinter", "turtle", "turtledemo", "usercustomize", "venv",
    }
)  # fmt: skip
"""Modules of the standard library that do something when they are imported, or take long; the others say by themselves
what they pass on, whatever this process has loaded."""


@functools.lru_cache(maxsize=4096)
def object_named(full: str) -> object:
    """Return what a name of NumPy or of the standard library is, in this process; None if there is no such thing."""
    parts = full.split(".")
    if parts[0] not in OFFERED:
        parts = ["builtins", *parts]
    if parts[0] not in _NOT_IMPORTED:
        _import(parts[0])
    found: object = sys.modules.get(parts[0])
    for end, part in enumerate(parts[1:], 2):
        if not isinstance(found, (ModuleType, type)):
            return None
        name = ".".join(parts[:end])
        if parts[0] not in _NOT_IMPORTED and hasattr(found, "__path__") and part not in vars(found):
            _import(name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = sys.modules.get(name) or getattr(found, part, None)
    return found


def _import(name: str) -> None:
    if name.rpartition(".")[2] == "__main__":
        return  # it would run as a command, here
    with contextlib.suppress(Exception, SystemExit), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if _comes_with_python(name):
            importlib.import_module(name)


@functools.cache
def _comes_with_python(name: str) -> bool:
    """Return whether a module would be imported from Python itself: a file of its name may lie where a command runs."""
    if name == "numpy":
        return True
    spec = find_spec(name) if name not in sys.modules else None
    if spec is None:
        return False  # there already, or not to be had
    return spec.origin in ("built-in", "frozen") or Path(spec.origin or "/").is_relative_to(
        sysconfig.get_path("stdlib")
    )


def meant_by(full: str, names: frozenset[str]) -> Iterator[str]:
    """Yield the names in whose terms rules are written: files by their own names, libraries by what they pass on."""
    for other, passed_on in OTHER_NAMES.items():
        if full == other or full.startswith(f"{other}."):
            yield from (it + full[len(other) :] for it in passed_on)
            return
    parts = full.split(".")
    for end in range(2, len(parts) + 1):
        if name := handed_in(".".join(parts[:end]), names, OFFERED):
            yield ".".join([name, *parts[end:]])
            return
    yield full
