"""`autograder check` explains each slip once, shows what to paste, and follows saves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.student.watching import saves
from tests.commands import only_line, run_command, run_here
from tests.courses import PUBLIC, REFERENCE

MORE_CHECKS = """
@pytest.mark.question("spread")
@pytest.mark.parametrize("factor", [1.0, 2.0, 3.0])
def test_spread_grows_with_the_numbers(expect, factor):
    X = factor * np.array([[1.0, 2.0], [3.0, 6.0]])
    expect("centring.spread", X, equals=factor * np.array([1.0, 2.0]), names=("spread",))
"""

METHOD = """
import numpy as np
import pytest

def centred(code, X, shift):
    model = code.new("centring.Model")
    model.call("fit", X)
    return model.call("transform", X, shift=shift)

@pytest.mark.question("centre")
def test_centres(expect):
    expect(centred, np.array([[1.0], [3.0]]), 0.5, equals=np.array([[-0.5], [1.5]]), names=("centred",))

@pytest.mark.question("spread")
def test_spread(expect):
    expect("centring.spread", np.array([[1.0], [3.0]]), equals=np.array([1.0]))
"""

MODEL = """
class Model:
    def fit(self, X):
        self.means = X.mean(axis=0)

    def transform(self, X, shift=0.0):
        return X - self.means
"""


def paste(shown: str) -> list[str]:
    """Return the three lines that are offered to be pasted."""
    lines = [line.strip() for line in shown.splitlines()]
    start = next(i for i, line in enumerate(lines) if "to see it, paste" in line.lower()) + 1
    return lines[start : start + 3]


def run_pasted(lines: list[str], folder: Path) -> str:
    """Run three pasted lines in a folder, printing the value of the last."""
    *before, call = lines
    script = "\n".join([*before, f"print({call.partition('#')[0]})"])
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_an_untouched_folder_is_told_what_to_fill_in(work: Path) -> None:
    done = run_command("check", cwd=work)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    to_fill_in = [it for it in lines if it.startswith("  centre is not filled in yet in centring.py, line")]
    assert len(to_fill_in) == 1, "said once, whichever checks call it"
    assert "in the same way" not in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_file_that_cannot_be_read_is_never_called_missing(work: Path) -> None:
    (work / "centring.py").write_bytes(REFERENCE.encode("utf-16"))
    shown = run_here("check", cwd=work).stdout
    assert "centring.py is UTF-16; save it as UTF-8" in shown
    assert "is missing" not in shown


def test_right_work_passes(work: Path) -> None:
    (work / "centring.py").write_text(REFERENCE)
    done = run_here("check", cwd=work)
    assert done.returncode == 0, done.stdout
    assert "All public checks pass" in done.stdout


def test_checks_that_fail_in_the_same_way_are_explained_once(work: Path) -> None:
    (work / "test_public.py").write_text(PUBLIC + MORE_CHECKS)
    (work / "centring.py").write_text(REFERENCE.replace("return np.sqrt(np.add", "return 3 * np.sqrt(np.add"))
    shown = run_here("check", "spread", cwd=work).stdout
    assert "spread: 0 of 4 checks pass" in shown
    assert "… and 3 more fail in the same way" in shown
    assert shown.count("expected spread") == 1


def test_a_function_that_calls_itself_for_ever_is_shown_once(work: Path) -> None:
    endless = REFERENCE.replace("deviations_from_mean = X", "deviations_from_mean = spread(X)")
    (work / "centring.py").write_text(endless)
    shown = run_here("check", "spread", cwd=work).stdout
    assert shown.count("deviations_from_mean = spread(X)") == 1
    assert "and so on: it calls itself again and again" in shown


def test_a_counterexample_can_be_pasted_and_shows_the_wrong_value(work: Path) -> None:
    (work / "centring.py").write_text(REFERENCE.replace("return np.sqrt(np.add", "return 3 * np.sqrt(np.add"))
    lines = paste(run_here("check", "spread", cwd=work).stdout)
    assert lines[0] == "import numpy as np; from centring import spread"
    assert lines[2] == "spread(X)  # expected: np.array([1.0, 2.0])"
    assert run_pasted(lines, work).split() == ["[3.", "6.]"]


def test_a_counterexample_for_a_method_makes_the_object_first(work: Path) -> None:
    (work / "test_public.py").write_text(METHOD)
    (work / "centring.py").write_text(REFERENCE + MODEL)
    lines = paste(run_here("check", "centre", cwd=work).stdout)
    assert lines[1].startswith("model = Model(); model.fit(np.array([[1.0], [3.0]])); X, shift = ")
    assert lines[2].startswith("model.transform(X, shift=shift)  # expected: ")
    assert run_pasted(lines, work).split() == ["[[-1.]", "[", "1.]]"]


def test_plain_pytest_offers_the_same_lines(work: Path) -> None:
    (work / "centring.py").write_text(REFERENCE.replace("return np.sqrt(np.add", "return 3 * np.sqrt(np.add"))
    command = [sys.executable, "-m", "pytest", "-p", "autograder.grading.plugin", "--import-mode=importlib"]
    done = subprocess.run([*command, "-k", "spread"], cwd=work, capture_output=True, text=True, check=False)
    assert paste(done.stdout) == paste(run_here("check", "spread", cwd=work).stdout)


def test_an_unknown_question_gets_one_sentence(work: Path) -> None:
    for options in ([], ["--watch"]):
        done = run_here("check", "centr", *options, cwd=work)
        assert done.returncode == 2
        assert "centre" in only_line(done.stderr)


@contextmanager
def watching(folder: Path, output: Path) -> Iterator[None]:
    with output.open("wb") as stream:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "autograder", "check", "--watch"]
        process = subprocess.Popen(command, cwd=folder, stdout=stream, stderr=stream, env=environment)
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_for(output: Path, text: str, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while text not in (said := output.read_text(encoding="utf-8")):
        assert time.monotonic() < deadline, said
        time.sleep(0.05)


def test_watch_checks_again_after_a_save(work: Path, tmp_path: Path) -> None:
    output = tmp_path / "output.txt"
    with watching(work, output):
        wait_for(output, "Waiting for the next save")
        assert "not filled in yet" in output.read_text()
        (work / "centring.py").write_text(REFERENCE)
        wait_for(output, "All public checks pass")
        (work / "centring.py").write_text(REFERENCE + "\nthis is no Python\n")
        wait_for(output, "centring.py has a syntax error in line")


def test_saves_are_noticed_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "centring.py"
    path.write_text("one")
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            path.write_text("three")

    noticed = saves(lambda: [path], sleep)
    next(noticed)
    next(noticed)
    assert len(naps) == 3
    assert max(naps) < 1
    path.unlink()
    next(noticed)


@pytest.mark.parametrize("name", ["random.py", "numpy.py", "json.py"])
def test_a_file_called_like_a_library_disturbs_nothing(work: Path, name: str) -> None:
    from autograder.student.afresh import check_afresh

    (work / name).write_text("raise RuntimeError('imported by mistake')\n")
    (work / "centring.py").write_text(REFERENCE)
    assert check_afresh("spread", work).passed
