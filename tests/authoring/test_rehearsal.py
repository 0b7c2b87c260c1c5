"""A rehearsal treats a zip as the platform does, sees what goes wrong with it, and leaves the machine as it was."""

from __future__ import annotations

import json
import os
import stat
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import pytest

from autograder.authoring.rehearsal import Rehearsal, Rehearsed, rehearse
from autograder.errors import CourseError, GraderError, SubmissionError
from autograder.grading.known_behaviour import KNOWN_FILE
from autograder.report.gradescope import GradescopeResults
from tests.rehearsal import stand_in

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "solutions" / "svm" / "linear_svm.py"
ALL_POINTS = 40
"""Of svm, without the bonus for a file that the reference alone does not have."""
STUB = ROOT / "assignments" / "svm" / "linear_svm.py"
RESULTS = """echo '{"score": 1, "tests": []}' > /autograder/results/results.json"""

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can rehearse")


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    folder = tmp_path / "hand-in"
    (folder / "data").mkdir(parents=True)
    (folder / "linear_svm.py").write_text("pass\n", encoding="utf-8")
    (folder / "data" / "notes.txt").write_text("mine\n", encoding="utf-8")
    return folder


@contextmanager
def moved_away(path: Path) -> Iterator[None]:
    aside = path.with_name(f"{path.name}.aside")
    path.rename(aside)
    try:
        yield
    finally:
        aside.rename(path)


# What follows grades with the real bundle of an assignment, spoilt by Windows and built once.


def test_a_zip_with_windows_line_ends_and_lost_permissions_builds_and_grades(
    svm_rehearsal: Rehearsal,
) -> None:
    assert b"\r\n" in (svm_rehearsal.source / "setup.sh").read_bytes()
    assert b"\r\n" in (svm_rehearsal.source.parent / "run_autograder").read_bytes()
    graded = svm_rehearsal.grade(REFERENCE)
    assert graded.exit_code == 0
    assert graded.results.score == ALL_POINTS


def test_it_grades_the_same_with_the_line_ends_it_is_made_with(
    svm_rehearsal: Rehearsal, svm_bundle: Path
) -> None:
    script = svm_rehearsal.source.parent / "run_autograder"
    with moved_away(script):
        script.write_bytes(zipfile.ZipFile(svm_bundle).read("run_autograder"))
        script.chmod(0o755)
        assert b"\r" not in script.read_bytes()
        graded = svm_rehearsal.grade(REFERENCE)
    assert graded.results.score == ALL_POINTS


@pytest.fixture(scope="module")
def graded_stub(svm_rehearsal: Rehearsal) -> Rehearsed:
    return svm_rehearsal.grade(STUB)


def test_stubs_earn_nothing(graded_stub: Rehearsed) -> None:
    assert graded_stub.results.score == 0
    assert "our fault" not in (graded_stub.results.output or "")


def test_student_code_runs_as_another_user_without_namespaces(graded_stub: Rehearsed) -> None:
    assert graded_stub.results.extra_data.tier == "uid"


def test_what_is_the_same_for_all_hand_ins_is_worked_out_once(
    svm_rehearsal: Rehearsal, tmp_path: Path
) -> None:
    source = REFERENCE.read_text(encoding="utf-8")
    mistaken = tmp_path / "linear_svm.py"
    mistaken.write_text(source.replace("    dW /= len(y)\n", ""), encoding="utf-8")
    before = (svm_rehearsal.source / KNOWN_FILE).read_bytes()
    graded = svm_rehearsal.grade(mistaken)
    assert (svm_rehearsal.source / KNOWN_FILE).read_bytes() == before
    assert any("grows with the size of the batch" in (test.output or "") for test in graded.results.tests)


def test_nothing_of_the_source_can_be_read_by_another_user(svm_rehearsal: Rehearsal) -> None:
    for path in (svm_rehearsal.source, *svm_rehearsal.source.rglob("*")):
        assert path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) == 0 or path.name == "run_autograder"


