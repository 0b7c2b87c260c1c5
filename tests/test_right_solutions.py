"""Right work that looks different from the reference earns everything: the tests judge what is asked for."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from autograder.grading.grader import Grader
from autograder.model.scoring import score
from tests.graders import COURSE

FOLDER = Path(__file__).parent / "right_solutions"
SOLUTIONS = sorted(path for path in FOLDER.glob("*/*") if path.suffix == ".py" or path.is_dir())


def files_of(solution: Path, name: str) -> dict[str, bytes]:
    """Return a hand-in: one module beside stubs, or a folder with each of the assignment's files."""
    assignment = COURSE.assignment(name)
    if solution.is_file():
        stubs = {file.name: file.source.read_bytes() for file in assignment.files}
        return {**stubs, assignment.file_names[0]: solution.read_bytes()}
    return {file: (solution / file).read_bytes() for file in assignment.file_names}


@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_earns_everything(course_grader: Callable[[str], Grader], solution: Path) -> None:
    name = solution.parent.name
    grader = course_grader(name)
    assignment = grader.assignment
    verdicts = grader.grade(files_of(solution, name))
    # A bonus is for more than what is asked for.
    results = [it for it in score(grader.plan, assignment, verdicts) if not it.bonus]
    # Public checks hold fixed numbers, which another convention misses; they earn nothing.
    graded = [verdict for result in results for verdict in result.graded]
    failed = [f"{it.test}: {it.kind}: {it.message}\n{it.details}" for it in graded if not it.passed]
    assert not failed, "\n".join(failed)
    assert sum((result.score for result in results), Fraction(0)) == assignment.total_points
