"""Points that an instructor gives by hand and marks for written answers, from a CSV; only `marks.py` writes to it."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from autograder.classroom.csv_rows import rows_of
from autograder.classroom.lateness import read_date
from autograder.errors import CourseError
from autograder.handin.students import Student
from autograder.model.assignment import Assignment, Question
from autograder.model.exact import read_points
from autograder.report.grades import safe_cell
from autograder.text import one_line

COLUMNS = ("student", "question", "points", "out_of", "due", "slip_days", "note", "rubric", "answer")


@dataclass(frozen=True)
class Override:
    """One line: points for a question, another due date, or a number of slip days.

    Attributes
    ----------
    where
        The file and the line.
    student
        An e-mail address, an id, a name or a hand-in's label.
    question
        One of the assignment's, whose points are replaced, or another one worth `out_of`; worth 0, it is a bonus.
    slip_days
        How many the student has left.
    rubric
        The ids of the items that a written answer meets.
    answer
        The id of the written answer that these points are for; empty if they are for whatever was answered.
    """

    where: str
    student: str
    question: str = ""
    points: Fraction | None = None
    out_of: Fraction | None = None
    due: datetime | None = None
    slip_days: int | None = None
    note: str = ""
    rubric: tuple[str, ...] = ()
    answer: str = ""


@dataclass(frozen=True)
class Overrides:
    """All lines of a file.

    Attributes
    ----------
    by_hand
        The questions that only people grade and somebody has points for, written ones first.
    remarks
        A sentence for each line whose student handed nothing in, or that gives more points than there are.
    """

    lines: tuple[Override, ...] = ()
    by_hand: tuple[Question, ...] = ()
    remarks: tuple[str, ...] = ()
    _index: Mapping[str, list[int]] = field(default_factory=dict, hash=False)

    def of(self, label: str, student: Student) -> list[Override]:
        """Return the lines for a student's hand-in, in the order of the file."""
        keys = keys_of(label, student)
        return [self.lines[it] for it in sorted({it for key in keys for it in self._index.get(key, ())})]

    def due(self, label: str, students: Iterable[Student]) -> datetime | None:
        """Return the due date that was given to these students, the latest of a group's."""
        dates = [line.due for student in students for line in self.of(label, student) if line.due]
        return max(dates, default=None)

    def whole(self, assignment: Assignment) -> Assignment:
        """Return the assignment with the questions that only people grade at the end."""
        return replace(assignment, questions=(*assignment.questions, *self.by_hand))


def read_overrides(
    path: Path | None, assignment: Assignment, known: Sequence[tuple[str, Student]]
) -> Overrides:
    """Return the overrides in the CSV at `path`; none if `path` is None.

    The first line names the columns: `student` and `question` with `points`, or `student` with
    `due` or `slip_days`; `out_of` for a question that the assignment does not have, and `note` for the student.
    `rubric` and `answer` come with marks for written answers.

    Parameters
    ----------
    known
        Each student with the label of each hand-in.

    Raises
    ------
    CourseError
        If the file cannot be read, a line is not understood, or a name is that of several students.
    """
    if path is None:
        return Overrides()
    lines = tuple(
        _override(f"{path}, line {number}", row, assignment)
        for number, row in rows_of(path, "student", COLUMNS)
    )
    _refuse_shared_names(lines, known)
    index: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        index.setdefault(as_key(line.student), []).append(number)
    read = Overrides(lines, _by_hand(lines, assignment), _index=index)
    return replace(read, remarks=(*_unused(read, known), *_excessive(read, assignment)))


def _refuse_shared_names(lines: Iterable[Override], known: Iterable[tuple[str, Student]]) -> None:
    people = {(as_key(student.name), student.key) for _, student in known if student.name.strip()}
    counted = Counter(name for name, _ in people)
    for line in lines:
        if counted[as_key(line.student)] > 1:
            raise CourseError(
                f"{line.where}: {line.student!r} is the name of several students; "
                "give the e-mail address, the id or the hand-in's label."
            )


def _unused(read: Overrides, known: Iterable[tuple[str, Student]]) -> Iterator[str]:
    used = {line.where for label, student in known for line in read.of(label, student)}
    for line in read.lines:
        if line.where not in used:
            yield f"{line.where}: nobody known as {line.student!r} handed anything in."


