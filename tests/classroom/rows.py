"""Rows of a grade table as tests of the way back to the gradebook need them, and an assignment for them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from autograder.model.assignment import Assignment, Question
from autograder.model.result import GradingResult, QuestionResult
from autograder.report.grades import GradeRow

LINE = Assignment("line", "Line", "1.0", Path(), (), (Question("loss", "Loss", Fraction(10)),))


def row(
    name: str = "", email: str = "", id: str = "", score: int | None = 7, *, counts: bool = True
) -> GradeRow:
    """Return somebody's hand-in; with `score` None it could not be read."""
    result = None
    if score is not None:
        question = QuestionResult(id="loss", title="Loss", points=Fraction(10), score=Fraction(score))
        result = GradingResult(assignment="line", questions=(question,))
    return GradeRow(name or email or id, name, email, id, counts, result, "broken")
