"""The commands as a person meets them: what they print, their exit codes, and one sentence for bad input."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograder import __version__
from tests.commands import only_line, run_command, run_here
from tests.courses import ASSIGNMENT, REFERENCE, STUB, write_course, write_hand_in

ASSIGNMENT_FILE = "assignments/centring/assignment.toml"
VARIANCE = REFERENCE.replace("np.sqrt(", "(")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_course(tmp_path / "course")


def test_the_version_is_one_line_with_what_else_decides_values(tmp_path: Path) -> None:
    done = run_command("--version", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    python = ".".join(map(str, sys.version_info[:3]))
    assert only_line(done.stdout) == f"autograder {__version__} (Python {python}, NumPy {np.__version__})"


def test_list_names_assignments_and_points(course: Path) -> None:
    done = run_command("list", cwd=course)
    assert done.returncode == 0
    assert "centring" in done.stdout and "10" in done.stdout


def test_doctor_names_the_tier_in_use(course: Path) -> None:
    done = run_here("doctor", cwd=course, COLUMNS="200")
    assert done.returncode == 0
    assert "used" in done.stdout and "seccomp" in done.stdout


def test_doctor_says_why_workers_are_not_forked(course: Path) -> None:
    asked = run_command("doctor", cwd=course, COLUMNS="200", AUTOGRADER_FRESH_INTERPRETERS="1")
    assert "each is a fresh interpreter: fresh interpreters were asked for" in asked.stdout
    assert "forked workers" in asked.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
@pytest.mark.parametrize(("options", "forked"), [((), True), (("--fresh-interpreters",), False)])
def test_workers_are_fresh_interpreters_if_asked_for(
    course: Path, options: tuple[str, ...], forked: bool
) -> None:
    # What the server holds is frozen before it forks; a fresh interpreter has frozen nothing yet.
    source = "import gc\nraise ValueError(f'forked: {gc.get_freeze_count() > 0}')\n"
    (course / "assignments" / "centring" / "centring.py").write_text(source)
    done = run_command("check", *options, cwd=course / "assignments" / "centring")
    assert f"forked: {forked}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("grade", "centrin", "."), "centring"),
        (("verify", "nothing"), "nothing"),
        (("release", "nothing"), "nothing"),
        (("bundle", "nothing"), "nothing"),
        (("grade", "centring", "not-there"), "not-there"),
    ],
)
def test_what_does_not_exist_is_one_sentence(course: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run_here(*arguments, cwd=course)
    assert done.returncode == 2
    assert said in only_line(done.stderr)


@pytest.mark.parametrize(
    ("replaced", "said"),
    [
        ({ASSIGNMENT_FILE: ASSIGNMENT.replace('title = "Centring"', "title = ")}, "line 1"),
        ({ASSIGNMENT_FILE: ASSIGNMENT.replace("points = 6", "points = 7")}, "total_points"),
        ({ASSIGNMENT_FILE: ASSIGNMENT.replace("seconds_total", "second_total")}, "second_total"),
        ({"solutions/centring/grading.toml": None}, "grading.toml"),
        ({"solutions/centring/centring.py": None}, "centring.py"),
        ({"assignments/centring/centring.py": None}, "centring.py"),
        ({"solutions/centring/test_graded.py": None}, "test_graded.py"),
    ],
)
def test_a_course_that_cannot_be_graded_is_one_sentence(
    tmp_path: Path, replaced: dict[str, str | None], said: str
) -> None:
    course = write_course(tmp_path / "course", replaced)
    write_hand_in(tmp_path / "class" / "somebody")
    done = run_here("grade", "centring", tmp_path / "class", cwd=course)
    assert done.returncode == 2
    assert said in only_line(done.stderr)


def test_an_empty_folder_and_a_broken_zip_are_one_sentence(course: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 this is no zip")
    for given in ("empty", "broken.zip"):
        done = run_here("grade", "centring", tmp_path / given, cwd=course)
        assert done.returncode == 2
        assert given in only_line(done.stderr)


def test_a_class_is_graded_and_bad_hand_ins_cost_nobody_else_anything(course: Path, tmp_path: Path) -> None:
    hand_ins = tmp_path / "class"
    write_hand_in(hand_ins / "right")
    write_hand_in(hand_ins / "mistaken", VARIANCE)
    write_hand_in(hand_ins / "empty-handed", STUB)
    (hand_ins / "broken.zip").write_bytes(b"PK\x03\x04 this is no zip")
    done = run_command("grade", "centring", hand_ins, "-o", tmp_path / "out", "-j", "2", cwd=course)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out" / "grades.csv").open(newline="") as file:
        totals = {row["submission"]: row["total"] for row in csv.DictReader(file)}
    assert totals["right"] == "10"
    assert totals["mistaken"] == "6"
    assert totals["empty-handed"] == "0"
    assert "broken" in done.stdout
    results = json.loads((tmp_path / "out" / "results" / "mistaken.json").read_text())
    assert results["extra_data"]["tier"]
    assert any(verdict["mistake"] == "M02" for verdict in results["tests"][1]["extra_data"]["verdicts"])
    assert "Which last step is missing?" in (tmp_path / "out" / "feedback" / "mistaken.html").read_text()
    assert (tmp_path / "out" / "report.html").is_file()


def test_explain_shows_the_instructor_what_feedback_hides(course: Path, tmp_path: Path) -> None:
    hand_in = write_hand_in(tmp_path / "mistaken", VARIANCE)
    done = run_here("explain", "centring", hand_in, "test_spreads", cwd=course)
    assert done.returncode == 0, done.stderr
    assert "expected spread" in done.stdout and "got spread" in done.stdout and "M02" in done.stdout
    _, _, usual = done.stdout.partition("as it is usually written:\n")
    assert usual.startswith("return (np.add.reduce(deviations_from_mean * deviations_from_mean")
    assert "to paste" not in done.stdout  # of hidden inputs there is nothing to write down


def test_explain_writes_out_all_that_a_public_check_needs_as_its_expected_value(
    course: Path, tmp_path: Path
) -> None:
    third = REFERENCE.replace("X - column_means, column_means", "(X - column_means) / 3, column_means")
    assert third != REFERENCE
    hand_in = write_hand_in(tmp_path / "third", third)
    done = run_here("explain", "centring", hand_in, "test_two_rows", cwd=course)
    (line,) = (it for it in done.stdout.splitlines() if it.startswith("all that came, to paste: "))
    centred, means = eval(line.partition(": ")[2], {"np": np})
    assert centred.tolist() == [[-1 / 3, -2 / 3], [1 / 3, 2 / 3]] and means.tolist() == [2, 4]


def test_explain_finds_one_hand_in_of_a_class(course: Path, tmp_path: Path) -> None:
    for label, text in (("mistaken", VARIANCE), ("right", REFERENCE)):
        write_hand_in(tmp_path / "class" / label, text)
    shutil.make_archive(str(tmp_path / "class"), "zip", tmp_path / "class")
    whole = (tmp_path / "class.zip", "test_spreads")
    done = run_here("explain", "centring", *whole, "--label", "mistaken", cwd=course)
    assert done.returncode == 0, done.stderr
    assert "got spread" in done.stdout and "M02" in done.stdout
    done = run_here("explain", "centring", *whole, cwd=course)
    assert done.returncode == 2
    assert "(mistaken, right)" in only_line(done.stderr) and "--label" in done.stderr
    done = run_here("explain", "centring", *whole, "--label", "nobody", cwd=course)
    assert done.returncode == 2
    assert "'nobody'" in only_line(done.stderr) and "(there: mistaken, right)" in done.stderr


def test_a_due_date_that_costs_nothing_is_pointed_out(course: Path, tmp_path: Path) -> None:
    write_hand_in(tmp_path / "class" / "right")
    written = ("-o", tmp_path / "out", "--due", "2020-01-31T23:59")
    command = ("grade", "centring", tmp_path / "class", *written)
    assert "no [late] policy" in run_command(*command, cwd=course).stdout
    grading = course / "solutions" / "centring" / "grading.toml"
    grading.write_text(grading.read_text() + '\n[late]\npolicy = "per_day"\nper_cent_per_day = 10\n')
    assert "no [late] policy" not in run_command(*command, cwd=course).stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A course, and the folder in which its demonstration was graded."""
    folder = tmp_path_factory.mktemp("demo")
    course = write_course(folder / "course")
    done = run_command("demo", "centring", "-o", folder / "out", cwd=course)
    assert done.returncode == 0, done.stdout + done.stderr
    return course, folder / "out"


