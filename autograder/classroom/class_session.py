"""Grades a class into a folder: finds the hand-ins, grades those that count, writes everything down."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Thread

import msgspec

from autograder.classroom.changes import Before, Change
from autograder.classroom.grade_class import Graded, Pool, grade_class, keep_fault
from autograder.classroom.groups import read_groups, with_groups
from autograder.classroom.hints import read_hints
from autograder.classroom.marks import Taken, page_of, take_marks
from autograder.classroom.outputs import Outputs, Places
from autograder.classroom.overrides import Overrides, read_overrides
from autograder.classroom.record import ClassRecord, Item, read_record
from autograder.classroom.roster import in_lists, read_roster
from autograder.classroom.similarity_report import with_similar_code
from autograder.classroom.store import Store
from autograder.classroom.work import StoredResult, Work
from autograder.classroom.written import answers_waiting
from autograder.errors import AutograderError, CourseError
from autograder.files.writing import write_atomically
from autograder.handin.find import find_hand_ins
from autograder.handin.found import Fate, Found
from autograder.handin.shape import Shape
from autograder.model.assignment import Assignment
from autograder.model.result import GradingResult
from autograder.report.unexplained import group_id


@dataclass(frozen=True)
class GradeOptions:
    """How a class is to be graded.

    Attributes
    ----------
    every
        Grade every hand-in of a student, not only the last.
    regrade
        Grade again what was graded before.
    due
        When it was due, for exports that say when each hand-in came.
    overrides
        The CSV of points given by hand; `overrides.csv` in the folder of the outputs unless given.
    hints
        The CSV of hints for groups that nothing explains; `hints.csv` in that folder unless given.
    shape
        Whether what is graded is a class or one hand-in, where the instructor says so.
    unread_as_zero
        Whether a hand-in that could not be read gets 0 points instead of none.
    roster
        The list of the course's students, as a table of any columns.
    groups
        Who is in which group, as a table with a row for each member.
    """

    every: bool = False
    regrade: bool = False
    due: datetime | None = None
    overrides: Path | None = None
    hints: Path | None = None
    shape: Shape | None = None
    unread_as_zero: bool = False
    roster: Path | None = None
    groups: Path | None = None


@dataclass(frozen=True)
class GradedClass:
    """The outcome of grading a class; the results themselves are on disk.

    Attributes
    ----------
    remarks_on_overrides, remarks_on_hints, remarks_on_groups
        A sentence for each line that concerns nobody.
    groups
        How many groups of hand-ins nothing explains.
    answers_waiting
        How many written answers nobody has graded yet.
    gone
        The labels of hand-ins that were there when the class was graded before and are not found any more.
    """

    record: ClassRecord
    places: Places
    changes: tuple[Change, ...]
    remarks_on_overrides: tuple[str, ...]
    remarks_on_hints: tuple[str, ...] = ()
    remarks_on_groups: tuple[str, ...] = ()
    groups: int = 0
    answers_waiting: int = 0
    gone: tuple[str, ...] = ()


class ClassSession:
    """One class in one folder.

    Parameters
    ----------
    submissions
        What `find_hand_ins` understands.
    folder
        Where the outputs go.

    Raises
    ------
    SubmissionError
        If there is no hand-in.
    CourseError
        If the overrides, the roster or the groups are not understood, or the folder holds the hand-ins or another
        assignment's results.
    """

    def __init__(self, work: Work, submissions: Path, folder: Path, options: GradeOptions) -> None:
        if folder.resolve() == submissions.resolve():
            raise CourseError(f"{folder} holds the hand-ins; give another folder for the results with -o.")
        self._work = work
        self._options = options
        places = Places(folder)
        self._roster = read_roster(options.roster, places.roster)
        members = read_groups(options.groups) if options.groups else ()
        of_groups = [member.person for member in members]
        named_by_group = [replace(it.person, name=it.group, emails=frozenset()) for it in members]
        self._found = find_hand_ins(
            submissions,
            work.assignment.file_names,
            shape=options.shape,
            in_roster=partial(in_lists, (self._roster, of_groups, named_by_group)),
            paths=work.assignment.file_paths,
        )
        self._remarks_on_groups = list[str]()
        if members:
            self._found, self._remarks_on_groups = with_groups(self._found, members)
        known = [(one.label, student) for one in self._found for student in one.students]
        self._overrides = read_overrides(places.overrides(options.overrides), work.assignment, known)
        self._record = ClassRecord.of(work, options.due, options.unread_as_zero)
        self._hints = read_hints(places.hints(options.hints), elsewhere=options.hints is not None)
        self._outputs = Outputs(places, self._record, self._overrides, self._hints)

    @property
    def hand_ins(self) -> Sequence[Found]:
        """What is to be graded."""
        every = self._options.every or self._work.solution.attempts.count == "best"
        return [one for one in self._found if one.source and (one.counts_for or every)]

    @property
    def assignment(self) -> Assignment:
        """The assignment with the questions that only people grade; a written one counts once somebody has points."""
        return self._outputs.assignment

    def grade(
        self,
        pool: AbstractContextManager[Pool],
        on_graded: Callable[[Graded, GradingResult], None] = lambda graded, result: None,
    ) -> GradedClass:
        """Grade, write everything, and return the outcome.

        Parameters
        ----------
        on_graded
            Called with each hand-in as it comes, and with its result after lateness and overrides.
        """
        before = Before(self._outputs.earlier, self._outputs.store)
        store = self._outputs.store
        items: dict[str, Item] = {}
        changes = list[Change]()
        with pool as workers:
            for graded in grade_class(self._work, self.hand_ins, workers, store, self._options.regrade):
                if not items:
                    Thread(target=_import_what_draws, daemon=True).start()
                item, final = self._written(graded)
                items[item.label] = item
                on_graded(graded, final)
                if change := before.change(item.label, graded.result):
                    changes.append(change)
        everything = tuple(items.get(one.label) or self._not_graded(one) for one in self._found)
        record = msgspec.structs.replace(self._record, items=everything)
        record = with_similar_code(record, store, self._found, self._work)
        record = self._outputs.write_class(record, self._roster)
        changes.sort(key=lambda change: change.label)
        return GradedClass(
            record,
            self._outputs.places,
            tuple(changes),
            self._outputs.remarks,
            self._hints.remarks(self._outputs.groups),
            tuple(self._remarks_on_groups),
            len(self._outputs.groups),
            answers_waiting(record, self._overrides),
            _gone(self._outputs.earlier, record),
        )

    def _not_graded(self, found: Found) -> Item:
        """Return the item for what was not graded; a student whose hand-in was refused is told so."""
        item = Item.of(found, None)
        if (result := self._outputs.result_of(item)) is not None:
            self._outputs.write_one(item, result)
        return item

    def _written(self, graded: Graded) -> tuple[Item, GradingResult]:
        """Write one hand-in's results; if they cannot be shown, write that instead."""
        item = Item.of(graded.found, graded)
        try:
            return item, self._outputs.write_one(item, graded.result)
        except AutograderError:
            raise  # no room on the disk, for example
        except Exception as error:  # one hand-in's fault must not cost the others anything
            # Not under its own key: another hand-in with the same files shares that one.
            fault = keep_fault(self._work, graded.found, error, self._outputs.store)
            item = Item.of(graded.found, replace(fault, answers=graded.answers))
            return item, self._outputs.write_one(item, fault.result)


