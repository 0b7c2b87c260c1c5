"""Writes the totals of a class into the gradebook that was exported from Canvas, Moodle or Gradescope."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from autograder.classroom.people import Matches, Person, match
from autograder.classroom.roster import Listing, person_of, read_people, read_table
from autograder.classroom.sheets import Row, Sheet, with_cells
from autograder.classroom.written import NOT_GRADED
from autograder.errors import CourseError
from autograder.model.assignment import Assignment
from autograder.model.exact import read_points
from autograder.report.grades import GradeRow, decimal
from autograder.text import first_few, one_line

_POINTS_POSSIBLE = re.compile(r"\s*points possible\s*", re.IGNORECASE)
_READ_ONLY = re.compile(r"\s*\(read only\)\s*", re.IGNORECASE)
_ADDED = re.compile(r"\s*(\(\d+\)|\[Total Pts: .*|Points Grade <.*>)\s*\Z")
"""What Canvas, Blackboard and Brightspace add to a title; what the last two do holds its maximum."""
_MAXIMUM_IN_HEADING = re.compile(r"\[Total Pts: (?:up to )?([\d.,]+)|<Numeric MaxPoints:([\d.,]+)")
_EXCUSED = "ex"
_NO_GRADE = re.compile(r"ex|n/?a|missing|[-–—]", re.IGNORECASE)
"""What platforms write where there are no points."""
_WITH_COMMA = re.compile(r"\s*\d+,\d+\s*")
_OF_PLATFORMS = {
    "grade": {"identifier", "maximum grade"},
    "total score": {"sid", "max points"},
    "points_awarded": {"points_available"},
}
"""The column of the one assignment which a worksheet of Moodle or an export of Gradescope or GitHub Classroom is about,
and other columns of which there is one."""
_MAXIMA = ("maximum grade", "max points", "points_available")


@dataclass(frozen=True)
class Merged:
    """A gradebook with totals in it.

    Attributes
    ----------
    column
        The heading of the column they are in.
    written
        How many.
    replaced
        How many of them stand where there were other points.
    left
        A sentence for everybody of the class, and everybody of the gradebook, for whom nothing was written.
    """

    sheet: Sheet
    column: str
    written: int
    left: tuple[str, ...]
    replaced: int = 0


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
    assignment
        With the questions that only people grade.
    column
        The heading to write below; by default the assignment's title, or what the platform calls its only grade.
    scale
        Whether totals are scaled where the gradebook has another maximum.

    Raises
    ------
    CourseError
        If the gradebook is not understood, is that of other people, or has another maximum and `scale` is not set.
    """
    sheet = read_table(path)
    listing = read_people(sheet, path, (assignment.title, assignment.name))
    place = _column(path, sheet, listing, assignment, column)
    factor = _factor(path, sheet, place, assignment, scale)
    claims = [(person_of(row), row) for row in rows if row.counts or row.result is None]
    people = [person for _, person in listing.people]
    matches = match([person for person, _ in claims], people)
    if claims and not matches.pairs and not matches.unclear:
        raise CourseError(
            f"{path} lists nobody of this class (there: {_some(people)}; here: {_some([it for it, _ in claims])}); "
            "give the gradebook of the same course."
        )
    texts: list[str | None] = [None] * len(sheet.rows)
    point = "," if any(_WITH_COMMA.fullmatch(it) for it in _stated(sheet, place)) else "."
    left, replaced = [], 0
    for number, (_, row) in enumerate(claims):
        if number not in matches.pairs:
            left.append(f"{row.label or 'a hand-in without a name'}: {_why_not(number, matches)}")
            continue
        line, person = listing.people[matches.pairs[number]]
        before = sheet.rows[line].text(place).strip()
        if row.result is None:
            left.append(f"{row.label}: it could not be read, so the cell is as it was ({row.note})")
        elif waiting := row.result.ungraded_of(assignment):
            left.append(f"{row.label}: {NOT_GRADED} ({', '.join(waiting)}), so the cell is as it was")
        elif before.casefold() == _EXCUSED:
            left.append(f"{row.label}: {person} is excused in the gradebook, so the cell is as it was")
        else:
            texts[line] = decimal(factor * row.result.score).replace(".", point)
            replaced += _is_other(before, texts[line] or "")
    left += [
        f"{person}: {_why_without(number, matches)}; the cell is as it was"
        for number, person in enumerate(people)
        if number not in matches.found
    ]
    written = sum(text is not None for text in texts)
    heading = sheet.rows[0].text(place)
    return Merged(with_cells(sheet, place, texts), heading, written, tuple(left), replaced)


def _why_not(claim: int, matches: Matches) -> str:
    if claim in matches.contradicted:
        return "its id is that of somebody of another name; find out whose it is, and write it in by hand"
    if claim in matches.unclear:
        return "several people or hand-ins fit; find out whose it is, and write it in by hand"
    return "nobody in the gradebook fits"


