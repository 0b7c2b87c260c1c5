"""A plain `otter run` gives the score of our own runner, and a hand-in can neither raise it nor run outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.authoring.bundle import bundle
from autograder.authoring.otter_files import otter_run_files
from autograder.classroom.grade_one import grade_one, open_grader
from autograder.classroom.work import prepare
from autograder.course.loading import Course, find_course
from autograder.grading.pytest_session import collect_plan
from autograder.handin.open_hand_in import open_hand_in
from tests.authoring.importing.masters import write_notebook
from tests.courses import ASSIGNMENT, REFERENCE, STUB, write_course

OTTER = str(Path(sys.executable).with_name("otter"))
HALF = REFERENCE.replace("return X - column_means, column_means", "return X, column_means")

# Each would have an effect if otter itself opened or ran what was handed in.
HOSTILE = {
    "centring.ipynb": json.dumps(
        {
            "cells": [
                {
                    "cell_type": "code",
                    "id": "a",
                    "metadata": {},
                    "outputs": [],
                    "execution_count": None,
                    "source": "import otter.test_files as t; t.TestFile.passed_all = True\nopen({touched!r}, 'w')",
                }
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    ),
    "numpy.py": "open({touched!r}, 'w')",
    "otter/__init__.py": "open({touched!r}, 'w')",
    "tests/centre.py": "open({touched!r}, 'w')",
    ".OTTER_LOG": "cbuiltins\nopen\n(V{touched}\nVw\ntR.",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return find_course(write_course(tmp_path_factory.mktemp("course")))


@pytest.fixture(scope="module")
def archive(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    assignment, solution = course.assignment("centring"), course.solution("centring")
    plan = collect_plan(assignment, solution)
    return bundle(course, "centring", tmp_path_factory.mktemp("zip"), plan, otter_run_files(assignment, True))


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as hand_in:
        for name, text in files.items():
            hand_in.writestr(name, text)
    return path


def run_otter(
    archive: Path, hand_in: Path, output: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a plain `otter run`, without a grammar of addresses that takes jsonschema longer to load than all else."""
    instead = output / "instead"
    instead.mkdir()
    (instead / "rfc3987_syntax.py").write_text("raise ImportError\n")
    command = [OTTER, "run", "-a", str(archive), "-o", str(output), str(hand_in)]
    environment = {**os.environ, "PYTHONPATH": str(instead), **environment}
    return subprocess.run(command, cwd=output, env=environment, capture_output=True, text=True, check=False)


def scores_by_otter(archive: Path, hand_in: Path, output: Path) -> dict[str, float]:
    """Return the score of each question that a plain `otter run` writes."""
    done = run_otter(archive, hand_in, output)
    assert done.returncode == 0, done.stderr[-3000:]
    tests = json.loads((output / "results.json").read_text())["tests"]
    return {test["name"]: test["score"] for test in tests if "score" in test}


def scores_by_us(course: Course, hand_in: Path) -> dict[str, float]:
    work = prepare(course, "centring")
    with open_grader(work) as grader:
        result = grade_one(work, grader, open_hand_in(hand_in, work.assignment.file_names))
    return {question.id: float(question.score) for question in result.questions}


@pytest.mark.parametrize("source", [REFERENCE, HALF], ids=["right", "half"])
def test_otter_run_gives_the_score_of_our_own_runner(
    course: Course, archive: Path, tmp_path: Path, source: str
) -> None:
    hand_in = zipped(tmp_path / "hand-in.zip", {"centring.py": source})
    assert scores_by_otter(archive, hand_in, tmp_path) == scores_by_us(course, hand_in)


def notebook_of(path: Path, source: str) -> Path:
    """Write the cells of a module, among others as students leave them, and return the notebook."""
    cells = [("markdown", "# Centring"), ("code", "%matplotlib inline\n1 / 0")]
    cells += [("code", part) for part in source.split("\n\n\n")]
    checking = 'from autograder.notebook import checker\ngrader = checker()\ngrader.check("centre")'
    return write_notebook(path, [*cells, ("code", checking)])


def test_a_notebook_that_is_due_scores_as_with_our_own_runner(tmp_path: Path) -> None:
    why = '\n[[written]]\nid = "why"\ntitle = "Why"\npoints = 2\n'
    due = ASSIGNMENT.replace('"centring.py"', '"centring.ipynb"') + why
    replaced = {"assignments/centring/assignment.toml": due, "assignments/centring/centring.py": None}
    course = find_course(write_course(tmp_path / "course", replaced))
    notebook_of(course.root / "assignments" / "centring" / "centring.ipynb", STUB)
    assignment, plan = (
        course.assignment("centring"),
        collect_plan(course.assignment("centring"), course.solution("centring")),
    )
    archive = bundle(course, "centring", tmp_path, plan, otter_run_files(assignment, True))
    hand_in = notebook_of(tmp_path / "hand-in" / "centring.ipynb", HALF)
    scores = scores_by_us(course, hand_in)
    assert 0 < sum(scores.values()) < 10
    # Nobody has graded what is answered in words, and otter would show that as no points.
    assert scores_by_otter(archive, hand_in, tmp_path) == scores


def test_the_notebook_that_otter_asks_for_is_never_taken_for_the_work(archive: Path, tmp_path: Path) -> None:
    hand_in = zipped(tmp_path / "hand-in.zip", {"notes.py": REFERENCE})
    assert set(scores_by_otter(archive, hand_in, tmp_path).values()) == {0.0}
    said = (tmp_path / "results.json").read_text()
    assert "no cells" not in said and "centring.py" in said


def test_what_a_hand_in_holds_besides_is_neither_run_nor_unpickled(archive: Path, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    tmp_path.chmod(0o777)
    files = {name: text.replace("{touched!r}", repr(str(touched))) for name, text in HOSTILE.items()}
    files = {name: text.replace("{touched}", str(touched)) for name, text in files.items()}
    files["centring.py"] = STUB + f"\nopen({str(touched)!r}, 'w')\n"
    hand_in = zipped(tmp_path / "hand-in.zip", files)
    assert set(scores_by_otter(archive, hand_in, tmp_path).values()) == {0.0}
    assert not touched.exists()


def test_without_a_sandbox_nothing_is_graded(archive: Path, tmp_path: Path) -> None:
    hand_in = zipped(tmp_path / "hand-in.zip", {"centring.py": REFERENCE})
    done = run_otter(archive, hand_in, tmp_path, AUTOGRADER_TIER="limits")
    assert done.returncode != 0
    assert "cannot keep student code apart" in done.stderr
    assert not (tmp_path / "results.json").exists()
