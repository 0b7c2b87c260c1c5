"""What `verify` says of questions that are answered in words: each needs a place for its answer, and a rubric."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from autograder.course.loading import ASSIGNMENT_FILE, GRADING_FILE
from autograder.files.notebooks import NotANotebookError
from autograder.handin.answers import (
    ANSWERS_FILE,
    TAG,
    answers_in,
    cells_with_answers,
    headings_in,
    question_called,
)
from autograder.model.assignment import NOTEBOOK, Assignment, Solution
from autograder.text import one_line


def without_a_place(assignment: Assignment) -> Iterator[str]:
    """Yield a sentence for every written question without exactly one empty place for its answer, and odd places."""
    places = Counter[str]()
    for path in sorted(assignment.folder.glob(f"*{NOTEBOOK}")):
        try:
            cells = cells_with_answers(path.read_bytes())
        except NotANotebookError as error:
            yield f"{path.name} {error}"
            continue
        for heading, text in cells:
            question = question_called(heading, assignment.written)
            name = one_line(heading, 60)
            if question is None:
                yield (
                    f"{path.name} has a cell {name!r} with the tag {TAG}, but {ASSIGNMENT_FILE} has no [[written]] of "
                    "that title"
                )
                continue
            places[question.id] += 1
            if text:
                yield (
                    f"{path.name} hands out an answer to {question.id} ({one_line(text, 40)!r}); write "
                    "'*Write here.*' there"
                )
    path = assignment.folder / ANSWERS_FILE
    if path.is_file():
        content = path.read_bytes()
        places.update(question.id for question in headings_in(content, assignment.written))
        for id in answers_in(content, assignment.written):
            yield f"{path.name} hands out an answer to {id}; write '*Write here.*' there"
    for question in assignment.written:
        if not places[question.id]:
            yield (
                f"{question.id} has no place for its answer: give a notebook a Markdown cell with the tag {TAG} that "
                f"begins with **{question.title}.**, or {ANSWERS_FILE} a heading '## {question.title}'"
            )
        elif places[question.id] > 1:
            yield f"{question.id} has {places[question.id]} places for its answer; leave one"


def without_a_rubric(assignment: Assignment, solution: Solution) -> Iterator[str]:
    """Yield a sentence for every written question without exactly one rubric that adds up to its points."""
    asked = {question.id: question for question in assignment.written}
    counted = Counter(rubric.question for rubric in solution.rubrics)
    for id in asked:
        if counted[id] != 1:
            there = f"{counted[id]} rubrics" if counted[id] else "no rubric"
            yield f"{id} has {there} in {GRADING_FILE}; it needs one [[rubric]]"
    for rubric in solution.rubrics:
        question = asked.get(rubric.question)
        if question is None:
            there = ", ".join(asked) or "none"
            yield f"the rubric of {rubric.question} is for no [[written]] of {ASSIGNMENT_FILE} (there: {there})"
            continue
        total = sum((item.points for item in rubric.items), Fraction(0))
        if total != question.points:
            yield f"the items of {rubric.question} add up to {total} of {question.points} points; make them agree"
        if len({item.id for item in rubric.items}) < len(rubric.items):
            yield f"two items of {rubric.question} say the same; leave one"
