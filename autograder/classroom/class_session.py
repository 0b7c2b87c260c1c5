"""Grades a class into a folder: finds the hand-ins, grades those that count, writes everything down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from autograder.classroom.changes import Before, Change
from autograder.classroom.grade_class import Graded, Pool, grade_class, keep_fault
from autograder.classroom.outputs import Outputs, Places
from autograder.classroom.overrides import read_overrides
from autograder.classroom.record import ClassRecord, Item, read_record
from autograder.classroom.similarity_report import with_similar_code
from autograder.classroom.work import Work
from autograder.errors import AutograderError
from autograder.handin.find import Found, find_hand_ins
from autograder.model.result import GradingResult


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
    """The outcome of grading a class; the results themselves are on disk."""

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
        self._options = options
        self._found = find_hand_ins(submissions, work.assignment.file_names)
        places = Places(folder)
        known = [(one.label, student) for one in self._found for student in one.students]
        self._overrides = read_overrides(places.overrides(options.overrides), work.assignment, known)
        self._record = ClassRecord.of(work, options.due)
        self._outputs = Outputs(places, self._record, self._overrides)

    @property
    def hand_ins(self) -> Sequence[Found]:
        """What is to be graded."""
        return [one for one in self._found if one.source and (one.counts_for or self._options.every)]

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
                item, final = self._written(graded)
                items[item.label] = item
                on_graded(graded, final)
                if change := before.change(item.label, graded.result):
                    changes.append(change)
        everything = tuple(items.get(one.label) or Item.of(one, None) for one in self._found)
        record = msgspec.structs.replace(self._record, items=everything)
        record = with_similar_code(record, store, self._found, self._work)
        self._outputs.write_class(record)
        changes.sort(key=lambda change: change.label)
        return GradedClass(record, self._outputs.places, tuple(changes), self._overrides.remarks)

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
            item = Item.of(graded.found, fault)
            return item, self._outputs.write_one(item, fault.result)


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
    known = [(item.label, student) for item in record.items for student in item.students]
    read = read_overrides(places.overrides(overrides), record.assignment, known)
    outputs = Outputs(places, record, read)
    for item in record.items:
        result = outputs.result_of(item)
        if result is not None:
            outputs.write_one(item, result)
    outputs.write_class(record)
    return GradedClass(record, places, (), read.remarks)
