"""Hand-ins of groups, where the platform names only the group or one of its members: a list says who is in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.classroom.people import Person, match, words_of
from autograder.classroom.roster import known, plain_heading, read_people, read_table
from autograder.classroom.sheets import Row, require_letters
from autograder.errors import CourseError
from autograder.handin.found import Found, with_counts
from autograder.handin.students import Student
from autograder.text import first_few

_GROUP = re.compile(r"\b(groups?|teams?|gruppen?|équipes?|equipos?|gruppi|gruppo)\b")
_NO_NAME = re.compile(r"\b(ids?|size|sets?|category|categories|count|code|role)\b")


@dataclass(frozen=True)
class Member:
    """Somebody in a group.

    Attributes
    ----------
    ids
        The ids in the order of the columns; empty where a row has none.
    """

    group: str
    person: Person
    ids: tuple[str, ...]


def read_groups(path: Path) -> tuple[Member, ...]:
    """Return everybody who is in a group, from a table with a column of groups beside what names people.

    Canvas exports such a table (People, Groups, Export), and so does Moodle.

    Raises
    ------
    CourseError
        If it cannot be read, has no column of groups or none of people, or nobody is in a group.
    """
    sheet = read_table(path)
    require_letters(sheet, path)
    column = _column_of_groups(sheet.rows[0])
    if column is None:
        raise CourseError(f"{path}: no column holds groups; head one 'group', with a row for each member.")
    listing = read_people(sheet, path)
    ids = [place for place, kind in enumerate(listing.kinds) if kind == "id" and place != column]
    members = tuple(
        Member(group, person, tuple(sheet.rows[number].text(place).strip() for place in ids))
        for number, person in listing.people
        if (group := sheet.rows[number].text(column).strip())
    )
    if not members:
        raise CourseError(f"{path}: nobody is in a group; write the group beside each member.")
    return members


def _column_of_groups(head: Row) -> int | None:
    headings = [plain_heading(cell.text) for cell in head.cells]
    places = [it for it, heading in enumerate(headings) if _GROUP.search(heading)]
    named = [it for it in places if not _NO_NAME.search(headings[it])]
    return next(iter([*named, *places]), None)


def with_groups(found: Sequence[Found], members: Sequence[Member]) -> tuple[tuple[Found, ...], list[str]]:
    """Return a class in which each hand-in of a group belongs to all its members, and what a person should know.

    A hand-in is a group's if it has the group's name, or if one of its students is in that group. Where these say
    different things, or fit several groups, it stays as it was, with a doubt.
    """
    by_name: dict[str, set[str]] = {}
    for member in members:
        by_name.setdefault(_written_together(member.group), set()).add(member.group)
    claims = list(dict.fromkeys(known(student) for it in found for student in it.students))
    matches = match(claims, [member.person for member in members])
    of_members = {claims[claim]: members[person].group for claim, person in matches.pairs.items()}
    column = _column_of_platform(found, members)
    changed, alone, doubts = list[Found](), list[str](), dict[str, str]()
    for it in found:
        groups = set().union(*(by_name.get(_written_together(student.name), ()) for student in it.students))
        groups |= {of_members[who] for student in it.students if (who := known(student)) in of_members}
        if len(groups) == 1:
            own = tuple(_student(member, column) for member in members if member.group in groups)
            it = replace(it, students=own)
        elif groups:
            doubts[it.label] = f"may be the hand-in of {first_few(sorted(groups))}; find out whose it is"
        elif it.source:
            alone.append(it.label)
        changed.append(it)
    seen = {student for it in changed for student in it.students if it.source}
    idle = sorted({member.group for member in members if _student(member, column) not in seen})
    remarks = [f"in no group: {first_few(alone, 20)}"] if alone else []
    remarks += [f"groups without a hand-in: {first_few(idle, 20)}"] if idle else []
    counted = (
        replace(it, doubts=(*it.doubts, doubts[it.label])) if it.label in doubts else it
        for it in with_counts(changed)
    )
    return tuple(counted), remarks


def _written_together(name: str) -> str:
    """Return a name as Canvas writes it in names of files: its letters and digits alone, without case and accents."""
    return "".join(words_of(name))


def _column_of_platform(found: Iterable[Found], members: Sequence[Member]) -> int | None:
    """Return which of the columns of ids holds the platform's own, those in the names of its files, if any does."""
    ids = {student.id for it in found for student in it.students if student.id and not student.email}
    columns = Counter(place for member in members for place, id in enumerate(member.ids) if id and id in ids)
    return max(columns, key=lambda place: columns[place], default=None)


def _student(member: Member, column: int | None) -> Student:
    """Return a member as a hand-in of one student would name them: by the platform's id, else by the address."""
    person = member.person
    if column is not None and member.ids[column]:
        return Student(person.name, id=member.ids[column])
    email = min(person.emails, default="")
    # An id without an address would be taken for the platform's.
    return Student(person.name, email, next(filter(None, member.ids), "") if email else "")
