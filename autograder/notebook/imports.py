"""Has a notebook import a file beside it that Python cannot run: whatever is called of it then says why.

Otherwise the first cell would end at its import, and everything that the cells below need would be missing as well.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

Failed = Callable[[ModuleType, Exception], None]


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
        try:
            super().exec_module(module)
        except Exception as error:
            self._failed(module, error)
