"""How much memory this machine, or the container we are in, really has."""

from __future__ import annotations

import functools
from pathlib import Path

STUDENT_SHARE = 0.55
"""A hand-in may use so much of the memory; the rest is for the reference, the grader and the system."""

_LIMIT_FILES = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@functools.cache
def memory_bytes() -> int | None:
    """Return the memory that is there, in bytes; None where the system does not say."""
    known = [*_cgroup_limits(), *_physical()]
    return min(known, default=None)


def memory_for_students(wanted_mb: int) -> int:
    """Return the mebibytes that a hand-in gets: what is wanted, as far as it is there."""
    there = memory_bytes()
    return wanted_mb if there is None else max(128, min(wanted_mb, int(there * STUDENT_SHARE) >> 20))


def _cgroup_limits() -> list[int]:
    limits = []
    for name in _LIMIT_FILES:
        try:
            text = Path(name).read_text().strip()
        except OSError:
            continue
        if text.isdigit():
            limits.append(int(text))
    return limits


def _physical() -> list[int]:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return []
    return [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemTotal:")]
