"""From verdicts to points: exact fractions of what was planned, whatever happened to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from autograder.model.assignment import Assignment, Question
from autograder.model.plan import Plan, PlannedTest
from autograder.model.result import GradingResult, QuestionResult
from autograder.model.verdict import Kind, Verdict
from autograder.text import sentence

_MAY_EARN = frozenset({Kind.PASSED, Kind.SLOW})
NOT_RUN = "This test was not run."
WITHHELD = "This counts once the values are right."


def score(plan: Plan, assignment: Assignment, verdicts: Mapping[str, Verdict]) -> tuple[QuestionResult, ...]:
    """Return the result of every question of `assignment`, in its order.

    A question's points are shared by weight over its planned tests that are not public; each earns
    its verdict's credit. A planned test without a verdict was not run and earns nothing. A
    structural test earns only if every value test of its question passed, special cases
    (`edge`) aside; otherwise its verdict stays and its message says why it does not count.

    Parameters
    ----------
    verdicts
        By test id; those of tests that were not planned are ignored.
    """
    return tuple(
        _score(question, plan.of_question(question.id), verdicts) for question in assignment.questions
    )


def not_run(plan: Plan, assignment: Assignment, tier: str = "") -> GradingResult:
    """Return the result before the first test: every planned test listed, nothing earned."""
    return GradingResult(
        assignment=assignment.name, questions=score(plan, assignment, {}), tier=tier, finished=False
    )


def _score(
    question: Question, tests: Sequence[PlannedTest], verdicts: Mapping[str, Verdict]
) -> QuestionResult:
    judged = [(test, verdicts.get(test.id) or _not_run(test)) for test in tests]
    graded = [(test, verdict) for test, verdict in judged if not test.public]
    values_right = all(verdict.passed for test, verdict in graded if not test.structural and not test.edge)
    withheld = {
        test.id for test, verdict in graded if test.structural and not values_right and _credit(verdict)
    }
    total = sum((test.weight for test, _ in graded), Fraction(0))
    earned = sum(
        (test.weight * _credit(verdict) for test, verdict in graded if test.id not in withheld), Fraction(0)
    )
    return QuestionResult(
        id=question.id,
        title=question.title,
        points=question.points,
        score=question.points * earned / total if total else Fraction(0),
        verdicts=tuple(_withhold(it) if test.id in withheld else it for test, it in judged),
        public=tuple(test.id for test in tests if test.public),
        withheld=tuple(test.id for test in tests if test.id in withheld),
    )


def _credit(verdict: Verdict) -> Fraction:
    return verdict.credit if verdict.kind in _MAY_EARN else Fraction(0)


def _withhold(verdict: Verdict) -> Verdict:
    return msgspec.structs.replace(verdict, message=f"{sentence(verdict.message)} {WITHHELD}".strip())


def _not_run(test: PlannedTest) -> Verdict:
    return Verdict(test=test.id, kind=Kind.NOT_RUN, message=NOT_RUN)
