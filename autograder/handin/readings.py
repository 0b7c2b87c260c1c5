"""Decides what platforms' names of files say where they can be read in several ways: `kim_9_77_9001_hw.py`.

Canvas leaves underscores in students' names, so that this may be the file 77 of `kim`, whose id is 9, or the file 9001
of `kim_9`, whose id is 77. Blackboard's `HW_1_bo_li_attempt_…` may be that of `bo_li`, or of `li` for the assignment
`HW_1_bo`. The other files decide, by what the platform alone gives, or the list of the course's students.
What stays open belongs to nobody until a person decides: work must never count for somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from autograder.handin.students import (
    NamedFile,
    Student,
    blackboard_readings,
    canvas_readings,
    read_file_name,
    read_plain_name,
)
from autograder.handin.trees import Entry, EntryKind

InRoster = Callable[[Sequence[Student]], Collection[Student]]
"""Returns which of several students are in the list of the course's."""
_ENOUGH = 3
"""So many students tell what numbers Canvas gives to people."""


def no_roster(students: Sequence[Student]) -> Collection[Student]:
    """Return nobody: where there is no list of the course's students."""
    return ()


def read_names(entries: Iterable[Entry], names: Sequence[str], in_roster: InRoster) -> dict[str, NamedFile]:
    """Return what the names of the entries of a class folder say, by name.

    Parameters
    ----------
    names
        Of the files that are due.
    in_roster
        Asked where the names alone do not decide.
    """
    said, several = dict[str, NamedFile](), dict[str, tuple[NamedFile, ...]]()
    by_title = dict[str, dict[str, NamedFile]]()
    sure = list[NamedFile]()
    for entry in entries:
        is_folder = entry.kind is EntryKind.FOLDER
        said[entry.name] = read_file_name(entry.name, names, is_folder)
        readings = () if is_folder else canvas_readings(entry.name)
        if len(readings) == 1 and readings[0] == said[entry.name]:
            sure += readings
        elif readings:
            several[entry.name] = readings
        elif titles := {} if is_folder else blackboard_readings(entry.name):
            by_title[entry.name] = titles
    title = _title(by_title.values(), in_roster)
    logins = {name: it[title] for name, it in by_title.items() if title in it}
    # Whoever goes by a login elsewhere may be somebody else.
    if not {it.student for it in logins.values()} & {it.student for it in said.values()}:
        said |= logins
    if several:
        numbers = _Numbers(sure, several)
        said |= {name: _decided(name, names, it, numbers, in_roster) for name, it in several.items()}
    return said


def _title(by_title: Collection[Mapping[str, NamedFile]], in_roster: InRoster) -> str | None:
    """Return the title of the assignment before Blackboard's logins: all names begin with it; None if it is unknown."""
    common = set[str]().union(*by_title).intersection(*by_title)
    if len(common) > 1:
        found = {it: in_roster([readings[it].student for readings in by_title]) for it in common}
        common = {it for it in common if found[it]}
    return next(iter(common)) if len(common) == 1 else None


def _decided(
    name: str, names: Sequence[str], readings: Sequence[NamedFile], numbers: _Numbers, in_roster: InRoster
) -> NamedFile:
    possible = [it for place, it in enumerate(readings) if numbers.allow(readings, place)]
    may_be_plain = "_" in readings[0].student.name
    if may_be_plain and not (possible and numbers.are_known):
        return read_plain_name(name, names)
    if len(possible) > 1:
        students = in_roster([it.student for it in possible])
        possible = [it for it in possible if it.student in students] or possible
    if len(possible) == 1:
        return possible[0]
    *_, last = readings
    may_be = tuple(it.student for it in possible or readings)
    return NamedFile(Student(last.label), last.original, late=last.late, typed=last.typed, may_be=may_be)


class _Numbers:
    """What is known of the numbers that Canvas gave: a file's is its own, and near those of the other files.

    Parameters
    ----------
    sure
        The files whose names say one thing.
    several
        All readings of the other names.
    """

    def __init__(self, sure: Sequence[NamedFile], several: Mapping[str, Sequence[NamedFile]]) -> None:
        self._uploads = [{it.upload} for it in sure if it.upload]
        self._uploads += [found for them in several.values() if (found := {it.upload for it in them} - {0})]
        self._may_be = dict[int, bool]()
        known = sure or self._firsts(several.values())
        uploads = [it.upload for it in known if it.upload]
        # Where nothing is sure, first readings count if their numbers lie as close together as Canvas' do.
        self.are_known = bool(uploads) and (bool(sure) or _are_near(max(uploads), min(uploads)))
        self._range = (min(uploads) / 2, 2 * max(uploads)) if self.are_known else None
        ids = {int(it.student.id) for it in known}
        self._largest_id = max(ids) if len(ids) >= _ENOUGH else None
        self._taken = {it.upload for it in sure if it.upload}
        self._names = dict[str, set[str]]()
        for it in sure:
            self._names.setdefault(it.student.id, set()).add(it.student.name)
        self._claims = dict[tuple[Student, str, int], set[int]]()
        for first, *others in several.values():
            for it in others if self._may_be_files(first.upload) else ():
                self._claims.setdefault((first.student, it.student.name, it.upload), set()).add(first.upload)

    def allow(self, readings: Sequence[NamedFile], place: int) -> bool:
        """Return whether that of the readings of a name may be true."""
        student, upload = readings[place].student, readings[place].upload
        if student.name not in self._names.get(student.id, {student.name}):
            return False
        if self._largest_id and self._is_file(int(student.id)) and int(student.id) > 2 * self._largest_id:
            return False
        if readings[place].typed:
            return True
        if upload in self._taken or (self._range and not self._is_file(upload)):
            return False
        # Two files of one student have each its number; `2024_` before what the student called both is none.
        claimed = self._claims.get((readings[0].student, student.name, upload), set()) if place else ()
        return len(claimed) < 2

    def _firsts(self, several: Collection[Sequence[NamedFile]]) -> list[NamedFile]:
        """Return the first readings if they alone tell what numbers files have.

        Students of one name may be `student_1` and so on, and numbers may be read off all files in another way.
        """
        firsts = [it[0] for it in several if "_" not in it[0].student.name]
        are_told_apart = not any(self._may_be_files(it.upload) for _, *others in several for it in others)
        return firsts if are_told_apart and len({it.student.name for it in firsts}) > 1 else []

    def _may_be_files(self, number: int) -> bool:
        """Return whether each file may have another number that is near this one, give or take a binary digit."""
        digits = number.bit_length()
        if digits not in self._may_be:
            near = [{it for it in of_one if abs(it.bit_length() - digits) <= 2} for of_one in self._uploads]
            self._may_be[digits] = all(near) and len(set[int]().union(*near)) >= len(near)
        return number > 0 and self._may_be[digits]

    def _is_file(self, number: int) -> bool:
        """Return whether a number is near those of files."""
        return self._range is not None and self._range[0] <= number <= self._range[1]


def _are_near(one: int, other: int) -> bool:
    """Return whether two numbers lie as close together as those that Canvas gives the files of a class."""
    return max(one, other) <= 4 * min(one, other)