def _import_what_draws() -> None:
    """Import what the class report is drawn with, while this process waits for others that grade."""
    with suppress(Exception):  # whoever needs it says what is wrong
        importlib.import_module("autograder.report.plots")


def _gone(before: ClassRecord | None, now: ClassRecord) -> tuple[str, ...]:
    """Return the labels of hand-ins that are not in a class any more."""
    there = {item.label for item in now.items}
    handed_in = (item.label for item in (before.items if before else ()) if item.fate is not Fate.IGNORED)
    return tuple(label for label in handed_in if label not in there)


@dataclass(frozen=True)
class GroupOnDisk:
    """A group of hand-ins that nothing explains, as `grade` left it in a folder.

    Attributes
    ----------
    assignment
        Its name.
    hashes
        What it was graded with, by name.
    sources
        The files of some of its hand-ins, the shortest first, by label.
    hint, title
        What the instructor has written for it; empty if nothing.
    """

    assignment: str
    question: str
    hashes: Mapping[str, str]
    sources: Mapping[str, Mapping[str, str]]
    hint: str = ""
    title: str = ""


MOST_SOURCES = 3
"""Hand-ins of a group that are looked at to make an entry of it."""


def group_on_disk(folder: Path, group: str, hints: Path | None = None) -> GroupOnDisk:
    """Return a group of the class that was graded into `folder`.

    Raises
    ------
    CourseError
        If the folder holds no graded class, there is no such group, or its code was not kept.
    """
    places = Places(folder)
    record = read_record(places.record)
    written = read_hints(places.hints(hints))
    store = Store(places.store)
    there: Counter[str] = Counter()
    found: list[tuple[int, str, StoredResult, str]] = []
    for item in record.items:
        outcome = store.get(item.key) if item.key else None
        for question in outcome.result.questions if outcome else ():
            id = group_id(question)
            there[id] += bool(id)
            if outcome is not None and id == group and outcome.sources:
                found.append((sum(map(len, outcome.sources.values())), item.label, outcome, question.id))
    if not there[group]:
        some = ", ".join(id for id, _ in (+there).most_common(5)) or "none"
        raise CourseError(f"{folder} has no group {group!r}; the largest that it has: {some}.")
    if not found:
        raise CourseError(f"{folder} keeps no code of the group {group}; its files are too long.")
    found.sort(key=lambda one: one[:2])
    _, _, first, question_id = found[0]
    return GroupOnDisk(
        assignment=record.name,
        question=question_id,
        hashes=first.result.hashes,
        sources={label: outcome.sources for _, label, outcome, _ in found[:MOST_SOURCES]},
        hint=written.texts.get(group, ""),
        title=written.titles.get(group, ""),
    )


