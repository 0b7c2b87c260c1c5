"""Which Python runs the workers, and the few paths that it needs to be able to read."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import autograder
from autograder.errors import GraderError

_DESCRIBE = """
import json, sys, os
import msgspec, numpy
folder = os.path.dirname(os.path.dirname(numpy.__file__))
packages = [os.path.dirname(m.__file__) for m in (numpy, msgspec)]
packages += [os.path.join(folder, d) for d in ("numpy.libs",) if os.path.isdir(os.path.join(folder, d))]
print(json.dumps({"executable": getattr(sys, "_base_executable", sys.executable), "prefix": sys.base_prefix,
                  "packages": packages, "cache_tag": sys.implementation.cache_tag}))
"""


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
        What the names of its bytecode files contain, such as `cpython-311`.
    """

    executable: Path
    prefix: Path
    packages: tuple[Path, ...]
    cache_tag: str

    @property
    def import_paths(self) -> list[str]:
        """Folders to import from, ours included."""
        ours = Path(autograder.__file__).parent.parent
        return list(dict.fromkeys([*(str(package.parent) for package in self.packages), str(ours)]))

    @property
    def readable(self) -> list[Path]:
        """Files and folders that a worker reads, besides the system's libraries."""
        ours = Path(autograder.__file__).parent
        return [
            self.executable,
            self.prefix,
            *self.packages,
            ours / "__init__.py",
            ours / "sandbox",
            ours / "values",
        ]


@functools.cache
def worker_interpreter() -> Interpreter:
    """Return the Python for workers: `AUTOGRADER_WORKER_PYTHON` where it is set, else this one.

    Raises
    ------
    GraderError
        Where the one that is asked for cannot be started or lacks NumPy or msgspec.
    """
    chosen = os.environ.get("AUTOGRADER_WORKER_PYTHON")
    return interpreter_of(chosen) if chosen else _own_interpreter()


def interpreter_of(python: str) -> Interpreter:
    """Return another Python as one for workers; `python` is a path or a command.

    Raises
    ------
    GraderError
        Where it cannot be started or lacks NumPy or msgspec.
    """
    try:
        done = subprocess.run(
            [python, "-I", "-c", _DESCRIBE], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        reason = (getattr(error, "stderr", "") or str(error)).strip().splitlines()[-1]
        raise GraderError(f"the Python {python} cannot run workers: {reason}") from error
    found = json.loads(done.stdout)
    return Interpreter(
        Path(found["executable"]).resolve(),
        Path(found["prefix"]).resolve(),
        tuple(Path(package) for package in found["packages"]),
        found["cache_tag"],
    )


def _own_interpreter() -> Interpreter:
    import msgspec
    import numpy

    folders = [Path(str(module.__file__)).parent for module in (numpy, msgspec)]
    libraries = folders[0].parent / "numpy.libs"
    packages = (*folders, *([libraries] if libraries.is_dir() else []))
    executable = Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()
    tag = sys.implementation.cache_tag
    return Interpreter(executable, Path(sys.base_prefix).resolve(), packages, tag)
