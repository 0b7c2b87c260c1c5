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
        The folders of NumPy and msgspec, and the folders and files of libraries, in this or another environment.
    cache_tag
        Part of the names of its bytecode files, such as `cpython-311`.
    libraries
        Further libraries that hand-ins may import, by their top-level names.
    modules
        Those, and all that they need, by their top-level names.
    versions
        Pairs of a library and its version.
    """

    executable: Path
    prefix: Path
    packages: tuple[Path, ...]
    cache_tag: str
    libraries: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()

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
def worker_interpreter(libraries: tuple[str, ...] = ()) -> Interpreter:
    """Return the Python for workers: `AUTOGRADER_WORKER_PYTHON` if it is set, else this one.

    Parameters
    ----------
    libraries
        What it offers to hand-ins besides NumPy, by top-level names.

    Raises
    ------
    GraderError
        If the one that is asked for cannot be started or lacks NumPy, msgspec or a library.
    """
    chosen = os.environ.get("AUTOGRADER_WORKER_PYTHON")
    return interpreter_of(chosen, libraries) if chosen else _interpreter(_describe(libraries), libraries)


def interpreter_of(python: str, libraries: tuple[str, ...] = ()) -> Interpreter:
    """Return another Python as one for workers; `python` is a path or a command.

    Raises
    ------
    GraderError
        If it cannot be started or lacks NumPy, msgspec or a library.
    """
    source = inspect.getsource(_describe)
    script = f"from __future__ import annotations\nimport json\n{source}\nprint(json.dumps(_describe({libraries!r})))"
    command = [python, "-I", "-c", script]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        reason = (getattr(error, "stderr", "") or str(error)).strip().splitlines()[-1]
        raise GraderError(f"the Python {python} cannot run workers: {reason}") from error
    return _interpreter(json.loads(done.stdout), libraries)


def _interpreter(described: dict[str, Any], libraries: tuple[str, ...]) -> Interpreter:
    executable, prefix = (Path(described[name]).resolve() for name in ("executable", "prefix"))
    if described["missing"]:
        raise GraderError(
            f"{', '.join(described['missing'])} cannot be imported by {executable}, though the assignment's "
            "`libraries` names it; install it there (a release and a bundle list it in requirements.txt)."
        )
    packages, modules = tuple(map(Path, described["packages"])), tuple(described["modules"])
    versions = tuple((name, version) for name, version in described["versions"].items())
    return Interpreter(executable, prefix, packages, described["cache_tag"], libraries, modules, versions)


def _describe(libraries: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what makes up this interpreter; other Pythons run this function's source alone."""
    import re
    import sys
    from importlib import metadata
    from pathlib import Path

    import msgspec
    import numpy

    folders = [Path(str(module.__file__)).parent for module in (numpy, msgspec)]
    folders.append(folders[0].parent / "numpy.libs")
    owners = metadata.packages_distributions() if libraries else {}
    wanted = {owner for library in libraries for owner in owners.get(library, [])}
    waiting, places = sorted(wanted), []
    while waiting:  # what the libraries need comes along
        distribution = metadata.distribution(waiting.pop())
        for requirement in distribution.requires or ():
            needed = re.match(r"[A-Za-z0-9._-]+", requirement)
            if needed is None or "extra ==" in requirement or needed[0] in wanted:
                continue
            try:
                metadata.distribution(needed[0])
            except metadata.PackageNotFoundError:
                continue  # for another system, or another Python
            wanted.add(needed[0])
            waiting.append(needed[0])
        tops = {
            file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")
        }
        places += [Path(str(distribution.locate_file(top))) for top in sorted(tops)]
    folders += [place for place in places if place not in folders]
    return {
        "executable": getattr(sys, "_base_executable", None) or sys.executable,
        "prefix": sys.base_prefix,
        "packages": [str(folder) for folder in folders if folder.exists()],
        "versions": {name: metadata.version(owners[name][0]) for name in libraries if name in owners},
        "missing": [library for library in libraries if library not in owners],
        "modules": sorted({place.name.partition(".")[0] for place in places if "-" not in place.name}),
        "cache_tag": sys.implementation.cache_tag,
    }
