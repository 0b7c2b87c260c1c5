"""`autograder submit` writes one zip that cannot be wrong, and says exactly what is missing."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from autograder.classroom.grade_one import notes_on
from autograder.course.loading import load_assignment
from autograder.handin.open_hand_in import open_hand_in
from autograder.handin.trees import HANDIN_MANIFEST
from autograder.student.submit import make_hand_in
from tests.commands import only_line, run_command, run_here
from tests.courses import ASSIGNMENT, REFERENCE, STUB
from tests.handin.test_notebooks import notebook as notebook_of


def test_right_work_makes_a_zip_of_the_files_and_where_they_come_from(work: Path) -> None:
    (work / "centring.py").write_text(REFERENCE)
    (work / "notes.txt").write_text("mine alone")
    done = run_command("submit", cwd=work)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("As it is, 10 of 10 points are in questions whose public checks pass.")
    assert "centring-hand-in.zip is ready to be handed in" in done.stdout
    with zipfile.ZipFile(work / "centring-hand-in.zip") as archive:
        assert sorted(archive.namelist()) == sorted(["centring.py", HANDIN_MANIFEST])
        assert archive.read("centring.py").decode() == (work / "centring.py").read_text()
        said = json.loads(archive.read(HANDIN_MANIFEST))
    assert (said["assignment"], said["release"]) == ("centring", "1.0")
    assert {"autograder", "numpy", "python"} <= said["versions"].keys()


def test_the_same_files_give_the_same_bytes(work: Path, tmp_path: Path) -> None:
    (work / "centring.py").write_text(REFERENCE)
    archives = [make_hand_in(work, tmp_path / f"{name}.zip", tier="limits").path for name in ("one", "two")]
    assert archives[0].read_bytes() == archives[1].read_bytes()


def test_a_missing_file_is_named_and_nothing_is_written(work: Path) -> None:
    (work / "centring.py").unlink()
    done = run_here("submit", cwd=work)
    assert done.returncode == 2
    assert "centring.py" in only_line(done.stderr)
    assert list(work.glob("*.zip")) == []


def test_a_file_that_is_no_text_is_named_and_nothing_is_written(work: Path) -> None:
    (work / "centring.py").write_bytes(b"PK\x03\x04\x00\x00")
    done = run_here("submit", cwd=work)
    assert done.returncode == 2
    assert "centring.py" in only_line(done.stderr)
    assert list(work.glob("*.zip")) == []


def test_unfinished_work_can_be_handed_in_but_is_not_called_finished(work: Path) -> None:
    done = run_here("submit", cwd=work)
    assert done.returncode == 1
    assert "centre is not filled in yet" in done.stdout
    assert done.stdout.startswith(
        "As it is, 0 of 10 points are in questions whose public checks pass, 10 in questions that are not filled in."
    )
    assert "ready to be handed in" not in done.stdout
    assert (work / "centring-hand-in.zip").is_file()


@pytest.mark.parametrize("handed_in", ["1.0", "0.9"])
def test_an_old_release_is_recognised(work: Path, handed_in: str) -> None:
    toml = work / "assignment.toml"
    current = toml.read_text()
    toml.write_text(current.replace('version = "1.0"', f'version = "{handed_in}"'))
    archive = make_hand_in(work, tier="limits").path
    toml.write_text(current)
    notes = notes_on(open_hand_in(archive, ["centring.py"]), load_assignment(work))
    told = any("made from release 0.9 of centring; graded is release 1.0" in note for note in notes)
    assert told == (handed_in == "0.9")


def test_outside_an_assignment_it_says_where_to_go(tmp_path: Path) -> None:
    done = run_here("submit", cwd=tmp_path)
    assert done.returncode == 2
    only_line(done.stderr)


def test_a_syntax_error_is_said_first_and_once(work: Path) -> None:
    (work / "centring.py").write_text(REFERENCE.replace("def spread(X):", "def spread(X)"))
    done = run_here("submit", cwd=work)
    assert done.returncode == 1
    first = "As it is, 0 of 10 points: centring.py has a syntax error in line 13: expected ':'."
    assert done.stdout.splitlines()[0] == first
    assert (
        "13 | def spread(X)\n                  ^\nUntil then these earn nothing: centre, spread."
        in done.stdout
    )
    assert "SyntaxError" not in done.stdout
    assert "ready to be handed in" not in done.stdout


def test_an_earlier_hand_in_in_the_folder_does_not_stand_in_for_a_deleted_file(work: Path) -> None:
    (work / "centring.py").write_text(REFERENCE)
    assert run_here("submit", cwd=work).returncode == 0
    (work / "old").mkdir()
    (work / "centring.py").rename(work / "old" / "centring.py")
    said = only_line(run_here("submit", cwd=work).stderr)
    assert "centring.py is not in this folder" in said
    assert "take it from the release again. Until then these earn nothing: centre, spread." in said


@pytest.mark.parametrize(
    "name, told",
    [("centering.py", "but centering.py is; rename"), ("mine.py", "rename mine.py to centring.py, or")],
)
def test_the_file_to_rename_is_named(work: Path, name: str, told: str) -> None:
    (work / "centring.py").rename(work / name)
    (work / "start.py").write_text("")
    said = only_line(run_here("submit", cwd=work).stderr)
    assert told in said
    assert "test_public.py" not in said and "start.py" not in said


def test_which_of_two_copies_counts_is_said_also_of_the_hand_in(work: Path) -> None:
    (work / "centring.py").write_text(REFERENCE)
    (work / "centring (1).py").write_text(STUB)
    said = " ".join(run_here("submit", cwd=work).stdout.split())
    assert "centring.py was found more than once; centring.py counts, not centring (1).py." in said
    assert "Next: hand in centring-hand-in.zip" in said


def notebook(*cells: tuple[str, list[str]]) -> str:
    made = [{"cell_type": "markdown", "source": text, "metadata": {"tags": tags}} for text, tags in cells]
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


@pytest.fixture
def asking(work: Path) -> Path:
    """A release that asks two questions in words."""
    asked = "".join(f'\n[[written]]\nid = "{it}"\ntitle = "{it}"\npoints = 2\n' for it in ("Why", "How"))
    toml = work / "assignment.toml"
    toml.write_text(toml.read_text() + asked)
    (work / "centring.py").write_text(REFERENCE)
    return work


def test_written_answers_of_the_notebook_are_packed_and_those_that_are_empty_named(asking: Path) -> None:
    text = notebook(
        ("**Question 1.** Why?", []),
        ("**Why.**\n\nBecause it *is* so.", ["answer"]),
        ("**How.**\n\n*Write here.*", ["answer"]),
    )
    (asking / "centring.ipynb").write_text(text)
    done = run_here("submit", cwd=asking)
    assert "It holds 1 of 2 written answers; still empty: How. It holds what was saved:" in done.stdout
    with zipfile.ZipFile(asking / "centring-hand-in.zip") as archive:
        assert archive.read("answers.md").decode() == "## Why\n\nBecause it *is* so.\n"


def test_where_there_is_no_notebook_the_answers_are_a_file_of_their_own(asking: Path) -> None:
    assert (
        "in this folder: save yours here and submit again."
        in make_hand_in(asking, tier="limits").about_answers
    )
    (asking / "answers.md").write_text("## Why\n\nBecause.\n\n## How\n\n*Write here.*\n")
    assert "It holds 1 of 2 written answers; still empty: How." in run_here("submit", cwd=asking).stdout
    with zipfile.ZipFile(asking / "centring-hand-in.zip") as archive:
        assert archive.read("answers.md").decode() == "## Why\n\nBecause.\n"


def test_a_notebook_that_cannot_be_read_costs_no_hand_in(asking: Path) -> None:
    (asking / "centring.ipynb").write_text("{")
    done = run_here("submit", cwd=asking)
    assert done.returncode == 0
    assert "centring.ipynb cannot be read, so its written answers are not in the hand-in" in done.stdout


def test_an_optional_file_goes_along_and_is_not_missed(work: Path) -> None:
    toml = ASSIGNMENT.replace("[limits]", '[[files]]\nname = "my_tests.py"\noptional = true\n\n[limits]')
    (work / "assignment.toml").write_text(toml)
    (work / "centring.py").write_text(REFERENCE)
    done = run_here("submit", cwd=work)
    assert done.returncode == 0
    assert "is ready to be handed in. It holds centring.py." in done.stdout
    assert "my_tests" not in done.stdout + done.stderr
    (work / "my_tests.py").write_text("mine = 1\n")
    again = " ".join(run_here("submit", cwd=work).stdout.split())
    assert "It holds centring.py, my_tests.py." in again
    with zipfile.ZipFile(work / "centring-hand-in.zip") as archive:
        assert archive.read("my_tests.py") == b"mine = 1\n"


def test_a_notebook_is_handed_in_as_its_cells(work: Path) -> None:
    (work / "centring.py").unlink()
    (work / "centring.ipynb").write_bytes(notebook_of(*REFERENCE.split("\n\n\n")))
    said = " ".join(run_here("submit", cwd=work).stdout.split())
    assert "is ready to be handed in. It holds centring.py (the cells of centring.ipynb)." in said
