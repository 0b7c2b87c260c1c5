"""Feedback pages on their way to a platform: each under one name, and whatever stays behind is named."""

from __future__ import annotations

import io
import zipfile
from contextlib import nullcontext
from pathlib import Path

import msgspec
import pytest

from autograder.classroom.class_session import ClassSession, GradedClass, GradeOptions
from autograder.classroom.feedback_zip import FeedbackZip, Platform, feedback_zip
from autograder.classroom.processes import LocalPool
from autograder.classroom.record import Item
from autograder.classroom.work import Work
from autograder.errors import CourseError
from tests.classroom.conftest import FILE, RIGHT, SUMMED

pytestmark = pytest.mark.usefixtures("drawn_once")


def graded(
    work: Work, pool: LocalPool, folder: Path, files: dict[str, bytes], *, every: bool = False
) -> GradedClass:
    (folder / "in").mkdir()
    for name, content in files.items():
        (folder / "in" / name).write_bytes(content)
    session = ClassSession(work, folder / "in", folder / "out", GradeOptions(every=every))
    return session.grade(nullcontext(pool))


def names_in(made: FeedbackZip) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        return archive.namelist()


def test_what_was_refused_unopened_has_a_page_unless_it_is_nobody_s(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    files = {f"lovelaceada_501_9001_{FILE}": RIGHT, "kingwill_503_9003_work.rar": b"Rar!", FILE: RIGHT}
    done = graded(work, pool, tmp_path, files)
    made = feedback_zip(done.record, done.places, Platform.CANVAS)
    assert names_in(made) == ["kingwill_503_9003_work.html", "lovelaceada_501_9001_line.html"]
    (left,) = made.left
    assert left.startswith(FILE) and "has no feedback page (" in left


def test_two_hand_ins_of_one_name_do_not_share_a_page(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    done = graded(work, pool, tmp_path, {f"a_501_9001_{FILE}": RIGHT, f"b_502_9002_{FILE}": SUMMED})
    first, second = done.record.items
    record = msgspec.structs.replace(
        done.record, items=(first, msgspec.structs.replace(second, parts=first.parts))
    )
    made = feedback_zip(record, done.places, Platform.CANVAS)
    assert made.pages == 1 and "came under the same name" in made.left[0]


def test_a_hand_in_that_does_not_count_is_said_to(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    done = graded(work, pool, tmp_path, {f"a_501_9001_{FILE}": RIGHT, f"b_502_9002_{FILE}": SUMMED})
    first, second = done.record.items
    record = msgspec.structs.replace(
        done.record, items=(first, msgspec.structs.replace(second, counts_for=()))
    )
    made = feedback_zip(record, done.places, Platform.CANVAS)
    assert made.left == (f"{second.label}: another hand-in of the same student counts",)


def test_a_class_that_came_from_elsewhere_is_one_sentence(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    done = graded(work, pool, tmp_path, {"ada.py": RIGHT})
    with pytest.raises(
        CourseError, match="holds no page of a hand-in whose name comes from a download of Moodle"
    ):
        feedback_zip(done.record, done.places, Platform.MOODLE)


def test_a_record_from_before_source_names_were_kept_still_loads() -> None:
    assert msgspec.json.decode(b'{"label": "ada", "fate": "graded"}', type=Item).parts == ()
