"""Grades a class into a folder: finds the hand-ins, grades those that count, writes what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from autograder.classroom.changes import Before, Change
from autograder.classroom.grade_class import Graded, Pool, grade_class, said_of
from autograder.classroom.identity import result_key
from autograder.classroom.outputs import Outputs, Places
from autograder.classroom.overrides import Overrides, read_overrides
from autograder.classroom.record import ClassRecord, Item, read_record
from autograder.classroom.similarity_report import likeness_in
from autograder.classroom.work import StoredResult, Work, at_fault
from autograder.errors import AutograderError
from autograder.handin.find import Fate, Found, find_hand_ins
from autograder.handin.students import Student
from autograder.model.result import GradingResult

REPLACED = "a later hand-in of the same student counts"


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
    """

    every: bool = False
    regrade: bool = False
    due: datetime | None = None
    overrides: Path | None = None


@dataclass(frozen=True)
class GradedClass:
    """What grading a class came to; its results are on disk."""

    record: ClassRecord
    places: Places
    changes: tuple[Change, ...]
    remarks_on_overrides: tuple[str, ...]


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
        If the overrides are not understood, or the folder holds another assignment's results.
    """

    def __init__(self, work: Work, submissions: Path, folder: Path, options: GradeOptions) -> None:
        self._work = work
        self._wishes = options
        self._found = find_hand_ins(submissions, work.assignment.file_names)
        places = Places(folder)
        self._overrides = read_overrides(places.overrides(options.overrides), work.assignment)
        self._overrides.check(self._known)
        self._record = ClassRecord.of(work, options.due)
        self._outputs = Outputs(places, self._record, self._overrides)
        self._earlier = self._outputs.earlier()

    @property
    def hand_ins(self) -> Sequence[Found]:
        """What is to be graded."""
        return [one for one in self._found if one.source and (one.counts_for or self._wishes.every)]

    def grade(
        self,
        pool: AbstractContextManager[Pool],
        on_graded: Callable[[Graded, GradingResult], None] = lambda graded, result: None,
    ) -> GradedClass:
        """Grade, write everything, and return what the class came to.

        Parameters
        ----------
        on_graded
            Called with each hand-in as it comes, and with its result after lateness and overrides.
        """
        before = Before(self._earlier, self._outputs.store)
        store = self._outputs.store
        items: dict[str, Item] = {}
        changes = list[Change]()
        with pool as workers:
            for graded in grade_class(self._work, self.hand_ins, workers, store, self._wishes.regrade):
                item, final = self._written(_item_of(graded), graded.result)
                items[item.label] = item
                on_graded(graded, final)
                change = before.change(item.label, graded.result)
                changes += [change] if change else []
        record = self._finished(items)
        self._outputs.write_class(record, self._earlier)
        changes.sort(key=lambda change: change.label)
        remarks = _remarks(self._overrides, self._known, record)
        return GradedClass(record, self._outputs.places, tuple(changes), remarks)

    def _written(self, item: Item, result: GradingResult) -> tuple[Item, GradingResult]:
        """Write one hand-in's results; where they cannot be shown, write that instead."""
        try:
            return item, self._outputs.write_one(item, result)
        except AutograderError:
            raise  # no room on the disk, for example
        except Exception as error:  # one hand-in's fault must not cost the others anything
            work = self._work
            fault = at_fault(work.plan, work.assignment, said_of(error))
            # Another hand-in with the same files has its outcome under the key of these.
            key = result_key(item.label, work.hash, work.tier)
            self._outputs.store.put(key, StoredResult(result=fault))
            item = msgspec.structs.replace(item, fate=Fate.GRADED, key=key, notes=())
            return item, self._outputs.write_one(item, fault)

    @property
    def _known(self) -> list[tuple[str, Student]]:
        return [(one.label, student) for one in self._found for student in one.students]

    def _finished(self, graded: dict[str, Item]) -> ClassRecord:
        items = tuple(graded.get(one.label) or _left_out(one) for one in self._found)
        record = msgspec.structs.replace(self._record, items=items)
        return likeness_in(record, self._outputs.store, self._found, self._work)


def report_again(folder: Path, overrides: Path | None = None) -> GradedClass:
    """Write everything about a graded class again from what `grade` left in `folder`, with overrides as they are now.

    Neither the course nor the hand-ins are needed.

    Raises
    ------
    CourseError
        If the folder holds no graded class, or the overrides are not understood.
    """
    places = Places(folder)
    record = read_record(places.record)
    read = read_overrides(places.overrides(overrides), record.assignment)
    known = [(item.label, student) for item in record.items for student in item.students]
    read.check(known)
    outputs = Outputs(places, record, read)
    for item in record.items:
        result = outputs.result_of(item)
        if result is not None:
            outputs.write_one(item, result)
    outputs.write_class(record)
    return GradedClass(record, places, (), _remarks(read, known, record))


def _remarks(
    overrides: Overrides, known: Sequence[tuple[str, Student]], record: ClassRecord
) -> tuple[str, ...]:
    return (*overrides.unused(known), *overrides.excessive(record.assignment))


def _item_of(graded: Graded) -> Item:
    if graded.key:
        return Item.of(graded.found, Fate.GRADED, key=graded.key, result=graded.result)
    return Item.of(graded.found, Fate.REFUSED, reason=graded.result.notes[0])


def _left_out(found: Found) -> Item:
    return Item.of(found, found.fate, REPLACED if found.fate is Fate.REPLACED else "")
