"""How much memory this machine, or the container that we run in, really has."""

from __future__ import annotations

import contextlib
import functools
import re
from pathlib import Path

STUDENT_SHARE = 0.55
"""The share of the memory that a hand-in may use; the rest is for the reference, the grader and the system."""

_PLACES = {
    "/sys/fs/cgroup/memory.max": (r"\A(\d+)\s*\Z", 1),
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": (r"\A(\d+)\s*\Z", 1),
    "/proc/meminfo": (r"MemTotal:\s*(\d+)", 1024),
}
"""Where the system says how much memory there is: file to pattern and unit in bytes."""


@functools.cache
def memory_bytes() -> int | None:
    """Return the available memory in bytes; None if the system does not say."""
    known = []
    for name, (pattern, unit) in _PLACES.items():
        with contextlib.suppress(OSError):
            if found := re.search(pattern, Path(name).read_text()):
                known.append(int(found[1]) * unit)
    return min(known, default=None)


def memory_for_students(wanted_mb: int) -> int:
    """Return the mebibytes that a hand-in gets: what is wanted, or less if there is not enough."""
    available = memory_bytes()
    return wanted_mb if available is None else max(128, min(wanted_mb, int(available * STUDENT_SHARE) >> 20))
