"""A course's list of students, whatever its columns are called: who handed nothing in, and who is not in it."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.classroom.people import Person, match
from autograder.classroom.sheets import MOST_TITLES, Cell, Row, Sheet, read_sheet, require_letters
from autograder.errors import CourseError
from autograder.handin.students import Student, read_file_name
from autograder.report.context import RosterLine
from autograder.report.grades import GradeRow, safe_cell

_OF_WORK = re.compile(
    r"\(\d+\)\Z|\bpts\)\Z|\b(submissions?|sections?|assignments?|groups?|teams?|courses?|class|institution|department"
    r"|(grading )?status|points|scores?|grades?|max|maximum|late(ness)?|modified|comments?|count|date|time|phone)\b"
)
"""Headings of columns that are not about one person, whatever else is in them."""
_HEADINGS = {
    "": re.compile(
        r"(github|gitlab|account) ids?\Z|\broot account\b|\b(preferred|chosen) (last|family|sur) ?name"
    ),
    "role": re.compile(r"\b(role|rolle|rol)s?\Z"),
    "account": re.compile(r"git ?hub|git ?lab|\baccount\b"),
    "email": re.compile(r"e ?mail|\bmail\b|\bcorreo\b|\bcourriel\b"),
    "called": re.compile(
        r"\b(preferred|chosen|usual|bevorzugter) (first |given |full )?(name|vorname)\b|\b(known as|goes by|aka)\b"
        r"|\bnick ?name|\b(rufname|roepnaam|tilltalsnamn|kallenavn|apodo)\b|\bpr[ée]nom usuel"
    ),
    "first": re.compile(
        r"\Afirst\Z|\bfirst ?name|\bgiven|\bfore ?name|\b(vorname|voornaam|förnamn|fornavn)|\bpr[ée]nom"
        r"|\bnombres?\Z|\bnome\Z|\bimię\b|\bимя\Z|\A名\Z"
    ),
    "last": re.compile(
        r"\Alast\Z|\blast ?name|\bfamily|\bsur ?name|\b(nach|familien)name|\b(achternaam|efternamn|efternavn|etternavn)"
        r"|\bnom\b(?! d)|\bapellidos?\b|\b(cog|sobre)nome\b|\bnazwisko|\bфамилия\Z|\A姓\Z"
    ),
    "id": re.compile(
        r"\b(s?ids?|(z|p|e|u|cw|gt|pu|nu|utor)id|identifi\w*|number|no|nr|login|user ?name|matri\w*|sis .*|net ?id"
        r"|student ?id|uni|uniq ?name|kerberos|(uni|penn)key|(benutzer|nutzer|anmelde)name|\w*kennung"
        r"|(student\w*|studien?)nummer|numer \w+|usuario|utilisateur)\b|[学學](号|號|籍番号|生番号)|학번"
    ),
    "name": re.compile(
        r"name|\bstudents?\b|\bparticipants?\b|\bnombre completo\b|\b(naam|namn|navn|фио)\b|名|이름|성명"
    ),
}
"""What a column holds, by words in its heading; the first that fits decides."""
_NAMES = ("name", "first", "last")
_KINDS_OF_PEOPLE = (*_NAMES, "called", "email", "id", "account")
_NOBODY = re.compile(r"\s*(points possible|student, test|test student)\s*", re.IGNORECASE)
_STUDENT_ROLE = re.compile(r"student|learner|participant|studierend|estudiante|étudiant", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_ADDRESS = re.compile(r"[^\s@<>;,]+@[^\s@<>;,]+")
_ID = re.compile(r"[A-Za-z]{0,3}\d{5,}")
_NAME = re.compile(
    r"[^\d@]*\w[^\d@]*[\s,][^\d@]*\w[^\d@]*"
    r"|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}"  # scripts that leave no blank in a name
)
_WRITTEN_BY_PROGRAMS = re.compile(r"#?(?P<id>\w+?)(\.0)?")
"""An id as Brightspace writes it, and as programs do that take a column with a gap for fractions."""


def read_table(path: Path) -> Sheet:
    """Return the table of people at `path`; its first row has the headings.

    Titles above them, as spreadsheets write, are put aside. A row has as many cells as there are headings: a name such
    as `Lovelace, Ada` that is not in quotation marks is put together where an address tells that it is one.

    Raises
    ------
    CourseError
        If it cannot be read, or a row has more cells than there are headings.
    """
    sheet = read_sheet(path)
    sheet = sheet.below(_titles(sheet.rows))
    return replace(sheet, rows=_with_whole_names(sheet, path))


def _titles(rows: Sequence[Row]) -> int:
    """Return how many rows stand above the headings, each with fewer cells than there are headings."""
    filled = [_filled(row) for row in rows]
    wide = min(2, max(map(len, filled)))
    for number, cells in enumerate(filled[:MOST_TITLES]):
        if len(cells) >= wide and any(_kind_of(plain_heading(it)) for it in cells):
            return number if all(len(above) < len(cells) for above in filled[:number]) else 0
    return 0


def _filled(row: Row) -> list[str]:
    return [text for cell in row.cells if (text := cell.text.strip())]


def _with_whole_names(sheet: Sheet, path: Path) -> tuple[Row, ...]:
    head, *rows = sheet.rows
    kinds = [_kind_of(plain_heading(cell.text)) for cell in head.cells]
    whole = [head]
    for number, row in enumerate(rows, start=1):
        if len(row.cells) <= len(kinds) or not _filled(row):
            whole.append(row)
        elif sheet.delimiter == "," and (named := _with_whole_name(row, kinds)):
            whole.append(named)
        elif _has_blank_end(row, kinds):
            whole.append(row)
        else:
            raise CourseError(
                f"{path}, row {sheet.line(number)} has {len(row.cells)} cells, and there are {len(kinds)} headings "
                f"in row {sheet.line(0)}; put a name with a comma in quotation marks, or export the table again."
            )
    return tuple(whole)


def _with_whole_name(row: Row, kinds: Sequence[str]) -> Row | None:
    """Return a row whose name was taken for two cells; None if nothing proves it."""
    names = [place for place, kind in enumerate(kinds) if kind in _NAMES]
    if len(names) != 1 or kinds[names[0]] != "name" or len(row.cells) != len(kinds) + 1:
        return None
    place = names[0]
    name = Cell(",".join(cell.raw for cell in row.cells[place : place + 2]))
    found = Row((*row.cells[:place], name, *row.cells[place + 2 :]), row.end)
    is_proved = _has_emails(found, kinds) if "email" in kinds else len(kinds) == 1
    return found if is_proved and _NAME.fullmatch(name.text) else None


def _has_blank_end(row: Row, kinds: Sequence[str]) -> bool:
    """Return whether a row has nothing but blank cells too many, and no cell of it stands in the place of another."""
    if any(cell.text.strip() for cell in row.cells[len(kinds) :]):
        return False
    has_id = any(re.search(r"\d", row.text(place)) for place, kind in enumerate(kinds) if kind == "id")
    has_email = "email" in kinds and _has_emails(row, kinds)
    return has_id or has_email or not set(kinds) & set(_NAMES)


def _has_emails(row: Row, kinds: Sequence[str]) -> bool:
    return all(
        _EMAIL.fullmatch(row.text(place).strip()) for place, kind in enumerate(kinds) if kind == "email"
    )


@dataclass(frozen=True)
class Listing:
    """A table of people.

    Attributes
    ----------
    kinds
        What each column holds: `name`, `first`, `last`, `called`, `email`, `id`, `account`, `role`, or nothing that is
        known.
    people
        Everybody, each with the place of their row.
    """

    kinds: tuple[str, ...]
    people: tuple[tuple[int, Person], ...]


def read_people(sheet: Sheet, path: Path, of_work: Sequence[str] = ()) -> Listing:
    """Return everybody in a table; whoever only teaches and Canvas' own test student are left out.

    Columns are known by their headings, those whose heading does not say by what they hold. Where the first line
    holds somebody instead of headings, it counts as well.

    Parameters
    ----------
    of_work
        Headings of columns that are known to hold grades.

    Raises
    ------
    CourseError
        If no column holds names, addresses or ids.
    """
    headings = [plain_heading(cell.text) for cell in sheet.rows[0].cells]
    grades = {plain_heading(it) for it in of_work}
    by_heading = ["" if heading in grades else _kind_of(heading) for heading in headings]
    by_contents = _kinds_by_contents(sheet, headings, by_heading)
    kinds = [it or by_contents.get(place, "") for place, it in enumerate(by_heading)]
    if not set(_KINDS_OF_PEOPLE) & set(kinds):
        raise CourseError(
            f"{path}: no column holds names, e-mail addresses or ids; name the columns in the row above the people."
        )
    has_head = not any(_fits(kind, sheet.rows[0].text(place)) for place, kind in by_contents.items())
    students_only = _has_students(sheet.rows, kinds)
    people = (
        (number, _person(row, kinds))
        for number, row in enumerate(sheet.rows)
        if (number or not has_head) and (not students_only or _is_student(row, kinds))
    )
    return Listing(
        tuple(kinds),
        tuple(pair for pair in people if pair[1] != Person() and not _NOBODY.fullmatch(pair[1].name)),
    )


def plain_heading(heading: str) -> str:
    """Return a heading's words, however they are joined: `first_name`, `firstName`, `First-Name`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-./:*]+", " ", unicodedata.normalize("NFC", heading))
    return " ".join(words.split()).casefold()


