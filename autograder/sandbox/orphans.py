"""Ends what a killed grader has left of bubblewrap: processes that have not yet been told to end with their parent.

Whatever is started under bubblewrap carries its owner's name among its arguments. What dies with its owner is gone by
itself; what does not is found by the next grader, of whichever kind, by an owner that is no more.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
from collections.abc import Iterator
from pathlib import Path

MARK = "AUTOGRADER_OWNER"


def owned() -> list[str]:
    """Return options of bubblewrap that say whose it is, and change nothing: a variable that is set and unset again."""
    return ["--setenv", MARK, _name_of(os.getpid()), "--unsetenv", MARK]


@functools.cache
def end_orphans(process: int) -> None:
    """End everything whose owner is gone, once for each process that starts something."""
    for orphan in orphans():
        with contextlib.suppress(OSError):  # it is gone, or somebody else's
            os.kill(orphan, signal.SIGKILL)


def orphans() -> Iterator[int]:
    """Yield the ids of processes that carry the name of an owner who is gone."""
    table = _process_table()
    for found in Path("/proc").iterdir() if os.name == "posix" and Path("/proc").is_dir() else ():
        if not found.name.isdigit():
            continue
        with contextlib.suppress(OSError, ValueError):
            words = (found / "cmdline").read_bytes().split(b"\0")
            owner = words[words.index(MARK.encode()) + 1].decode()
            its_table, number, _ = owner.split(".")
            if its_table == table and owner != _name_of(int(number)):
                yield int(found.name)


def _name_of(process: int) -> str:
    """Return what no other process is called: its table of processes, its number, when it began (empty if gone)."""
    began = ""
    with contextlib.suppress(OSError):
        began = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[19]
    return f"{_process_table()}.{process}.{began}"


def _process_table() -> str:
    with contextlib.suppress(OSError):
        return "".join(filter(str.isdigit, Path("/proc/self/ns/pid").readlink().name))
    return ""
