"""How late a hand-in was and what that costs, from dates that no student can write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from autograder.errors import CourseError
from autograder.model.assignment import LatePolicy


@dataclass(frozen=True)
class Lateness:
    """When a hand-in came and when it was due, as far as known.

    A hand-in's own files are not asked: a student could write any date there.
    """

    created_at: datetime | None = None
    due: datetime | None = None

    @property
    def late(self) -> timedelta | None:
        """How long after the due date it came, never negative; None if a date is missing."""
        if self.created_at is None or self.due is None:
            return None
        return max(timedelta(0), self.created_at - self.due)

    def share_kept(self, policy: LatePolicy) -> Fraction:
        """Return the share of the points that `policy` leaves; all of them if lateness is unknown."""
        return Fraction(1) if self.late is None else policy.share_kept(self.late)

    def sentence(self, policy: LatePolicy) -> str:
        """Return what a student is told; empty if lateness costs nothing or is unknown."""
        if self.created_at is None or self.due is None or self.share_kept(policy) == 1:
            return ""
        when = f"Due {_moment(self.due)}, handed in {_moment(self.created_at)}"
        return f"{when}: {span(self.created_at - self.due)} late."


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