def _kind_of(heading: str) -> str:
    if _OF_WORK.search(heading) or _EMAIL.fullmatch(heading):
        return ""
    return next((kind for kind, pattern in _HEADINGS.items() if pattern.search(heading)), "")


def _kinds_by_contents(sheet: Sheet, headings: Sequence[str], by_heading: Sequence[str]) -> dict[int, str]:
    """Return what the columns hold whose headings do not say so, unless a heading says it of another column."""
    head, *rows = sheet.rows
    found: dict[int, str] = {}
    for place, kind in enumerate(by_heading):
        if kind or _OF_WORK.search(headings[place]):
            continue
        kind = _kind_by_contents([row.text(place) for row in rows or [head]])
        same = _NAMES if kind == "name" else (kind,)
        if kind and not set(same) & {*by_heading, *found.values()}:
            found[place] = kind
    return found


def _kind_by_contents(texts: Sequence[str]) -> str:
    filled = [it.strip() for it in texts if it.strip()]
    different = len(set(filled)) == len(filled)
    kinds = ("email", "id", "name") if different else ("email",)
    return next((kind for kind in kinds if filled and all(_fits(kind, it) for it in filled)), "")


def _fits(kind: str, text: str) -> bool:
    pattern = {"email": _EMAIL, "id": _ID, "name": _NAME}[kind]
    return pattern.fullmatch(text.strip()) is not None


