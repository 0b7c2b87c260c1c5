"""Notices saved files by polling, which works on every system and every disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

EVERY_SECONDS = 0.3

_State = tuple[tuple[int, int] | None, ...]


def saves(paths: Callable[[], Sequence[Path]], sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Yield at once, and again whenever one of the files has changed, appeared or gone.

    Parameters
    ----------
    paths
        Returns the files to look at; asked each time, as the list itself may change.
    """
    before: _State | None = None
    while True:
        now = tuple(map(_state, paths()))
        if now != before:
            before = now
            yield
        else:
            sleep(EVERY_SECONDS)


def _state(path: Path) -> tuple[int, int] | None:
    """Return what changes when a file is saved; None if it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
