"""What a worker writes to disk: bounded while it runs, and gone when it has ended."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import itertools
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from autograder.files.private_folder import BY_DESCRIPTOR, PrivateFolder, opened_folder, remove_folder
from autograder.sandbox.unlinked_files import HeldFiles

MOST_BYTES = 64 << 20
MOST_FILES = 2_000
MOST_DEPTH = 32
"""Folders below each other; as many descriptors are in use while what is in them is counted."""
_IPC_RMID = 0
OPEN_TO_ALL = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock")
"""Where every user of a machine may write, unless something forbids it."""


class _NotToBeCounted(Exception):
    """Something lies where what it takes cannot be seen."""


class Scratch:
    """The places that a worker can write to.

    No limit of the kernel's counts the files of a process together: a thousand files of the largest size
    fill a disk. So the trusted side looks, while it waits for an answer.

    Parameters
    ----------
    user
        The user that the worker runs as; None for the grader's own.
    """

    def __init__(self, user: int | None = None) -> None:
        self._room = PrivateFolder("worker")
        self.folder = self._room.path
        self._true_folder = self.folder.resolve()
        self._user = user
        self._open_places: Sequence[str] = ()
        self._held_files: HeldFiles | None = None
        if user is not None:
            os.chown(self.folder, user, user)

    def watch_open_places(self) -> None:
        """Look at places that are open to all as well: nothing keeps the worker out of them.

        What is there of its user is from before, by a worker whose grader was killed, and is removed.
        """
        places = (*OPEN_TO_ALL, self.folder.parent)
        self._open_places = sorted({str(Path(place).resolve()) for place in places})
        self._remove_foreign()

    def watch_process(self, pid: int, most_bytes: int) -> None:
        """Count what the worker's process holds and no folder lists, where this machine shows it.

        Called before there is student code in it: afterwards, what cannot be seen is hidden.
        """
        if sys.platform != "linux":
            return
        places = (str(self._true_folder), *self._open_places)
        with contextlib.suppress(OSError):
            self._held_files = HeldFiles(pid, self._user, places, most_bytes)

    def overfull(self) -> bool:
        """Return whether there is more than a worker may write, or something where it cannot be counted."""
        size = 0
        try:
            for files, taken in enumerate(self._found(), start=1):
                size += taken
                if files > MOST_FILES or size > MOST_BYTES:
                    return True
        except (_NotToBeCounted, PermissionError):
            return True
        return False

    def remove(self) -> None:
        """Remove everything; the worker's processes have ended."""
        self._room.remove()
        self._remove_foreign()

    def _remove_foreign(self) -> None:
        for entry in self._foreign_entries():
            with contextlib.suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    remove_folder(Path(entry.path))
                else:
                    Path(entry.path).unlink()
        if self._open_places and self._user is not None:
            _remove_ipc_objects(self._user)

    def _found(self) -> Iterator[int]:
        """Yield the bytes of each thing that the worker has written.

        Raises
        ------
        _NotToBeCounted, PermissionError
            Where not everything can be seen.
        """
        yield from _below(self.folder)
        for entry in self._foreign_entries():
            with contextlib.suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                yield status.st_blocks * 512
                if stat.S_ISDIR(status.st_mode):
                    yield from _below(Path(entry.path))
        if self._held_files is not None:
            yield from self._held_files.sizes()

    def _foreign_entries(self) -> Iterator[os.DirEntry[str]]:
        """Yield what the worker's user has made in places that are open to all."""
        for place in self._open_places:
            with contextlib.suppress(OSError), os.scandir(place) as entries:
                for entry in entries:
                    with contextlib.suppress(OSError):
                        owner = entry.stat(follow_symlinks=False).st_uid
                        if owner == self._user and entry.path != str(self._true_folder):
                            yield entry


def _below(folder: Path) -> Iterator[int]:
    """Yield the bytes of everything below a folder, no link followed."""
    if not BY_DESCRIPTOR:
        for path in folder.rglob("*"):
            with contextlib.suppress(OSError):
                yield path.lstat().st_size
        return
    with _while_it_is_one(), opened_folder(folder) as descriptor:
        yield from _in(descriptor, MOST_DEPTH)


def _in(folder: int, depth: int) -> Iterator[int]:
    """Yield the bytes of everything in an open folder; it goes by descriptors, as paths may be too long."""
    if not depth:
        raise _NotToBeCounted
    with os.scandir(folder) as found:
        entries = list(itertools.islice(found, MOST_FILES + 1))
    for entry in entries:
        with _while_it_is_one():
            status = entry.stat(follow_symlinks=False)
            yield status.st_blocks * 512
            if stat.S_ISDIR(status.st_mode):
                with opened_folder(entry.name, folder) as subfolder:
                    yield from _in(subfolder, depth - 1)


@contextlib.contextmanager
def _while_it_is_one() -> Iterator[None]:
    """Pass over what is no longer there, or no folder any more: the worker goes on meanwhile."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            raise


def _remove_ipc_objects(user: int) -> None:
    """Remove a user's System V objects, which outlive every process."""
    libc = ctypes.CDLL(None)
    remove: dict[str, Callable[[int], int]] = {
        "shm": lambda number: int(libc.shmctl(number, _IPC_RMID, None)),
        "sem": lambda number: int(libc.semctl(number, 0, _IPC_RMID)),
        "msg": lambda number: int(libc.msgctl(number, _IPC_RMID, None)),
    }
    for kind, remove_one in remove.items():
        with contextlib.suppress(OSError):
            head, *lines = Path("/proc/sysvipc", kind).read_text().splitlines()
            names = head.split()
            for line in lines:
                found = dict(zip(names, line.split(), strict=False))
                if str(user) in (found.get("uid"), found.get("cuid")):
                    remove_one(int(found[f"{kind}id"]))


def has_too_many_files(folder: Path) -> bool:
    """Return whether a file system of a worker's own holds more files than it may; its bytes are limited."""
    try:
        there = os.statvfs(folder)
    except OSError:
        return False
    return there.f_files - there.f_ffree > MOST_FILES
