"""A call may take so many times what the reference takes: at least what the author gives, at most ten seconds."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from autograder.course.loading import find_course
from autograder.grading.deadlines import Deadlines
from autograder.grading.grader import Grader
from autograder.model.assignment import Limits
from autograder.model.plan import PlannedTest
from tests.courses import REFERENCE, write_course

VALUES = PlannedTest(id="NAME/test_graded.py::test_values", question="loss", weight=Fraction(1))
STRUCTURE = msgspec.structs.replace(VALUES, id="NAME/test_graded.py::test_speed", structural=True)


@pytest.mark.parametrize(
    ("test", "reference", "least", "seconds"),
    [
        (VALUES, 0.0001, 1.0, 1.0),
        (VALUES, 0.003, 1.0, 3.0),
        (VALUES, 0.5, 1.0, 10.0),
        (VALUES, 0.5, 30.0, 30.0),
        (STRUCTURE, 0.0001, 0.3, 3.0),
        (STRUCTURE, 0.002, 0.3, 8.0),
    ],
)
def test_the_reference_decides_within_limits(
    test: PlannedTest, reference: float, least: float, seconds: float
) -> None:
    assert Deadlines(Limits(seconds_per_call=least), lambda test: reference).of(test) == pytest.approx(
        seconds
    )


def test_the_reference_is_asked_once_and_only_for_calls_that_take_long() -> None:
    asked: list[PlannedTest] = []

    def slowest_call(test: PlannedTest) -> float:
        asked.append(test)
        return 0.005

    deadlines = Deadlines(Limits(), slowest_call)
    assert deadlines.so_far(VALUES) == Limits().seconds_per_call and not asked
    assert deadlines.of(VALUES) == deadlines.of(VALUES) == deadlines.so_far(VALUES) == 5.0
    assert asked == [VALUES]


def test_without_a_reference_a_call_is_not_stopped_early_to_be_made_again() -> None:
    deadlines = Deadlines(Limits(), None)
    assert deadlines.so_far(VALUES) == deadlines.of(VALUES) == 10.0


def test_a_machine_that_is_busy_while_the_reference_runs_gives_no_call_longer(tmp_path: Path) -> None:
    waits = REFERENCE.replace("import numpy as np", "import time\n\nimport numpy as np")
    waits = waits.replace(
        "    column_means =", "    time.sleep(0.1)  # as one waits for a core\n    column_means ="
    )
    works = waits.replace("time.sleep(0.1)", "sum(range(3_000_000))")
    assert (
        _seconds_of_a_call(tmp_path / "waits", waits) == 2.0 < _seconds_of_a_call(tmp_path / "works", works)
    )


def _seconds_of_a_call(root: Path, reference: str) -> float:
    """Return what a call of the first test may take, which is at least two seconds."""
    course = find_course(write_course(root, {"solutions/centring/centring.py": reference}))
    with Grader(course.assignment("centring"), course.solution("centring")) as grader:
        return grader.deadlines.of(next(test for test in grader.plan.tests if not test.public))
