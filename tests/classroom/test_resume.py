"""What was graded is not graded again, as long as nothing that decides its points has changed."""

from __future__ import annotations

import csv
import shutil
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from autograder.classroom.class_session import ClassSession, GradedClass, GradeOptions
from autograder.classroom.grade_class import Graded
from autograder.classroom.processes import LocalPool
from autograder.classroom.work import Work, prepare
from autograder.course.loading import Course, find_course
from autograder.errors import CourseError
from tests.classroom.conftest import BROKEN, NAME, RIGHT, SUMMED, write_class

pytestmark = pytest.mark.usefixtures("drawn_once")

LAST_OF_EACH = GradeOptions()


def graded(
    work: Work, pool: LocalPool, submissions: Path, folder: Path, options: GradeOptions = LAST_OF_EACH
) -> tuple[GradedClass, dict[str, Graded]]:
    seen: dict[str, Graded] = {}
    done = ClassSession(work, submissions, folder, options).grade(
        nullcontext(pool), lambda one, result: seen.update({one.found.label: one})
    )
    return done, seen


def test_a_second_run_takes_everything_from_the_first(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    submissions = write_class(tmp_path / "class", {"ada": RIGHT, "bob": SUMMED, "eve": BROKEN})
    _, first = graded(work, pool, submissions, tmp_path / "out")
    files = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    done, second = graded(work, pool, submissions, tmp_path / "out")

    assert not any(one.reused for one in first.values())
    assert all(one.reused for one in second.values())
    assert {label: one.result.score for label, one in second.items()} == {
        "ada": 10,
        "bob": 4,
        "eve": 0,
    }
    assert not done.changes
    assert files == {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}


def test_only_what_was_handed_in_anew_is_graded(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    submissions = write_class(tmp_path / "class", {"ada": RIGHT, "bob": SUMMED})
    graded(work, pool, submissions, tmp_path / "out")
    write_class(submissions, {"bob": RIGHT + b"# mended\n"})
    done, seen = graded(work, pool, submissions, tmp_path / "out")

    assert seen["ada"].reused and not seen["bob"].reused
    (change,) = done.changes
    assert (change.label, change.other_work) == ("bob", True)
    assert change.questions == {"squared_loss": (Fraction(1), Fraction(7))}


def test_the_same_work_in_another_folder_is_known(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    graded(work, pool, write_class(tmp_path / "class", {"ada": RIGHT}), tmp_path / "out")
    _, seen = graded(work, pool, write_class(tmp_path / "again", {"Ada L": RIGHT}), tmp_path / "out")
    assert seen["Ada L"].reused


def test_results_are_not_written_among_the_hand_ins(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    submissions = write_class(tmp_path / "class", {"ada": RIGHT})
    with pytest.raises(CourseError, match="holds the hand-ins; give another folder"):
        graded(work, pool, submissions, submissions / ".." / "class")
    assert [path.name for path in submissions.iterdir()] == ["ada"]


def test_pages_of_hand_ins_that_are_gone_are_removed(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    submissions = write_class(tmp_path / "class", {"ada": RIGHT, "bob": SUMMED})
    graded(work, pool, submissions, tmp_path / "out")
    (tmp_path / "out" / "feedback" / "letter.txt").write_text("the instructor's own")
    shutil.rmtree(submissions / "bob")
    done, _ = graded(work, pool, submissions, tmp_path / "out")
    assert done.gone == ("bob",)
    assert {path.name for path in (tmp_path / "out" / "feedback").iterdir()} == {"ada.html", "letter.txt"}
    assert len(list((tmp_path / "out" / "state").iterdir())) == 1


@pytest.fixture
def own_course(course: Course, tmp_path: Path) -> Course:
    for half in ("assignments", "solutions"):
        shutil.copytree(course.root / half, tmp_path / "own" / half)
    (tmp_path / "own" / "solutions").chmod(0o700)
    return find_course(tmp_path / "own")


def changed(course: Course, file: str, old: str, new: str) -> Work:
    path = course.root / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return prepare(course, NAME)


@pytest.mark.parametrize(
    "file, old, new",
    [
        (f"solutions/{NAME}/test_graded.py", "weight(3)", "weight(5)"),
        (f"solutions/{NAME}/{NAME}.py", "np.mean", "2 * np.mean"),
        (f"solutions/{NAME}/mistakes.toml", "should it change?", "must it change?"),
        (f"assignments/{NAME}/assignment.toml", 'half = "accept"', 'half = "mistake"'),
        (f"assignments/{NAME}/test_public.py", "[2.0, -1.0]", "[2.0, -2.0]"),
    ],
    ids=["a test", "the reference", "a hint", "a convention", "a public check"],
)
def test_what_decides_a_result_changes_the_hash(own_course: Course, file: str, old: str, new: str) -> None:
    before = prepare(own_course, NAME).hash
    assert changed(own_course, file, old, new).hash != before


@pytest.mark.parametrize(
    "file, old, new",
    [
        (f"assignments/{NAME}/README.md", "one number", "a number"),
        (f"solutions/{NAME}/grading.toml", '"none"', '"cut_off"'),
        (f"solutions/{NAME}/grading.toml", '"visible"', '"hidden"'),
    ],
    ids=["the handout", "the late policy", "the visibility"],
)
def test_what_decides_no_points_does_not(own_course: Course, file: str, old: str, new: str) -> None:
    before = prepare(own_course, NAME).hash
    assert changed(own_course, file, old, new).hash == before


def test_a_regrade_lists_whose_score_changed_and_in_which_question(
    own_course: Course, tmp_path: Path
) -> None:
    submissions = write_class(tmp_path / "class", {"ada": RIGHT, "bob": SUMMED})
    work = prepare(own_course, NAME)
    with LocalPool(work, 2) as pool:
        graded(work, pool, submissions, tmp_path / "out")
        _, again = graded(work, pool, submissions, tmp_path / "out", GradeOptions(regrade=True))
        assert not any(one.reused for one in again.values())
    work = changed(
        own_course,
        f"solutions/{NAME}/test_graded.py",
        "@squared_loss\n@pytest.mark.weight(3)",
        "@squared_loss",
    )
    with LocalPool(work, 2) as pool:
        done, _ = graded(work, pool, submissions, tmp_path / "out")
    (change,) = done.changes
    assert (change.label, change.other_work) == ("bob", False)
    before, after = change.questions["squared_loss"]
    assert after != before


def test_what_the_grader_failed_on_is_graded_again(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    submissions = write_class(tmp_path / "class", {"ada": RIGHT})
    graded(work, pool, submissions, tmp_path / "out")
    (kept,) = (tmp_path / "out" / "state").iterdir()
    kept.write_bytes(kept.read_bytes()[:-5])
    done, seen = graded(work, pool, submissions, tmp_path / "out")
    assert not seen["ada"].reused
    assert done.record.items[0].key == kept.stem


def test_inputs_of_graded_tests_are_not_kept(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    submissions = write_class(tmp_path / "class", {"bob": SUMMED})
    _, seen = graded(work, pool, submissions, tmp_path / "out")
    assert any(verdict.details for question in seen["bob"].result.questions for verdict in question.graded)
    _, again = graded(work, pool, submissions, tmp_path / "out")
    result = again["bob"].result
    assert not any(verdict.details for question in result.questions for verdict in question.graded)
    assert any(verdict.details for question in result.questions for verdict in question.checks)


def test_a_weak_isolation_is_not_taken_for_a_strong_one(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    submissions = write_class(tmp_path / "class", {"ada": RIGHT})
    graded(work, pool, submissions, tmp_path / "out")
    _, seen = graded(replace(work, tier="limits"), pool, submissions, tmp_path / "out")
    assert not seen["ada"].reused


def test_a_folder_of_another_assignment_is_refused(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    submissions = write_class(tmp_path / "class", {"ada": RIGHT})
    graded(work, pool, submissions, tmp_path / "out")
    other = replace(work, assignment=replace(work.assignment, name="curve"))
    with pytest.raises(CourseError, match="holds the results of line; choose another folder"):
        ClassSession(other, submissions, tmp_path / "out", GradeOptions())


def test_equal_files_share_an_outcome_but_not_what_is_noted_of_each(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    submissions = write_class(tmp_path / "class", {"ada": RIGHT})
    (submissions / "empty of all").mkdir()
    (submissions / "other name").mkdir()
    (submissions / "other name" / "my_work.py").write_bytes(RIGHT)
    out = tmp_path / "out"
    for _ in range(2):
        graded(work, pool, submissions, out)
        with (out / "grades.csv").open(newline="") as file:
            notes = {row["submission"]: row["note"] for row in csv.DictReader(file)}
        assert "my_work.py" in notes["other name"] and "my_work.py" not in notes["empty of all"]
        page = (out / "feedback" / "empty of all.html").read_text()
        assert "my_work.py" not in page