def _has_students(rows: Iterable[Row], kinds: Sequence[str]) -> bool:
    return "role" in kinds and any(_is_student(row, kinds) for row in rows)


def _is_student(row: Row, kinds: Sequence[str]) -> bool:
    return any(
        _STUDENT_ROLE.search(row.text(place)) is not None
        for place, kind in enumerate(kinds)
        if kind == "role"
    )


def _person(row: Row, kinds: Sequence[str]) -> Person:
    found: dict[str, list[str]] = {}
    for place, kind in enumerate(kinds):
        if text := row.text(place).strip():
            found.setdefault(_kind_of_cell(kind, text), []).append(text)
    first, last = (" ".join(found.get(kind, ())) for kind in ("first", "last"))
    name = f"{first} {last}".strip() or next(iter(found.get("name", found.get("id name", ()))), "")
    # Moodle writes "Participant 123" in the language of the site.
    ids = [re.sub(r"\A[^\d,]+ (?=\d+\Z)", "", it) for it in found.get("id", ())]
    ids = [whole["id"] if (whole := _WRITTEN_BY_PROGRAMS.fullmatch(it)) else it for it in ids]
    # One may be written with a name, `Ada Lovelace <ada@x.org>`, and beside another.
    emails = frozenset(it for text in found.get("email", ()) for it in _ADDRESS.findall(text) or [text])
    called = _whole_names(found.get("called", ()), name, last)
    return Person(
        name or min(called, default=""), emails, frozenset(ids), frozenset(found.get("account", ())), called
    )


