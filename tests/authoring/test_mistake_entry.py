"""A group of hand-ins becomes an entry of the bank, which does what the group does and needs a title and a hint."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from autograder.authoring.mistake_entry import add_entry, entry_of
from autograder.authoring.new import new_assignment
from autograder.classroom.class_session import ClassSession, GradeOptions, group_on_disk
from autograder.classroom.processes import LocalPool
from autograder.classroom.work import Work, prepare
from autograder.course.loading import Course, find_course
from autograder.errors import CourseError
from autograder.grading.explain.bank import load_bank

OTHER = b'''
import numpy as np

POWER = 3


def cubed(values):
    """Cube values."""
    return np.abs(values) ** POWER


def predict(X, w):
    return X @ w


def squared_loss(X, y, w):
    """My own loss."""
    miss = predict(X, w) - y  # how far off
    total = 0.0
    for one in cubed(miss):
        total += one
    return total / len(y), 2 * X.T @ miss / len(y)
'''


@pytest.fixture
def course(tmp_path: Path, worker_python: Path) -> Course:
    root = tmp_path / "course"
    root.mkdir()
    new_assignment(root, "line")
    return find_course(root)


def edited(course: Course) -> bytes:
    """Return the reference with a mistake that the bank does not have, and a comment."""
    path = course.solution("line").folder / "line.py"
    source = path.read_text()
    wrong = source.replace("np.mean(errors**2)", "np.mean(errors**4)").replace(
        "import numpy", "# mine\nimport numpy"
    )
    assert wrong.count("**4") == 1
    return wrong.encode()


def group_of_class(work: Work, source: bytes, folder: Path) -> str:
    """Grade a class of one and return the only group in it."""
    (folder / "in" / "ada").mkdir(parents=True, exist_ok=True)
    (folder / "in" / "ada" / "line.py").write_bytes(source)
    with LocalPool(work, 1) as pool:
        session = ClassSession(work, folder / "in", folder / "out", GradeOptions())
        session.grade(nullcontext(pool))
    (row,) = (folder / "out" / "hints.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    return row.partition(",")[0]


@pytest.mark.parametrize("kind", ["edits", "replaced_by"])
def test_an_entry_recognises_its_group_once_it_is_finished(course: Course, tmp_path: Path, kind: str) -> None:
    source = edited(course) if kind == "edits" else OTHER
    work = prepare(course, "line")
    id = group_of_class(work, source, tmp_path)
    entry = entry_of(work, group_on_disk(tmp_path / "out", id), id)
    assert f"\n{kind}.squared_loss = " in entry.toml
    assert bool(entry.functions) == (kind == "replaced_by")
    folder = work.solution.folder
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    changed = add_entry(work, entry)
    for path, content in before.items():
        assert path.read_bytes().startswith(content)
        assert (path.read_bytes() != content) == (path in changed)

    with pytest.raises(CourseError, match=f"{entry.id} is not finished; write its title and its hint"):
        load_bank(work.assignment, work.solution)

    bank = folder / "mistakes.toml"
    text = bank.read_text().replace(entry.title, "another power").replace(entry.hint, "Which power is it?")
    bank.write_text(text)
    finished = prepare(course, "line")
    assert load_bank(work.assignment, work.solution).mistakes[-1].id == entry.id
    (tmp_path / "out" / "hints.csv").unlink()
    with LocalPool(finished, 1) as pool:
        session = ClassSession(finished, tmp_path / "in", tmp_path / "out", GradeOptions())
        session.grade(nullcontext(pool))
    assert "Which power is it?" in (tmp_path / "out" / "feedback" / "ada.html").read_text()
    assert f"{entry.id}: another power" in (tmp_path / "out" / "report.html").read_text()
    assert not (tmp_path / "out" / "hints.csv").exists()


def test_an_entry_takes_the_title_and_the_hint_that_are_written(course: Course, tmp_path: Path) -> None:
    work = prepare(course, "line")
    id = group_of_class(work, edited(course), tmp_path)
    path = tmp_path / "out" / "hints.csv"
    path.write_text(f'group,hint,title\n{id},"Say ""which"" power.",another power\n')
    entry = entry_of(work, group_on_disk(tmp_path / "out", id), id)
    add_entry(work, entry)
    assert load_bank(work.assignment, work.solution).mistakes[-1].hint == 'Say "which" power.'


def test_an_entry_is_never_written_twice(course: Course, tmp_path: Path) -> None:
    work = prepare(course, "line")
    id = group_of_class(work, edited(course), tmp_path)
    group = group_on_disk(tmp_path / "out", id)
    bank = work.solution.folder / "mistakes.toml"
    bank.write_text(
        f'{bank.read_text()}\n[{id.replace("-", "_")}]\ntitle = "t"\nhint = "h"\nedits.predict = ["X @ w", "X @ -w"]\n'
    )
    renewed = prepare(course, "line")
    content = bank.read_bytes()
    with pytest.raises(CourseError, match=r"has an entry .* already; finish or rename that one"):
        entry_of(renewed, group, id)
    assert bank.read_bytes() == content


def test_a_group_can_become_an_entry_after_another_one_did(course: Course, tmp_path: Path) -> None:
    work = prepare(course, "line")
    id = group_of_class(work, edited(course), tmp_path)
    group = group_on_disk(tmp_path / "out", id)
    bank = work.solution.folder / "mistakes.toml"
    bank.write_text(
        f'{bank.read_text()}\n[another]\ntitle = "t"\nhint = "h"\nedits.predict = ["X @ w", "X @ -w"]\n'
    )
    assert "errors**4" in entry_of(prepare(course, "line"), group, id).toml


def test_a_group_of_other_tests_is_not_taken_for_what_they_see_now(course: Course, tmp_path: Path) -> None:
    work = prepare(course, "line")
    id = group_of_class(work, edited(course), tmp_path)
    path = work.solution.folder / "grading.toml"
    path.write_text(path.read_text().replace(work.solution.salt, "another salt, with other inputs"))
    with pytest.raises(CourseError, match="has changed since this class was graded; grade it again"):
        entry_of(prepare(course, "line"), group_on_disk(tmp_path / "out", id), id)


def test_an_unknown_group_is_answered_with_those_that_there_are(course: Course, tmp_path: Path) -> None:
    work = prepare(course, "line")
    id = group_of_class(work, edited(course), tmp_path)
    with pytest.raises(CourseError, match=f"has no group 'squared_loss-1'; the largest that it has: {id}"):
        group_on_disk(tmp_path / "out", "squared_loss-1")


def test_what_depends_on_more_of_the_hand_in_is_not_claimed(course: Course, tmp_path: Path) -> None:
    work = prepare(course, "line")
    source = OTHER.replace(b"POWER = 3", b"exec('POWER = 3')")  # no definition that could be brought along
    id = group_of_class(work, source, tmp_path)
    kept = {path: path.read_bytes() for path in work.solution.folder.iterdir() if path.is_file()}
    with pytest.raises(CourseError, match="does the same inside the reference"):
        entry_of(work, group_on_disk(tmp_path / "out", id), id)
    assert {path: path.read_bytes() for path in kept} == kept
