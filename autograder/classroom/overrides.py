"""Points that an instructor gives by hand, from a CSV that is read and never written."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import msgspec

from autograder.classroom.lateness import read_date
from autograder.errors import CourseError
from autograder.handin.students import Student
from autograder.model.assignment import Assignment, Question
from autograder.model.result import GradingResult, QuestionResult
from autograder.text import one_line

COLUMNS = ("student", "question", "points", "out_of", "due", "note")
_POINTS = re.compile(r"\d{1,6}(/\d{1,6}|\.\d{1,6})?")
_BYTES = 10_000_000


@dataclass(frozen=True)
class Override:
    """One line: points for a question, or another due date.

    Attributes
    ----------
    student
        An e-mail address, an id, a name or a hand-in's label.
    question
        One of the assignment's, whose points are replaced, or a new one worth `out_of`.
    """

    student: str
    line: int
    question: str = ""
    points: Fraction | None = None
    out_of: Fraction | None = None
    due: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Overrides:
    """All lines of a file, and the questions that only people grade."""

    path: Path | None = None
    lines: tuple[Override, ...] = ()
    by_hand: tuple[Question, ...] = ()
    _index: Mapping[str, list[Override]] = field(default_factory=dict, hash=False)

    def of(self, label: str, student: Student) -> list[Override]:
        """Return the lines for a student's hand-in, in the order of the file."""
        keys = {_key(key) for key in (label, student.email, student.id, student.name) if key.strip()}
        found = {line.line: line for key in keys for line in self._index.get(key, ())}
        return [found[number] for number in sorted(found)]

    def due(self, label: str, students: Iterable[Student]) -> datetime | None:
        """Return the due date that was given to these students, the latest of a group's."""
        dates = [line.due for student in students for line in self.of(label, student) if line.due]
        return max(dates, default=None)

    def whole(self, assignment: Assignment) -> Assignment:
        """Return the assignment with the questions that only people grade at the end."""
        return replace(assignment, questions=(*assignment.questions, *self.by_hand))

    def merged(self, result: GradingResult, label: str, student: Student) -> GradingResult:
        """Return a student's result with the points given by hand; what was graded stays in the verdicts."""
        given = {line.question: line for line in self.of(label, student) if line.points is not None}
        waiting = tuple(
            QuestionResult(id=question.id, title=question.title, points=question.points, score=Fraction(0))
            for question in self.by_hand
        )
        questions = tuple(_given(it, given.get(it.id)) for it in (*result.questions, *waiting))
        notes = tuple(
            one_line(f"{line.question}: {_text(line.points)} points given by hand. {line.note}".strip(), 500)
            for line in given.values()
            if line.points is not None
        )
        return msgspec.structs.replace(result, questions=questions, notes=(*result.notes, *notes))

    def unused(self, known: Iterable[tuple[str, Student]]) -> list[str]:
        """Return a sentence for each line whose student handed nothing in."""
        used = {line.line for label, student in known for line in self.of(label, student)}
        return [
            f"{self.path}, line {line.line}: nobody known as {line.student!r} handed anything in."
            for line in self.lines
            if line.line not in used
        ]

    def excessive(self, assignment: Assignment) -> list[str]:
        """Return a sentence for each line that gives more points than the question is worth."""
        most = {question.id: question.points for question in self.whole(assignment).questions}
        return [
            f"{self.path}, line {line.line}: {_text(line.points)} of {_text(most[line.question])} points"
            f" for {line.question}."
            for line in self.lines
            if line.points is not None and line.points > most.get(line.question, line.points)
        ]

    def check(self, known: Sequence[tuple[str, Student]]) -> None:
        """Refuse lines that could mean two people.

        Raises
        ------
        CourseError
            If a name is that of several students.
        """
        people = {(_key(student.name), student.key) for _, student in known if student.name.strip()}
        counted = Counter(name for name, _ in people)
        for line in self.lines:
            if counted[_key(line.student)] > 1:
                raise CourseError(
                    f"{self.path}, line {line.line}: {line.student!r} is the name of several students; "
                    "give the e-mail address, the id or the hand-in's label."
                )


