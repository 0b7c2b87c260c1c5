"""In every output of a class there are as many people as handed in."""

from __future__ import annotations

import csv
import html
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.classroom.class_session import ClassSession, GradeOptions
from autograder.classroom.work import StoredResult, Work
from autograder.handin.open_hand_in import Submission
from autograder.model.assignment import AttemptsPolicy
from autograder.model.scoring import not_run
from autograder.text import lossless
from tests.classroom.conftest import FILE, RIGHT
from tests.handin.hand_ins import NAMES
from tests.handin.test_identity import FOLDERS, PEOPLE, PLATFORMS, WITHOUT_IDS

pytestmark = pytest.mark.usefixtures("drawn_once")


class NoPool:
    """Says at once what any hand-in comes to."""

    width = 4

    def __init__(self, work: Work) -> None:
        self._result = StoredResult(result=not_run(work.plan, work.assignment))

    def submit(self, submission: Submission) -> Future[StoredResult]:
        future: Future[StoredResult] = Future()
        future.set_result(self._result)
        return future

    def renew(self) -> None:
        raise AssertionError("nothing breaks it")


@pytest.mark.parametrize("count", ["last", "best"])
def test_what_was_not_read_is_a_zero_in_every_table_where_that_is_asked_for(
    work: Work, tmp_path: Path, count: Literal["last", "best"]
) -> None:
    policy = replace(work, solution=replace(work.solution, attempts=AttemptsPolicy(count)))
    hand_ins = tmp_path / "hand-ins"
    hand_ins.mkdir()
    (hand_ins / "ada_1_901_hw.rar").write_bytes(b"Rar!")
    (hand_ins / "bo_2_902_hw.zip").write_bytes(b"PK\3\4 broken")
    (hand_ins / f"cy_3_903_{FILE}").write_bytes(RIGHT)
    options = GradeOptions(unread_as_zero=True)
    ClassSession(policy, hand_ins, tmp_path / "out", options).grade(nullcontext(NoPool(policy)))
    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8") as file:
        grades = {row["id"]: (row["counts"], row["total"]) for row in csv.DictReader(file)}
    assert grades == dict.fromkeys("123", ("yes", "0"))
    with (tmp_path / "out" / "canvas.csv").open(encoding="utf-8") as file:
        _, _, *students = csv.reader(file)
    assert sorted(row[1] for row in students) == ["1", "2", "3"]


@settings(max_examples=12)
@given(st.sampled_from(PLATFORMS), PEOPLE, st.booleans())
def test_everybody_of_a_download_is_in_every_output(
    work: Work, named: Callable[[int, str], str], people: dict[int, str], packed: bool
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place, "class"), Path(place, "out")
        for id, name in people.items():
            path = folder / named(id, name).replace(NAMES[0], FILE)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(RIGHT)
        hand_ins = Path(shutil.make_archive(str(folder), "gztar", folder)) if packed else folder
        ClassSession(work, hand_ins, out, GradeOptions()).grade(nullcontext(NoPool(work)))
        with (out / "grades.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        with (out / "canvas.csv").open(encoding="utf-8") as file:
            _, _, *students = csv.reader(file)
        outputs = [sorted(path.stem for path in (out / it).iterdir()) for it in ("feedback", "results")]
        report = html.unescape((out / "report.html").read_text(encoding="utf-8"))
    ids = [""] * len(people) if named in WITHOUT_IDS else sorted(map(str, people))
    assert sorted(row["id"] for row in rows) == sorted(row[1] for row in students) == ids
    labels = sorted(row["submission"].replace("'", "") for row in rows)
    assert [sorted(it.replace("'", "") for it in some) for some in outputs] == [labels] * 2
    assert all(row["counts"] == "yes" and "whose" not in row["flags"] for row in rows)
    assert all(label in report.replace("'", "") for label in labels)


@pytest.mark.parametrize("unread", [False, True])
@settings(max_examples=10)
@given(FOLDERS)
@example({"ada", "Ada", "ada ", "=1+1", "a,b;c", '"', "\udcfc"})
def test_everybody_is_in_every_output(work: Work, unread: bool, names: set[str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        hand_ins, out = Path(place, "hand-ins"), Path(place, "out")
        for name in names:
            (hand_ins / name).mkdir(parents=True)
            (hand_ins / name / FILE).write_bytes(RIGHT)
        people, unread_people = {lossless(name) for name in names}, {"broken one", "packed otherwise"}
        if unread:
            (hand_ins / "broken one.zip").write_bytes(b"PK\3\4 broken")
            (hand_ins / "packed otherwise.rar").write_bytes(b"Rar!")
            people |= unread_people
        done = ClassSession(work, hand_ins, out, GradeOptions()).grade(nullcontext(NoPool(work)))
        with (out / "grades.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        with (out / "canvas.csv").open(encoding="utf-8") as file:
            _, _, *students = csv.reader(file)
        pages = {path.stem for path in (out / "feedback").iterdir()}
        results = {path.stem for path in (out / "results").iterdir()}
        report = html.unescape((out / "report.html").read_text(encoding="utf-8"))
    # An apostrophe keeps a spreadsheet from running what looks like a formula.
    assert {row["name"].replace("'", "") for row in rows} == {name.replace("'", "") for name in people}
    assert len(rows) == len(people) and all(
        row["counts"] == "yes" for row in rows if row["name"] not in unread_people
    )
    assert len(students) == len(names)  # Canvas gets no row, not a zero, for what was not read
    assert [row["total"] for row in rows if row["name"] in unread_people] == ["", ""] * unread
    assert len(pages) == len(people) and pages == results == {
        row["submission"].replace("'", "") for row in rows
    }
    assert sum(done.record.counted().values()) == len(people)
    assert not unread or all(name in report for name in unread_people)
