"""What a Gradescope container's run leaves behind, whatever is handed in and whatever is broken on our side."""

from __future__ import annotations

import functools
import io
import json
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import NoReturn

import pytest

from autograder.authoring.bundle import bundle
from autograder.classroom import grade_one
from autograder.classroom.container import grade_in_container
from autograder.course.loading import find_course
from autograder.grading.pytest_session import collect_plan
from autograder.report.gradescope import GradescopeResults, read_results
from tests.commands import run_command
from tests.courses import ASSIGNMENT, REFERENCE, STUB, write_course, write_hand_in

ENDLESS = REFERENCE + "\n\ndef spread(X):\n    while True:\n        pass\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree as the platform lays it out, with a real bundle unpacked in it."""
    return build(tmp_path)


@functools.cache
def bundle_of(**replaced: str) -> bytes:
    """Return the bundle of the small course with some files replaced, made once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        course = find_course(write_course(Path(folder, "course"), replaced))
        assignment, solution = course.assignment("centring"), course.solution("centring")
        return bundle(course, "centring", Path(folder), collect_plan(assignment, solution)).read_bytes()


def build(tmp_path: Path, **replaced: str) -> Path:
    root = tmp_path / "autograder"
    with zipfile.ZipFile(io.BytesIO(bundle_of(**replaced))) as content:
        content.extractall(root / "source")
    (root / "source").chmod(0o700)
    (root / "submission").mkdir()
    return root


def grade(root: Path) -> GradescopeResults:
    run_command("gradescope", "--root", root, cwd=root)
    return read_results(root / "results" / "results.json")


def scores(results: GradescopeResults) -> list[float]:
    assert results.tests is not None
    return [test.score or 0.0 for test in results.tests]


def test_right_work_earns_everything(root: Path) -> None:
    write_hand_in(root / "submission")
    results = grade(root)
    assert scores(results) == [6.0, 4.0]
    assert results.score == 10.0


def test_written_answers_wait_for_a_person_and_claim_no_points(tmp_path: Path) -> None:
    written = ASSIGNMENT + '\n[[written]]\nid = "why"\ntitle = "Why"\npoints = 2\n'
    root = build(tmp_path, **{"assignments/centring/assignment.toml": written})
    write_hand_in(root / "submission")
    (root / "submission" / "answers.md").write_text("## Why\n\nBecause the mean is gone.\n")
    results = grade(root)
    assert results.score == 10.0 == sum(scores(results))
    last = results.tests[-1]
    assert (last.name, last.score, last.max_score, last.status) == ("Why (not graded yet)", None, None, None)
    assert "2 points, not graded yet" in last.output and "Because the mean is gone." in last.output


def test_an_untouched_stub_earns_nothing(root: Path) -> None:
    write_hand_in(root / "submission", STUB)
    assert scores(grade(root)) == [0.0, 0.0]


def test_a_missing_file_is_named(root: Path) -> None:
    (root / "submission" / "other.py").write_text("x = 1\n")
    results = grade(root)
    assert results.score == 0.0
    assert "centring.py is not in the hand-in" in (results.output or "")


def test_an_empty_hand_in_is_told_so(root: Path) -> None:
    results = grade(root)
    assert results.score == 0.0
    assert "empty" in (results.output or "")


def test_a_syntax_error_is_told_with_its_line(root: Path) -> None:
    write_hand_in(root / "submission", "def centre(X):\n    return (X\n")
    results = grade(root)
    assert results.score == 0.0
    assert "line 2" in results.tests[0].output


def test_one_endless_question_leaves_the_other_its_points(root: Path) -> None:
    write_hand_in(root / "submission", ENDLESS)
    assert scores(grade(root)) == [6.0, 0.0]


def test_a_test_file_that_does_not_import_is_our_fault(root: Path) -> None:
    write_hand_in(root / "submission")
    (root / "source" / "solutions" / "centring" / "test_graded.py").write_text("import nothing_like_that\n")
    results = grade(root)
    assert "our" in (results.output or "").lower() and "again" in (results.output or "")
    assert results.extra_data is not None and results.extra_data.faults


def test_a_missing_reference_is_our_fault(root: Path) -> None:
    write_hand_in(root / "submission")
    (root / "source" / "solutions" / "centring" / "centring.py").unlink()
    results = grade(root)
    assert results.extra_data is not None and results.extra_data.faults


def test_points_that_cannot_be_added_up_leave_what_was_written_before(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> NoReturn:
        raise ArithmeticError("these points do not add up")

    write_hand_in(root / "submission")
    monkeypatch.setattr(grade_one, "score", broken)
    assert "these points do not add up" in grade_in_container(root).faults[-1]
    results = read_results(root / "results" / "results.json")
    assert scores(results) == [0.0, 0.0] and "our fault" in (results.output or "")


def test_a_broken_plan_ends_in_one_sentence(root: Path) -> None:
    (root / "source" / "plan.json").write_text("{}")
    done = run_command("gradescope", "--root", root, cwd=root)
    assert done.returncode == 2
    assert "plan.json" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "metadata", ["", "not json", "[]", '{"users": 3, "created_at": "yesterday"}', "\x00\xff"]
)
def test_metadata_of_any_kind_is_survived(root: Path, metadata: str) -> None:
    (root / "submission_metadata.json").write_text(metadata)
    write_hand_in(root / "submission")
    assert grade(root).score == 10.0


def test_the_budget_of_a_hand_in_holds_even_if_every_call_hangs(tmp_path: Path) -> None:
    short = ASSIGNMENT.replace("seconds_total = 60.0", "seconds_total = 3.0")
    root = build(tmp_path, **{"assignments/centring/assignment.toml": short})
    endless = "import time\n\ndef centre(X):\n    time.sleep(99)\n\ndef spread(X):\n    time.sleep(99)\n"
    write_hand_in(root / "submission", endless)
    results = grade(root)
    kinds = {
        verdict.verdict
        for test in results.tests or ()
        if test.extra_data
        for verdict in test.extra_data.verdicts
    }
    assert results.score == 0.0
    assert kinds <= {"timed_out", "not_run"} and "not_run" in kinds


def test_results_are_valid_at_every_moment(root: Path) -> None:
    write_hand_in(root / "submission", ENDLESS)
    path = root / "results" / "results.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "gradescope", "--root", root], stdout=subprocess.DEVNULL
    )
    seen = []
    while process.poll() is None:
        if path.exists():
            seen.append(json.loads(path.read_text()))
        time.sleep(0.02)
    assert seen and all(len(results["tests"]) == 2 for results in seen)
    assert seen[0]["score"] == 0.0
    assert process.returncode == 0


def test_killing_the_grader_leaves_what_was_known(root: Path) -> None:
    write_hand_in(root / "submission", ENDLESS)
    path = root / "results" / "results.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "gradescope", "--root", root], stdout=subprocess.DEVNULL
    )
    while not path.exists():
        time.sleep(0.02)
    process.kill()
    process.wait()
    results = read_results(path)
    assert results.tests is not None
    assert results.extra_data is not None and results.extra_data.faults
    assert "our fault" in (results.output or "")


STUCK = """
import sys
from pathlib import Path

