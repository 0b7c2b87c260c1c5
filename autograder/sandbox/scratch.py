"""What a worker writes to disk: limited while it runs, and removed when it has ended."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import itertools
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.files.private_folder import BY_DESCRIPTOR, PrivateFolder, opened_folder, remove_folder
from autograder.sandbox.unlinked_files import UnlinkedFiles

MOST_BYTES = 64 << 20
MOST_FILES = 2_000
MOST_DEPTH = 32
"""How deep folders may nest; counting what is in them takes as many descriptors."""
_BY_PATH = getattr(os, "O_PATH", 0)
WORLD_WRITABLE = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock")
"""Where every user of a machine may write, unless something forbids it."""


class _Uncountable(Exception):
    """Something lies too deep for its size to be counted."""


class Scratch:
    """The places that a worker can write to.

    The kernel does not limit the files of a process together: a thousand files of the largest size fill a
    disk. So the trusted side checks while it waits for an answer.

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
        self._unlinked_files: UnlinkedFiles | None = None
        if user is not None:
            os.chown(self.folder, user, user)

    def watch_open_places(self) -> None:
        """Check the world-writable places as well: nothing keeps the worker out of them.

        What its user already owns there was left by a worker whose grader was killed, and is removed.
        """
        places = (*WORLD_WRITABLE, self.folder.parent)
        self._open_places = sorted({str(Path(place).resolve()) for place in places})
        self._remove_foreign()

    def watch_process(self, pid: int, most_bytes: int) -> None:
        """Also count the files that the worker's process holds but no folder lists, if this machine shows them.

        Call it before the process has student code in it: afterwards, what cannot be seen counts as hidden.
        """
        if sys.platform != "linux":
            return
        places = (str(self._true_folder), *self._open_places)
        with contextlib.suppress(OSError):
            self._unlinked_files = UnlinkedFiles(pid, self._user, places, most_bytes)

    def overfull(self) -> bool:
        """Return whether the worker has written more than it may, or something that cannot be counted."""
        size = 0
        try:
            for files, taken in enumerate(self._found(), start=1):
                size += taken
                if files > MOST_FILES or size > MOST_BYTES:
                    return True
        except (_Uncountable, PermissionError):
            return True
        return False

    def remove(self) -> None:
        """Remove everything; the worker's processes must have ended."""
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
        """Yield the bytes of everything that the worker has written.

        Raises
        ------
        _Uncountable, PermissionError
            If not everything can be seen.
        """
        yield from _sizes_below(self.folder)
        for entry in self._foreign_entries():
            with contextlib.suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                yield status.st_blocks * 512
                if stat.S_ISDIR(status.st_mode):
                    yield from _sizes_below(Path(entry.path))
        if self._unlinked_files is not None:
            yield from self._unlinked_files.sizes()

    def _foreign_entries(self) -> Iterator[os.DirEntry[str]]:
        """Yield what the worker's user owns in the world-writable places."""
        for place in self._open_places:
            with contextlib.suppress(OSError), os.scandir(place) as entries:
                for entry in entries:
                    with contextlib.suppress(OSError):
                        owner = entry.stat(follow_symlinks=False).st_uid
                        if owner == self._user and entry.path != str(self._true_folder):
                            yield entry


def _sizes_below(folder: Path) -> Iterator[int]:
    """Yield the bytes of everything below a folder; no link is followed."""
    if not BY_DESCRIPTOR:
        for path in folder.rglob("*"):
            with contextlib.suppress(OSError):
                yield path.lstat().st_size
        return
    with _changes_ignored(), opened_folder(folder) as descriptor:
        yield from _sizes_in(descriptor, MOST_DEPTH)


def _sizes_in(folder: int, depth: int) -> Iterator[int]:
    """Yield the bytes of everything in an open folder, by descriptors, because paths may be too long."""
    if not depth:
        raise _Uncountable
    with os.scandir(folder) as found:
        entries = list(itertools.islice(found, MOST_FILES + 1))
    for entry in entries:
        with _changes_ignored():
            status = entry.stat(follow_symlinks=False)
            yield status.st_blocks * 512
            if stat.S_ISDIR(status.st_mode):
                with opened_folder(entry.name, folder) as subfolder:
                    yield from _sizes_in(subfolder, depth - 1)


@contextlib.contextmanager
def _changes_ignored() -> Iterator[None]:
    """Ignore what vanishes or stops being a folder during the scan: the worker is still running."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            raise


def _remove_ipc_objects(user: int) -> None:
    """Remove a user's System V objects, which outlive every process."""
    libc = ctypes.CDLL(None)
    # IPC_RMID is 0, and the other argument of each is not used then.
    for kind, control in (("shm", libc.shmctl), ("sem", libc.semctl), ("msg", libc.msgctl)):
        with contextlib.suppress(OSError):
            head, *lines = Path("/proc/sysvipc", kind).read_text().splitlines()
            names = head.split()
            for line in lines:
                found = dict(zip(names, line.split(), strict=False))
                if str(user) in (found.get("uid"), found.get("cuid")):
                    control(int(found[f"{kind}id"]), 0, 0)


class OwnFileSystem:
    """The temporary folder of a worker with namespaces: a file system of its own, which limits the bytes.

    Parameters
    ----------
    pid
        The worker, as seen from here.
    """

    def __init__(self, pid: int) -> None:
        self._descriptor = -1
        # It is looked at after every test, and the path to it leads through the namespaces of the worker.
        with contextlib.suppress(OSError):
            self._descriptor = os.open(f"/proc/{pid}/root/tmp", os.O_RDONLY | os.O_CLOEXEC | _BY_PATH)

    def has_too_many_files(self) -> bool:
        """Return whether it holds more files than it may; False where it cannot be looked at."""
        if self._descriptor < 0:
            return False
        status = os.statvfs(self._descriptor)
        return status.f_files - status.f_ffree > MOST_FILES

    def close(self) -> None:
        """Let go of it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