def read_overrides(path: Path | None, assignment: Assignment) -> Overrides:
    """Return the overrides in the CSV at `path`; none where `path` is None.

    The first line names the columns: `student` and `question` with `points`, or `student` with
    `due`; `out_of` for a question that the assignment does not have, and `note` for the student.

    Raises
    ------
    CourseError
        If the file cannot be read, or a line is not understood.
    """
    if path is None:
        return Overrides()
    rows = _rows(path)
    lines = tuple(
        _override(path, number, row, assignment)
        for number, row in rows
        if any((cell or "").strip() for cell in row.values())
    )
    index: dict[str, list[Override]] = {}
    for line in lines:
        index.setdefault(_key(line.student), []).append(line)
    return Overrides(path, lines, _by_hand(path, lines, assignment), index)


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        content = path.read_bytes()[:_BYTES].decode("utf-8-sig")
    except OSError as error:
        raise CourseError(f"{path} cannot be read ({error.strerror or 'unknown reason'}).") from error
    except UnicodeError as error:
        raise CourseError(f"{path} is no UTF-8 text; save it as CSV in UTF-8.") from error
    first = content.partition("\n")[0]
    # Spreadsheets of many countries write semicolons.
    reader = csv.DictReader(
        io.StringIO(content), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if "student" not in columns or (unknown := set(columns) - set(COLUMNS)):
        what = (
            f"has unknown columns {', '.join(sorted(unknown))}"
            if "student" in columns
            else "has no column student"
        )
        raise CourseError(f"{path} {what}; its first line names some of {', '.join(COLUMNS)}.")
    reader.fieldnames = columns
    rows = []
    try:
        for row in reader:
            if None in row:
                raise CourseError(
                    f"{path}, line {reader.line_num}: has more cells than the first line; "
                    "put a text that holds a comma in quotation marks."
                )
            rows.append((reader.line_num, row))
    except csv.Error as error:
        raise CourseError(f"{path}, line {reader.line_num}: {error}.") from error
    return rows


def _override(path: Path, number: int, row: dict[str, str], assignment: Assignment) -> Override:
    def cell(name: str) -> str:
        return one_line(row.get(name) or "", 500)

    where = f"{path}, line {number}"
    student, question, due = cell("student"), cell("question"), cell("due")
    if not student:
        raise CourseError(f"{where}: the column student is empty; say whose points these are.")
    if not question and not due:
        raise CourseError(f"{where}: it changes nothing; give a question with points, or a due date.")
    points = _points(where, "points", cell("points"))
    out_of = _points(where, "out_of", cell("out_of"))
    known = {it.id: it.points for it in assignment.questions}
    if question and points is None:
        raise CourseError(f"{where}: question {question} has no points; give a number.")
    if question in known and out_of is not None and out_of != known[question]:
        raise CourseError(
            f"{where}: {question} is worth {known[question]} points in assignment.toml, not {out_of}; "
            "leave out_of empty."
        )
    return Override(
        student=student,
        line=number,
        question=question,
        points=points,
        out_of=known.get(question, out_of),
        due=read_date(due, where) if due else None,
        note=cell("note"),
    )


def _by_hand(path: Path, lines: Iterable[Override], assignment: Assignment) -> tuple[Question, ...]:
    """Return the questions that the assignment does not have."""
    known = {question.id for question in assignment.questions}
    worth: dict[str, Fraction] = {}
    for line in lines:
        if not line.question or line.question in known:
            continue
        out_of = line.out_of if line.out_of is not None else worth.get(line.question)
        if out_of is None:
            there = ", ".join(question.id for question in assignment.questions)
            raise CourseError(
                f"{path}, line {line.line}: {line.question} is no question of {assignment.name} ({there}); "
                "correct it, or say in out_of what it is worth."
            )
        if worth.setdefault(line.question, out_of) != out_of:
            raise CourseError(
                f"{path}, line {line.line}: {line.question} was worth {worth[line.question]} points before, "
                f"and {out_of} here; make them agree."
            )
    return tuple(Question(id, id.replace("_", " "), points) for id, points in worth.items())


def _points(where: str, column: str, text: str) -> Fraction | None:
    if not text:
        return None
    if not _POINTS.fullmatch(text) or re.search(r"/0+$", text):
        raise CourseError(
            f"{where}: {column} is {text[:40]!r}; give a number that is not negative, such as 7, 7.5 or 7/2."
        )
    return Fraction(text)


def _given(question: QuestionResult, line: Override | None) -> QuestionResult:
    if line is None or line.points is None:
        return question
    return msgspec.structs.replace(question, score=line.points)


def _text(points: Fraction | None) -> str:
    return "" if points is None else f"{float(points):g}"


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).casefold()
