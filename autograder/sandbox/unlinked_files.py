"""Unlinked files that a worker still holds open or mapped: each takes room until it lets go of the last page."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import stat
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

_DELETED = b" (deleted)"
_IN_MEMORY = "/memfd:"
_File = tuple[int, str]
"""Inode of a file, and the path that it had."""


class UnlinkedFiles:
    """The files that a worker's process holds but no folder lists.

    Parameters
    ----------
    pid
        The process; it cannot start another.
    user
        The user that it runs as; None for the grader's own.
    places
        Folders below which a mapped file is the worker's own, not a library that was replaced.
    most_bytes
        The largest possible size of a file, assumed for those whose size cannot be known.

    Raises
    ------
    OSError
        If this machine does not show what a process holds.
    """

    def __init__(self, pid: int, user: int | None, places: Collection[str], most_bytes: int) -> None:
        self._pid = pid
        self._user = user
        self._places = (*(f"{place}/" for place in places), _IN_MEMORY)
        self._most_bytes = most_bytes
        self.sizes()

    def sizes(self) -> list[int]:
        """Return the bytes that each file takes.

        Raises
        ------
        PermissionError
            If the process has hidden itself from us.
        """
        try:
            return list(_as_user(self._user, self._look).values())
        except (FileNotFoundError, ProcessLookupError):
            return []  # it has ended

    def _look(self) -> dict[_File, int]:
        found: dict[_File, int] = {}
        tasks = Path(f"/proc/{self._pid}/task")
        # Threads may have their own descriptors; they share their mappings, but one that has ended shows none.
        for task in tasks.iterdir():
            with _while_it_lives(task):
                found.update(self._opened(task / "fd"))
        for task in tasks.iterdir():
            with _while_it_lives(task):
                if maps := (task / "maps").read_bytes():
                    return dict.fromkeys(self._mapped(maps), self._most_bytes) | found
        return found

    def _opened(self, descriptors: Path) -> Iterator[tuple[_File, int]]:
        """Yield every unlinked file that is open or in transit in an open socket, with its size."""
        for descriptor in descriptors.iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                status = descriptor.stat()
                if stat.S_ISREG(status.st_mode) and not status.st_nlink:
                    yield (status.st_ino, _path(descriptor)), status.st_blocks * 512
                elif stat.S_ISSOCK(status.st_mode):
                    information = descriptors.with_name("fdinfo") / descriptor.name
                    if number := _descriptors_in_transit(information):
                        yield (status.st_ino, ""), number * self._most_bytes

    def _mapped(self, maps: bytes) -> Iterator[_File]:
        if _DELETED not in maps:
            return
        for line in maps.split(b"\n"):  # a path may contain other line ends
            if line.endswith(_DELETED):
                *_, inode, path = os.fsdecode(line).split(maxsplit=5)
                if path.startswith(self._places):
                    yield int(inode), path


@contextlib.contextmanager
def _while_it_lives(task: Path) -> Iterator[None]:
    """Ignore a thread that has ended: nobody may read what is left of it, and it hides nothing."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        try:
            yield
        except PermissionError:
            if b"\nVmSize:" in (task / "status").read_bytes():
                raise


def _descriptors_in_transit(information: Path) -> int:
    """Return how many descriptors were sent to a socket and not yet received."""
    for line in information.read_bytes().splitlines():
        if line.startswith(b"scm_fds:"):
            return int(line.split()[1])
    return 0


def _path(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:  # the path is longer than allowed
        return ""


def _as_user(user: int | None, look: Callable[[], dict[_File, int]]) -> dict[_File, int]:
    """Look with a user's rights: in a container, root may not see what another user's process holds.

    Each thread has its own rights to files, so no other thread of this process loses any meanwhile.
    """
    if user is None:
        return look()
    libc = _libc()
    own_user, own_group = os.geteuid(), os.getegid()
    try:
        libc.setfsgid(user)
        libc.setfsuid(user)
        return look()
    finally:
        libc.setfsuid(own_user)
        libc.setfsgid(own_group)


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
