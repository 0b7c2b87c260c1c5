"""A group of hand-ins becomes an entry of the bank, which does what the group does and needs a title and a hint."""

from __future__ import annotations

import shutil
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

pytestmark = pytest.mark.usefixtures("drawn_once")

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


HIDDEN = OTHER.replace(b"POWER = 3", b"exec('POWER = 3')")
"""The same with no definition that could be brought along."""


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, worker_python: Path) -> Path:
    """A course, and for each of three hand-ins a class of it alone, which was graded."""
    root = tmp_path_factory.mktemp("graded")
    (root / "course").mkdir()
    new_assignment(root / "course", "line")
    course = find_course(root / "course")
    work = prepare(course, "line")
    sources = {"edits": edited(course), "replaced_by": OTHER, "hidden": HIDDEN}
    with LocalPool(work, 1) as pool:
        for name, source in sources.items():
            folder = root / name / "in" / "ada"
            folder.mkdir(parents=True)
            (folder / "line.py").write_bytes(source)
            grade(work, pool, root / name)
    return root


@pytest.fixture
def root(graded: Path, tmp_path: Path) -> Path:
    """A copy of the course and its classes that a test may change."""
    return shutil.copytree(graded, tmp_path / "copy")


@pytest.fixture
def course(root: Path) -> Course:
    return find_course(root / "course")


def edited(course: Course) -> bytes:
    """Return the reference with a mistake that the bank does not have, and a comment."""
    path = course.solution("line").folder / "line.py"
    source = path.read_text()
    wrong = source.replace("np.mean(errors**2)", "np.mean(errors**4)").replace(
        "import numpy", "# mine\nimport numpy"
    )
    assert wrong.count("**4") == 1
    return wrong.encode()


def grade(work: Work, pool: LocalPool, folder: Path) -> None:
    ClassSession(work, folder / "in", folder / "out", GradeOptions()).grade(nullcontext(pool))


def group_of(folder: Path) -> str:
    """Return the only group of a class."""
    (row,) = (folder / "out" / "hints.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    return row.partition(",")[0]


def test_entries_recognise_their_groups_once_they_are_finished(course: Course, root: Path) -> None:
    ids = {}
    for kind in ("edits", "replaced_by"):
        work = prepare(course, "line")
        id = group_of(root / kind)
        entry = entry_of(work, group_on_disk(root / kind / "out", id), id)
        assert f"\n{kind}.squared_loss = " in entry.toml
        assert bool(entry.functions) == (kind == "replaced_by")
        ids[kind], folder = entry.id, work.solution.folder
        before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        changed = add_entry(work, entry)
        for path, content in before.items():
            assert path.read_bytes().startswith(content)
            assert (path.read_bytes() != content) == (path in changed)

        with pytest.raises(CourseError, match=f"{entry.id} is not finished; write its title and its hint"):
            load_bank(work.assignment, work.solution)

        bank = folder / "mistakes.toml"
        text = bank.read_text().replace(entry.title, f"another of {kind}")
        bank.write_text(text.replace(entry.hint, f"Which of {kind} is it?"))
        assert load_bank(work.assignment, work.solution).mistakes[-1].id == entry.id
        (root / kind / "out" / "hints.csv").unlink()

    finished = prepare(course, "line")
    with LocalPool(finished, 1) as pool:
        for kind, id in ids.items():
            out = root / kind / "out"
            grade(finished, pool, root / kind)
            assert f"Which of {kind} is it?" in (out / "feedback" / "ada.html").read_text()
            assert f"{id}: another of {kind}" in (out / "report.html").read_text()
            assert not (out / "hints.csv").exists()


def test_an_entry_takes_the_title_and_the_hint_that_are_written(course: Course, root: Path) -> None:
    work = prepare(course, "line")
    id = group_of(root / "edits")
    path = root / "edits" / "out" / "hints.csv"
    path.write_text(f'group,hint,title\n{id},"Say ""which"" power.",another power\n')
    entry = entry_of(work, group_on_disk(root / "edits" / "out", id), id)
    add_entry(work, entry)
    assert load_bank(work.assignment, work.solution).mistakes[-1].hint == 'Say "which" power.'


def test_an_entry_is_never_written_twice(course: Course, root: Path) -> None:
    id = group_of(root / "edits")
    group = group_on_disk(root / "edits" / "out", id)
    bank = course.solution("line").folder / "mistakes.toml"
    bank.write_text(
        f'{bank.read_text()}\n[{id.replace("-", "_")}]\ntitle = "t"\nhint = "h"\nedits.predict = ["X @ w", "X @ -w"]\n'
    )
    renewed = prepare(course, "line")
    content = bank.read_bytes()
    with pytest.raises(CourseError, match=r"has an entry .* already; finish or rename that one"):
        entry_of(renewed, group, id)
    assert bank.read_bytes() == content


def test_a_group_can_become_an_entry_after_another_one_did(course: Course, root: Path) -> None:
    id = group_of(root / "edits")
    group = group_on_disk(root / "edits" / "out", id)
    bank = course.solution("line").folder / "mistakes.toml"
    bank.write_text(
        f'{bank.read_text()}\n[another]\ntitle = "t"\nhint = "h"\nedits.predict = ["X @ w", "X @ -w"]\n'
    )
    assert "errors**4" in entry_of(prepare(course, "line"), group, id).toml


def test_a_group_of_other_tests_is_not_taken_for_what_they_see_now(course: Course, root: Path) -> None:
    id = group_of(root / "edits")
    solution = course.solution("line")
    path = solution.folder / "grading.toml"
    path.write_text(path.read_text().replace(solution.salt, "another salt, with other inputs"))
    with pytest.raises(CourseError, match="has changed since this class was graded; grade it again"):
        entry_of(prepare(course, "line"), group_on_disk(root / "edits" / "out", id), id)


def test_an_unknown_group_is_answered_with_those_that_there_are(root: Path) -> None:
    id = group_of(root / "edits")
    with pytest.raises(CourseError, match=f"has no group 'squared_loss-1'; the largest that it has: {id}"):
        group_on_disk(root / "edits" / "out", "squared_loss-1")


def test_what_depends_on_more_of_the_hand_in_is_not_claimed(course: Course, root: Path) -> None:
    work = prepare(course, "line")
    id = group_of(root / "hidden")
    kept = {path: path.read_bytes() for path in work.solution.folder.iterdir() if path.is_file()}
    with pytest.raises(CourseError, match="does the same inside the reference"):
        entry_of(work, group_on_disk(root / "hidden" / "out", id), id)
    assert {path: path.read_bytes() for path in kept} == kept
