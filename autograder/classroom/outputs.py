"""Writes what grading a class leaves behind: results, grades, feedback pages, the class report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import msgspec

from autograder.classroom.attempts import Attempt, best_attempts
from autograder.classroom.canvas import to_canvas
from autograder.classroom.hints import Hints, add_rows
from autograder.classroom.overrides import Overrides
from autograder.classroom.people import Person
from autograder.classroom.record import TIME_UNKNOWN, ClassRecord, Item, read_record, write_record
from autograder.classroom.report_parts import (
    addresses_of,
    attempts_of,
    examples_of,
    of_groups,
    of_mistakes,
    people_of,
)
from autograder.classroom.roster import compare
from autograder.classroom.roster import to_csv as roster_csv
from autograder.classroom.settle import settle
from autograder.classroom.store import Store
from autograder.classroom.work import refused
from autograder.classroom.written import NOT_GRADED, asked_of, for_all, remarks_on_answers, up_to_date
from autograder.errors import CourseError
from autograder.files.writing import write_atomically
from autograder.grading.known_behaviour import KNOWN_FILE
from autograder.handin.found import Fate
from autograder.handin.students import Student
from autograder.model.assignment import Assignment
from autograder.model.result import GradingResult
from autograder.report.class_page import GROUPS_IN_FULL, IN_FULL, class_page
from autograder.report.context import Example
from autograder.report.feedback_page import feedback_page
from autograder.report.grades import GradeRow, to_csv
from autograder.report.gradescope import to_gradescope, write_results
from autograder.report.statistics import ClassStatistics
from autograder.report.unexplained import groups_in, largest_first, with_hints

OVERRIDES_FILE = "overrides.csv"
HINTS_FILE = "hints.csv"


class Places:
    """Where the outputs of a class are.

    Attributes
    ----------
    folder
        What `-o` names; everything else is below it.
    results, feedback
        For each hand-in one file in Gradescope's form, and one page.
    grades, canvas
        The grade table, and the totals for Canvas.
    roster
        Who handed in and who did not, if a roster was given.
    report
        The class report.
    own_hints, own_overrides
        The CSV of hints for groups and that of points given by hand, unless others are named.
    written
        The page on which written answers are graded.
    record, store
        What else is known of the class, and every result, for resuming and for reports.
    known
        What tests see of known mistakes, which grading processes share.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results = folder / "results"
        self.feedback = folder / "feedback"
        self.grades = folder / "grades.csv"
        self.canvas = folder / "canvas.csv"
        self.roster = folder / "roster.csv"
        self.report = folder / "report.html"
        self.record = folder / "class.json"
        self.store = folder / "state"
        self.known = self.store / KNOWN_FILE
        self.own_hints = folder / HINTS_FILE
        self.own_overrides = folder / OVERRIDES_FILE
        self.written = folder / "written.html"

    def overrides(self, named: Path | None) -> Path | None:
        """Return the CSV of points given by hand: the one named, else the one in the folder, if any."""
        return named or (self.own_overrides if self.own_overrides.is_file() else None)

    def hints(self, named: Path | None) -> Path | None:
        """Return the CSV of hints for groups: the one named, else the one in the folder, if any."""
        return named or (self.own_hints if self.own_hints.is_file() else None)

    def of_hand_in(self, label: str) -> tuple[Path, Path]:
        """Return where the result and the page of one hand-in are."""
        return self.results / f"{label}.json", self.feedback / f"{label}.html"


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
    hints
        Hints for groups that nothing explains.

    Attributes
    ----------
    earlier
        The record of the class as it was graded here before; None if it was not.
    groups
        The ids of the groups that the hand-ins written so far are in.

    Raises
    ------
    CourseError
        If another assignment was graded into this folder.
    """

    def __init__(
        self, places: Places, record: ClassRecord, overrides: Overrides, hints: Hints | None = None
    ) -> None:
        self.places = places
        self.store = Store(places.store)
        self._record = record
        self._overrides = overrides
        self._hints = hints or Hints()
        self.groups: set[str] = set()
        self._whole = overrides.whole(record.assignment)
        self.earlier = self._read_earlier()

    def _read_earlier(self) -> ClassRecord | None:
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
        self.groups |= groups_in(final)
        file, page = self.places.of_hand_in(item.label)
        write_results(file, to_gradescope(final, self._whole, self._record.visibility), durable=False)
        html = feedback_page(final, self._whole, item.label, self.store.sources(item.key))
        write_atomically(page, html.encode(), durable=False)
        return final

    @property
    def assignment(self) -> Assignment:
        """The assignment with the questions that only people grade; a written one counts once somebody has points."""
        return self._whole

    @property
    def remarks(self) -> tuple[str, ...]:
        """A sentence for each line of the overrides that concerns nobody or another answer."""
        return (*self._overrides.remarks, *remarks_on_answers(self._record, self._overrides))

    def write_class(self, record: ClassRecord, roster: Sequence[Person] = ()) -> ClassRecord:
        """Write the grade tables, the class report and the record itself; remove what is out of date.

        Returns the record with the hand-ins that count, and compared with the roster if there is one.
        """
        self._record = self._with_counting(record)
        if roster:
            lines = compare(roster, self.rows())
            write_atomically(self.places.roster, roster_csv(lines).encode())
            self._record = msgspec.structs.replace(self._record, roster=lines)
        record = self._record
        write_atomically(
            self.places.grades, to_csv(self._exported(), self._whole, self._has_slip_days).encode()
        )
        write_atomically(self.places.canvas, to_canvas(self._exported(), self._whole).encode())
        statistics = self._statistics()
        groups = largest_first(statistics.groups.values())
        context = replace(
            record.report_context,
            hints=self._hints.texts,
            titles=self._hints.titles,
            examples={id: some[0] for id, some in self._examples(of_groups(groups[:GROUPS_IN_FULL])).items()},
            mistaken=self._examples(of_mistakes(statistics.most_frequent()[:IN_FULL])),
            people=people_of(record.items),
            addresses=addresses_of(record.items),
            attempts=attempts_of(record.items, self._result_as_shown),
        )
        write_atomically(self.places.report, class_page(statistics, context).encode())
        if not self._hints.elsewhere:
            add_rows(self.places.own_hints, groups)
        write_record(self.places.record, record)
        self._remove_outdated()
        return record

    def result_of(self, item: Item) -> GradingResult | None:
        """Return the result of an item; None if it was not to be graded or its result is lost."""
        if item.fate is Fate.REFUSED and item.students:
            return refused(self._record.plan, self._record.assignment, item.reason)
        result = self.store.result(item.key)
        if result is None:
            return None
        return msgspec.structs.replace(result, notes=item.notes, release=item.release, hints=item.hints)

    def _statistics(self) -> ClassStatistics:
        """Return statistics of the hand-ins that count, without those that could not be opened."""
        statistics = ClassStatistics(self._whole, self._record.plan, self._hints.texts)
        for item in self._record.items:
            if item.fate is not Fate.GRADED or (item.students and not item.counts_for):
                continue
            result = self.result_of(item)
            if result is not None:
                statistics.add(item.label, self._final(item, result))
        return statistics

    def _examples(self, wanted: Iterable[tuple[str, str, Sequence[str]]]) -> dict[str, tuple[Example, ...]]:
        return examples_of(wanted, self._record, self.store)

    def _result_as_shown(self, item: Item) -> GradingResult | None:
        result = self.result_of(item)
        return None if result is None else self._final(item, result)

    def _final(self, item: Item, result: GradingResult) -> GradingResult:
        """Return the result of a hand-in as its page shows it."""
        settled = [self._settled(item, result, student) for student in item.students or (Student(),)]
        # Points given by hand may differ within a group; its page then shows none of them.
        return settled[0] if all(it == settled[0] for it in settled) else self._settled(item, result, None)

    def rows(self) -> Iterator[GradeRow]:
        """Yield a row for each student of each item that was or could not be graded."""
        for item in self._record.items:
            if item.fate in (Fate.IGNORED, Fate.REPLACED):
                continue
            result = self.result_of(item)
            if item.fate is Fate.REFUSED and not self._record.unread_as_zero:
                result = None  # nothing is known about the work
            for student in item.students or (Student(),):
                final = self._settled(item, result, student) if result else None
                yield GradeRow(
                    label=item.label,
                    name=student.name,
                    email=student.email,
                    id=student.id,
                    counts=student in item.counts_for,
                    result=final,
                    note=item.reason or ("; ".join(final.notes) if final else ""),
                )

    def _exported(self) -> Iterator[GradeRow]:
        """Yield the rows; an id that several who count have is nobody's, for a table that is read elsewhere."""
        claims = Counter(it.id for item in self._record.items for it in item.counts_for if not it.email)
        for row in self.rows():
            is_claimed = not row.email and claims[row.id] > 1
            yield replace(row, id="") if is_claimed else row

    def _settled(self, item: Item, result: GradingResult, student: Student | None) -> GradingResult:
        """Return a student's result with lateness and points given by hand; for None, without the latter."""
        overrides, late = self._overrides, self._record.late
        result = with_hints(result, self._hints.texts)
        due = overrides.due(item.label, item.students) or self._record.due
        flags = item.flags
        if late.policy != "none" and item.created_at is None:
            flags = (*flags, TIME_UNKNOWN)
        if student:
            given = up_to_date(overrides.of(item.label, student), item, self._record)
        else:  # what all of them have for what they wrote
            lines = [up_to_date(overrides.of(item.label, it), item, self._record) for it in item.students]
            given = [it for it in for_all(lines) if it.question in self._record.written_ids]
        by_hand = overrides.by_hand if student else ()
        final = settle(
            result,
            late,
            item.created_at,
            due,
            given,
            by_hand,
            asked_of(item, self._record),
            flags,
            self._record.drop.lowest,
        )
        waiting = final.ungraded_of(self._whole)
        if not waiting or (item.students and not item.counts_for):
            return final
        flag = f"{NOT_GRADED}: {', '.join(waiting)}"
        return msgspec.structs.replace(final, flags=(*final.flags, flag))

    @property
    def _has_slip_days(self) -> bool:
        given = any(line.slip_days is not None for line in self._overrides.lines)
        return given or bool(self._record.late.slip_days)

    def _with_counting(self, record: ClassRecord) -> ClassRecord:
        """Return the record with the hand-ins that count, where those are each student's best ones."""
        if record.attempts.count == "last":
            return record
        attempts = []
        for item in record.items:
            if not item.key and item.fate is not Fate.REFUSED:  # it was not graded
                continue
            result = self.result_of(item) if item.key else None
            for student in item.students:
                score = self._settled(item, result, student).score if result else None
                attempts.append(
                    Attempt(item.label, student.key, score, item.created_at, student in item.last_of)
                )
        counting = best_attempts(attempts)
        items = (
            msgspec.structs.replace(
                item, counts_for=tuple(it for it in item.students if (item.label, it.key) in counting)
            )
            for item in record.items
        )
        return msgspec.structs.replace(record, items=tuple(items))

    def _remove_outdated(self) -> None:
        """Remove the results that nothing refers to, and the pages of hand-ins that are gone."""
        self.store.keep_only({item.key for item in self._record.items})
        gone = _with_pages(self.earlier) - _with_pages(self._record) if self.earlier else ()
        for label in gone:
            for path in self.places.of_hand_in(label):
                with suppress(OSError):
                    path.unlink()


def _with_pages(record: ClassRecord) -> set[str]:
    return {item.label for item in record.items if item.fate in (Fate.GRADED, Fate.REFUSED)}
