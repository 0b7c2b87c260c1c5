"""Writes the totals of a class into the gradebook that was exported from Canvas, Moodle or Gradescope."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from autograder.classroom.people import Person, match
from autograder.classroom.roster import person_of, read_people
from autograder.classroom.sheets import Sheet, read_sheet, with_cells
from autograder.errors import CourseError
from autograder.handin.students import Student
from autograder.model.assignment import Assignment
from autograder.model.exact import read_points
from autograder.report.grades import GradeRow, decimal

_POINTS_POSSIBLE = re.compile(r"\s*points possible\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\s*\(\d+\)\s*\Z")
_OF_PLATFORMS = ("grade", "total score")
"""Columns that hold the grade of the one assignment which a worksheet of Moodle or an export of Gradescope is about."""
_MAXIMA = ("maximum grade", "max points")


@dataclass(frozen=True)
class Merged:
    """A gradebook with totals in it.

    Attributes
    ----------
    column
        The heading of the column they are in.
    written
        How many.
    left
        A sentence for everybody of the class, and everybody of the gradebook, for whom nothing was written.
    """

    sheet: Sheet
    column: str
    written: int
    left: tuple[str, ...]


def merge(
    path: Path,
    rows: Iterable[GradeRow],
    assignment: Assignment,
    column: str | None = None,
    scale: bool = False,
) -> Merged:
    """Return the gradebook at `path` with the totals that count; every other cell is as it was.

    A total is written only where exactly one hand-in is that of exactly one person; see `match`.

    Parameters
    ----------
    column
        The heading to write below; by default the assignment's title, or what the platform calls its only grade.
    scale
        Whether totals are scaled where the gradebook has another maximum.

    Raises
    ------
    CourseError
        If the gradebook is not understood, or has another maximum and `scale` is not set.
    """
    sheet = read_sheet(path)
    place = _column(path, sheet, assignment, column)
    factor = _factor(path, sheet, place, assignment, scale)
    in_book = read_people(sheet, path)
    people = [person for _, person in in_book]
    claims = _claims(rows)
    matches = match([person for person, _ in claims], people)
    texts: list[str | None] = [None] * len(sheet.rows)
    by_row = {id(row): number for number, row in enumerate(sheet.rows)}
    left = []
    for number, (_, row) in enumerate(claims):
        if number in matches.pairs and row.result is not None:
            texts[by_row[id(in_book[matches.pairs[number]][0])]] = decimal(factor * row.result.score)
        else:
            left.append(f"{row.label}: {_why(number in matches.pairs, number in matches.unclear, row)}")
    left += [
        f"{person}: handed nothing in; the cell is as it was"
        for number, person in enumerate(people)
        if number not in matches.found
    ]
    written = sum(text is not None for text in texts)
    return Merged(with_cells(sheet, place, texts), sheet.rows[0].text(place), written, tuple(left))


def _claims(rows: Iterable[GradeRow]) -> list[tuple[Person, GradeRow]]:
    return [
        (person_of(Student(it.name, it.email, it.id)), it) for it in rows if it.counts or it.result is None
    ]


def _why(is_found: bool, is_unclear: bool, row: GradeRow) -> str:
    if is_found:
        return f"it could not be read, so the cell is as it was ({row.note})"
    if is_unclear:
        return "several people or hand-ins fit; find out whose it is, and write it in by hand"
    return "nobody in the gradebook fits"


def _column(path: Path, sheet: Sheet, assignment: Assignment, named: str | None) -> int:
    headings = [cell.text for cell in sheet.rows[0].cells]
    plain = [_plain(it) for it in headings]
    wanted = [_plain(named)] if named is not None else [_plain(assignment.title), _plain(assignment.name)]
    for name in wanted:
        found = [
            place for place, heading in enumerate(plain) if name in (heading, _plain(headings[place], True))
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise CourseError(f"{path} has {len(found)} columns {name!r}; give each a name of its own.")
    if named is None:
        for name in _OF_PLATFORMS:
            if plain.count(name) == 1:
                return plain.index(name)
    there = ", ".join(repr(it) for it in headings[:30])
    raise CourseError(
        f"{path} has no column {named or assignment.title!r}; say which one it is with --column (there: {there})."
    )


def _plain(heading: str, whole: bool = False) -> str:
    """Return a heading for comparison, without the number that Canvas adds to it."""
    return " ".join((heading if whole else _NUMBER.sub("", heading)).split()).casefold()


def _factor(path: Path, sheet: Sheet, place: int, assignment: Assignment, scale: bool) -> Fraction:
    total = assignment.total_points
    maxima = {it for it in _maxima(sheet, place) if it is not None}
    other = sorted(maxima - {total})
    if not other:
        return Fraction(1)
    if len(maxima) > 1 or not scale or not other[0]:
        stated = " and ".join(decimal(it) for it in sorted(maxima))
        raise CourseError(
            f"{path}: {sheet.rows[0].text(place)!r} has {stated} points there and {decimal(total)} here; make them "
            "agree, or pass --scale to scale the totals."
        )
    return other[0] / total


def _maxima(sheet: Sheet, place: int) -> Iterable[Fraction | None]:
    head, *rows = sheet.rows
    columns = [number for number, cell in enumerate(head.cells) if _plain(cell.text) in _MAXIMA]
    for row in rows:
        if any(_POINTS_POSSIBLE.fullmatch(cell.text) for cell in row.cells[:1]):
            yield _number(row.text(place))
        for number in columns if _plain(head.text(place)) in _OF_PLATFORMS else ():
            yield _number(row.text(number))


def _number(text: str) -> Fraction | None:
    return read_points(text.strip().replace(",", "."))
