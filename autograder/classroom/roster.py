"""A course's list of students, whatever its columns are called: who handed nothing in, and who is not in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from autograder.classroom.people import Person, match
from autograder.classroom.sheets import Row, Sheet, read_sheet
from autograder.errors import CourseError
from autograder.handin.students import Student
from autograder.report.grades import GradeRow, safe_cell

_HEADINGS = {
    "account": re.compile(r"git ?hub|gitlab|account", re.IGNORECASE),
    "email": re.compile(r"e-?mail|\bmail\b", re.IGNORECASE),
    "first": re.compile(r"\s*first\s*\Z|first ?name|given|forename|vorname|pr[ée]nom", re.IGNORECASE),
    "last": re.compile(r"\s*last\s*\Z|last ?name|family|sur ?name|nachname|\bnom\b", re.IGNORECASE),
    "id": re.compile(
        r"\b(s?id|ids|identifier|number|no|nr|login|user ?name|matri\w*|sis .*|student id|netid|uni)\b",
        re.IGNORECASE,
    ),
    "name": re.compile(r"name|student|participant", re.IGNORECASE),
}
"""What a column holds, by words in its heading; the first that fits decides."""
_OF_WORK = re.compile(r"\(\d+\)\s*\Z|submission|section|assignment", re.IGNORECASE)
"""Headings of columns about work, not about people, whatever else is in them."""
_NOBODY = re.compile(r"\s*(points possible|student, test|test student)\s*", re.IGNORECASE)


class RosterLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody, and what is known of a hand-in.

    Attributes
    ----------
    status
        `handed in`, `not handed in`, `unclear` or `not in the roster`.
    submission
        The label of the hand-in, if there is one.
    """

    who: str
    status: str
    submission: str = ""


def read_people(sheet: Sheet, path: Path) -> list[tuple[Row, Person]]:
    """Return everybody in a table, with their rows.

    Columns are known by their headings, those without a heading that says so by what they hold.

    Raises
    ------
    CourseError
        If no column holds names, addresses or ids.
    """
    head, *rows = sheet.rows
    kinds = [_kind_of(cell.text) for cell in head.cells]
    if not any(kinds):
        if not any("@" in cell.text for cell in head.cells):
            raise CourseError(
                f"{path}: no column holds names, e-mail addresses or ids; name the columns in the first line."
            )
        rows = [head, *rows]
    width = max(len(row.cells) for row in (head, *rows))
    kinds = [
        (kinds[place] if place < len(kinds) else "") or _kind_by_contents([row.text(place) for row in rows])
        for place in range(width)
    ]
    people = ((row, _person(row, kinds)) for row in rows)
    return [
        (row, person) for row, person in people if person != Person() and not _NOBODY.fullmatch(person.name)
    ]


def _kind_of(heading: str) -> str:
    if _OF_WORK.search(heading):
        return ""
    return next((kind for kind, pattern in _HEADINGS.items() if pattern.search(heading)), "")


def _kind_by_contents(texts: Sequence[str]) -> str:
    filled = [it.strip() for it in texts if it.strip()]
    return "email" if filled and all(re.fullmatch(r"[^\s@]+@[^\s@]+", it) for it in filled) else ""


def _person(row: Row, kinds: Sequence[str]) -> Person:
    found: dict[str, list[str]] = {}
    for place, kind in enumerate(kinds):
        text = row.text(place).strip()
        if kind and text:
            found.setdefault("email" if "@" in text and kind in ("id", "account") else kind, []).append(text)
    first, last = (" ".join(found.get(kind, ())) for kind in ("first", "last"))
    name = f"{first} {last}".strip() or next(iter(found.get("name", ())), "")
    ids = [re.sub(r"^Participant ", "", it, flags=re.IGNORECASE) for it in found.get("id", ())]
    return Person(
        name, frozenset(found.get("email", ())), frozenset(ids), frozenset(found.get("account", ()))
    )


def person_of(student: Student) -> Person:
    """Return the student behind a hand-in as a person."""
    return Person(student.name, frozenset({student.email} - {""}), frozenset({student.id} - {""}))


def compare(path: Path, rows: Iterable[GradeRow]) -> tuple[RosterLine, ...]:
    """Return everybody of the roster at `path`, and whoever handed in and is not in it.

    Parameters
    ----------
    rows
        The class.

    Raises
    ------
    CourseError
        If the roster cannot be read.
    """
    people = [person for _, person in read_people(read_sheet(path), path)]
    handed_in: dict[Person, str] = {}
    for row in rows:
        person = person_of(Student(row.name, row.email, row.id))
        if person != Person() and (row.counts or person not in handed_in):
            handed_in[person] = row.label
    claims = list(handed_in)
    matches = match(claims, people)
    by_person = {person: claims[claim] for claim, person in matches.pairs.items()}
    lines = [
        RosterLine(who=str(person), status="handed in", submission=handed_in[by_person[place]])
        if place in by_person
        else RosterLine(who=str(person), status="not handed in")
        for place, person in enumerate(people)
    ]
    for place, person in enumerate(claims):
        if place not in matches.pairs:
            status = "unclear" if place in matches.unclear else "not in the roster"
            lines.append(RosterLine(who=str(person), status=status, submission=handed_in[person]))
    return tuple(lines)


def to_csv(lines: Iterable[RosterLine]) -> str:
    """Return the lines as a table."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["who", "status", "submission"])
    writer.writerows([safe_cell(it.who), it.status, safe_cell(it.submission)] for it in lines)
    return table.getvalue()
