"""What a result comes to once lateness and points given by hand are applied: the one place that applies them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

import msgspec

from autograder.classroom.lateness import deduction
from autograder.classroom.overrides import Override, points_text
from autograder.classroom.written import Asked
from autograder.model.assignment import LatePolicy, Question
from autograder.model.result import GradingResult, QuestionResult
from autograder.model.scoring import without_lowest
from autograder.text import one_line


def settle(
    result: GradingResult,
    policy: LatePolicy,
    created_at: datetime | None,
    due: datetime | None,
    overrides: Sequence[Override] = (),
    by_hand: Sequence[Question] = (),
    written: Sequence[Asked] = (),
    flags: Sequence[str] = (),
    lowest_dropped: int = 0,
) -> GradingResult:
    """Return a result as a student gets it; what was graded stays in its verdicts.

    Parameters
    ----------
    created_at, due
        When it was handed in and when it was due, as far as known.
    overrides
        The student's; of several for one question the last counts.
    by_hand
        The questions that only people grade; they earn nothing until somebody gives points for them.
    written
        The questions that are answered in words; they count neither for nor against anybody until then.
    flags
        Further reasons for a person to look at the hand-in.
    lowest_dropped
        How many questions are left out: those with the smallest shares of their points.
    """
    given = {line.question: line for line in overrides if line.points is not None}
    answered = {it.question.id: it.with_points(given.pop(it.question.id, None)) for it in written}
    waiting = (
        QuestionResult(
            id=question.id,
            title=question.title,
            points=question.points,
            score=Fraction(0),
            bonus=question.bonus,
        )
        for question in by_hand
        if question.id not in answered
    )
    left = [line.slip_days for line in overrides if line.slip_days is not None]
    late = deduction(created_at, due, policy, left[-1] if left else None)
    notes = [late.sentence] + [
        one_line(f"{id}: {points_text(line.points)} points given by hand. {line.note}".strip(), 500)
        for id, line in given.items()
    ]
    questions = without_lowest(
        [
            msgspec.structs.replace(it, score=given[it.id].points) if it.id in given else it
            for it in (*result.questions, *answered.values(), *waiting)
        ],
        lowest_dropped,
    )
    notes += [
        f"{one_line(it.title, 200)} is left out of the total: the question with the smallest share of its points."
        for it in questions
        if it.dropped
    ]
    return msgspec.structs.replace(
        result,
        questions=questions,
        kept=late.kept,
        slip_days_used=late.slip_days_used,
        notes=(*result.notes, *filter(None, notes)),
        flags=(*result.flags, *flags),
    )
