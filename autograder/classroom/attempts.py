"""Which of a student's hand-ins counts where that is the best; the last is found before anything is graded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction


@dataclass(frozen=True)
class Attempt:
    """One hand-in as it stands for one student.

    Attributes
    ----------
    label
        Of the hand-in.
    student
        The student's key.
    score
        Points after lateness and what was given by hand; None if it could not be graded.
    created_at
        When it came, if that is known.
    is_last
        Whether no later one of this student is known.
    """

    label: str
    student: str
    score: Fraction | None
    created_at: datetime | None = None
    is_last: bool = False


def best_attempts(attempts: Iterable[Attempt]) -> set[tuple[str, str]]:
    """Return label and student of the hand-ins that count where each student's best one does.

    Of equally good ones the earlier counts. All that are the last count where none could be graded, as do several of
    which nothing says which is the last: a person has to decide whose they are.
    """
    by_student: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        by_student.setdefault(attempt.student, []).append(attempt)
    return {(it.label, it.student) for own in by_student.values() for it in _counting(own)}


def _counting(own: Sequence[Attempt]) -> list[Attempt]:
    graded = [it for it in own if it.score is not None]
    last = [it for it in own if it.is_last]
    if not graded or len(last) > 1:
        return last
    return [min(graded, key=_rank)]


def _rank(attempt: Attempt) -> tuple[Fraction, bool, datetime, bool]:
    assert attempt.score is not None
    unknown = attempt.created_at is None
    return (
        -attempt.score,
        unknown,
        attempt.created_at or datetime.max.replace(tzinfo=UTC),
        not attempt.is_last,
    )
