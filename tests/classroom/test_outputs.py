"""What grading a class leaves on disk: nobody is lost, lateness and points given by hand are merged."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from urllib.parse import unquote

import pytest

from autograder.classroom import outputs
from autograder.classroom.class_session import ClassSession, GradedClass, GradeOptions, report_again
from autograder.classroom.lateness import read_date
from autograder.classroom.processes import LocalPool
from autograder.classroom.record import read_record
from autograder.classroom.work import Work
from autograder.errors import CourseError
from autograder.grading.explain.bank import load_bank
from autograder.grading.explain.explanation import digest_of_hint
from autograder.handin.found import Fate
from autograder.handin.trees import HANDIN_MANIFEST
from autograder.model.assignment import Assignment
from autograder.model.result import GradingResult
from autograder.report.feedback_page import feedback_page
from autograder.report.gradescope import read_results
from tests.classroom.conftest import FILE, RIGHT, SUMMED, write_class

pytestmark = pytest.mark.usefixtures("drawn_once")

NOTHING = GradeOptions()


def graded(
    work: Work, pool: LocalPool, submissions: Path, folder: Path, options: GradeOptions = NOTHING
) -> GradedClass:
    return ClassSession(work, submissions, folder, options).grade(nullcontext(pool))


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text())))


EXPORT = """
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: "1815"
    :email: ada@example.edu
  :created_at: 2030-01-31 12:00:00 Z
submission_12:
  :submitters:
  - :name: Ada Lovelace
    :sid: "1815"
    :email: ada@example.edu
  :created_at: 2030-02-02 12:00:00 Z
submission_13:
  :submitters:
  - :name: =cmd|' /C calc'!A0
    :sid: "2"
    :email: bob@example.edu
  - :name: Šárka Õun
    :sid: "3"
    :email: sarka@example.edu
  :created_at: 2030-02-01 00:30:00 Z
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = write_class(
        tmp_path / "export", {"submission_11": SUMMED, "submission_12": RIGHT, "submission_13": RIGHT + b"#"}
    )
    (folder / "submission_metadata.yml").write_text(
        EXPORT.replace("name: =cmd|", 'name: "=cmd|').replace("!A0", '!A0"')
    )
    return folder


def test_an_export_of_gradescope_names_everybody(
    work: Work, pool: LocalPool, export: Path, tmp_path: Path
) -> None:
    done = graded(work, pool, export, tmp_path / "out")
    rows = {row["email"]: row for row in table(tmp_path / "out" / "grades.csv")}
    assert set(rows) == {"ada@example.edu", "bob@example.edu", "sarka@example.edu"}
    assert rows["ada@example.edu"]["submission"] == "submission_12"
    assert rows["ada@example.edu"]["total"] == "10"
    assert rows["sarka@example.edu"]["name"] == "Šárka Õun"
    assert rows["bob@example.edu"]["name"].startswith("'=")
    assert done.record.counted() == {Fate.GRADED: 2, Fate.REPLACED: 1, Fate.IGNORED: 1}


def test_all_hand_ins_of_a_student_are_graded_on_request(
    work: Work, pool: LocalPool, export: Path, tmp_path: Path
) -> None:
    done = graded(work, pool, export, tmp_path / "out", GradeOptions(every=True))
    rows = {row["submission"]: row for row in table(tmp_path / "out" / "grades.csv") if "ada" in row["email"]}
    assert {label: row["counts"] for label, row in rows.items()} == {
        "submission_11": "no",
        "submission_12": "yes",
    }
    assert done.record.counted()[Fate.GRADED] == 3
    report = (tmp_path / "out" / "report.html").read_text()
    assert (
        '<dt>graded</dt><dd><a href="#all">2</a></dd>' in report
    )  # what does not count is no part of the statistics


def test_canvas_gets_one_line_for_each_student(
    work: Work, pool: LocalPool, export: Path, tmp_path: Path
) -> None:
    graded(work, pool, export, tmp_path / "out", GradeOptions(every=True))
    head, possible, *students = csv.reader((tmp_path / "out" / "canvas.csv").open())
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Line"]
    assert possible == ["    Points Possible", "", "", "", "", "10"]
    assert ["Ada Lovelace", "", "1815", "ada@example.edu", "", "10"] in students
    assert len(students) == 3


