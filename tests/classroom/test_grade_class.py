"""A class is graded in a window of bounded width, and whoever breaks the grader costs nobody else anything."""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from autograder.authoring.new import new_assignment
from autograder.classroom import watchdog
from autograder.classroom.grade_class import ENDED, grade_class
from autograder.classroom.processes import LocalPool
from autograder.classroom.store import Store
from autograder.classroom.work import StoredResult, Work, refused
from autograder.errors import GraderError
from autograder.handin.candidates import Source
from autograder.handin.find import find_hand_ins
from autograder.handin.found import Found
from autograder.handin.open_hand_in import Submission
from tests.classroom.conftest import NAME, RIGHT, write_class


def found_in(folder: Path, work: Work) -> tuple[Found, ...]:
    return find_hand_ins(folder, work.assignment.file_names)


def class_of(count: int, folder: Path, work: Work) -> tuple[Found, ...]:
    return found_in(
        write_class(folder, {f"s{number:04}": b"# %d\n" % number + RIGHT for number in range(count)}), work
    )


def quickly(outcome: StoredResult, submission: Submission) -> StoredResult:
    if "kills" in submission.label:
        os.kill(os.getpid(), signal.SIGKILL)
    if "hangs" in submission.label:
        watchdog.LAST_RESORT_SECONDS = 0.1
        with watchdog.watched(0.1, lambda: os._exit(70)):
            any(itertools.repeat(False))  # in C, where no thread gets to run
    if "faulty" in submission.label:
        raise GraderError("the disk is full")
    return outcome


