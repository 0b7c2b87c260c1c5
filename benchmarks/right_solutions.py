"""Right solutions of the assignments: the reference, and those in other styles under tests/right_solutions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.model.assignment import Assignment, Solution

FOLDER = Path(__file__).parent.parent / "tests" / "right_solutions"


def right_solutions(assignment: Assignment, solution: Solution) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield a name and the hand-in: every file of a folder, or the first of the assignment's beside stubs."""
    yield "reference", dict(solution.reference_files(assignment))
    stubs = {file.name: file.source.read_bytes() for file in assignment.files}
    for path in sorted((FOLDER / assignment.name).glob("*")):
        if path.suffix == ".py":
            yield path.stem, {**stubs, assignment.file_names[0]: path.read_bytes()}
        elif path.is_dir() and path.name != "__pycache__":
            yield path.name, {name: (path / name).read_bytes() for name in assignment.file_names}