def _why_without(person: int, matches: Matches) -> str:
    return "may have handed in what is unclear" if person in matches.maybe else "handed nothing in"


def _some(people: Sequence[Person]) -> str:
    return first_few(map(str, people), 3) or "nobody"


# --- the column -----------------------------------------------------------------------------------


def _column(path: Path, sheet: Sheet, listing: Listing, assignment: Assignment, named: str | None) -> int:
    headings = [cell.text for cell in sheet.rows[0].cells]
    free = [place for place in range(len(headings)) if _why_not_writable(sheet, listing, place) == ""]
    for name in [named] if named is not None else [assignment.title, assignment.name]:
        among = range(len(headings)) if named is not None else free
        found = _called(name, headings, among)
        if len(found) > 1:
            raise CourseError(
                f"{path} has {len(found)} columns {name!r}; say which one it is with --column, by its whole heading "
                f"({', '.join(repr(headings[it]) for it in found)})."
            )
        if found:
            if reason := _why_not_writable(sheet, listing, found[0]):
                raise CourseError(
                    f"{path}: {headings[found[0]]!r} {reason}; name a column of grades with --column."
                )
            return found[0]
    plain = [_plain(it) for it in headings]
    for name, others in _OF_PLATFORMS.items():
        if named is None and plain.count(name) == 1 and others & set(plain):
            return plain.index(name)
    there = ", ".join(repr(headings[it]) for it in free[:30]) or "nothing but people"
    raise CourseError(
        f"{path} has no column {named or assignment.title!r}; say which one it is with --column (there: {there})."
    )


def _called(name: str, headings: Sequence[str], places: Iterable[int]) -> list[int]:
    """Return the columns of that heading; if there is none, those of it with what platforms add."""
    places, wanted = list(places), _plain(name)
    whole = [it for it in places if _plain(headings[it]) == wanted]
    return whole or [it for it in places if _plain(_ADDED.sub("", headings[it])) == wanted]


def _plain(heading: str) -> str:
    return " ".join(unicodedata.normalize("NFC", heading).split()).casefold()


def _why_not_writable(sheet: Sheet, listing: Listing, place: int) -> str:
    """Return what a column is instead of one of grades; nothing if it may be one."""
    head, *rows = sheet.rows
    if place < len(listing.kinds) and listing.kinds[place]:
        return "says who people are"
    if _is_maximum(_plain(head.text(place))):
        return "says how many points there are"
    if any(_has_maxima(row) and _READ_ONLY.fullmatch(row.text(place)) for row in rows[:5]):
        return "is computed by Canvas and cannot be written"
    filled = [text for line, _ in listing.people if (text := sheet.rows[line].text(place).strip())]
    if filled and 2 * len(filled) >= len(listing.people) and not any(map(_may_be_grade, filled)):
        return f"holds {one_line(filled[0], 40)!r} and the like, which are no points"
    return ""


def _is_other(before: str, now: str) -> bool:
    """Return whether a cell held other points, or text that is not what platforms write where there are none."""
    return bool(before) and _NO_GRADE.fullmatch(before) is None and _number(before) != _number(now)


def _may_be_grade(text: str) -> bool:
    """Return whether a cell may hold points, or what platforms write instead of them."""
    return _number(text) is not None or _NO_GRADE.fullmatch(text) is not None


def _is_maximum(heading: str) -> bool:
    return heading in _MAXIMA or heading.endswith(" - max points")


def _has_maxima(row: Row) -> bool:
    """Return whether it is Canvas' row of maxima, whatever columns a program has put before."""
    return any(_POINTS_POSSIBLE.fullmatch(cell.text) for cell in row.cells)


# --- the maximum ----------------------------------------------------------------------------------


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
    columns = _columns_of_maxima(head, place)
    if said := _MAXIMUM_IN_HEADING.search(head.text(place)):
        yield _number(said[1] or said[2])
    for row in rows:
        if _has_maxima(row):
            yield _number(row.text(place))
        for number in columns:
            yield _number(row.text(number))


def _columns_of_maxima(head: Row, place: int) -> list[int]:
    own = _plain(head.text(place))
    of_column = {f"{own} - max points", *(_MAXIMA if own in _OF_PLATFORMS else ())}
    return [number for number, cell in enumerate(head.cells) if _plain(cell.text) in of_column]


def _stated(sheet: Sheet, place: int) -> Iterable[str]:
    """Yield what stands in a column of grades and in those of its maxima."""
    head, *rows = sheet.rows
    columns = [place, *_columns_of_maxima(head, place)]
    return (row.text(number) for row in rows for number in columns)


def _number(text: str) -> Fraction | None:
    return read_points(text.strip().replace(",", "."))
