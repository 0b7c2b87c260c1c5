"""What a call costs, measured from outside: CPU time and peak memory, read from the kernel around the call.

A call is measured in three exchanges: the arguments go in, the call is made, the value comes out. So the
transfer stays out of the measurement, but not out of sight: work that student code shifts into it, in a
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
from autograder.sandbox.code import Call, Code, Returned
from autograder.sandbox.process import WorkerProcess

LONGEST_WAIT_SECONDS = 0.05
"""How long a worker may still be busy after it has answered; if it is, that is part of the measurement."""
MOST_HELD_BYTES = 24 << 20
"""What code may hold before a call that is measured. Importing much of the standard library takes 14 MB, NumPy's
submodules with what its routines keep take another 10."""
HELD_FACTOR = 4
"""Copies of its arguments that it may hold besides, in objects that were made for the call."""


@dataclass(frozen=True)
class CpuTime:
    """CPU seconds of a call, all threads of its process; the mean of several that were made in a row.

    Attributes
    ----------
    call
        From the moment it was made until it had returned.
    around
        The rest of the transaction: taking the arguments in before, sending the value after.
    """

    call: float
    around: float


def timed(calls: Sequence[Call]) -> tuple[CpuTime, list[Returned | CodeRaised]]:
    """Make calls in a row and return the CPU time they took, with what each returned or raised.

    All arguments go in first, so that nothing comes between the calls. The first of them finds caches as cold
    as any single call would; with those that follow, that weighs less.

    Parameters
    ----------
    calls
        One or more calls of the same code, not made yet.

    Raises
    ------
    CallFailed
        Where neither a value nor an exception came.
    """
    process = calls[0].code.process()
    with _endings_noticed(calls[0].code):
        started = _cpu_clock(process)
        held = [call.held() for call in calls]
        ready = _cpu_clock(process)
        held[0].go()
        returned = _cpu_clock(process)
        outcomes = [_fetched(call.fetch) for call in held]
        ended = _cpu_clock(process)
    around = (ready - started) + (ended - returned)
    return CpuTime((returned - ready) / len(calls), around / len(calls)), outcomes


def peak_memory(prepare: Callable[[], Call]) -> tuple[int, Returned | CodeRaised]:
    """Make a call and return the bytes that it made resident at most, with what came of it.

    Memory that was there before the call is no part of it, unless it is more than honest code holds: then it may
    be the room that the call works in.

    Parameters
    ----------
    prepare
        Returns the call.

    Raises
    ------
    CallFailed
        Where neither a value nor an exception came.
    """
    call = prepare()
    if not _forget_peak(call.code.process()):
        # An earlier peak cannot be taken back here, so the call gets a worker that has none.
        call.code.host.drop()
        call = prepare()
    process = call.code.process()
    with _endings_noticed(call.code):
        held = call.held(trim=True)
        _forget_peak(process)
        before = min(process.status_bytes("VmRSS"), _most_before(call.code, process))
        held.go()
        peak = process.status_bytes("VmHWM")
        return max(0, peak - before), _fetched(held.fetch)


@contextlib.contextmanager
def _endings_noticed(code: Code) -> Iterator[None]:
    """Take a reading that fails for the ending of its process, if it is that: a thread may end it at any time."""
    try:
        yield
    except OSError as error:
        failure = code.ended()
        if failure is not None:
            raise failure from None
        raise GraderError(f"a worker cannot be measured on this system: {error}") from error


def _fetched(fetch: Callable[[], Returned]) -> Returned | CodeRaised:
    try:
        return fetch()
    except CodeRaised as error:
        return error


# --- CPU time -----------------------------------------------------------------------------------------


def _cpu_clock(process: WorkerProcess) -> float:
    """Return the CPU seconds that a worker has used so far, read while none of its threads runs."""
    if sys.platform != "linux":
        raise GraderError("CPU time of another process can be read on Linux only; races are run there")
    _wait_until_asleep(process.pid)
    # The kernel's encoding of "CPU clock of this process"; see clock_getcpuclockid(3).
    return time.clock_gettime((~process.pid << 3) | 2)


def _wait_until_asleep(pid: int) -> None:
    """Wait until no thread of a process runs: the clock of a running thread may be behind."""
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while not _is_asleep(pid) and time.monotonic() < deadline:
        time.sleep(0)


def _is_asleep(pid: int) -> bool:
    threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - a race reads this often; a Path costs as much as the call
    return all(_state(pid, thread) != b"R" for thread in threads)


def _state(pid: int, thread: str) -> bytes:
    try:
        with open(f"/proc/{pid}/task/{thread}/stat", "rb") as file:  # noqa: PTH123
            return file.read().rpartition(b") ")[2][:1]
    except (FileNotFoundError, ProcessLookupError):  # the thread has ended meanwhile
        return b""


# --- memory -------------------------------------------------------------------------------------------


def _forget_peak(process: WorkerProcess) -> bool:
    """Start a new measurement of peak memory; return whether the system lets us."""
    try:
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def _most_before(code: Code, process: WorkerProcess) -> int:
    return process.resident_at_first + MOST_HELD_BYTES + HELD_FACTOR * code.bytes_sent
