"""Ends a grading process that hangs: from a thread, or through the kernel if no thread gets to run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LAST_RESORT_SECONDS = 10.0
"""Last resort, this long after the thread should have ended the process: a hung C call may hold the GIL."""


@contextmanager
def watched(seconds: float, bark: Callable[[], object]) -> Iterator[None]:
    """Have `bark` called in a thread if a block takes longer; a process runs one such block at a time.

    Parameters
    ----------
    bark
        Ends this process; if it does not, the kernel does.
    """
    timer = threading.Timer(seconds, bark)
    timer.daemon = True
    timer.start()
    _set_alarm(seconds + LAST_RESORT_SECONDS)
    try:
        yield
    finally:
        timer.cancel()
        _set_alarm(0.0)


def _set_alarm(seconds: float) -> None:
    """Have the kernel end this process after some seconds; 0 cancels that."""
    if hasattr(signal, "setitimer"):  # Windows has none
        signal.setitimer(signal.ITIMER_REAL, seconds)
