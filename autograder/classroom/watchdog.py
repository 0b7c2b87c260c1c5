"""Ends a grading process that hangs or spends too much: from a thread, or through the kernel if no thread gets to run.

What a hand-in sends is bounded in many places; this bounds what all of it together may cost the trusted side.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

MOST_GROWTH = 4 << 30
"""Bytes of address space that a grading process may add to what it has at first; then Python raises MemoryError."""
LAST_RESORT_SECONDS = 10.0
"""Last resort, this long after the thread should have ended the process: a hung C call may hold the GIL."""


@contextmanager
def watched(seconds: float, bark: Callable[[], object], cpu_seconds: float = 0.0) -> Iterator[None]:
    """Have `bark` called in a thread if a block takes longer; a process runs one such block at a time.

    Parameters
    ----------
    cpu_seconds
        CPU time after which the kernel ends this process, that of its children left out; no limit if 0.
    bark
        Ends this process; if it does not, the kernel does.
    """
    timer = threading.Timer(seconds, bark)
    timer.daemon = True
    timer.start()
    _set_alarms(seconds + LAST_RESORT_SECONDS, cpu_seconds)
    try:
        yield
    finally:
        timer.cancel()
        _set_alarms(0.0, 0.0)


def _set_alarms(seconds: float, cpu_seconds: float) -> None:
    """Have the kernel end this process after some seconds on the wall or of CPU time; 0 cancels that.

    A limit of the kind of RLIMIT_CPU would be inherited by the workers of the reference, which outlive many hand-ins.
    """
    if hasattr(signal, "setitimer"):  # Windows has none
        signal.setitimer(signal.ITIMER_REAL, seconds)
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)


def limit_memory(growth: int = MOST_GROWTH) -> None:
    """Limit the address space of this process, once; the workers that it starts have smaller limits of their own."""
    if resource is None or sys.platform != "linux":
        return
    with contextlib.suppress(OSError, ValueError), Path("/proc/self/statm").open() as statm:
        used = int(statm.read().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = used + growth
        resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))
