"""The time that may be spent on explaining one function."""

from __future__ import annotations

import time

from autograder.sandbox.code import Code
from autograder.sandbox.time_used import cpu_seconds


class Allowance:
    """The time that may be spent on one function: that of the CPU, so that a busy machine leaves nothing unsaid.

    Parameters
    ----------
    seconds
        CPU time of this process and of the hand-in's together.
    deadline
        When to stop in any case, by `time.monotonic`.
    code
        The hand-in.
    """

    def __init__(self, seconds: float, deadline: float, code: Code) -> None:
        self._code = code
        self._deadline = deadline
        self.seconds = seconds
        self._cpu_end = self._cpu_seconds() + seconds

    def wall_seconds_left(self) -> float:
        """Return the time that is left by the clock on the wall.

        Raises
        ------
        Stopped
            If the time is over.
        """
        left = self._deadline - time.monotonic()
        if left <= 0 or self._cpu_seconds() > self._cpu_end:
            raise Stopped
        return left

    def cpu_seconds_left(self) -> float:
        """Return the CPU time that is left."""
        return self._cpu_end - self._cpu_seconds()

    def code_seconds(self) -> float:
        """Return the CPU time of the hand-in's process alone."""
        return cpu_seconds(self._code.host.process().pid)

    def _cpu_seconds(self) -> float:
        return time.process_time() + self.code_seconds()


class Stopped(Exception):
    """Ends everything about a hand-in: a call did not end, the process died, or the time is over."""
