"""A call may take so many times what the reference takes: at least what the author gives, at most ten seconds."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest

from autograder.grading.deadlines import Deadlines
from autograder.model.assignment import Limits
from autograder.model.plan import PlannedTest

VALUES = PlannedTest(id="NAME/test_graded.py::test_values", question="loss", weight=Fraction(1))
STRUCTURE = msgspec.structs.replace(VALUES, id="NAME/test_graded.py::test_speed", structural=True)


@pytest.mark.parametrize(
    ("test", "reference", "least", "seconds"),
    [
        (VALUES, 0.0001, 1.0, 1.0),
        (VALUES, 0.003, 1.0, 3.0),
        (VALUES, 0.5, 1.0, 10.0),
        (VALUES, 0.5, 30.0, 30.0),
        (STRUCTURE, 0.0001, 1.0, 4.0),
        (STRUCTURE, 0.002, 1.0, 8.0),
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
    assert deadlines.so_far(VALUES) == 1.0 and not asked
    assert deadlines.of(VALUES) == deadlines.of(VALUES) == deadlines.so_far(VALUES) == 5.0
    assert asked == [VALUES]


def test_without_a_reference_a_call_is_not_stopped_early_to_be_made_again() -> None:
    deadlines = Deadlines(Limits(), None)
    assert deadlines.so_far(VALUES) == deadlines.of(VALUES) == 10.0