class QuickPool:
    """Processes that only pretend to grade, so that what surrounds them can be seen."""

    def __init__(self, work: Work, width: int = 4) -> None:
        nothing = refused(work.plan, work.assignment, "quick")
        self.outcome = StoredResult(result=nothing)
        self.width = width
        self.renewed = 0
        self.submitted = 0
        self._executor = self._processes()

    def submit(self, submission: Submission) -> Future[StoredResult]:
        self.submitted += 1
        return self._executor.submit(quickly, self.outcome, submission)

    def renew(self) -> None:
        self.renewed += 1
        self._executor.shutdown()
        self._executor = self._processes()

    def _processes(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(2, multiprocessing.get_context("spawn"))

    def close(self) -> None:
        self._executor.shutdown()


@contextmanager
def quick_pool(work: Work) -> Iterator[QuickPool]:
    pool = QuickPool(work)
    yield pool
    pool.close()


def test_never_more_hand_ins_are_open_than_the_window_is_wide(work: Work, tmp_path: Path) -> None:
    hand_ins = class_of(40, tmp_path / "class", work)
    opened = 0

    def one_by_one() -> Iterator[Found]:
        nonlocal opened
        for one in hand_ins:
            opened += 1
            yield one

    most = done = 0
    with quick_pool(work) as pool:
        for _ in grade_class(work, one_by_one(), pool, Store(tmp_path / "state")):
            most = max(most, opened - done)
            done += 1
        assert done == 40
        assert most <= pool.width + 1


def memory_for(count: int, work: Work, folder: Path) -> int:
    hand_ins = class_of(count, folder / "class", work)
    gc.collect()
    tracemalloc.start()
    with quick_pool(work) as pool:
        done = sum(1 for _ in grade_class(work, hand_ins, pool, Store(folder / "state")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done == count
    return peak


def test_a_class_ten_times_as_large_needs_no_more_memory(work: Work, tmp_path: Path) -> None:
    memory_for(5, work, tmp_path / "first")  # what is imported on the way is not the class's
    small = memory_for(30, work, tmp_path / "small")
    # Garbage that waits for its collector is not held; what is held is held every time.
    large = min(memory_for(300, work, tmp_path / f"large {turn}") for turn in range(3))
    assert large < 1.5 * small


def test_who_kills_grading_processes_alone_is_at_fault(work: Work, tmp_path: Path) -> None:
    write_class(tmp_path / "class", {"a kills": RIGHT + b"#1", "m kills": RIGHT + b"#2"})
    hand_ins = class_of(8, tmp_path / "class", work)
    with quick_pool(work) as pool:
        done = {
            one.found.label: one.result
            for one in grade_class(work, hand_ins, pool, Store(tmp_path / "state"))
        }
    assert len(done) == 10
    assert {label for label, result in done.items() if result.at_fault} == {"a kills", "m kills"}
    assert done["a kills"].faults == (ENDED,)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarms")
def test_a_grading_process_that_hangs_in_c_is_ended_and_the_class_goes_on(work: Work, tmp_path: Path) -> None:
    write_class(tmp_path / "class", {"hangs": RIGHT})
    hand_ins = class_of(4, tmp_path / "class", work)
    with quick_pool(work) as pool:
        done = {
            one.found.label: one.result
            for one in grade_class(work, hand_ins, pool, Store(tmp_path / "state"))
        }
    assert done.pop("hangs").faults == (ENDED,)
    assert len(done) == 4 and not any(result.at_fault for result in done.values())


def test_a_fault_of_the_grader_concerns_one_hand_in(work: Work, tmp_path: Path) -> None:
    write_class(tmp_path / "class", {"faulty": RIGHT})
    hand_ins = class_of(3, tmp_path / "class", work)
    store = Store(tmp_path / "state")
    with quick_pool(work) as pool:
        done = {one.found.label: one for one in grade_class(work, hand_ins, pool, store)}
    assert done.pop("faulty").result.faults == ("the disk is full",)
    assert not any(one.result.at_fault for one in done.values())


def test_what_cannot_be_opened_says_why(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    (tmp_path / "eve.zip").write_bytes(b"PK\x03\x04 no zip at all")
    (one,) = grade_class(work, found_in(tmp_path, work), pool, Store(tmp_path / "state"))
    assert one.key == ""
    assert "zip" in one.result.notes[0]
    assert one.result.score == 0 and not one.result.at_fault


def test_a_fault_while_a_hand_in_is_opened_concerns_it_alone(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Work.opened

    def fails_once(work: Work, source: Path | Source, label: str | None = None) -> Submission:
        if label == "s0001":
            raise MemoryError
        return opened(work, source, label)

    monkeypatch.setattr(Work, "opened", fails_once)
    store = Store(tmp_path / "state")
    with quick_pool(work) as pool:
        hand_ins = class_of(3, tmp_path / "class", work)
        done = {one.found.label: one for one in grade_class(work, hand_ins, pool, store)}
    faulty = done.pop("s0001")
    assert faulty.result.faults == ("MemoryError",)
    assert store.get(faulty.key) is not None and store.finished(faulty.key) is None
    assert len(done) == 2 and not any(one.result.at_fault for one in done.values())


def test_isolation_that_cannot_be_had_stops_everything_at_once(work: Work) -> None:
    with pytest.raises(GraderError, match="there is no isolation tier 'glass'"):
        LocalPool(replace(work, tier="glass"), 1)


# --- processes that cannot grade ----------------------------------------------------------------------

DIES = "import os, sys\nif '--multiprocessing-fork' in sys.orig_argv:\n    os._exit(9)\n"
STARTS_NOTHING = """
import sys

def refuse(event, arguments):
    if event == "subprocess.Popen" and "--multiprocessing-fork" in sys.orig_argv:
        raise BlockingIOError("Resource temporarily unavailable")

sys.addaudithook(refuse)
"""


@pytest.mark.parametrize(
    "beginning, said",
    [
        (DIES, "end before they are given a hand-in (exit code 9)"),
        (STARTS_NOTHING, "temporarily unavailable"),
    ],
    ids=["processes that die", "no worker"],
)
def test_processes_that_can_grade_nothing_stop_the_class_with_one_sentence(
    beginning: str, said: str, work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(beginning)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    store = Store(tmp_path / "state")
    hand_ins = class_of(8, tmp_path / "class", work)
    large = replace(work)
    vars(large)["stubs"] = {"hw.py": bytes(1 << 20)}  # more than a pipe holds
    with pytest.raises(GraderError) as error, LocalPool(large, 2) as pool:
        list(grade_class(work, hand_ins, pool, store))
    sentence = str(error.value)
    assert said in sentence and "autograder doctor" in sentence and "\n" not in sentence
    assert not list((tmp_path / "state").glob("*.outcome"))  # nobody's work is to blame


# --- Ctrl-C -------------------------------------------------------------------------------------------

SLOW = b"import time\n\ndef predict(X, w):\n    time.sleep(120)\n"
PATIENT = "\n[limits]\nseconds_per_call = 120\n"
"""Calls may sleep for longer than a test waits, so that one is under way however busy the machine is."""


def eventually(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def processes_below(pid: int) -> set[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found, grown = {pid}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return found - {pid}


def read_until(terminal: int, text: str) -> str:
    """Return what a program shows on its terminal until some text has come, or the program has ended."""
    shown = ""
    while text not in shown:
        try:
            shown += os.read(terminal, 4096).decode(errors="replace")
        except OSError:  # nobody has the other end any more
            break
    return shown


def test_ctrl_c_stops_at_once_and_the_same_command_continues(worker_python: Path, tmp_path: Path) -> None:
    new_assignment(tmp_path, NAME)
    with (tmp_path / "assignments" / NAME / "assignment.toml").open("a") as settings:
        settings.write(PATIENT)
    names = [f"a{number}" for number in range(3)]
    submissions = write_class(tmp_path / "class", {name: RIGHT + name.encode() for name in names})
    write_class(submissions, {"z slow": SLOW})
    command = [
        sys.executable,
        "-m",
        "autograder",
        "grade",
        NAME,
        str(submissions),
        "-o",
        str(tmp_path / "out"),
    ]
    terminal, its_end = os.openpty()
    grading = subprocess.Popen(
        [*command, "-j", "2"],
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "160"},
        stdout=its_end,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=partial(
            signal.signal, signal.SIGINT, signal.SIG_DFL
        ),  # a job in the background ignores it
    )
    os.close(its_end)
    shown = read_until(terminal, "3/4")  # a result is stored before it is counted
    below = processes_below(grading.pid)
    os.killpg(grading.pid, signal.SIGINT)
    shown += read_until(terminal, "there is no such text, so that all is read")
    _, err = grading.communicate(timeout=60)
    os.close(terminal)

    assert grading.returncode == 130
    assert "Traceback" not in err
    assert "stopped after 3 of 4; what is graded is kept" in " ".join(shown.split())
    state = tmp_path / "out" / "state"
    assert len(list(state.glob("*.outcome"))) == 3  # the call that sleeps is not waited for
    assert below and eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))

    write_class(submissions, {"z slow": RIGHT})
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "1 graded" in done.stdout and "3 had been graded before" in done.stdout
