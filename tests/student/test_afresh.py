"""A notebook's checks run in a second Python that is kept for the next, holds nothing old and outlives nobody."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

import autograder
from autograder.errors import GraderError
from autograder.student import afresh
from autograder.student.afresh import check_afresh, state_of_work
from tests.courses import REFERENCE

WRONG = REFERENCE.replace("return np.sqrt(np.add", "return 3 * np.sqrt(np.add")
LOOPS = "while True:\n    pass\n"
ASKS = """
import os, signal, sys
from pathlib import Path
from autograder.student.afresh import check_afresh
signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests may have been started with it ignored
for source in sys.argv[1:]:
    Path("centring.py").write_text(source)
    print("asks", flush=True)
    try:
        print(check_afresh("spread").passed, flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


def second_python() -> int:
    running = afresh._second_python._running
    assert running is not None
    return running._process.pid


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def test_a_check_of_one_question_repeats_the_others_only_if_something_changed(work: Path) -> None:
    assert "  to do " in check_afresh(folder=work).standing
    again = check_afresh("spread", work).standing
    assert "to do " not in again and "Next: centre is not filled in yet" in again and "no change" in again
    (work / "centring.py").write_text(REFERENCE)
    assert "  done " in check_afresh("spread", work).standing


def test_one_serves_all_checks_and_each_sees_what_is_saved_then(work: Path) -> None:
    (work / "centring.py").write_text(WRONG)
    assert not check_afresh("spread", work).passed
    first, state = second_python(), state_of_work(work)
    (work / "centring.py").write_text(REFERENCE)
    assert check_afresh("spread", work).passed
    assert state_of_work(work) != state
    tests = work / "test_public.py"
    before = tests.read_text()
    tests.write_text(
        before + "\n\n@pytest.mark.question('spread')\ndef test_none():\n    raise AssertionError('new')\n"
    )
    assert "1 of 2 checks pass" in check_afresh("spread", work).text
    tests.write_text(before)
    assert "1 of 1 checks pass" in check_afresh("spread", work).text
    assert second_python() == first


def test_another_takes_its_place_where_ours_or_the_environment_changed_or_something_ended_it(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "autograder" / "grading" / "new.py"
    code.parent.mkdir(parents=True)
    monkeypatch.setattr(autograder, "__file__", str(tmp_path / "autograder" / "__init__.py"))
    seen = []
    for change in (
        lambda: None,
        lambda: code.write_text("one = 1\n"),
        lambda: monkeypatch.setenv("AUTOGRADER_FRESH_INTERPRETERS", "1"),
        lambda: os.kill(second_python(), getattr(signal, "SIGKILL", signal.SIGTERM)),
    ):
        change()
        for _ in range(2):
            state_of_work(work)
            seen.append(second_python())
    assert seen[::2] == seen[1::2]
    assert len(set(seen)) == 4
    wait_until(lambda: not any(psutil.pid_exists(it) for it in seen[:-2]))


def test_one_that_does_not_start_is_a_sentence(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afresh, "_second_python", afresh._SecondPython())
    monkeypatch.setattr(afresh, "_ANSWERING", "autograder.student.nowhere")
    with pytest.raises(GraderError, match=r"could not be run: .*No module named"):
        check_afresh("spread", work)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows interrupts by other means")
@pytest.mark.system
def test_nothing_is_left_of_a_check_that_is_interrupted_or_whose_asker_is_killed(work: Path) -> None:
    asker = subprocess.Popen(
        [sys.executable, "-c", ASKS, LOOPS, REFERENCE, LOOPS], cwd=work, stdout=subprocess.PIPE, text=True
    )
    process = psutil.Process(asker.pid)

    def said() -> str:
        assert asker.stdout is not None
        return asker.stdout.readline().strip()

    def started() -> list[psutil.Process]:
        # The second Python, what it forks workers from, and the worker that runs for ever.
        wait_until(lambda: len(process.children(recursive=True)) >= 3)
        time.sleep(0.2)
        return process.children(recursive=True)

    assert said() == "asks"
    first = started()
    asker.send_signal(signal.SIGINT)
    assert said() == "interrupted"
    wait_until(lambda: not any(map(lives, first)))
    assert [said(), said(), said()] == ["asks", "True", "asks"]
    second = started()
    asker.kill()
    asker.communicate()
    wait_until(lambda: not any(map(lives, second)))
