"""How late a hand-in was and what that costs, from dates that no student can write."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from autograder.errors import CourseError
from autograder.model.assignment import LatePolicy


def deduction(created_at: datetime | None, due: datetime | None, policy: LatePolicy) -> tuple[Fraction, str]:
    """Return the share of the points that lateness leaves, and what the student is told about it.

    Nothing is deducted or said if a date is missing. A hand-in's own files are not asked: a student could
    write any date there.
    """
    if created_at is None or due is None:
        return Fraction(1), ""
    late = max(timedelta(0), created_at - due)
    kept = policy.share_kept(late)
    if kept == 1:
        return kept, ""
    return kept, f"Due {_moment(due)}, handed in {_moment(created_at)}: {span(late)} late."


def span(late: timedelta) -> str:
    """Return a span of time in words: `2 days 3 hours`."""
    minutes = -(-late // timedelta(minutes=1))
    parts = {"day": minutes // 1440, "hour": minutes // 60 % 24, "minute": minutes % 60}
    named = [f"{count} {unit}{'s' * (count > 1)}" for unit, count in parts.items() if count]
    return " ".join(named[:2]) or "no time"


def read_date(text: str, where: str) -> datetime:
    """Return the moment that an instructor wrote, in local time unless it says otherwise.

    Raises
    ------
    CourseError
        If it is not a date.
    """
    try:
        return datetime.fromisoformat(text.strip()).astimezone()
    except (ValueError, OverflowError, OSError):
        raise CourseError(
            f"{where}: {text.strip()[:40]!r} is no date; write it like 2030-01-31T23:59, "
            "or with an offset as in 2030-01-31T23:59+01:00."
        ) from None


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M %Z").strip()
