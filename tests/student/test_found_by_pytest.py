"""The public checks are found by pytest wherever it is started, by editors, and by running their file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.loading import find_course
from tests.courses import ASSIGNMENT, REFERENCE

COURSE = find_course(Path(__file__))
FOREIGN = """
def test_of_their_own(helper):
    assert helper == 3
"""
CONFTEST = """
import pytest

@pytest.fixture
def helper():
    return 3
"""


@pytest.fixture
def home(work: Path) -> Path:
    """A folder with two assignments, one of them solved, and a test of the student's own."""
    shutil.rmtree(work.parent / "course")
    other = work.parent / "again"
    other.mkdir()
    for path in work.iterdir():
        if path.is_file():
            (other / path.name).write_bytes(path.read_bytes())
    (other / "centring.py").write_text(REFERENCE)
    (work.parent / "test_mine.py").write_text(FOREIGN)
    (work.parent / "conftest.py").write_text(CONFTEST)
    return work.parent


def run_pytest(folder: Path, *options: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_from_the_parent_folder_all_assignments_are_checked_beside_tests_of_their_own(home: Path) -> None:
    said = run_pytest(home)
    assert "centre is not filled in yet in centring.py" in said
    assert "2 failed, 3 passed in" in said
    assert "warning" not in said.lower()


def test_without_any_setting_the_folder_itself_works(home: Path) -> None:
    said = run_pytest(home / "again")
    assert "2 passed in" in said
    assert "warning" not in said.lower()


def test_an_editor_that_lists_the_tests_finds_all_of_them(home: Path) -> None:
    listed = run_pytest(home, "--collect-only", f"--rootdir={home}")
    wanted = [f"{name}/test_public.py::test_two_rows" for name in ("again", "centring")]
    assert [line for line in listed.splitlines() if "two_rows" in line and "spread" not in line] == wanted


def test_a_bonus_that_is_not_begun_is_no_failure(home: Path) -> None:
    path = home / "again" / "assignment.toml"
    path.write_text(ASSIGNMENT.replace("points = 4", "points = 4\nbonus = true").replace("= 10", "= 6"))
    centre, spread = REFERENCE.partition("def spread")[0], "def spread(X):\n"
    (home / "again" / "centring.py").write_text(f"{centre}{spread}    raise NotImplementedError\n")
    said = run_pytest(home / "again", "-rs")
    assert "1 passed, 1 skipped in" in said and "for bonus points: spread is not filled in yet" in said
    (home / "again" / "centring.py").write_text(f"{centre}{spread}    return 0\n")
    assert "1 failed, 1 passed in" in run_pytest(home / "again")


@pytest.mark.parametrize("where", ["again", "."])
def test_running_the_file_runs_the_checks(home: Path, where: str) -> None:
    tail = "\nif __name__ == '__main__':\n    from autograder.cli import check_beside\n\n    check_beside(__file__)\n"
    path = home / "again" / "test_public.py"
    path.write_text(path.read_text() + tail)
    command = [sys.executable, str(path.relative_to(home / where))]
    done = subprocess.run(command, cwd=home / where, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "All public checks pass" in done.stdout


@pytest.mark.parametrize("name", COURSE.names())
def test_every_assignment_s_checks_can_be_run_by_their_file(name: str) -> None:
    text = (COURSE.assignment(name).folder / "test_public.py").read_text(encoding="utf-8")
    assert text.endswith("    check_beside(__file__)\n")


def test_the_checks_of_all_assignments_are_collected_without_a_warning() -> None:
    folder = COURSE.assignment(COURSE.names()[0]).folder.parent
    said = run_pytest(folder, "--collect-only", "-p", "autograder.grading.plugin", "-c", "/dev/null")
    assert "tests collected in" in said and "warning" not in said.lower()
