"""The page on which written answers are graded: side by side, by keyboard, without the name of anybody."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from autograder.model.written import Rubric, WrittenQuestion
from autograder.report.grades import decimal
from autograder.report.pages import render, script
from autograder.report.view import shown, shown_text


@dataclass(frozen=True)
class Mark:
    """What somebody gave for an answer.

    Attributes
    ----------
    rubric
        The ids of the items that the answer meets.
    """

    points: Fraction
    rubric: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class AnswerGroup:
    """An answer, and all who gave it.

    Attributes
    ----------
    id
        What it is called in the marks.
    people
        Names for the authors of each hand-in that tell nothing.
    mark
        What was given for it so far, if anything.
    is_unread
        Whether nobody knows what it is: it has no text, but is no empty one.
    """

    id: str
    text: str
    people: tuple[str, ...]
    mark: Mark | None = None
    is_unread: bool = False


@dataclass(frozen=True)
class ToGrade:
    """A question with its rubric and all answers to it."""

    question: WrittenQuestion
    rubric: Rubric | None = None
    groups: Sequence[AnswerGroup] = ()


@dataclass(frozen=True)
class _Item:
    id: str
    text: str
    points: str
    units: int


@dataclass(frozen=True)
class _Answer:
    id: str
    text: str
    people: tuple[str, ...]
    mark: dict[str, str] | None
    is_unread: bool


@dataclass(frozen=True)
class _Section:
    """A question as the page needs it: points as whole numbers of `1 / denominator`, so that sums are exact."""

    id: str
    title: str
    points: str
    units: int
    denominator: int
    note: str
    items: tuple[_Item, ...]
    answers: tuple[_Answer, ...]


def written_page(title: str, name: str, class_id: str, questions: Sequence[ToGrade]) -> str:
    """Return the page as self-contained HTML; what was written is text in it and nothing else.

    Parameters
    ----------
    class_id
        What the browser keeps the marks under, and every row of the marks says.
    """
    source, digest = script("written.js")
    return render(
        "written.html",
        script=source,
        script_hash=digest,
        title=f"{title}: written answers",
        name=name,
        class_id=class_id,
        sections=[_section(it) for it in questions],
    )


def _section(asked: ToGrade) -> _Section:
    items = asked.rubric.items if asked.rubric is not None else ()
    points = asked.question.points
    denominator = math.lcm(points.denominator, *(it.points.denominator for it in items))
    return _Section(
        id=asked.question.id,
        title=asked.question.title,
        points=shown(points),
        units=int(points * denominator),
        denominator=denominator,
        note=asked.rubric.note.strip() if asked.rubric is not None else "",
        items=tuple(_Item(it.id, it.text, shown(it.points), int(it.points * denominator)) for it in items),
        answers=tuple(
            _Answer(it.id, shown_text(it.text), it.people, _mark(it.mark), it.is_unread)
            for it in asked.groups
        ),
    )


def _mark(mark: Mark | None) -> dict[str, str] | None:
    if mark is None:
        return None
    return {"points": points_cell(mark.points), "rubric": " ".join(mark.rubric), "note": mark.note}


def points_cell(points: Fraction) -> str:
    """Return exact points as `read_points` takes them: 1.5, or 2/3 where no short decimal is exact."""
    short = decimal(points)
    return short if Fraction(short) == points else str(points)
