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
from tests.courses import REFERENCE


def test_right_work_makes_a_zip_of_the_files_and_where_they_come_from(work: Path) -> None:
    (work / "centring.py").write_text(REFERENCE)
    (work / "notes.txt").write_text("mine alone")
    done = run_command("submit", cwd=work)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Centre the columns (6 points): 1 of 1 public checks pass" in done.stdout
    with zipfile.ZipFile(work / "centring-hand-in.zip") as archive:
        assert sorted(archive.namelist()) == sorted(["centring.py", HANDIN_MANIFEST])
        assert archive.read("centring.py").decode() == (work / "centring.py").read_text()
        said = json.loads(archive.read(HANDIN_MANIFEST))
    assert (said["assignment"], said["release"]) == ("centring", "1.0")
    assert {"autograder", "numpy", "python"} <= said["versions"].keys()


def test_the_same_files_give_the_same_bytes(work: Path, tmp_path: Path) -> None:
    (work / "centring.py").write_text(REFERENCE)
    archives = [make_hand_in(work, tmp_path / f"{name}.zip", tier="limits")[0] for name in ("one", "two")]
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
    assert "Centre the columns (6 points): NOT FILLED IN YET" in done.stdout
    assert (work / "centring-hand-in.zip").is_file()


@pytest.mark.parametrize("handed_in", ["1.0", "0.9"])
def test_an_old_release_is_recognised(work: Path, handed_in: str) -> None:
    toml = work / "assignment.toml"
    current = toml.read_text()
    toml.write_text(current.replace('version = "1.0"', f'version = "{handed_in}"'))
    archive, _ = make_hand_in(work, tier="limits")
    toml.write_text(current)
    notes = notes_on(open_hand_in(archive, ["centring.py"]), load_assignment(work))
    told = any("made from release 0.9 of centring; graded is release 1.0" in note for note in notes)
    assert told == (handed_in == "0.9")


def test_outside_an_assignment_it_says_where_to_go(tmp_path: Path) -> None:
    done = run_here("submit", cwd=tmp_path)
    assert done.returncode == 2
    only_line(done.stderr)
