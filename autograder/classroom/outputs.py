"""Writes what grading a class leaves behind: results, grades, feedback pages, the class report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.classroom.canvas import to_canvas
from autograder.classroom.overrides import Overrides
from autograder.classroom.record import ClassRecord, Item, read_record, write_record
from autograder.classroom.store import Store
from autograder.classroom.work import refused
from autograder.errors import CourseError
from autograder.files.writing import write_atomically
from autograder.handin.find import Fate
from autograder.handin.students import Student
from autograder.model.result import GradingResult
from autograder.report.class_page import class_page
from autograder.report.feedback_page import feedback_page
from autograder.report.grades import GradeRow, to_csv
from autograder.report.gradescope import to_gradescope, write_results
from autograder.report.statistics import ClassStatistics

OVERRIDES_FILE = "overrides.csv"


@dataclass(frozen=True)
class Places:
    """Where the outputs of a class are, below the folder that `-o` names."""

    folder: Path

    @property
    def results(self) -> Path:
        """One file in Gradescope's form per hand-in."""
        return self.folder / "results"

    @property
    def feedback(self) -> Path:
        """One page per hand-in."""
        return self.folder / "feedback"

    @property
    def grades(self) -> Path:
        """The grade table."""
        return self.folder / "grades.csv"

    @property
    def canvas(self) -> Path:
        """The totals for Canvas."""
        return self.folder / "canvas.csv"

    @property
    def report(self) -> Path:
        """The class report."""
        return self.folder / "report.html"

    @property
    def record(self) -> Path:
        """What is known besides the results."""
        return self.folder / "class.json"

    @property
    def store(self) -> Path:
        """Every outcome, for resuming and for reports."""
        return self.folder / "state"

    def overrides(self, named: Path | None) -> Path | None:
        """Return the CSV of points given by hand: the one named, else the one in the folder, if any."""
        usual = self.folder / OVERRIDES_FILE
        return named or (usual if usual.is_file() else None)


class Outputs:
    """The folder that a class's results go to.

    Parameters
    ----------
    places
        Made if need be.
    record
        The class; its items may still be unknown.
    overrides
        Points given by hand.
    """

    def __init__(self, places: Places, record: ClassRecord, overrides: Overrides) -> None:
        self.places = places
        self.store = Store(places.store)
        self._record = record
        self._overrides = overrides
        self._whole = overrides.whole(record.assignment)

    def earlier(self) -> ClassRecord | None:
        """Return the record of the class as it was graded here before, None where it was not.

        Raises
        ------
        CourseError
            If another assignment was graded into this folder.
        """
        if not self.places.record.is_file():
            return None
        try:
            record = read_record(self.places.record)
        except CourseError:
            return None  # of another version; everything is graded anew
        if record.name != self._record.name:
            raise CourseError(
                f"{self.places.folder} holds the results of {record.name}; choose another folder with -o."
            )
        return record

    def write_one(self, item: Item, result: GradingResult) -> GradingResult:
        """Write one hand-in's results and feedback, and return its result as it stands with them."""
        final = self._final(item, result)
        write_results(
            self.places.results / f"{item.label}.json",
            to_gradescope(final, self._whole, self._record.visibility),
        )
        page = feedback_page(final, self._whole, item.label)
        write_atomically(self.places.feedback / f"{item.label}.html", page.encode())
        return final

    def write_class(self, record: ClassRecord, earlier: ClassRecord | None = None) -> None:
        """Write the grade tables, the class report and the record itself; remove what is out of date."""
        self._record = record
        write_atomically(self.places.grades, to_csv(self._rows(), self._whole).encode())
        write_atomically(self.places.canvas, to_canvas(self._rows(), self._whole).encode())
        page = class_page(self._statistics(), record.report_context)
        write_atomically(self.places.report, page.encode())
        write_record(self.places.record, record)
        self._remove_outdated(earlier)

    def result_of(self, item: Item) -> GradingResult | None:
        """Return what an item came to; None where it was not to be graded or its outcome is lost."""
        if item.fate is Fate.REFUSED and item.students:
            return refused(self._record.plan, self._record.assignment, item.reason)
        outcome = self.store.get(item.key) if item.key else None
        if outcome is None:
            return None
        return msgspec.structs.replace(outcome.result, notes=item.notes, release=item.release)

    def _statistics(self) -> ClassStatistics:
        """Return what the hand-ins that count came to; those that could not be opened are counted apart."""
        statistics = ClassStatistics(self._whole, self._record.plan)
        for item in self._record.items:
            if item.fate is not Fate.GRADED or (item.students and not item.counts_for):
                continue
            result = self.result_of(item)
            if result is not None:
                statistics.add(item.label, self._final(item, result))
        return statistics

    def _final(self, item: Item, result: GradingResult) -> GradingResult:
        """Return the result of a hand-in as its page shows it."""
        settled = [self._settled(item, result, student) for student in item.students or (Student(),)]
        # What students of one group were given by hand may differ; the page of all is as it was graded.
        return settled[0] if all(it == settled[0] for it in settled) else self._in_time(item, result)

    def _rows(self) -> Iterator[GradeRow]:
        """Yield a row for each student of each item that is anybody's."""
        for item in self._record.items:
            if item.fate in (Fate.IGNORED, Fate.REPLACED):
                continue
            result = self.result_of(item)
            for student in item.students or (Student(),):
                yield self._row(item, student, result)

    def _row(self, item: Item, student: Student, result: GradingResult | None) -> GradeRow:
        final = self._settled(item, result, student) if result else None
        note = item.reason or ("; ".join(final.notes) if final else "")
        return GradeRow(
            label=item.label,
            name=student.name,
            email=student.email,
            id=student.id,
            counts=student in item.counts_for,
            result=final,
            note=note,
        )

    def _settled(self, item: Item, result: GradingResult, student: Student) -> GradingResult:
        """Return a student's result with lateness and points given by hand."""
        return self._overrides.merged(self._in_time(item, result), item.label, student)

    def _in_time(self, item: Item, result: GradingResult) -> GradingResult:
        """Return the result with what lateness leaves of it."""
        lateness = self._record.lateness(item, self._overrides.due(item.label, item.students))
        sentence = lateness.sentence(self._record.late)
        return msgspec.structs.replace(
            result,
            kept=lateness.share_kept(self._record.late),
            notes=(*result.notes, *([sentence] if sentence else [])),
            flags=(*result.flags, *item.flags),
        )

    def _remove_outdated(self, earlier: ClassRecord | None) -> None:
        """Remove the outcomes that nothing refers to, and the pages of hand-ins that are gone."""
        self.store.keep_only({item.key for item in self._record.items})
        there = {item.label for item in _with_pages(self._record)}
        for item in _with_pages(earlier) if earlier else ():
            if item.label in there:
                continue
            for folder, suffix in ((self.places.results, "json"), (self.places.feedback, "html")):
                with suppress(OSError):
                    (folder / f"{item.label}.{suffix}").unlink()


def _with_pages(record: ClassRecord) -> Iterable[Item]:
    return (item for item in record.items if item.fate in (Fate.GRADED, Fate.REFUSED))