@pytest.fixture(scope="module")
def again(demo: tuple[Path, Path]) -> subprocess.CompletedProcess[str]:
    """The same command once more, in the same folder and in a narrow terminal."""
    course, out = demo
    return run_command("demo", "centring", "-o", out, cwd=course, COLUMNS="70")


def test_demo_makes_and_grades_a_class(
    demo: tuple[Path, Path], again: subprocess.CompletedProcess[str]
) -> None:
    _, out = demo
    with (out / "grades.csv").open(newline="") as file:
        totals = {row["submission"]: row["total"] for row in csv.DictReader(file)}
    assert totals["right"] == "10" and totals["untouched-stub"] == "0" and totals["does-not-parse"] == "0"
    assert totals["loops-for-ever"] == "6"
    assert again.returncode == 0, again.stderr
    assert "fault" not in again.stdout


def test_demo_does_not_remove_a_folder_that_it_did_not_make(course: Path, tmp_path: Path) -> None:
    mine = tmp_path / "out" / "submissions"
    mine.mkdir(parents=True)
    (mine / "thesis.txt").write_text("years of work")
    done = run_here("demo", "centring", "-o", tmp_path / "out", cwd=course)
    assert done.returncode == 2
    assert "submissions" in only_line(done.stderr)
    assert (mine / "thesis.txt").is_file()


