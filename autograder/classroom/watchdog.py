"""Ends a grading process that hangs: from a thread, or through the kernel if no thread gets to run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

LAST_RESORT_SECONDS = 10.0
"""Last resort, this long after the thread should have ended the process: a hung C call may hold the GIL."""


class Watchdog:
    """Ends this process after some seconds unless it is cancelled; a process has one at a time.

    Parameters
    ----------
    bark
        Ends the process; called from the thread.
    """

    def __init__(self, seconds: float, bark: Callable[[], object]) -> None:
        self._timer = threading.Timer(seconds, bark)
        self._timer.daemon = True
        self._timer.start()
        _set_alarm(seconds + LAST_RESORT_SECONDS)

    def cancel(self) -> None:
        """Cancel the watchdog."""
        self._timer.cancel()
        _set_alarm(0.0)


def _set_alarm(seconds: float) -> None:
    """Have the kernel end this process after some seconds; 0 cancels that."""
    if hasattr(signal, "setitimer"):  # Windows has none
        signal.setitimer(signal.ITIMER_REAL, seconds)
