"""What was found in a class folder, and which of a student's hand-ins counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from autograder.handin.candidates import Source
from autograder.handin.students import Student
from autograder.text import first_few


class Fate(StrEnum):
    """What becomes of one item of a class folder; a later hand-in of the same student replaces an earlier one."""

    GRADED = "graded"
    REFUSED = "refused"
    REPLACED = "replaced"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Found:
    """One item of a class folder, whatever becomes of it.

    Attributes
    ----------
    label
        A name that no other item has, safe as a file name.
    reason
        If it was refused or ignored, a sentence that says why.
    source
        What `open_hand_in` takes; None unless it is a hand-in.
    students
        Who handed it in, as far as is known.
    counts_for
        Those of them who have no later hand-in.
    created_at
        When it was handed in, if the export says so.
    doubts
        Sentences for a person who has to find out whose it is.
    order
        Higher for the later of a student's hand-ins.
    may_be
        The students whose it may be, where a file's name can be read in several ways; then nothing else is taken for
        the same student's.
    late
        Whether the platform marks it as late without saying when it came.
    is_unlisted
        Whether the export's list does not say whose it is.
    """

    label: str
    fate: Fate
    reason: str = ""
    source: Source | None = None
    students: tuple[Student, ...] = ()
    counts_for: tuple[Student, ...] = ()
    created_at: datetime | None = None
    doubts: tuple[str, ...] = ()
    order: tuple[int, int] = (0, 0)
    may_be: tuple[Student, ...] = ()
    late: bool = False
    is_unlisted: bool = False


_Claim = tuple[str, str, str]
"""A student's key, the name with it, and the label of a hand-in that belongs to nobody for sure."""


def with_counts(found: Sequence[Found]) -> tuple[Found, ...]:
    """Return what was found with the students for whom it is the last.

    If several names come with one id, each of them may belong to another student: what each name handed in
    last counts, with a doubt, because a student who chooses a name must not replace another's work. So does
    each of several hand-ins by one name of which nothing says which is the last. What was refused counts for those
    of whom there is nothing else.
    """
    order: dict[_Claim, tuple[datetime, tuple[int, int]]] = {}
    last: dict[_Claim, set[str]] = {}
    for it in found:
        for claim in {_claim(it, student) for student in it.students if it.source}:
            when = _time_order(it)
            if claim not in order or when > order[claim]:
                order[claim], last[claim] = when, {it.label}
            elif when == order[claim]:
                last[claim].add(it.label)
    claims = Counter(key for (key, _, _), labels in last.items() for _ in labels)
    return tuple(_counted(it, last, claims) for it in found)


def _claim(found: Found, student: Student) -> _Claim:
    name = "" if student.email else student.name  # no two students share an address
    return student.key, name, found.label if found.may_be else ""


def _time_order(found: Found) -> tuple[datetime, tuple[int, int]]:
    return found.created_at or datetime.min.replace(tzinfo=UTC), found.order


def _counted(found: Found, last: Mapping[_Claim, Collection[str]], claims: Mapping[str, int]) -> Found:
    if found.source is None:
        return replace(found, counts_for=tuple(it for it in found.students if it.key not in claims))
    counts_for = tuple(it for it in found.students if found.label in last.get(_claim(found, it), ()))
    doubts = tuple(
        f"another hand-in has the same {it.key.partition(' ')[0]} and may be somebody else's; "
        "find out whose each of them is"
        for it in found.students
        if claims.get(it.key, 0) > 1
    )
    if found.may_be:
        doubts += (_doubt_whose(found.may_be),)
    if found.is_unlisted:
        doubts += ("the export's list does not say whose it is; find out who handed it in",)
    fate = Fate.GRADED if counts_for else Fate.REPLACED
    return replace(found, fate=fate, counts_for=counts_for, doubts=doubts)


def _doubt_whose(may_be: Sequence[Student]) -> str:
    people = first_few(f"{it.name} (id {it.id})" for it in may_be)
    return (
        f"by its name it belongs to one of {people}; find out to whom, or pass a gradebook that lists only one of "
        "them as --roster"
    )
