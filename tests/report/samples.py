"""A small assignment with a plan, and verdicts for it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from autograder.model.assignment import Assignment, Question
from autograder.model.plan import Plan, PlannedTest
from autograder.model.result import GradingResult, QuestionResult
from autograder.model.scoring import score
from autograder.model.verdict import Kind, Verdict

GRADED = "svm/test_graded.py::"
PUBLIC = "svm/test_public.py::"

VALUES = [f"{GRADED}test_matches_the_reference[{case}]" for case in (0, 1, 2)]
LOOPS = f"{GRADED}test_has_no_loop"
FAST = f"{GRADED}test_is_fast"
PIXELS = f"{GRADED}test_survives_pixels"
CHECK = f"{PUBLIC}test_worked_example[cat]"
OTHER = f"{GRADED}test_gradient"

ASSIGNMENT = Assignment(
    name="svm",
    title="SVM",
    version="1.0",
    folder=Path("svm"),
    files=(),
    questions=(
        Question("loss", "SVM loss", Fraction(15)),
        Question("gradient", "SVM gradient", Fraction(7, 2)),
    ),
)
PLAN = Plan(
    assignment="svm",
    tests=(
        PlannedTest(id=CHECK, question="loss", weight=Fraction(0), public=True),
        *(PlannedTest(id=test, question="loss", weight=Fraction(4, 3)) for test in VALUES),
        PlannedTest(id=LOOPS, question="loss", weight=Fraction(1), structural=True),
        PlannedTest(id=FAST, question="loss", weight=Fraction(2), structural=True),
        PlannedTest(id=PIXELS, question="loss", weight=Fraction(1), edge=True),
        PlannedTest(id=OTHER, question="gradient", weight=Fraction(1)),
    ),
)
IDS = [test.id for test in PLAN.tests]


def passed(test: str, message: str = "") -> Verdict:
    return Verdict(test=test, kind=Kind.PASSED, credit=Fraction(1), message=message)


def failed(test: str, kind: Kind = Kind.WRONG_VALUE, **fields: Any) -> Verdict:
    return Verdict(test=test, kind=kind, **fields)


def scored(*verdicts: Verdict) -> tuple[QuestionResult, ...]:
    """Score a hand-in that passes everything but for the given verdicts."""
    return score(
        PLAN, ASSIGNMENT, {**{test: passed(test) for test in IDS}, **{it.test: it for it in verdicts}}
    )


def result(*verdicts: Verdict, **fields: Any) -> GradingResult:
    return GradingResult(assignment="svm", questions=scored(*verdicts), **fields)
