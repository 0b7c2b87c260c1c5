"""Names, folders and terminals of every kind: a command says one sentence, or does its work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.classroom.overrides import read_overrides
from autograder.course.loading import find_course
from autograder.errors import CourseError
from tests.commands import only_line, run_command, run_here
from tests.courses import REFERENCE, write_course, write_hand_in

NAMES = ("ada", "张伟", "Zoë", "M\udcfcller, Jan")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose solutions only its owner can read, and a class with names that few terminals can show."""
    root = write_course(tmp_path_factory.mktemp("course"))
    (root / "solutions").chmod(0o700)
    for name in NAMES:
        write_hand_in(root / "hand-ins" / name)
    return root


def test_a_locale_and_a_terminal_without_names_beyond_ascii_cost_nobody_the_name(
    course: Path, tmp_path: Path
) -> None:
    done = run_command(
        "grade",
        "centring",
        "hand-ins",
        "-o",
        tmp_path / "out",
        cwd=course,
        PYTHONIOENCODING="ascii",
        PYTHONUTF8="0",
        LC_ALL="C",
    )
    assert done.returncode == 0, done.stderr
    assert "4 items found: 4 graded" in done.stdout
    pages = {path.name for path in (tmp_path / "out" / "feedback").iterdir()}
    assert pages == {"ada.html", "张伟.html", "Zoë.html", "M_xfcller_ Jan.html"}
    assert "M\\xfcller, Jan" in (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8")


def test_files_of_the_current_folder_are_not_run_in_the_place_of_libraries(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise SystemExit('a stranger')\n")
    done = subprocess.run(
        [Path(sys.executable).with_name("autograder"), "--version"],
        cwd=tmp_path,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "NumPy" in done.stdout


@pytest.mark.parametrize("name", ["numpy", "json"])
def test_a_name_that_hides_a_module_is_refused_without_a_path_of_ours(tmp_path: Path, name: str) -> None:
    done = run_here("new", name, cwd=tmp_path)
    assert done.returncode == 2
    sentence = only_line(done.stderr)
    assert f"{name!r} cannot be the name of an assignment" in sentence and "hide the module" in sentence
    assert "/" not in sentence
    assert not list(tmp_path.rglob("assignment.toml"))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_points_by_hand_are_read_whatever_ends_their_lines(course: Path, tmp_path: Path, ends: str) -> None:
    assignment = find_course(course).assignment("centring")
    question = assignment.questions[0].id
    path = tmp_path / "overrides.csv"
    path.write_bytes(
        ends.join(["student,question,points,note", f'ada,{question},1,"two, cells"', ""]).encode()
    )
    (line,) = read_overrides(path, assignment, ()).lines
    assert (line.student, line.question, line.points, line.note) == ("ada", question, 1, "two, cells")


def test_slip_days_and_bonus_are_given_by_hand(course: Path, tmp_path: Path) -> None:
    assignment = find_course(course).assignment("centring")
    path = tmp_path / "overrides.csv"
    path.write_text("student,question,points,out_of,slip_days\nada,bonus,3,0,\nada,,,,2\n")
    read = read_overrides(path, assignment, ())
    assert [line.slip_days for line in read.lines] == [None, 2]
    assert not [remark for remark in read.remarks if "of 0 points" in remark]
    assert [question.bonus for question in read.by_hand] == [True]
    path.write_text("student,slip_days\nada,-1\n")
    with pytest.raises(CourseError, match="line 2: slip_days is '-1'; give a whole number of days"):
        read_overrides(path, assignment, ())


def test_a_release_keeps_its_name_in_a_folder_of_another(course: Path, tmp_path: Path) -> None:
    assert run_here("release", "centring", "-o", tmp_path, cwd=course).returncode == 0
    (archive,) = tmp_path.glob("centring-*.zip")
    with zipfile.ZipFile(archive) as release:
        release.extractall(tmp_path)
    folder = (tmp_path / "centring").rename(tmp_path / "centring (1)")
    write_hand_in(folder, REFERENCE)
    done = run_here("submit", cwd=folder)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(folder / "centring-hand-in.zip") as hand_in:
        assert json.loads(hand_in.read(".autograder-handin.json"))["assignment"] == "centring"


def test_a_folder_called_tests_of_the_student_s_own_is_no_obstacle(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from autograder.notebook import checker

    assert run_here("release", "centring", "-o", tmp_path, cwd=course).returncode == 0
    (archive,) = tmp_path.glob("centring-*.zip")
    with zipfile.ZipFile(archive) as release:
        release.extractall(tmp_path)
    folder = write_hand_in(tmp_path / "centring", REFERENCE)
    (folder / "tests").mkdir()
    (folder / "tests" / "mine.py").write_text("")
    monkeypatch.chdir(folder)
    question = find_course(course).assignment("centring").questions[0].id
    checker().check(question)
    assert f"{question}: 1 of 1 checks pass" in capsys.readouterr().out
