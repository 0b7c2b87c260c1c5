"""From verdicts to points: exact fractions of what was planned, whatever happened to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from autograder.model.assignment import Assignment, Question
from autograder.model.exact import HALF
from autograder.model.plan import Plan, PlannedTest
from autograder.model.result import GradingResult, QuestionResult
from autograder.model.verdict import Kind, Verdict
from autograder.text import sentence

_MAY_EARN = frozenset({Kind.PASSED, Kind.OTHER_TYPE, Kind.SLOW})
_MAY_EARN_IN_PART = frozenset({Kind.WRONG_VALUE, Kind.WRONG_TYPE_OR_SHAPE})
NOT_RUN = "This test was not run."
WITHHELD = "This counts once the values are right."


def score(plan: Plan, assignment: Assignment, verdicts: Mapping[str, Verdict]) -> tuple[QuestionResult, ...]:
    """Return the result of every question of `assignment`, in its order.

    A question's points are shared by weight over its planned tests that are not public; each earns
    its verdict's credit: a wrong value that of its right parts. A planned test without a verdict was not run and
    earns nothing. A structural test earns only if all parts are right in every value test of its question, special
    cases (`edge`) aside; otherwise its verdict stays and its message says why it does not count. Right
    numbers of another type count as right; together they cost `cost_of_another_type`, once for the question.

    Parameters
    ----------
    verdicts
        By test id; those of tests that were not planned are ignored.
    """
    return tuple(
        _score(question, plan.of_question(question.id), verdicts) for question in assignment.questions
    )


def without_lowest(questions: Sequence[QuestionResult], lowest: int) -> tuple[QuestionResult, ...]:
    """Return the questions with the `lowest` of them marked as dropped: those of which the smallest share was earned.

    Of equal shares the first is dropped. Bonus questions, written answers and questions worth nothing are never
    dropped, and one question always stays.
    """
    may_go = [it for it in questions if it.points and not it.bonus and it.written is None]
    order = sorted(range(len(may_go)), key=lambda number: may_go[number].score / may_go[number].points)
    gone = {may_go[number].id for number in order[: min(lowest, len(may_go) - 1)]} if may_go else set()
    return tuple(msgspec.structs.replace(it, dropped=it.id in gone) for it in questions)


def cost_of_another_type(points: Fraction) -> Fraction:
    """Return what right numbers of another type cost a question of so many points.

    It is a tenth of them in whole halves, at least a half, but never more than a quarter of them.
    """
    return min(points / 4, max(HALF, round(points / 10 / HALF) * HALF))


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
    values_right = all(verdict.right for test, verdict in graded if not test.structural and not test.edge)
    withheld = {
        test.id for test, verdict in graded if test.structural and not values_right and _credit(test, verdict)
    }
    total = sum((test.weight for test, _ in graded), Fraction(0))
    earned = [
        (question.points * test.weight * _credit(test, verdict) / total, verdict)
        for test, verdict in graded
        if total and test.id not in withheld
    ]
    of_another_type = sum((points for points, verdict in earned if _is_of_another_type(verdict)), Fraction(0))
    deducted = min(cost_of_another_type(question.points), of_another_type)
    return QuestionResult(
        id=question.id,
        title=question.title,
        points=question.points,
        score=sum((points for points, _ in earned), -deducted),
        verdicts=tuple(_withhold(it) if test.id in withheld else it for test, it in judged),
        public=tuple(test.id for test in tests if test.public),
        withheld=tuple(test.id for test in tests if test.id in withheld),
        deducted=deducted,
        bonus=question.bonus,
    )


def _credit(test: PlannedTest, verdict: Verdict) -> Fraction:
    in_part = verdict.kind in _MAY_EARN_IN_PART and not test.structural
    return verdict.credit if in_part or verdict.kind in _MAY_EARN else Fraction(0)


def _is_of_another_type(verdict: Verdict) -> bool:
    return verdict.other_type or verdict.kind is Kind.OTHER_TYPE


def _withhold(verdict: Verdict) -> Verdict:
    return msgspec.structs.replace(verdict, message=f"{sentence(verdict.message)} {WITHHELD}".strip())


def _not_run(test: PlannedTest) -> Verdict:
    return Verdict(test=test.id, kind=Kind.NOT_RUN, message=NOT_RUN)
