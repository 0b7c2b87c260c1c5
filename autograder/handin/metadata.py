"""Gradescope's submission_metadata.json, read leniently: when a hand-in came and when it was due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from autograder.handin.exports import moment_of
from autograder.handin.trees import TooLargeError, UnreadableError, read_file

_METADATA_BYTES = 50_000_000


@dataclass(frozen=True)
class Metadata:
    """What Gradescope says about a hand-in; both dates may be absent.

    Attributes
    ----------
    due
        The due date of these students, extensions included: the latest of a group's.
    notes
        Sentences for the instructor about what could not be read.
    """

    created_at: datetime | None = None
    due: datetime | None = None
    notes: tuple[str, ...] = ()


def read_metadata(path: Path) -> Metadata:
    """Return what the file at `path` says; whatever is broken or has the wrong type is left out.

    Never raises: without readable metadata a hand-in is still graded, and a note says what is missing.
    """
    try:
        raw = msgspec.json.decode(read_file(path, _METADATA_BYTES).removeprefix(b"\xef\xbb\xbf"))
    except TooLargeError:
        return _without("is far too large")
    except UnreadableError as error:
        return _without(str(error).partition(";")[0])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _without("is not valid JSON")
    if not isinstance(raw, dict):
        return _without("is not a JSON object")
    users = raw.get("users")
    own = [_due(user) for user in users] if isinstance(users, list) else []
    due = max((date for date in own if date is not None), default=_due(raw))
    return Metadata(moment_of(raw.get("created_at")), due)


def _without(reason: str) -> Metadata:
    return Metadata(notes=(f"The submission's metadata {reason}; it is graded as if it came on time.",))


def _due(entry: object) -> datetime | None:
    """Return the due date in the `assignment` of a user or of the whole file."""
    assignment = entry.get("assignment") if isinstance(entry, dict) else None
    return moment_of(assignment.get("due_date")) if isinstance(assignment, dict) else None