def test_everybody_can_read_the_environment_and_it_is_compiled(svm_rehearsal: Rehearsal) -> None:
    for package in ("autograder", "numpy"):
        (source,) = svm_rehearsal.environment.glob(f"lib/python3*/site-packages/{package}/__init__.py")
        assert source.stat().st_mode & stat.S_IROTH
        assert list((source.parent / "__pycache__").glob("__init__.*.pyc"))


def test_without_a_python_the_grader_takes_the_blame(svm_rehearsal: Rehearsal) -> None:
    with moved_away(svm_rehearsal.environment / "bin" / "python"):
        graded = svm_rehearsal.grade(REFERENCE)
    assert graded.exit_code == 0
    assert graded.results.score == 0
    assert "our fault" in (graded.results.output or "")
    assert [test.name for test in graded.results.tests]
    assert "/opt/autograder/bin/python" in graded.output


def test_a_grader_that_cannot_be_imported_takes_the_blame(svm_rehearsal: Rehearsal) -> None:
    (package,) = svm_rehearsal.environment.glob("lib/python3*/site-packages/msgspec")
    with moved_away(package):
        graded = svm_rehearsal.grade(REFERENCE)
    assert graded.exit_code == 0
    assert "our fault" in (graded.results.output or "")
    assert "Traceback" in graded.output


# What follows builds with commands in the way of the machine's own.


def build_with(commands: dict[str, str], tmp_path: Path) -> str:
    """Return what the build prints where these shell scripts stand in for commands; it has to fail."""
    build = (resources.files("autograder.authoring") / "scripts" / "build.sh").read_text(encoding="utf-8")
    setup = "PATH=/autograder/source/bin:$PATH exec bash /autograder/source/build.sh"
    others = {f"bin/{name}": script for name, script in commands.items()}
    archive = stand_in(tmp_path / "a.zip", RESULTS, setup, **others, **{"build.sh": build})
    with pytest.raises(CourseError) as error:
        rehearse(archive, [])
    return str(error.value)


TOO_OLD = "exit 1"
ASKED_FOR = 'echo "asked: $*"; [ "$1" = update ]'


@needs_root
def test_without_a_python_that_is_new_enough_one_is_asked_for(tmp_path: Path) -> None:
    pythons = {f"python3{minor}": TOO_OLD for minor in ("", ".11", ".12")}
    output = build_with(pythons | {"apt-get": ASKED_FOR}, tmp_path)
    assert "asked: install -y -qq --no-install-recommends python3.11 python3.11-venv" in output
    assert output.splitlines()[-1] == (
        "setup.sh: there is no Python 3.11 or newer that another user can start; choose an image that has one."
    )


@needs_root
def test_the_next_python_serves_where_the_first_is_too_old_and_gets_its_venv_package(tmp_path: Path) -> None:
    without_venv = """
case "$*" in
*ensurepip*) exit 1 ;;
*print*) echo python3.12 ;;
esac
"""
    output = build_with({"python3": TOO_OLD, "python3.12": without_venv, "apt-get": ASKED_FOR}, tmp_path)
    assert "asked: install -y -qq --no-install-recommends python3.12-venv" in output
    assert "asked: install -y -qq --no-install-recommends python3.11 " not in output


@needs_root
def test_a_python_that_only_root_can_start_is_passed_over(tmp_path: Path) -> None:
    """As one below /root is: the scripts that stand in for it fail for everybody but root."""
    for_root = '[ "$(id -u)" = 0 ]'
    pythons = {f"python3{minor}": for_root for minor in ("", ".11", ".12")}
    assert "that another user can start" in build_with(pythons | {"apt-get": ASKED_FOR}, tmp_path)


# What follows rehearses zips that hold nothing but two scripts.