def _excessive(read: Overrides, assignment: Assignment) -> Iterator[str]:
    worth = {question.id: question.points for question in read.whole(assignment).questions}
    for line in read.lines:
        is_bonus = line.out_of == 0  # given as such
        if line.points is not None and line.points > worth[line.question] and not is_bonus:
            given, most = points_text(line.points), points_text(worth[line.question])
            yield f"{line.where}: {given} of {most} points for {line.question}."


def _override(where: str, row: dict[str, str], assignment: Assignment) -> Override:
    def cell(name: str) -> str:
        return one_line(row.get(name, ""), 500)

    student, question, due = cell("student"), cell("question"), cell("due")
    if not student:
        raise CourseError(f"{where}: the column student is empty; say whose points these are.")
    slip_days = cell("slip_days")
    if not question and not due and not slip_days:
        raise CourseError(
            f"{where}: it changes nothing; give a question with points, a due date or slip days."
        )
    if slip_days and not (slip_days.isdecimal() and len(slip_days) < 5):
        raise CourseError(f"{where}: slip_days is {slip_days[:40]!r}; give a whole number of days.")
    points = _points(where, "points", cell("points"))
    out_of = _points(where, "out_of", cell("out_of"))
    known = _worth(assignment)
    if question and points is None:
        raise CourseError(f"{where}: question {question} has no points; give a number.")
    if question in known and out_of is not None and out_of != known[question]:
        raise CourseError(
            f"{where}: {question} is worth {known[question]} points in assignment.toml, not {out_of}; "
            "leave out_of empty."
        )
    return Override(
        where=where,
        student=student,
        question=question,
        points=points,
        out_of=known.get(question, out_of),
        due=read_date(due, where) if due else None,
        slip_days=int(slip_days) if slip_days else None,
        note=cell("note"),
        rubric=tuple(cell("rubric").split()),
        answer=cell("answer"),
    )


def _worth(assignment: Assignment) -> dict[str, Fraction]:
    """Return what each question is worth, written ones included."""
    tested = {question.id: question.points for question in assignment.questions}
    return tested | {question.id: question.points for question in assignment.written}


def _by_hand(lines: Iterable[Override], assignment: Assignment) -> tuple[Question, ...]:
    """Return the questions of the lines that no test grades."""
    known = {question.id for question in assignment.questions}
    worth: dict[str, Fraction] = {}
    titles = {question.id: question.title for question in assignment.written}
    for line in lines:
        if not line.question or line.question in known:
            continue
        out_of = line.out_of if line.out_of is not None else worth.get(line.question)
        if out_of is None:
            there = ", ".join(_worth(assignment))
            raise CourseError(
                f"{line.where}: {line.question} is no question of {assignment.name} ({there}); "
                "correct it, or say in out_of what it is worth."
            )
        if worth.setdefault(line.question, out_of) != out_of:
            raise CourseError(
                f"{line.where}: {line.question} was worth {worth[line.question]} points before, "
                f"and {out_of} here; make them agree."
            )
    order = [*(id for id in titles if id in worth), *(id for id in worth if id not in titles)]
    return tuple(
        Question(id, titles.get(id, id.replace("_", " ")), worth[id], bonus=worth[id] == 0) for id in order
    )


def _points(where: str, column: str, text: str) -> Fraction | None:
    points = read_points(text)
    if text and points is None:
        raise CourseError(
            f"{where}: {column} is {text[:40]!r}; give a number that is not negative, such as 7, 7.5 or 7/2."
        )
    return points


def points_text(points: Fraction | None) -> str:
    """Return points as they are told to people; empty if there are none."""
    return "" if points is None else f"{float(points):g}"


def keys_of(label: str, student: Student) -> set[str]:
    """Return what the cell of a line may say, as `as_key` gives it, to mean a student's hand-in."""
    names = (label, safe_cell(label), student.email, student.id, student.name)
    return {as_key(name) for name in names if name.strip()}


def as_key(text: str) -> str:
    """Return the form in which what lines call people is compared."""
    return unicodedata.normalize("NFC", text.strip()).casefold()
