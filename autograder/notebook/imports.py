"""Has a notebook import a file beside it that Python cannot run: whatever is called of it then says why.

Otherwise the first cell would end at its import, and everything that the cells below need would be missing as well.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import decode_source
from pathlib import Path
from types import ModuleType
from typing import Any

Failed = Callable[[ModuleType, Exception], None]
SAVED = "__autograder_saved__"
"""Where a module keeps what `when_saved` said of its file before it was imported."""


def when_saved(path: str) -> tuple[int, int] | None:
    """Return what changes when a file is saved: its time in nanoseconds and its size; None if it is not there."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def keep_source(path: str, source: bytes) -> None:
    """Have tracebacks show these lines for a file that is run, whatever is saved there while it runs."""
    # Without a time, Python does not look whether the file has changed.
    linecache.cache[path] = (len(source), None, lines_of(source), path)


def lines_of(source: bytes) -> list[str]:
    """Return the lines of a file of Python, each with its end, as `linecache` has them."""
    try:
        text = decode_source(source)
    except (SyntaxError, UnicodeDecodeError):  # it cannot be run either
        return []
    return [f"{line}\n" for line in text.removesuffix("\n").split("\n")]


def import_whatever_it_holds(folder: Path, failed: Failed) -> None:
    """Have modules of one folder imported even if their files cannot be run.

    Parameters
    ----------
    failed
        Called with the module, as far as it was run, and what ended it.
    """
    before = [it for it in sys.meta_path if not isinstance(it, _Finder)]
    # What is built in or frozen is found before any file, as always.
    place = before.index(PathFinder) if PathFinder in before else len(before)
    sys.meta_path[:] = [*before[:place], _Finder(folder.resolve(), failed), *before[place:]]


class _Finder:
    """Finds the modules of one folder where Python would find them anyway."""

    def __init__(self, folder: Path, failed: Failed) -> None:
        self._folder = folder
        self._failed = failed

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or type(spec.loader) is not SourceFileLoader:
            return None
        file = Path(spec.loader.path)
        if file.resolve().parent != self._folder or spec.submodule_search_locations is not None:
            return None
        spec.loader = _Loader(name, spec.loader.path, self._failed)
        return spec


class _Loader(SourceFileLoader):
    """Runs a file as far as it can be run."""

    def __init__(self, name: str, path: str, failed: Failed) -> None:
        super().__init__(name, path)
        self._failed = failed

    def exec_module(self, module: ModuleType) -> None:
        vars(module)[SAVED] = when_saved(self.path)
        keep_source(self.path, self.get_data(self.path))
        try:
            super().exec_module(module)
        except Exception as error:
            self._failed(module, error)