@needs_root
def test_each_submission_is_laid_out_as_on_the_platform(submission: Path, tmp_path: Path) -> None:
    script = f"pwd; find /autograder -mindepth 1 | sort; cat submission/data/notes.txt; {RESULTS}"
    os.mkfifo(submission / "pipe")  # no upload holds one
    (graded,) = rehearse(stand_in(tmp_path / "a.zip", script), [submission])
    assert graded.output.splitlines() == [
        "/autograder",
        "/autograder/results",
        "/autograder/results/stdout",
        "/autograder/run_autograder",
        "/autograder/source",
        "/autograder/source/bundle.json",
        "/autograder/source/run_autograder",
        "/autograder/source/setup.sh",
        "/autograder/submission",
        "/autograder/submission/data",
        "/autograder/submission/data/notes.txt",
        "/autograder/submission/linear_svm.py",
        "/autograder/submission_metadata.json",
        "mine",
    ]
    assert graded.results == GradescopeResults(score=1, tests=())
    assert graded.seconds > 0


@needs_root
def test_zips_are_unpacked_and_single_files_copied(submission: Path, tmp_path: Path) -> None:
    archive = tmp_path / "hand-in.zip"
    with zipfile.ZipFile(archive, "w") as content:
        content.write(submission / "linear_svm.py", "linear_svm.py")
    bundle = stand_in(tmp_path / "a.zip", f"ls submission; {RESULTS}")
    outputs = [each.output for each in rehearse(bundle, [archive, submission / "linear_svm.py"])]
    assert outputs == ["linear_svm.py\n"] * 2


@needs_root
def test_metadata_has_the_documented_fields_and_what_a_test_puts_in_their_place(
    submission: Path, tmp_path: Path
) -> None:
    bundle = stand_in(tmp_path / "a.zip", f"cat submission_metadata.json; {RESULTS}")
    with Rehearsal(bundle) as rehearsal:
        usual = json.loads(rehearsal.grade(submission).output)
        late = json.loads(rehearsal.grade(submission, {"created_at": "2031-01-01T00:00:00Z"}).output)
    assert usual.keys() == {
        "id", "created_at", "assignment", "submission_method", "users", "previous_submissions",
    }  # fmt: skip
    assert usual["assignment"].keys() >= {
        "due_date",
        "late_due_date",
        "release_date",
        "total_points",
        "title",
    }
    assert usual["created_at"] < usual["assignment"]["due_date"]
    assert late == usual | {"created_at": "2031-01-01T00:00:00Z"}


