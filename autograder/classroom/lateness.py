"""How late a hand-in was and what that costs, from dates that no student can write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from autograder.errors import CourseError
from autograder.model.assignment import LatePolicy


@dataclass(frozen=True)
class Deduction:
    """What lateness costs one hand-in.

    Attributes
    ----------
    kept
        The share of the points that it leaves, between 0 and 1.
    slip_days_used
        Days late that cost nothing.
    sentence
        What the student is told about it; empty if nothing.
    """

    kept: Fraction = Fraction(1)
    slip_days_used: int = 0
    sentence: str = ""


def deduction(
    created_at: datetime | None, due: datetime | None, policy: LatePolicy, slip_days: int | None = None
) -> Deduction:
    """Return what lateness costs.

    Nothing is deducted or said if a date is missing. A hand-in's own files are not asked: a student could
    write any date there. A day late is 24 hours, from one moment to another: neither a time zone nor a change
    of the clocks makes one longer or shorter.

    Parameters
    ----------
    slip_days
        How many the student has left; those of the policy unless given.
    """
    if created_at is None or due is None:
        return Deduction()
    # In UTC: two moments of one time zone would be subtracted as the clocks on the wall show them.
    late = max(timedelta(0), created_at.astimezone(UTC) - due.astimezone(UTC))
    used = policy.slip_days_used(late, slip_days)
    kept = policy.share_kept(late, slip_days)
    if kept == 1 and not used:
        return Deduction()
    free = f" {used} slip day{'' if used == 1 else 's'} used." if used else ""
    # By the same clock, so that a reader can compare them.
    came = created_at.astimezone(due.tzinfo)
    sentence = f"Due {_moment(due)}, handed in {_moment(came)}: {span(late)} late.{free}"
    return Deduction(kept, used, sentence)


def span(late: timedelta) -> str:
    """Return a span of time in words: `2 days 3 hours`."""
    seconds = int(late.total_seconds())
    parts = {
        "day": seconds // 86400,
        "hour": seconds // 3600 % 24,
        "minute": seconds // 60 % 60,
        "second": seconds % 60,
    }
    named = [f"{count} {unit}{'s' * (count > 1)}" for unit, count in parts.items() if count]
    return " ".join(named[:2]) or "less than a second"


def read_date(text: str, where: str) -> datetime:
    """Return the moment that an instructor wrote, in local time unless it says otherwise.

    Raises
    ------
    CourseError
        If it is not a date with a time: a day alone would mean its first moment to the one and its last to the other.
        If local clocks skip that time or show it twice.
    """
    if _is_day(text.strip()):
        raise CourseError(
            f"{where}: {text.strip()[:40]!r} has no time; say when on that day, as in {text.strip()[:40]}T23:59."
        )
    try:
        moment = datetime.fromisoformat(text.strip())
        readings = {moment.replace(fold=fold).astimezone() for fold in (0, 1)}
    except (ValueError, OverflowError, OSError):
        raise CourseError(
            f"{where}: {text.strip()[:40]!r} is no date; write it like 2030-01-31T23:59, "
            "or with an offset as in 2030-01-31T23:59+01:00."
        ) from None
    if len(readings) > 1 and moment.tzinfo is None:
        raise CourseError(
            f"{where}: {text.strip()[:40]!r} is when the clocks are changed; say which moment by an offset, "
            f"as in {text.strip()[:40]}+01:00."
        )
    return min(readings)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _moment(moment: datetime) -> str:
    return moment.strftime(f"%Y-%m-%d %H:%M{':%S' if moment.second else ''} %Z").strip()
