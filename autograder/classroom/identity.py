"""What decides a grade, as content hashes: the assignment's two halves, and the grader itself."""

from __future__ import annotations

import functools
import hashlib
import platform
from pathlib import Path

import numpy as np

import autograder
from autograder.files.archive import content_hash
from autograder.model.assignment import Assignment, Solution
from autograder.sandbox.interpreter import worker_interpreter

_PACKAGE = Path(autograder.__file__).parent
_DECIDING = ("course", "files/notebooks.py", "grading", "handin", "model", "sandbox", "values", "text.py")
_TEXTS = {".md", ".ipynb", ".txt", ".rst", ".pdf"}
_POLICIES = "grading.toml"


def assignment_hash(assignment: Assignment, solution: Solution) -> str:
    """Return a hash of everything of an assignment that decides points, the same wherever its files lie.

    Handouts and notebooks are left out, and of `grading.toml` only the salt counts: visibility and
    lateness are applied when results are written.
    """
    public = _files_in(assignment.folder)
    public |= {file.name: file.stub() for file in assignment.every_file}
    secret = _files_in(solution.folder) | solution.reference_files(assignment)
    secret[_POLICIES] = solution.salt.encode()
    if assignment.libraries:
        secret["versions of libraries"] = repr(worker_interpreter(assignment.libraries).versions).encode()
    return content_hash({f"public/{name}": content for name, content in public.items()} | secret)


@functools.cache
def grader_hash() -> str:
    """Return a hash of the grader: its version, its own code as far as it decides points, and NumPy's version."""
    files = {"version": f"{autograder.__version__} {np.__version__}".encode()}
    for name in _DECIDING:
        place = _PACKAGE / name
        for path in [place] if place.is_file() else place.rglob("*.py"):
            files[path.relative_to(_PACKAGE).as_posix()] = path.read_bytes()
    return content_hash(files)


def result_key(hand_in: str, assignment: str, tier: str | None) -> str:
    """Return the name under which the result of a hand-in is kept.

    Parameters
    ----------
    hand_in, assignment
        Content hashes.
    tier
        The requested isolation: a result from a weak tier is not reused for a strong one.
    """
    parts = [hand_in, assignment, grader_hash(), tier or "the best there is"]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {
        "autograder": autograder.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def _files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix.lower() not in _TEXTS and not _left_behind(path.relative_to(folder))
    }


def _left_behind(path: Path) -> bool:
    """Return whether Python, an editor or a system left a file behind."""
    hidden = any(part.startswith(".") or part == "__pycache__" for part in path.parts)
    return hidden or path.suffix in (".pyc", ".pyo") or path.name.endswith("~")
