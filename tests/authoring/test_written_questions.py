"""`verify` names every written question that cannot be answered or graded, in one sentence each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.authoring.written_questions import without_a_place, without_a_rubric
from autograder.course.loading import find_course
from tests.courses import ASSIGNMENT, GRADING, write_course

WRITTEN = '\n[[written]]\nid = "why"\ntitle = "Why"\npoints = 2\n'
RUBRIC = (
    '\n[[rubric]]\nquestion = "why"\nitems = [{text = "x", points = "3/2"}, {text = "y", points = "1/2"}]\n'
)


def cells(*texts: str) -> str:
    made = [{"cell_type": "markdown", "source": it, "metadata": {"tags": ["answer"]}} for it in texts]
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


def said(root: Path, written: str = WRITTEN, rubric: str = RUBRIC, **files: str) -> list[str]:
    """Return what is said of the small course with these tables, and files beside its stubs."""
    folder = "assignments/centring"
    beside = {f"{folder}/{name.replace('_', '.')}": text for name, text in files.items()}
    course = find_course(
        write_course(
            root,
            {
                f"{folder}/assignment.toml": ASSIGNMENT + written,
                "solutions/centring/grading.toml": GRADING + rubric,
                **beside,
            },
        )
    )
    assignment, solution = course.assignment("centring"), course.solution("centring")
    return [*without_a_place(assignment), *without_a_rubric(assignment, solution)]


@pytest.mark.parametrize("place", ["**Why.**\n\n*Write here.*", "**Why**", "**Answer 1.**\n\n*Write here.*"])
def test_a_cell_and_a_rubric_that_adds_up_are_all_it_takes(tmp_path: Path, place: str) -> None:
    assert said(tmp_path, centring_ipynb=cells(place)) == []


def test_without_a_notebook_a_file_with_a_heading_does(tmp_path: Path) -> None:
    assert said(tmp_path, answers_md="## Why\n\n*Write here.*\n") == []


def test_an_assignment_that_asks_nothing_in_words_has_nothing_to_say(tmp_path: Path) -> None:
    assert said(tmp_path, "", "") == []


EMPTY = cells("**Why.**")


@pytest.mark.parametrize(
    ("written", "rubric", "notebook", "sentence"),
    [
        (
            WRITTEN,
            RUBRIC,
            cells(),
            "why has no place for its answer: give a notebook a Markdown cell with the tag answer",
        ),
        (WRITTEN, RUBRIC, cells("**Why.**", "**Answer 1.**"), "why has 2 places for its answer; leave one"),
        (
            WRITTEN,
            RUBRIC,
            cells("**Why.** Because."),
            "centring.ipynb hands out an answer to why ('Because.')",
        ),
        (
            "",
            "",
            EMPTY,
            "centring.ipynb has a cell 'Why' with the tag answer, but assignment.toml has no [[written]] of",
        ),
        (WRITTEN, RUBRIC, "{", "centring.ipynb is not a whole notebook; save it again"),
        (WRITTEN, "", EMPTY, "why has no rubric in grading.toml; it needs one [[rubric]]"),
        (WRITTEN, RUBRIC + RUBRIC, EMPTY, "why has 2 rubrics in grading.toml"),
        (
            WRITTEN,
            RUBRIC.replace('"3/2"', "1"),
            EMPTY,
            "the items of why add up to 3/2 of 2 points; make them agree",
        ),
        (WRITTEN, RUBRIC.replace('"y"', '"x"'), EMPTY, "two items of why say the same; leave one"),
        (
            WRITTEN,
            RUBRIC + RUBRIC.replace("why", "how"),
            EMPTY,
            "the rubric of how is for no [[written]] of assignment.toml (there: why)",
        ),
    ],
)
def test_each_fault_is_one_sentence(
    tmp_path: Path, written: str, rubric: str, notebook: str, sentence: str
) -> None:
    found = said(tmp_path, written, rubric, centring_ipynb=notebook)
    assert any(sentence in it for it in found), found
    assert all("\n" not in it for it in found)
