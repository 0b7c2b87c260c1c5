"""Ends a grading process that hangs: from a thread of its own, or by the kernel where no thread gets to run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

LAST_RESORT_SECONDS = 10.0
"""The kernel ends the process so long after the thread should have: C code that does not return lets none run."""


class Watchdog:
    """Ends this process after some seconds, unless it is called off; a process has one at a time.

    Parameters
    ----------
    bark
        What the thread does then; it ends the process.
    """

    def __init__(self, seconds: float, bark: Callable[[], object]) -> None:
        self._timer = threading.Timer(seconds, bark)
        self._timer.daemon = True
        self._timer.start()
        _set_alarm(seconds + LAST_RESORT_SECONDS)

    def cancel(self) -> None:
        """Call the watchdog off."""
        self._timer.cancel()
        _set_alarm(0.0)


def _set_alarm(seconds: float) -> None:
    """Have the kernel end this process after so many seconds; 0 calls that off."""
    if hasattr(signal, "setitimer"):  # Windows has none
        signal.setitimer(signal.ITIMER_REAL, seconds)
