"""`autograder import otter` makes an assignment that scores as otter does, and says what it could not take over."""

from __future__ import annotations

import json
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from autograder.authoring.importing.importing import import_assignment
from autograder.authoring.importing.writing import Imported
from autograder.course.loading import load_assignment, load_solution
from autograder.errors import CourseError
from autograder.files.notebooks import cells_of, module_of
from autograder.grading.grader import Grader
from autograder.model.scoring import score
from tests.authoring.importing.masters import (
    CONFIG,
    MASTERS,
    OK_STYLE,
    WRITTEN,
    Cell,
    code,
    question,
    raw,
    solution,
    tested,
    text,
    write_notebook,
)
from tests.commands import run_here

WRONG = {
    "ok": ("X.mean(axis=1)", "X.mean(axis=0)"),
    "exception": ("e / e.sum()", "e / e.max()"),
    "fenced": ('pick = "b"', 'pick = "c"'),
}
"""For each master, a mistake in one of its answers."""


def imported(folder: Path, cells: list[Cell], name: str = "master") -> Imported:
    (folder / "course" / "assignments").mkdir(parents=True, exist_ok=True)
    return import_assignment("otter", write_notebook(folder / f"{name}.ipynb", cells), folder / "course")


def with_question(*cells: Cell, **config: object) -> list[Cell]:
    return [raw(CONFIG), code("import numpy as np"), *question("q1", *cells, **config)]


def our_scores(made: Imported, notebooks: dict[str, bytes]) -> dict[str, list[Fraction]]:
    """Return what each question earns, for each of some notebooks."""
    assignment, solution = load_assignment(made.public), load_solution(made.secret)
    (file,) = assignment.files
    with Grader(assignment, solution) as grader:
        graded = {
            what: grader.grade({file.name: module_of(file.due, cells_of(it))}) for what, it in notebooks.items()
        }
        return {what: [it.score for it in score(grader.plan, assignment, of)] for what, of in graded.items()}


@pytest.mark.system
@pytest.mark.parametrize("style", MASTERS)
def test_right_wrong_and_empty_work_scores_as_in_otter(tmp_path: Path, style: str) -> None:
    from otter.api import grade_submission  # type: ignore[import-untyped]
    from otter.assign import main as assign  # type: ignore[import-untyped]

    made = imported(tmp_path, MASTERS[style], style)
    master, result = tmp_path / f"{style}.ipynb", tmp_path / "dist"
    assign(str(master), str(result), no_pdfs=True, no_run_tests=True)
    (archive,) = (result / "autograder").glob("*.zip")
    old, new = (json.dumps(it)[1:-1] for it in WRONG[style])
    scores = {}
    for what, path in (("right", "autograder"), ("empty", "student"), ("wrong", "autograder")):
        book = (result / path / master.name).read_text()
        changed = book.replace(old, new) if what == "wrong" else book
        assert (what == "wrong") == (changed != book)
        hand_in = tmp_path / f"{what}.ipynb"
        hand_in.write_text(changed)
        graded = grade_submission(str(hand_in), str(archive), quiet=True)
        scores[what] = {it.name: it.score for it in graded.test_files}
    reference = (made.secret / master.name).read_text()
    ours = our_scores(
        made,
        {
            "right": reference.encode(),
            "empty": (made.public / master.name).read_bytes(),
            "wrong": reference.replace(old, new).encode(),
        },
    )
    ids = [it.id for it in load_assignment(made.public).questions]
    assert ours["right"] != ours["wrong"] != ours["empty"]
    for what, theirs in scores.items():
        assert [float(it) for it in ours[what]] == pytest.approx([theirs[id] for id in ids]), what