def test_a_download_of_canvas_keeps_its_own_ids(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    folder = tmp_path / "download"
    folder.mkdir()
    (folder / f"lovelaceada_LATE_501_9001_{FILE}").write_bytes(RIGHT)
    (folder / f"õunsarka_502_9002_{FILE}").write_bytes(SUMMED)
    done = graded(work, pool, folder, tmp_path / "out")
    *_, first, second = csv.reader((tmp_path / "out" / "canvas.csv").open())
    assert {first[1], second[1]} == {"501", "502"}
    flags = {row["id"]: row["flags"] for row in table(tmp_path / "out" / "grades.csv")}
    assert flags == {"501": "Canvas marks it as late, without a time", "502": ""}
    assert done.record.counted() == {Fate.GRADED: 2}


def test_every_item_is_accounted_for(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    folder = write_class(tmp_path / "class", {"ada": RIGHT, "odd name, (really) Ünï": RIGHT})
    (folder / "bob.zip").write_bytes(b"PK\x03\x04 broken")
    (folder / "eve.rar").write_bytes(b"Rar!")
    (folder / "notes.txt").write_text("for myself")
    (folder / "kim").mkdir()
    done = graded(work, pool, folder, tmp_path / "out")
    fates = {item.label: item.fate for item in done.record.items}
    assert len(fates) == 6 == len(list(folder.iterdir()))
    assert sorted(map(str, fates.values())) == ["graded", "graded", "graded", "ignored", "refused", "refused"]
    rows = {row["submission"]: row for row in table(tmp_path / "out" / "grades.csv")}
    assert "zip" in rows["bob"]["note"] and rows["bob"]["total"] == ""
    assert rows["kim"]["total"] == "0" and "is not in the hand-in" in rows["kim"]["note"]
    assert "eve.rar" in rows and "ignored" not in rows
    pages = {path.stem for path in (tmp_path / "out" / "feedback").iterdir()}
    assert pages == {path.stem for path in (tmp_path / "out" / "results").iterdir()}
    assert {"ada", "bob", "kim"} <= pages


def test_results_of_each_hand_in_are_what_gradescope_takes(
    work: Work, pool: LocalPool, export: Path, tmp_path: Path
) -> None:
    graded(work, pool, export, tmp_path / "out")
    results = read_results(tmp_path / "out" / "results" / "submission_12.json")
    assert results.score == 10
    assert results.extra_data is not None
    assert set(results.extra_data.hashes) == {"assignment", "grader", "hand-in"}
    assert "details" not in json.dumps(
        json.loads((tmp_path / "out" / "results" / "submission_12.json").read_text())
    )


# --- lateness -----------------------------------------------------------------------------------------


@pytest.fixture
def strict(work: Work) -> Work:
    from dataclasses import replace

    from autograder.model.assignment import LatePolicy

    return replace(work, solution=replace(work.solution, late=LatePolicy("per_day")))


def test_late_days_come_from_the_export_and_the_due_date(
    strict: Work, pool: LocalPool, export: Path, tmp_path: Path
) -> None:
    due = read_date("2030-01-31T23:59+00:00", "--due")
    graded(strict, pool, export, tmp_path / "out", GradeOptions(due=due))
    rows = {row["email"]: row for row in table(tmp_path / "out" / "grades.csv")}
    assert (rows["ada@example.edu"]["share_kept"], rows["ada@example.edu"]["total"]) == ("0.8", "8")
    assert (rows["bob@example.edu"]["share_kept"], rows["bob@example.edu"]["total"]) == ("0.9", "9")
    page = (tmp_path / "out" / "feedback" / "submission_12.html").read_text()
    assert "1 day 12 hours late" in page and "80 % of the points are kept" in page


def test_a_date_in_the_students_own_files_means_nothing(
    strict: Work, pool: LocalPool, export: Path, tmp_path: Path
) -> None:
    forged = {"created_at": "2030-01-01T00:00:00Z", "assignment": {"due_date": "2031-01-01T00:00:00Z"}}
    (export / "submission_12" / "submission_metadata.json").write_text(json.dumps(forged))
    due = read_date("2030-01-31T23:59+00:00", "--due")
    graded(strict, pool, export, tmp_path / "out", GradeOptions(due=due))
    (ada,) = (row for row in table(tmp_path / "out" / "grades.csv") if "ada" in row["email"])
    assert ada["share_kept"] == "0.8"


def test_an_extension_is_given_by_hand(strict: Work, pool: LocalPool, export: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "overrides.csv").write_text("student,due\n1815,2030-02-03T00:00+00:00\n")
    graded(strict, pool, export, out, GradeOptions(due=read_date("2030-01-31T23:59+00:00", "--due")))
    rows = {row["email"]: row for row in table(out / "grades.csv")}
    assert rows["ada@example.edu"]["share_kept"] == "1"
    assert rows["bob@example.edu"]["share_kept"] == "0.9"


# --- points given by hand -----------------------------------------------------------------------------


OVERRIDES = """student,question,points,out_of,note
ada@example.edu,squared_loss,6.5,,regraded after a talk
ada@example.edu,essay,7/2,5,"short answer, well argued"
sarka@example.edu,essay,5,,
"""


def test_points_given_by_hand_are_merged_and_never_overwritten(
    work: Work, pool: LocalPool, export: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "overrides.csv").write_text(OVERRIDES)
    for options in (NOTHING, GradeOptions(regrade=True)):
        graded(work, pool, export, out, options)
        rows = {row["email"]: row for row in table(out / "grades.csv")}
        ada, bob, sarka = (rows[f"{name}@example.edu"] for name in ("ada", "bob", "sarka"))
        assert (ada["squared_loss"], ada["essay"], ada["total"], ada["out_of"]) == ("6.5", "3.5", "13", "15")
        assert (bob["essay"], bob["total"]) == ("0", "10")
        assert (sarka["essay"], sarka["total"]) == ("5", "15")
    assert (out / "overrides.csv").read_text() == OVERRIDES
    page = (out / "feedback" / "submission_12.html").read_text()
    assert "13 of 15 points" in page and "regraded after a talk" in page
    assert read_results(out / "results" / "submission_12.json").score == 13


def test_the_page_of_a_group_shows_what_all_of_it_have(
    work: Work, pool: LocalPool, export: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "overrides.csv").write_text(OVERRIDES)
    graded(work, pool, export, out)
    assert "10 of 10 points" in (out / "feedback" / "submission_13.html").read_text()


def test_the_report_is_made_again_without_course_or_hand_ins(
    work: Work, pool: LocalPool, export: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    graded(work, pool, export, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    report_again(out)
    assert before == {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    (out / "overrides.csv").write_text(OVERRIDES)
    report_again(out)
    assert "13" in {row["total"] for row in table(out / "grades.csv")}


def test_a_record_of_the_class_reads_back(work: Work, pool: LocalPool, export: Path, tmp_path: Path) -> None:
    done = graded(work, pool, export, tmp_path / "out")
    assert read_record(tmp_path / "out" / "class.json") == done.record


def test_an_override_for_nobody_is_pointed_out(
    work: Work, pool: LocalPool, export: Path, tmp_path: Path
) -> None:
    (tmp_path / "by-hand.csv").write_text("student;question;points\nadda@example.edu;predict;1\n")
    done = graded(work, pool, export, tmp_path / "out", GradeOptions(overrides=tmp_path / "by-hand.csv"))
    (sentence,) = done.remarks_on_overrides
    assert "line 2: nobody known as 'adda@example.edu'" in sentence


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("", "is no table: it is empty"),
        ("student,points,grade\n", "has unknown columns grade"),
        ("student,question,points\n,predict,1\n", "line 2: the column student is empty"),
        ("student,question,points\nada@example.edu,,\n", "line 2: it changes nothing"),
        ("student,question,points\nada@example.edu,predict,\n", "line 2: question predict has no points"),
        ("student,question,points\nada@example.edu,predict,many\n", "line 2: points is 'many'"),
        ("student,question,points\nada@example.edu,predict,1e99\n", "line 2: points is '1e99'"),
        ("student,question,points\nada@example.edu,predict,-1\n", "line 2: points is '-1'"),
        ("student,question,points\nada@example.edu,essay,1\n", "essay is no question of line"),
        ("student,question,points,out_of\nada@example.edu,predict,1,9\n", "is worth 3 points"),
        (
            "student,question,points,out_of\na,x,1,5\nb,x,1,6\n",
            "line 3: x was worth 5 points before, and 6 here",
        ),
        ("student,due\nada@example.edu,soon\n", "line 2: 'soon' is no date"),
        ("student,question,points\nada@example.edu,predict,1,2\n", "line 2: has more cells"),
        ("student,question,points\n\xff\n", "is no UTF-8 text"),
    ],
)
def test_overrides_that_cannot_be_meant_are_refused_with_their_line(
    work: Work, export: Path, tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "overrides.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(CourseError) as caught:
        ClassSession(work, export, tmp_path / "out", GradeOptions(overrides=path))
    assert complaint in str(caught.value)
    assert "overrides.csv" in str(caught.value)


def test_a_name_that_two_students_have_is_refused(work: Work, export: Path, tmp_path: Path) -> None:
    yml = export / "submission_metadata.yml"
    yml.write_text(yml.read_text().replace("Šárka Õun", "Ada Lovelace"))
    path = tmp_path / "overrides.csv"
    path.write_text("student,question,points\nAda Lovelace,predict,1\n")
    with pytest.raises(CourseError, match="is the name of several students"):
        ClassSession(work, export, tmp_path / "out", GradeOptions(overrides=path))


def test_a_folder_without_a_graded_class_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="holds no graded class"):
        report_again(tmp_path)
    (tmp_path / "class.json").write_text('{"format": 99}')
    with pytest.raises(CourseError, match="was written by another version"):
        report_again(tmp_path)


def test_more_points_by_hand_than_there_are_is_pointed_out(
    work: Work, pool: LocalPool, export: Path, tmp_path: Path
) -> None:
    (tmp_path / "by-hand.csv").write_text("student,question,points\nada@example.edu,predict,99\n")
    done = graded(work, pool, export, tmp_path / "out", GradeOptions(overrides=tmp_path / "by-hand.csv"))
    (sentence,) = done.remarks_on_overrides
    assert "line 2: 99 of " in sentence


def test_an_id_with_two_names_is_flagged_and_left_for_a_person(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    folder = tmp_path / "download"
    folder.mkdir()
    (folder / f"victimvera_999_70001_{FILE}").write_bytes(RIGHT)
    (folder / f"zorro_999_70002_{FILE}").write_bytes(b"raise SystemExit\n")
    (folder / f"ada_7_70003_{FILE}").write_bytes(RIGHT)
    graded(work, pool, folder, tmp_path / "out")
    rows = {row["name"]: row for row in table(tmp_path / "out" / "grades.csv")}
    assert {name: (row["counts"], row["total"], row["id"]) for name, row in rows.items()} == {
        "ada": ("yes", "10", "7"),
        "victimvera": ("yes", "10", ""),
        "zorro": ("yes", "0", ""),
    }
    flagged = {name for name, row in rows.items() if "another hand-in has the same id" in row["flags"]}
    assert flagged == {"victimvera", "zorro"}
    assert "another hand-in has the same id" in (tmp_path / "out" / "report.html").read_text()
    _, _, *lines = csv.reader((tmp_path / "out" / "canvas.csv").open())
    assert {line[0]: line[1] for line in lines} == {"ada": "7", "victimvera": "", "zorro": ""}


def test_what_is_not_compared_is_said(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    folder = write_class(
        tmp_path / "class", {"ada": RIGHT, "mallory": RIGHT + b"x =" + b" " * 60_000 + b"?\n"}
    )
    graded(work, pool, folder, tmp_path / "out")
    flags = {row["submission"]: row["flags"] for row in table(tmp_path / "out" / "grades.csv")}
    assert flags == {
        "ada": "",
        "mallory": "line.py is not compared with others, or not to its end: it has a line too long for code",
    }


def test_characters_that_hide_or_reorder_code_are_marked_on_a_page(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    source = b"\xef\xbb\xbf" + RIGHT + "# \u202eno\u202c loops\u200b here\n".encode()
    graded(work, pool, write_class(tmp_path / "class", {"ada": source}), tmp_path / "out")
    page = (tmp_path / "out" / "feedback" / "ada.html").read_text()
    assert "# ⟨U+202E⟩no⟨U+202C⟩ loops⟨U+200B⟩ here" in page
    assert "U+FEFF" not in page


LONGER = b"""
import numpy as np

def predict(X, w):
    return X @ w

def squared_loss(X, y, w):
    miss = X @ w - y
    loss = np.mean(miss ** 2)
    slope = np.zeros(len(w))
    for row, far in zip(X, miss):
        slope = slope + 2 * far * row
    largest = np.max(np.abs(slope)) + np.sqrt(np.sum(slope ** 2))
    scaled = slope / (largest + 1) * (1 + largest)
    return loss, scaled / len(y)
"""
REWRITTEN = b"""
import numpy

def squared_loss(data, labels, weights):
    slope, i = numpy.zeros_like(weights), 0
    gaps = predict(data, weights) - labels
    while i < data.shape[0]:
        slope += data[i] * 2 * gaps[i]
        i += 1
    size = numpy.square(slope).sum()
    largest = numpy.sqrt(size) + numpy.abs(slope).max()
    slope = (largest + 1) * slope / (1 + largest)
    return numpy.mean(numpy.square(gaps)), slope / len(labels)

def predict(data, weights):
    return numpy.dot(data, weights)
"""


def test_a_pair_that_only_computes_the_same_is_listed_as_that(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    folder = write_class(tmp_path / "class", {"ada": LONGER, "bo": REWRITTEN, "eve": RIGHT})
    done = graded(work, pool, folder, tmp_path / "out")
    (pair,) = done.record.pairs
    assert (pair.first, pair.second, pair.rewritten) == ("ada", "bo", True)
    assert any("slope" in excerpt.text for excerpt in pair.second_lines)
    report = (tmp_path / "out" / "report.html").read_text()
    assert re.search(r"ada and bo: \d+ % of the rarer computations in common", report)
    assert "written anew line by line" in report


def test_a_page_that_cannot_be_made_costs_nobody_else_anything(
    work: Work, pool: LocalPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page(result: GradingResult, assignment: Assignment, label: str, sources: Mapping[str, str]) -> str:
        if label == "mallory" and not result.faults:
            raise RecursionError("too deep")
        return feedback_page(result, assignment, label, sources)

    monkeypatch.setattr(outputs, "feedback_page", page)
    out = tmp_path / "out"
    graded(work, pool, write_class(tmp_path / "class", {"ada": RIGHT, "mallory": RIGHT}), out)
    rows = {row["submission"]: (row["total"], row["faults"]) for row in table(out / "grades.csv")}
    assert rows == {"ada": ("10", "0"), "mallory": ("0", "1")}
    assert "RecursionError: too deep" in (out / "report.html").read_text()


def test_the_report_shows_this_class_s_own_code_and_links_to_pages(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    folder = write_class(tmp_path / "class", {"ada & co": RIGHT, "bo": SUMMED})
    done = graded(work, pool, folder, tmp_path / "out")
    report = (tmp_path / "out" / "report.html").read_text()
    assert "np.sum(miss ** 2)" in report and f"{FILE}, lines 7 to 9" in report
    links = {unquote(it).partition("#")[::2] for it in re.findall(r'href="(feedback/[^"]+)"', report)}
    pages = {f"feedback/{item.label}.html" for item in done.record.items}
    assert {page for page, _ in links} == pages
    assert any(place == f"{FILE}-7" for _, place in links)
    for page, place in links:
        assert not place or f'id="{place}"' in (tmp_path / "out" / page).read_text()


def test_the_report_shows_a_student_s_attempts_over_time(
    work: Work, pool: LocalPool, export: Path, tmp_path: Path
) -> None:
    graded(work, pool, export, tmp_path / "out", GradeOptions(every=True))
    report = (tmp_path / "out" / "report.html").read_text()
    attempts = report.partition('id="attempts"')[2].partition("</section>")[0]
    assert re.findall(r'href="feedback/(submission_\d+)\.html"', attempts) == [
        "submission_11",
        "submission_12",
    ]
    assert attempts.count('<span class="counts">counts</span>') == 1
    assert "<td>+6 Mean squared error and its gradient</td>" in attempts


def test_hints_that_hand_ins_record_are_counted_by_stage_and_garbage_costs_nothing(
    work: Work, pool: LocalPool, tmp_path: Path
) -> None:
    (mistake,) = [it for it in load_bank(work.assignment, work.solution).mistakes if not it.accepted][:1]
    question = work.assignment.questions[0]
    folder = write_class(tmp_path / "in", dict.fromkeys(("ada", "bob", "eve", "mal"), RIGHT))
    told = {"question": question.id, "hint": digest_of_hint(mistake.hint)}
    recorded: dict[str, object] = {
        "ada": [told | {"stage": 1, "attempts": 2, "fixed": True}],
        "bob": [told | {"stage": 3, "attempts": 5, "fixed": True}],
        "eve": [told | {"stage": 3, "attempts": 9, "fixed": False}, {"question": 7}],
        "mal": [told | {"stage": 99, "attempts": 1, "fixed": True}, told | {"question": "<b>"}, "x"] * 100,
    }
    for name, hints in recorded.items():
        (folder / name / HANDIN_MANIFEST).write_text(json.dumps({"hints": hints}))
    graded(work, pool, folder, tmp_path / "out")
    for again in (False, True):
        if again:
            report_again(tmp_path / "out")
        report = (tmp_path / "out" / "report.html").read_text()
        rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>.*?<td>(\d: [\w ]+)</td>(.*?)</tr>", report)
        counted = [(about, stage, *re.findall(r">([^<>]*)</td>", cells)) for about, stage, cells in rows]
        about = f"{mistake.id}: {mistake.title}"
        assert counted == [
            (about, "1: question", "3", "1", "2"),
            (about, "2: where to look", "2", "0", ""),
            (about, "3: worked example", "2", "1", "5"),
        ]