def outputs_of(folder: Path, overrides: Path | None = None) -> tuple[ClassRecord, Outputs]:
    """Return a graded class as `grade` left it in a folder, with points given by hand.

    Raises
    ------
    CourseError
        If the folder holds no graded class, or the overrides are not understood.
    """
    places = Places(folder)
    record = read_record(places.record)
    return record, Outputs(places, record, _read_overrides(places.overrides(overrides), record))


def write_answers_page(folder: Path, overrides: Path | None = None, output: Path | None = None) -> Path:
    """Write the page on which the written answers of a graded class are graded, and return where it is.

    Raises
    ------
    CourseError
        If the folder holds no graded class, or nothing is answered in words.
    """
    record, _, read = _on_disk(folder, overrides)
    path = output or Places(folder).written
    write_atomically(path, page_of(record, read).encode())
    return path


def take_answers(folder: Path, marks: Path, overrides: Path | None = None) -> tuple[Taken, Path]:
    """Write marks for written answers into the overrides of a graded class; return what became of them, and where.

    Raises
    ------
    CourseError
        If the folder holds no graded class, or marks or overrides are not understood.
    """
    record, places, read = _on_disk(folder, overrides)
    path = overrides or places.own_overrides
    return take_marks(marks, path, record, read), path


def _on_disk(folder: Path, overrides: Path | None) -> tuple[ClassRecord, Places, Overrides]:
    """Return a class with written questions as `grade` left it, and the points given by hand."""
    places = Places(folder)
    record = read_record(places.record)
    if not record.written:
        raise CourseError(
            f"{record.name} asks nothing that is answered in words; add [[written]] to its assignment.toml and grade "
            "again."
        )
    named = places.overrides(overrides) if overrides is None or overrides.is_file() else None
    return record, places, _read_overrides(named, record)


def _read_overrides(path: Path | None, record: ClassRecord) -> Overrides:
    known = [(item.label, student) for item in record.items for student in item.students]
    return read_overrides(path, record.assignment, known)


def report_again(
    folder: Path, overrides: Path | None = None, hints: Path | None = None, roster: Path | None = None
) -> GradedClass:
    """Write everything about a graded class again from what `grade` left in `folder`.

    Overrides and hints are those of now.

    Neither the course nor the hand-ins are needed.

    Raises
    ------
    CourseError
        If the folder holds no graded class, or overrides, hints or the roster are not understood.
    """
    places = Places(folder)
    record = read_record(places.record)
    read = _read_overrides(places.overrides(overrides), record)
    written = read_hints(places.hints(hints), elsewhere=hints is not None)
    people = read_roster(roster, places.roster)
    outputs = Outputs(places, record, read, written)
    for item in record.items:
        result = outputs.result_of(item)
        if result is not None:
            outputs.write_one(item, result)
    record = outputs.write_class(record, people)
    remarks = written.remarks(outputs.groups)
    waiting = answers_waiting(record, read)
    return GradedClass(record, places, (), outputs.remarks, remarks, (), len(outputs.groups), waiting)
