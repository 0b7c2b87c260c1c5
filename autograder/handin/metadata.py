"""Gradescope's submission_metadata.json, read leniently, and how late a hand-in was."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import msgspec

from autograder.handin.students import Student, text_of
from autograder.handin.trees import TooLargeError, UnreadableError, read_file
from autograder.model.assignment import LatePolicy

_METADATA_BYTES = 50_000_000


@dataclass(frozen=True)
class Dates:
    """When an assignment is released, due, and due for those who are late."""

    release: datetime | None = None
    due: datetime | None = None
    late_due: datetime | None = None


@dataclass(frozen=True)
class Submitter:
    """One student of the group that handed in, with the dates that hold for this student."""

    student: Student
    dates: Dates = Dates()


@dataclass(frozen=True)
class PreviousSubmission:
    """An earlier hand-in of the same student."""

    submitted_at: datetime | None = None
    score: float | None = None
    autograder_error: bool = False


@dataclass(frozen=True)
class Metadata:
    """What Gradescope says about a hand-in; every field may be absent.

    Attributes
    ----------
    notes
        Sentences for the instructor about what could not be read.
    """

    id: str = ""
    created_at: datetime | None = None
    title: str = ""
    total_points: float | None = None
    dates: Dates = Dates()
    method: str = ""
    submitters: tuple[Submitter, ...] = ()
    previous: tuple[PreviousSubmission, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def due(self) -> datetime | None:
        """The due date of these students, extensions included: the latest of a group's."""
        own = [it.dates.due for it in self.submitters if it.dates.due is not None]
        return max(own) if own else self.dates.due

    @property
    def late(self) -> timedelta | None:
        """How long after the due date it was handed in, at least nothing; None where a date is missing.

        Both dates are Gradescope's: a regrade weeks later comes to the same.
        """
        if self.created_at is None or self.due is None:
            return None
        return max(timedelta(0), self.created_at - self.due)

    def share_kept(self, policy: LatePolicy) -> Fraction:
        """Return the share of the points that `policy` leaves; all of them where lateness is unknown."""
        return Fraction(1) if self.late is None else policy.share_kept(self.late)


def read_metadata(path: Path) -> Metadata:
    """Return what the file at `path` says; what is broken or of another type is left out.

    Never raises: without readable metadata a hand-in is still graded, and a note says what is missing.
    """
    try:
        raw = msgspec.json.decode(read_file(path, _METADATA_BYTES).removeprefix(b"\xef\xbb\xbf"))
    except TooLargeError:
        return _without("is far too large")
    except UnreadableError as error:
        return _without(str(error).partition(";")[0])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _without("is no JSON")
    if not isinstance(raw, dict):
        return _without("holds no object")
    return _metadata(raw)


def _without(reason: str) -> Metadata:
    return Metadata(
        notes=(f"The submission's metadata {reason}; it is graded as if it were in time and by nobody.",)
    )


def _metadata(raw: Mapping[str, object]) -> Metadata:
    assignment = _mapping(raw.get("assignment"))
    return Metadata(
        id=text_of(raw.get("id")),
        created_at=_time(raw.get("created_at")),
        title=text_of(assignment.get("title")),
        total_points=_number(assignment.get("total_points")),
        dates=_dates(assignment),
        method=text_of(raw.get("submission_method")),
        submitters=tuple(_submitter(it) for it in _mappings(raw.get("users"))),
        previous=tuple(_previous(it) for it in _mappings(raw.get("previous_submissions"))),
    )


def _dates(assignment: Mapping[str, object]) -> Dates:
    return Dates(
        _time(assignment.get("release_date")),
        _time(assignment.get("due_date")),
        _time(assignment.get("late_due_date")),
    )


def _submitter(user: Mapping[str, object]) -> Submitter:
    id = text_of(user.get("sid")) or text_of(user.get("id"))
    student = Student(name=text_of(user.get("name")), email=text_of(user.get("email")), id=id)
    return Submitter(student, _dates(_mapping(user.get("assignment"))))


def _previous(entry: Mapping[str, object]) -> PreviousSubmission:
    return PreviousSubmission(
        submitted_at=_time(entry.get("submission_time")),
        score=_number(entry.get("score")),
        autograder_error=entry.get("autograder_error") is True,
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> Iterator[Mapping[str, object]]:
    return (it for it in value if isinstance(it, dict)) if isinstance(value, list) else iter(())


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value.strip())
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
