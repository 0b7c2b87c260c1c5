"""One environment serves all assignments of a course, from their folders or from above, whatever these are called."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.student.place import find_work
from tests.commands import only_line, run_here
from tests.courses import REFERENCE


@pytest.fixture
def home(work: Path) -> Path:
    """A folder with one unpacked assignment."""
    shutil.rmtree(work.parent / "course")
    (work / "centring.py").write_text(REFERENCE)
    return work.parent


def another(home: Path, name: str, folder: str) -> Path:
    made = Path(shutil.copytree(home / "centring", home / folder))
    (made / "release.json").write_text(json.dumps({"assignment": name}))
    return made


def test_an_assignment_is_checked_and_handed_in_from_the_folder_above(home: Path) -> None:
    another(home, "other", "other")
    done = run_here("check", "centring", "spread", cwd=home)
    assert done.returncode == 0
    assert "spread: 1 of 1 checks pass" in done.stdout and "centre: " not in done.stdout
    assert run_here("status", "other", cwd=home).returncode == 0
    assert run_here("submit", "centring", cwd=home).returncode == 0
    assert (home / "centring" / "centring-hand-in.zip").is_file()


def test_the_only_assignment_need_not_be_named(home: Path) -> None:
    assert "centre: 1 of 1" in run_here("check", cwd=home).stdout
    assert "centre: 1 of 1" in run_here("check", "centre", cwd=home).stdout


def test_in_its_own_folder_an_assignment_s_name_means_all_of_it(home: Path) -> None:
    assert run_here("check", "centring", cwd=home / "centring").returncode == 0


def test_a_folder_of_another_name_is_found_by_both(home: Path) -> None:
    (home / "centring").rename(home / "centring (1)")
    (home / "centring (1)" / "release.json").write_text(json.dumps({"assignment": "centring"}))
    another_folder = shutil.copytree(home / "centring (1)", home / "b")
    (Path(another_folder) / "release.json").write_text(json.dumps({"assignment": "b"}))
    for name in ("centring", "centring (1)"):
        assert run_here("status", name, cwd=home).returncode == 0


@pytest.mark.parametrize(
    "word", ["centring/", "./centring", ".\\centring\\", "{}/centring/", "up/centring (1)"]
)
def test_a_folder_is_found_as_a_terminal_completes_it(home: Path, word: str) -> None:
    another(home, "other", "other")
    copy = Path(shutil.copytree(home / "centring", home / "up" / "centring (1)"))
    folder, left = find_work(home, [word.format(home), "spread"])
    assert (folder.resolve(), left) == (copy if word.startswith("up") else home / "centring", ["spread"])


def test_what_is_meant_by_nothing_or_by_two_is_one_sentence(home: Path) -> None:
    another(home, "other", "other")
    assert "say which assignment: centring, other" in only_line(run_here("check", cwd=home).stderr)
    assert "there is no assignment knn here" in only_line(run_here("status", "knn", cwd=home).stderr)
    another(home, "other", "other (1)").rename(home / "x")
    (home / "other").rename(home / "y")
    assert 'other is in "x" and "y"' in only_line(run_here("submit", "other", cwd=home).stderr)


def test_outside_of_any_assignment_it_says_where_to_go(tmp_path: Path) -> None:
    said = only_line(run_here("check", cwd=tmp_path).stderr)
    assert "change into the folder that the zip was unpacked to" in said


def test_a_deleted_assignment_toml_is_what_is_missing(home: Path) -> None:
    another(home, "centring", "centring (1)")
    (home / "centring (1)" / "assignment.toml").unlink()
    with pytest.raises(CourseError, match=r"assignment\.toml is not in .* take it from the release again"):
        find_work(home / "centring (1)", [])


def test_a_folder_too_high_or_too_low_is_no_obstacle(home: Path) -> None:
    """Windows unpacks a zip into a folder of its own, and a file manager now and then one into itself."""
    (home / "centring" / "notes" / "today").mkdir(parents=True)
    assert find_work(home / "centring" / "notes" / "today", ["spread"]) == (home / "centring", ["spread"])
    (home / "centring-1.0").mkdir()
    (home / "centring").rename(home / "centring-1.0" / "centring")
    assert find_work(home, ["centring"]) == (home / "centring-1.0" / "centring", [])
