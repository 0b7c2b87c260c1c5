"""What a call costs, measured from outside: CPU time and peak memory, read from the kernel around the call.

A call is measured in three exchanges: the arguments go in, the call is made, the value comes out. So the
transfer is not part of the measurement, but it is watched: work that student code shifts into it, in a
thread that starts early or goes on after the return, shows in the CPU time around the call.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GraderError
from autograder.sandbox.call_failures import CodeRaised
from autograder.sandbox.code import Call, Code
from autograder.sandbox.launching import thread_state
from autograder.sandbox.process import WorkerProcess
from autograder.sandbox.replies import Returned
from autograder.sandbox.time_used import cpu_clock

LONGEST_WAIT_SECONDS = 0.05
"""How long to wait for a worker that is still busy after it has answered; what it does later is measured too."""
MOST_HELD_BYTES = 24 << 20
"""What code may hold before a measured call. Importing much of the standard library takes 14 MB; NumPy's submodules
and what its routines keep take another 10."""
HELD_FACTOR = 4
"""How many copies of its arguments it may hold as well, in objects that were made for the call."""

MOST_OF_LIBRARIES_BYTES = 8 << 20
"""How much of the libraries' own files a call may bring in: the first use of a routine maps up to a megabyte around it,
on some kernels. Files that student code makes are mapped in the same way, so there is a limit."""


@dataclass(frozen=True)
class CpuTime:
    """CPU seconds of a call in all threads of its process; the mean of several calls made in a row.

    Attributes
    ----------
    call
        From the moment it was made until it returned.
    around
        The rest of the transaction: taking the arguments in before, sending the value after.
    """

    call: float
    around: float


def timed(calls: Sequence[Call]) -> tuple[CpuTime, list[Returned | CodeRaised]]:
    """Make calls in a row and return the CPU time they took, with what each returned or raised.

    All arguments go in first, so that nothing comes between the calls. The first finds caches as cold as any
    single call would; with those that follow, that weighs less.

    Parameters
    ----------
    calls
        One or more calls of the same code, not made yet.

    Raises
    ------
    CallFailed
        If neither a value nor an exception came.
    """
    process = calls[0].code.process()
    with _endings_noticed(calls[0].code):
        started = _cpu_clock(process)
        for call in calls:
            call.hold()
        ready = _cpu_clock(process)
        calls[0].go()
        returned = _cpu_clock(process)
        outcomes = [_fetched(call) for call in calls]
        ended = _cpu_clock(process)
    around = (ready - started) + (ended - returned)
    return CpuTime((returned - ready) / len(calls), around / len(calls)), outcomes


def peak_memory(prepare: Callable[[], Call]) -> tuple[int, Returned | CodeRaised]:
    """Make a call and return the peak of the bytes that it made resident, with what it returned or raised.

    Memory that was held before the call does not count, unless it is more than honest code holds: then the call
    may be using it as its workspace. Nor does what the call is the first to use of the libraries' files.

    Parameters
    ----------
    prepare
        Returns the call.

    Raises
    ------
    CallFailed
        If neither a value nor an exception came.
    """
    call = prepare()
    if not _forget_peak(call.code.process()):
        # An earlier peak cannot be reset here, so the call gets a worker that has none.
        call.code.host.drop()
        call = prepare()
    process = call.code.process()
    with _endings_noticed(call.code):
        call.hold(trim=True)
        _forget_peak(process)
        most_before = process.resident_at_first + MOST_HELD_BYTES + HELD_FACTOR * call.code.bytes_sent
        before = min(process.status_bytes("VmRSS"), most_before)
        of_files = _of_files(process)
        call.go()
        peak = process.status_bytes("VmHWM")
        brought_in = max(0, _of_files(process) - of_files)
        return max(0, peak - before - min(brought_in, MOST_OF_LIBRARIES_BYTES)), _fetched(call)


@contextlib.contextmanager
def _endings_noticed(code: Code) -> Iterator[None]:
    """Report a reading that fails because its process has ended as such: a thread may end it at any time."""
    try:
        yield
    except OSError as error:
        failure = code.ended()
        if failure is not None:
            raise failure from None
        raise GraderError(f"a worker cannot be measured on this system: {error}") from error


def _fetched(call: Call) -> Returned | CodeRaised:
    try:
        return call.fetch()
    except CodeRaised as error:
        return error


# --- CPU time -----------------------------------------------------------------------------------------


def _cpu_clock(process: WorkerProcess) -> float:
    """Return the CPU seconds that a worker has used so far, read while none of its threads is running."""
    if sys.platform != "linux":
        raise GraderError("the CPU time of another process can be read on Linux only, so races need Linux")
    _wait_until_asleep(process.pid)
    return cpu_clock(process.pid)


def _wait_until_asleep(pid: int) -> None:
    """Wait until no thread of a process is running: the clock of a running thread may lag."""
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while time.monotonic() < deadline:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - a Path costs as much as the call
        if all(thread_state(pid, thread) != b"R" for thread in threads):
            return
        time.sleep(0)


@contextlib.contextmanager
def on_one_core(*processes: WorkerProcess, turn: int) -> Iterator[None]:
    """Let workers run on the same core meanwhile, as far as this system allows it.

    A core whose neighbours are busy does less in a second of CPU time, and so does one that is slower by itself. Each
    worker tends to stay on the core where it is, so that no number of measurements would make up for it.

    Parameters
    ----------
    turn
        Counts up; each turn is another core's.
    """
    before: dict[int, set[int]] = {}
    try:
        with contextlib.suppress(OSError, AttributeError):
            cores = sorted(os.sched_getaffinity(0))
            before = {process.pid: os.sched_getaffinity(process.pid) for process in processes}
            for pid in before:
                os.sched_setaffinity(pid, {cores[turn % len(cores)]})
        yield
    finally:
        for pid, allowed in before.items():
            with contextlib.suppress(OSError):
                os.sched_setaffinity(pid, allowed)


# --- memory -------------------------------------------------------------------------------------------


def _forget_peak(process: WorkerProcess) -> bool:
    """Start a new measurement of peak memory; return whether the system allows it."""
    try:
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def _of_files(process: WorkerProcess) -> int:
    """Return the resident bytes that are parts of files, 0 on systems that do not tell them apart."""
    try:
        return process.status_bytes("RssFile")
    except OSError:
        process.status_bytes("VmRSS")  # it has not ended
        return 0
