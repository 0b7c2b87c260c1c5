"""Which Python runs the workers, and the few paths that it must be able to read."""

from __future__ import annotations

import functools
import inspect
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import autograder
from autograder.errors import GraderError


@dataclass(frozen=True)
class Interpreter:
    """A Python that can run workers.

    Attributes
    ----------
    executable
        The base interpreter, not a virtual environment's link to it.
    prefix
        Where its standard library lies.
    packages
        The folders of NumPy and msgspec, in this or another environment.
    cache_tag
        Part of the names of its bytecode files, such as `cpython-311`.
    """

    executable: Path
    prefix: Path
    packages: tuple[Path, ...]
    cache_tag: str

    def command(self, *arguments: str) -> list[str]:
        """Return a command that runs this Python without any environment or site packages."""
        return [str(self.executable), "-I", "-S", "-X", "utf8", *arguments]

    @property
    def import_paths(self) -> list[str]:
        """Folders to import from, ours included."""
        ours = Path(autograder.__file__).parent.parent
        return list(dict.fromkeys([*(str(package.parent) for package in self.packages), str(ours)]))

    @property
    def readable(self) -> list[Path]:
        """Files and folders that a worker reads, besides the system's libraries."""
        ours = Path(autograder.__file__).parent
        own = [ours / "__init__.py", ours / "sandbox", ours / "values"]
        return [self.executable, self.prefix, *self.packages, *own]


@functools.cache
def worker_interpreter() -> Interpreter:
    """Return the Python for workers: `AUTOGRADER_WORKER_PYTHON` if it is set, else this one.

    Raises
    ------
    GraderError
        If the one that is asked for cannot be started or lacks NumPy or msgspec.
    """
    chosen = os.environ.get("AUTOGRADER_WORKER_PYTHON")
    return interpreter_of(chosen) if chosen else _interpreter(_describe())


def interpreter_of(python: str) -> Interpreter:
    """Return another Python as one for workers; `python` is a path or a command.

    Raises
    ------
    GraderError
        If it cannot be started or lacks NumPy or msgspec.
    """
    source = inspect.getsource(_describe)
    script = f"from __future__ import annotations\nimport json\n{source}\nprint(json.dumps(_describe()))"
    command = [python, "-I", "-c", script]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        reason = (getattr(error, "stderr", "") or str(error)).strip().splitlines()[-1]
        raise GraderError(f"the Python {python} cannot run workers: {reason}") from error
    return _interpreter(json.loads(done.stdout))


def _interpreter(described: dict[str, Any]) -> Interpreter:
    executable, prefix = (Path(described[name]).resolve() for name in ("executable", "prefix"))
    return Interpreter(executable, prefix, tuple(map(Path, described["packages"])), described["cache_tag"])


def _describe() -> dict[str, Any]:
    """Return what makes up this interpreter; other Pythons run this function's source alone."""
    import sys
    from pathlib import Path

    import msgspec
    import numpy

    folders = [Path(str(module.__file__)).parent for module in (numpy, msgspec)]
    libraries = folders[0].parent / "numpy.libs"
    return {
        "executable": getattr(sys, "_base_executable", None) or sys.executable,
        "prefix": sys.base_prefix,
        "packages": [str(folder) for folder in (*folders, libraries) if folder.is_dir()],
        "cache_tag": sys.implementation.cache_tag,
    }
