"""Written answers of a class: what each hand-in answered, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from autograder.classroom.anonymous import answer_id
from autograder.classroom.overrides import Override, Overrides
from autograder.classroom.record import ClassRecord, Item
from autograder.handin.found import Fate
from autograder.handin.students import Student
from autograder.model.result import QuestionResult
from autograder.model.written import Rubric, RubricMark, WrittenAnswer, WrittenQuestion

NOT_GRADED = "written answers are not graded yet"


@dataclass(frozen=True)
class Asked:
    """A written question, its rubric if there is one, and what a hand-in answered."""

    question: WrittenQuestion
    text: str = ""
    rubric: Rubric | None = None

    def with_points(self, line: Override | None) -> QuestionResult:
        """Return the result of the question: what the line gives for it, or that it is not graded yet."""
        answer = WrittenAnswer(text=self.text)
        points = line.points if line is not None else None
        if line is not None and points is not None:
            # Points that somebody gave without looking at the items say nothing about them; 0 does.
            judged = line.rubric or (line.answer and not points)
            items = self.rubric.items if self.rubric is not None and judged else ()
            marks = tuple(RubricMark(it.text, it.points, it.id in line.rubric) for it in items)
            answer = WrittenAnswer(text=self.text, graded=True, marks=marks, note=line.note)
        return QuestionResult(
            id=self.question.id,
            title=self.question.title,
            points=self.question.points,
            score=points or Fraction(0),
            written=answer,
        )


def asked_of(item: Item, record: ClassRecord) -> tuple[Asked, ...]:
    """Return the written questions with what a hand-in answered; none if it could not be opened."""
    if item.fate is Fate.REFUSED:
        return ()
    rubrics = {rubric.question: rubric for rubric in record.rubrics}
    return tuple(Asked(it, item.answers.get(it.id, ""), rubrics.get(it.id)) for it in record.written)


def answer_of(item: Item, question: str, record: ClassRecord) -> str:
    """Return what the answer of a hand-in to a question is called."""
    return answer_id(
        record.secret, question, item.answers.get(question, None if item.has_unread_answers else "")
    )


def up_to_date(lines: Iterable[Override], item: Item, record: ClassRecord) -> list[Override]:
    """Return the lines, without the points of those that are for an answer which is another one by now."""
    return [replace(it, points=None) if _is_for_another(it, item, record) else it for it in lines]


def remarks_on_answers(record: ClassRecord, overrides: Overrides) -> Iterator[str]:
    """Yield a sentence for each line that gives points for an answer that is another one by now."""
    said = set[str]()
    for item in that_count(record):
        for line in lines_of(item, overrides):
            if _is_for_another(line, item, record) and line.where not in said:
                said.add(line.where)
                yield (
                    f"{line.where}: the answer of {item.label} to {line.question} has changed since it was graded, "
                    "so it waits to be graded again."
                )


def that_count(record: ClassRecord) -> list[Item]:
    """Return the hand-ins whose answers are to be graded."""
    return [it for it in record.items if it.fate is Fate.GRADED and (it.counts_for or not it.students)]


def answers_waiting(record: ClassRecord, overrides: Overrides) -> int:
    """Return how many answers nobody has graded yet; empty ones are among them once their question counts."""
    counting = {question.id for question in overrides.by_hand}
    return sum(
        bool(question.id in counting or item.answers.get(question.id) or item.has_unread_answers)
        and question.id not in _given_for(item, record, overrides)
        for item in that_count(record)
        for question in record.written
    )


def lines_of(item: Item, overrides: Overrides) -> list[Override]:
    """Return the lines that mean a hand-in or any of its authors, each once."""
    found = (line for it in item.students or (Student(),) for line in overrides.of(item.label, it))
    return list({line.where: line for line in found}.values())


def _given_for(item: Item, record: ClassRecord, overrides: Overrides) -> set[str]:
    lines = up_to_date(lines_of(item, overrides), item, record)
    return {line.question for line in lines if line.points is not None}


def _is_for_another(line: Override, item: Item, record: ClassRecord) -> bool:
    return bool(line.answer) and line.answer != answer_of(item, line.question, record)


def for_all(lines: Sequence[Sequence[Override]]) -> list[Override]:
    """Return the lines that everybody of a group has."""
    first, *others = lines
    return [line for line in first if all(line in other for other in others)]