def test_a_tier_that_does_not_exist_is_one_sentence(course: Path, tmp_path: Path) -> None:
    hand_in = write_hand_in(tmp_path / "right")
    done = run_here("explain", "centring", hand_in, "test_spreads", "--tier", "moat", cwd=course)
    assert done.returncode == 1
    assert "moat" in only_line(done.stderr)


def test_the_table_of_a_class_fits_a_narrow_terminal(again: subprocess.CompletedProcess[str]) -> None:
    rows = [line for line in again.stdout.splitlines() if line.startswith(("┏", "│"))]
    assert len(rows[0]) <= 70 and rows[0].endswith("┓")
    assert all(len(row) == len(rows[0]) and row.endswith("│") for row in rows[1:])


def test_a_group_of_the_report_gets_a_hint_and_becomes_a_known_mistake(course: Path, tmp_path: Path) -> None:
    write_hand_in(tmp_path / "in" / "ada", REFERENCE.replace("np.sqrt(np.add", "np.cbrt(np.add"))
    done = run_here("grade", "centring", tmp_path / "in", "-o", tmp_path / "out", cwd=course)
    assert "no known mistake explains: 1 group" in done.stdout, done.stdout + done.stderr
    hints = tmp_path / "out" / "hints.csv"
    group = hints.read_text(encoding="utf-8-sig").splitlines()[1].partition(",")[0]
    hints.write_text(f"group,hint\n{group},Which root is it?\n{group}-x,For nobody.\n")
    done = run_here("report", tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "line 3: no hand-in is in the group" in " ".join(done.stdout.split())
    assert "Which root is it?" in (tmp_path / "out" / "feedback" / "ada.html").read_text()

    done = run_here("report", tmp_path / "out", "--as-known-mistake", group, cwd=course)
    assert done.returncode == 0, done.stderr
    assert "np.cbrt" in done.stdout
    assert "Write its title: until then the bank is refused" in " ".join(done.stdout.split())
    done = run_here("verify", "centring", cwd=course)
    assert "is not finished; write its title and its hint" in only_line(done.stderr)

    hints.write_text(f"group,hint\n,{group}\n")
    done = run_here("report", tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 2
    assert "hints.csv, line 2: the column group is empty" in only_line(done.stderr)