@needs_root
def test_the_environment_is_clean_and_the_machine_out_of_sight(
    submission: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("SECRET", "of the instructor")
    script = f"env | sort; ls {ROOT} {tmp_path} /home; ls -A /root; command -v python3; {RESULTS}"
    (graded,) = rehearse(stand_in(tmp_path / "a.zip", script), [submission])
    lines = graded.output.splitlines()
    names = {line.partition("=")[0] for line in lines if "=" in line}
    assert names <= {"AUTOGRADER_TIER", "HOME", "PATH", "PWD", "SHLVL", "_", "OLDPWD"}
    assert "AUTOGRADER_TIER=uid" in lines
    assert sum("No such file or directory" in line for line in lines) == 3
    assert lines[-1] == "/usr/bin/python3"


@needs_root
def test_the_machine_stays_as_it_was_and_each_submission_starts_afresh(
    submission: Path, tmp_path: Path
) -> None:
    seconds = f"{os.getpid()}.125"
    places = ["/usr", "/etc", "/var", "/", "/tmp", "/dev/shm", "/autograder", "/autograder/source"]
    touched = [f"{place.rstrip('/')}/touched-by-{os.getpid()}" for place in places]
    script = f"ls {' '.join(touched)}; touch {' '.join(touched)}; setsid sleep {seconds} & {RESULTS}"
    bundle = stand_in(tmp_path / "a.zip", script, setup="touch /opt/autograder/built")
    first, second = rehearse(bundle, [submission, submission])
    assert "Read-only file system" in first.output
    assert second.output.count("No such file") == len(touched)
    assert not any(Path(place).exists() for place in touched)
    assert not Path("/opt/autograder/built").exists()
    assert not any(seconds in command for command in running())


def running() -> list[str]:
    """Return the command lines of this machine's processes."""
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return commands


@needs_root
def test_what_setup_leaves_is_there_for_every_submission(submission: Path, tmp_path: Path) -> None:
    setup = "echo built > /opt/autograder/built; echo seen > /autograder/source/seen"
    bundle = stand_in(
        tmp_path / "a.zip", f"cat /opt/autograder/built /autograder/source/seen; {RESULTS}", setup
    )
    assert [each.output for each in rehearse(bundle, [submission] * 2)] == ["built\nseen\n"] * 2


@needs_root
def test_a_submission_that_takes_too_long_is_stopped_and_keeps_what_was_written(
    submission: Path, tmp_path: Path
) -> None:
    bundle = stand_in(tmp_path / "a.zip", f"{RESULTS}; echo waiting; sleep 10000.125")
    (graded,) = rehearse(bundle, [submission], seconds_allowed=15.0)
    assert graded.exit_code is None
    assert graded.results.score == 1
    assert graded.output == "waiting\n"
    deadline = time.monotonic() + 60
    while any("sleep 10000.125" in command for command in running()):
        assert time.monotonic() < deadline, "the stopped submission is still running"
        time.sleep(0.01)


WRONG_RESULTS = {
    "no file at all": ("echo nothing done", r"left no results\.json; it printed:\nnothing done"),
    "no JSON": ("echo nonsense | tee results/results.json", r"is not a results file .* printed:\nnonsense"),
    "an unknown visibility": (
        """echo '{"score": 1, "tests": [], "visibility": "never"}' > results/results.json""",
        r"is not a results file of this grader \(Invalid enum value 'never'",
    ),
    "no score": (
        """echo '{"tests": [{"name": "a"}]}' > results/results.json""",
        r"is not a results file of this grader \(Object missing required field `score`",
    ),
}


@needs_root
@pytest.mark.parametrize(("script", "sentence"), WRONG_RESULTS.values(), ids=WRONG_RESULTS)
def test_results_that_the_platform_would_not_take_are_said_to_be_so(
    submission: Path, tmp_path: Path, script: str, sentence: str
) -> None:
    with pytest.raises(GraderError, match=sentence):
        rehearse(stand_in(tmp_path / "a.zip", script), [submission])


@needs_root
def test_a_setup_that_fails_shows_its_last_lines(submission: Path, tmp_path: Path) -> None:
    bundle = stand_in(tmp_path / "a.zip", RESULTS, setup="echo there is no disk left >&2; exit 3")
    with pytest.raises(CourseError, match=r"its setup\.sh failed:\nthere is no disk left"):
        rehearse(bundle, [submission])


@needs_root
def test_a_zip_that_is_none_for_gradescope_is_one_sentence(submission: Path, tmp_path: Path) -> None:
    path = tmp_path / "student.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("svm/README.md", "")
    with pytest.raises(CourseError, match=r"has no setup\.sh at its root"):
        rehearse(path, [submission])
    path.write_bytes(b"no zip")
    with pytest.raises(CourseError, match=r"student\.zip: cannot be unpacked"):
        rehearse(path, [submission])
    path.unlink()
    with pytest.raises(CourseError, match=r"student\.zip: there is no such file; check the path"):
        rehearse(path, [submission])


@needs_root
def test_a_submission_that_does_not_exist_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=r"nobody: cannot be read"):
        rehearse(stand_in(tmp_path / "a.zip", RESULTS), [tmp_path / "nobody"])


def test_without_root_it_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(CourseError, match=r"A rehearsal needs root"):
        rehearse(stand_in(tmp_path / "a.zip", RESULTS), [])
