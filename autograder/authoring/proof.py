"""Keeps what `verify` has proved, by content, so that `release` and `bundle` need not prove it again."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path

from autograder.authoring.release import student_files
from autograder.classroom.identity import grader_hash
from autograder.course.loading import Course
from autograder.errors import CourseError, GraderError
from autograder.files.archive import collect, content_hash
from autograder.files.ignored_folder import make_ignored_folder
from autograder.files.writing import write_atomically
from autograder.sandbox.interpreter import worker_interpreter

FOLDER = ".verified"
"""Below the course: one file for each assignment, with the key of what was proved."""


def proof_key(course: Course, name: str) -> str:
    """Return a hash of everything that a proof depends on: both halves, the grader, what verifies, the libraries."""
    assignment, solution = course.assignment(name), course.solution(name)
    secret = collect(solution.folder) | solution.reference_files(assignment)
    files = {f"assignments/{path}": content for path, content in student_files(assignment).items()}
    files |= {f"solutions/{path}": content for path, content in secret.items()}
    versions = worker_interpreter(assignment.libraries).versions if assignment.libraries else ()
    files["grader"] = f"{grader_hash()} {_authoring_hash()} {versions}".encode()
    return content_hash(files)


@functools.cache
def _authoring_hash() -> str:
    folder = Path(__file__).parent
    return content_hash({path.name: path.read_bytes() for path in folder.glob("*.py")})


def keep_proof(course: Course, name: str, holds: bool) -> None:
    """Note that an assignment is gradable as it is now, or is not; where nothing can be written, nothing is kept."""
    path = course.root / FOLDER / name
    with contextlib.suppress(OSError, CourseError, GraderError):
        if holds:
            make_ignored_folder(path.parent)
            write_atomically(path, f"{proof_key(course, name)}\n".encode())
        else:
            path.unlink(missing_ok=True)


def is_proved(course: Course, name: str) -> bool:
    """Return whether `verify` has found an assignment gradable exactly as it is now."""
    try:
        kept = (course.root / FOLDER / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError):
        return False
    return kept == proof_key(course, name)
