"""The way of written answers to whoever grades them and back: groups of equal answers, and marks into the overrides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.classroom.anonymous import class_id, people_id
from autograder.classroom.csv_rows import rows_of
from autograder.classroom.overrides import Override, Overrides, as_key, keys_of
from autograder.classroom.record import ClassRecord, Item
from autograder.classroom.sheets import Cell, Row, Sheet, read_sheet
from autograder.classroom.written import answer_of, lines_of, that_count
from autograder.errors import CourseError
from autograder.files.writing import write_atomically
from autograder.handin.students import Student
from autograder.model.exact import read_points
from autograder.model.written import WrittenQuestion
from autograder.report.grades import safe_cell
from autograder.report.written_page import AnswerGroup, Mark, ToGrade, points_cell, written_page
from autograder.text import first_few, one_line

COLUMNS = ("class", "question", "answer", "points", "rubric", "note")
_OWN = ("student", "question", "points", "note", "rubric", "answer")
"""The columns of the overrides that a mark fills in."""


def page_of(record: ClassRecord, overrides: Overrides) -> str:
    """Return the page on which the written answers of the hand-ins that count are graded."""
    questions = [_to_grade(question, record, overrides) for question in record.written]
    return written_page(record.title, record.name, class_id(record.secret, record.name), questions)


def _to_grade(question: WrittenQuestion, record: ClassRecord, overrides: Overrides) -> ToGrade:
    alike: dict[str, list[Item]] = {}
    for item in that_count(record):
        alike.setdefault(answer_of(item, question.id, record), []).append(item)
    groups = [
        AnswerGroup(
            id=id,
            text=items[0].answers.get(question.id, ""),
            people=tuple(sorted(people_id(record.secret, it.label, it.students) for it in items)),
            mark=_given(id, question.id, items, overrides),
            is_unread=question.id not in items[0].answers and items[0].has_unread_answers,
        )
        for id, items in alike.items()
    ]
    # The order tells nothing about the class; what nobody wrote comes last.
    groups.sort(key=lambda group: (not group.text, -len(group.people), group.id))
    rubric = next((it for it in record.rubrics if it.question == question.id), None)
    return ToGrade(question, rubric, groups)


def _given(answer: str, question: str, items: Iterable[Item], overrides: Overrides) -> Mark | None:
    """Return what was given for an answer before; points for one hand-in alone are no mark of the answer."""
    for item in items:
        for line in reversed(_lines_of(item, question, overrides)):
            if line.answer == answer and line.points is not None:
                return Mark(line.points, line.rubric, line.note)
    return None


def _lines_of(item: Item, question: str, overrides: Overrides) -> list[Override]:
    return [line for line in lines_of(item, overrides) if line.question == question]


# --- back -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taken:
    """What became of the marks of a file.

    Attributes
    ----------
    marks
        How many the file holds.
    written, removed
        Lines of the overrides that are new or changed, and those that were taken back.
    left
        A sentence for each hand-in whose line was left alone.
    """

    marks: int
    written: int
    removed: int
    left: tuple[str, ...]


def take_marks(path: Path, overrides_path: Path, record: ClassRecord, overrides: Overrides) -> Taken:
    """Write the marks of a file into the overrides, a line for each hand-in that gave the answer.

    Lines that somebody wrote by hand stay as they are, and count before marks for the same answer.

    Parameters
    ----------
    overrides
        What is in the file at `overrides_path` now, if there is one.

    Raises
    ------
    CourseError
        If a line of the marks is not understood, or they are those of another class; nothing is written then.
    """
    marks = read_marks(path, record)
    sheet = read_sheet(overrides_path) if overrides_path.is_file() else _empty_sheet()
    lines, left = dict[tuple[str, str], Mark | None](), list[str]()
    answers, used = dict[tuple[str, str], str](), set[tuple[str, str]]()
    meant = _hand_ins_by_key(record)
    for item in that_count(record):
        key = _key_of(item, meant)
        for question in record.written:
            answer = answer_of(item, question.id, record)
            if (question.id, answer) not in marks:
                continue
            used.add((question.id, answer))
            by_hand = [
                it
                for it in _lines_of(item, question.id, overrides)
                if it.points is not None and not it.answer
            ]
            if by_hand:
                left.append(
                    f"{item.label}: {question.title} has points by hand ({by_hand[-1].where}), which stay"
                )
            elif key is None:
                left.append(
                    f"{item.label}: a line may mean another hand-in, too; give {question.title} points by hand"
                )
            else:
                lines[key, question.id] = marks[question.id, answer]
                answers[key, question.id] = answer
    if unused := len(marks) - len(used):
        left.append(f"{unused} of the marks are for answers that no hand-in which counts gives any more")
    merged, written, removed = _merged(sheet, lines, answers)
    if written or removed:
        write_atomically(overrides_path, merged.to_bytes())
    return Taken(len(marks), written, removed, tuple(left))


def read_marks(path: Path, record: ClassRecord) -> dict[tuple[str, str], Mark | None]:
    """Return the marks of a file by question and answer; None for one that was taken back.

    Raises
    ------
    CourseError
        If a line is not understood, or the marks are those of another class.
    """
    questions = {question.id: question for question in record.written}
    items = {rubric.question: {it.id for it in rubric.items} for rubric in record.rubrics}
    own = class_id(record.secret, record.name)
    marks: dict[tuple[str, str], Mark | None] = {}
    for number, row in rows_of(path, "answer", COLUMNS):
        where = f"{path}, line {number}"
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
        if cells["class"] != own:
            raise CourseError(
                f"{where}: these are marks of another class or assignment; give those of this one."
            )
        question = questions.get(cells["question"])
        if question is None:
            there = first_few(questions)
            raise CourseError(
                f"{where}: {cells['question'][:40]!r} is no written question ({there}); correct it."
            )
        marks[question.id, cells["answer"]] = _mark(where, cells, question, items.get(question.id, set()))
    return marks


def _mark(where: str, cells: Mapping[str, str], question: WrittenQuestion, items: set[str]) -> Mark | None:
    if not cells["points"]:
        return None
    points = read_points(cells["points"])
    if points is None or points > question.points:
        most = points_cell(question.points)
        raise CourseError(f"{where}: points is {cells['points'][:40]!r}; give a number up to {most}.")
    rubric = tuple(cells["rubric"].split())
    if lost := [it for it in rubric if it not in items]:
        raise CourseError(
            f"{where}: the rubric of {question.id} has no item {lost[0][:40]!r} any more; make the page again and look "
            "at this answer once more."
        )
    return Mark(points, rubric, one_line(cells["note"], 480))


def _hand_ins_by_key(record: ClassRecord) -> dict[str, set[str]]:
    """Return the labels of the hand-ins that a line may mean, by what it may call them."""
    meant: dict[str, set[str]] = {}
    for item in record.items:
        for student in item.students or (Student(),):
            for key in keys_of(item.label, student):
                meant.setdefault(key, set()).add(item.label)
    return meant


def _key_of(item: Item, meant: Mapping[str, set[str]]) -> str | None:
    """Return what a line calls a hand-in so that it means no other; None if there is nothing."""
    names = [item.label, *(it.email for it in item.students), *(it.id for it in item.students)]
    cells = map(safe_cell, filter(None, names))
    return next((it for it in cells if meant.get(as_key(it)) == {item.label}), None)


def _empty_sheet() -> Sheet:
    return Sheet((Row(tuple(map(Cell, _OWN)), "\n"),), ",", "utf-8")


def _merged(
    sheet: Sheet, lines: Mapping[tuple[str, str], Mark | None], answers: Mapping[tuple[str, str], str]
) -> tuple[Sheet, int, int]:
    """Return the overrides with a line for each mark, and how many lines were written and removed."""
    head = sheet.rows[0]
    names = [cell.text.strip().lower() for cell in head.cells]
    missing = [name for name in _OWN if name not in names]
    end = head.end or "\n"
    columns = {name: place for place, name in enumerate([*names, *missing])}
    left = dict(lines)
    written = removed = 0
    rows = list[Row]()
    for row in sheet.rows[1:]:
        key = (row.text(columns["student"]).strip(), row.text(columns["question"]).strip())
        is_ours = bool(row.text(columns["answer"]).strip())
        if not is_ours or key not in lines:
            rows.append(row)
            continue
        mark = lines[key]
        left.pop(key, None)
        changed = _row(row, columns, key, mark, answers[key], sheet.delimiter)
        if mark is None:
            removed += 1
            # A due date or slip days on the same line are somebody's, too.
            keeps = any(row.text(columns[name]).strip() for name in ("due", "slip_days") if name in columns)
            rows += [changed] if keeps else []
        else:
            written += changed != row
            rows.append(changed)
    new = [
        _row(Row((), end), columns, key, mark, answers[key], sheet.delimiter)
        for key, mark in left.items()
        if mark is not None
    ]
    head = Row((*head.cells, *map(Cell, missing)), end)
    if rows and new and not rows[-1].end:
        rows[-1] = replace(rows[-1], end=end)
    return replace(sheet, rows=(head, *rows, *new)), written + len(new), removed


def _row(
    row: Row, columns: Mapping[str, int], key: tuple[str, str], mark: Mark | None, answer: str, delimiter: str
) -> Row:
    student, question = key
    texts = dict.fromkeys(_OWN, "") | {"student": student}
    if mark is not None:
        texts |= {
            "question": question,
            "points": points_cell(mark.points),
            "note": mark.note,
            "rubric": " ".join(mark.rubric),
            "answer": answer,
        }
    cells = [*row.cells, *(Cell("") for _ in range(max(columns.values()) + 1 - len(row.cells)))]
    for name, text in texts.items():
        if cells[columns[name]].text != text:
            cells[columns[name]] = _cell(text, delimiter)
    return replace(row, cells=tuple(cells))


def _cell(text: str, delimiter: str) -> Cell:
    needs_quotes = any(it in text for it in (delimiter, '"', "\n", ",", ";")) or text != text.strip()
    return Cell('"' + text.replace('"', '""') + '"' if needs_quotes else text)
