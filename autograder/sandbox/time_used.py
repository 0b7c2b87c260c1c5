"""What a call has used of the time that it may take: CPU time of its process, and time in which that was asleep.

A machine that is busy with other things makes a call neither longer nor shorter by this count. Waiting for the answer
to a callback is no part of it: the worker is not to blame for that, and neither for time in which nobody looked.
"""

from __future__ import annotations

import os
import sys
import time

from autograder.sandbox.launching import thread_state
from autograder.sandbox.wire.channel import WATCH_SECONDS

WALL_FACTOR = 10.0
"""A call may take so many times its CPU seconds by the clock on the wall: others may use the core as well."""
LEAST_WALL_SECONDS = 10.0
AWAKE_SHARE = 0.01
"""A process that has used less than this share of a core since the last look, and does not want more, is asleep."""
MOST_AT_ONCE = 2 * WATCH_SECONDS
"""No more than this counts between two looks. When the grader itself had to wait for a core, the worker may have been
done long before, and its answer lies ready; when the whole machine stood still, that was charged to whatever ran."""
_AWAKE = frozenset({b"R", b"D"})
"""States of a thread that wants to go on: it runs or waits for a core, or for the disk."""


class TimeUsed:
    """Counts what one call uses.

    Parameters
    ----------
    pid
        The worker, as seen from here.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._cpu = cpu_seconds(pid)
        self._looked_at = time.monotonic()
        self.seconds = 0.0

    def look(self, has_answered: bool = False) -> float:
        """Return the seconds that the call has used, those since the last look included.

        Parameters
        ----------
        has_answered
            Whether something that the worker sent has not been read yet: then it does not sleep, but waits for us.
        """
        now, cpu = time.monotonic(), cpu_seconds(self._pid)
        passed, used = now - self._looked_at, cpu - self._cpu
        self._looked_at, self._cpu = now, cpu
        asleep = used < AWAKE_SHARE * passed and not self._wants_to_run()
        if sys.platform == "linux" and not asleep:
            self.seconds += min(max(0.0, used), MOST_AT_ONCE)
        elif not has_answered:
            self.seconds += min(passed, MOST_AT_ONCE)
        return self.seconds

    def skip(self) -> None:
        """Leave out the time since the last look in which the worker slept."""
        self._looked_at = time.monotonic()

    def _wants_to_run(self) -> bool:
        if sys.platform != "linux":
            return False
        try:
            threads = os.listdir(f"/proc/{self._pid}/task")  # noqa: PTH208 - a Path costs as much as the call
        except OSError:
            return False
        return any(thread_state(self._pid, thread) in _AWAKE for thread in threads)


def cpu_clock(pid: int) -> float:
    """Return the CPU seconds of all threads of a process, on Linux; the clock of a running thread may lag.

    Raises
    ------
    OSError
        If the process has ended.
    """
    # The kernel's encoding of "CPU clock of this process"; see clock_getcpuclockid(3).
    return time.clock_gettime((~pid << 3) | 2)


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process; elsewhere than on Linux, the time on the wall."""
    if sys.platform != "linux":
        return time.monotonic()
    try:
        return cpu_clock(pid)
    except OSError:
        return 0.0  # it has ended, as its channel is about to tell


def wall_seconds(cpu: float) -> float:
    """Return how long a call may take by the clock on the wall that may use so many CPU seconds."""
    return max(LEAST_WALL_SECONDS, WALL_FACTOR * cpu)