from autograder.classroom import container, watchdog

# Ended long before the hand-in's own time is over, in which every test begins.
container.GRACE_SECONDS = 2.5 - 60.0
watchdog.LAST_RESORT_SECONDS = 0.5
container.grade_in_container(Path(sys.argv[1]))
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarms")
@pytest.mark.parametrize(
    "hang, ending",
    [
        ("any(itertools.repeat(False))", -getattr(signal, "SIGALRM", 0)),
        ("while True: pass", 1),
    ],
    ids=["in C, where no thread runs", "in Python"],
)
def test_a_test_of_the_instructor_s_that_never_ends_is_our_fault(
    tmp_path: Path, hang: str, ending: int
) -> None:
    begun = tmp_path / "begun"
    graded = "import itertools\nimport pytest\n\n" + "".join(
        f"@pytest.mark.question('{question}')\ndef test_{question}(student):\n"
        f"    open({str(begun)!r}, 'w').close()\n    {hang}\n"
        for question in ("centre", "spread")
    )
    assert "seconds_total = 60.0" in ASSIGNMENT
    root = build(tmp_path, **{"solutions/centring/test_graded.py": graded})
    write_hand_in(root / "submission")
    done = subprocess.run([sys.executable, "-c", STUCK, root], capture_output=True, timeout=300)
    results = read_results(root / "results" / "results.json")
    # Where a busy machine has not come to the hang in time, the thread runs.
    assert done.returncode == (ending if begun.exists() else 1)
    assert len(results.tests or ()) == 2
    assert "our fault" in (results.output or "")