def _whole_names(called: Iterable[str], name: str, last: str) -> frozenset[str]:
    """Return the names that somebody goes by, each with the last name: columns may hold the first one alone."""
    last = last or (name.partition(",")[0] if "," in name else name.rpartition(" ")[2])
    return frozenset(it if len(it.split()) > 1 or not last else f"{it} {last}" for it in called) - {name}


def _kind_of_cell(kind: str, text: str) -> str:
    """Return what a cell holds: what identifies people in GitHub Classroom may be addresses, names or ids."""
    if kind in ("id", "account") and _EMAIL.fullmatch(text):
        return "email"
    return "id name" if kind == "id" and _NAME.fullmatch(text) else kind


def person_of(row: GradeRow) -> Person:
    """Return the student behind a hand-in as a person, by its label if it could not be opened and says no more."""
    if not (row.name or row.email or row.id) and row.result is None:
        return known(read_file_name(row.label, ()).student)
    return known(Student(row.name, row.email, row.id))


def known(student: Student) -> Person:
    """Return the student behind a hand-in as a person."""
    return Person(student.name, frozenset({student.email} - {""}), frozenset({student.id} - {""}))


def read_roster(path: Path | None, written: Path) -> tuple[Person, ...]:
    """Return everybody of the roster at `path`, once; nobody if there is none.

    Parameters
    ----------
    written
        Where the comparison with it is going to be.

    Raises
    ------
    CourseError
        If it cannot be read, nobody is in it, or the comparison would take its place.
    """
    if path is None:
        return ()
    if path.resolve() == written.resolve():
        raise CourseError(f"{path} is written by this command; give the roster another name or place.")
    sheet = read_table(path)
    require_letters(sheet, path)
    people = dict.fromkeys(person for _, person in read_people(sheet, path).people)
    if not people:
        raise CourseError(
            f"{path} lists nobody below its first line; give the list of the course's students."
        )
    return tuple(people)


def in_lists(lists: Sequence[Sequence[Person]], students: Sequence[Student]) -> list[Student]:
    """Return those of several students who are in the first list that any is in: by id, or, if none is, by name."""
    for people in lists:
        found = dict[Student, Person]()
        for student in students:
            for place in match([known(student)], people).pairs.values():
                found[student] = people[place]
        if found:
            return [student for student, person in found.items() if student.id in person.ids] or list(found)
    return []


def compare(people: Sequence[Person], rows: Iterable[GradeRow]) -> tuple[RosterLine, ...]:
    """Return everybody of a roster, and whoever handed in and is not surely in it.

    Parameters
    ----------
    rows
        The class.
    """
    handed_in: dict[Person, str] = {}
    nameless = []
    for row in rows:
        person = person_of(row)
        if person == Person():
            nameless.append(row.label)
        elif row.counts or person not in handed_in:
            handed_in[person] = row.label
    claims = list(handed_in)
    matches = match(claims, people)
    by_person = {person: claims[claim] for claim, person in matches.pairs.items()}
    lines = []
    for place, person in enumerate(people):
        submission = handed_in[by_person[place]] if place in by_person else ""
        status = "handed in" if submission else "unclear" if place in matches.maybe else "not handed in"
        lines.append(_line(person, status, submission))
    for place, person in enumerate(claims):
        if place not in matches.pairs:
            status = "unclear" if place in matches.unclear else "not in the roster"
            lines.append(_line(person, status, handed_in[person]))
    lines += [RosterLine(who=label, status="not in the roster", submission=label) for label in nameless]
    return tuple(lines)


def _line(person: Person, status: str, submission: str) -> RosterLine:
    email = min(person.emails, default="")
    return RosterLine(who=str(person), status=status, submission=submission, email=email)


def to_csv(lines: Iterable[RosterLine]) -> str:
    """Return the lines as a table."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["who", "status", "submission"])
    writer.writerows([safe_cell(it.who), it.status, safe_cell(it.submission)] for it in lines)
    return table.getvalue()
