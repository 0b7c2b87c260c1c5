"""A pool of user ids for workers: one per live worker, so that killing a user's processes hits no others."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import secrets
import signal
import tempfile
import time
from pathlib import Path

from autograder.errors import GraderError

FIRST_USER = 61_184
"""Debian and systemd use the ids from 61184 to 65519 only for a time, if at all."""
POOL_SIZE = 256
PROBE_USER = FIRST_USER + POOL_SIZE
"""For testing whether programs start as another user; no worker ever has it."""

SHARED_PLACES = (Path("/run"),)
"""Where root can keep something that is gone when the machine starts again, whatever its temporary folder is."""

_STATE_AND_USERS = re.compile(rb"^State:\s*(\S).*?^Uid:([^\n]*)", re.MULTILINE | re.DOTALL)
"""In `/proc/PID/status`; a process chooses its name, which comes before, but the kernel escapes its line ends."""


class Account:
    """One user id of the pool, held by a lock file for as long as the object lives."""

    def __init__(self) -> None:
        unused = _unused(os.getpid())
        self._descriptor, self.user = unused.pop() if unused else _claim()

    def end_processes(self, seconds: float = 5.0) -> None:
        """Kill every process of this user, repeatedly until none is left.

        Raises
        ------
        GraderError
            If some are left after `seconds`.
        """
        deadline = time.monotonic() + seconds
        while pids := processes_of(self.user):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if time.monotonic() > deadline:
                raise GraderError(
                    f"processes of user {self.user} cannot be ended: {pids[:5]}; kill them by hand"
                )
            time.sleep(0.001)

    def release(self, are_ended: bool = False) -> None:
        """Give the id back; end what is left of the user's processes first, unless they are known to have ended.

        Where they are, they had a table of their own, nobody ends them by their user, and this process keeps the id for
        its next worker: to look whether an id is free costs more than to fork a worker.
        """
        if are_ended:
            _unused(os.getpid()).append((self._descriptor, self.user))
            return
        self.end_processes()
        os.close(self._descriptor)


@functools.cache
def _unused(owner: int) -> list[tuple[int, int]]:
    """Return the ids that a process has claimed and no worker uses now, each with the descriptor that locks it."""
    return []


def _claim() -> tuple[int, int]:
    import fcntl

    folder = _lock_folder()
    # Graders that cannot see each other's locks, in containers for example, may see each other's processes:
    # they start at different ids, and an id that is in use without a lock is somebody else's.
    first = secrets.randbelow(POOL_SIZE)
    for number in range(POOL_SIZE):
        user = FIRST_USER + (first + number) % POOL_SIZE
        descriptor = os.open(folder / str(user), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            continue
        if not processes_of(user):
            return descriptor, user
        os.close(descriptor)
    raise GraderError(f"all {POOL_SIZE} worker users are in use; end other gradings on this machine")


def _lock_folder() -> Path:
    """Return the folder of the locks: one for all graders of this machine, whose temporary folders may differ.

    An id that is kept for a grader's next worker has no process by which others would see that it is taken.
    """
    for place in (*SHARED_PLACES, Path(tempfile.gettempdir())):
        folder = place / "autograder-users"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError:  # there is no such place, or nobody may write there
            continue
        if folder.lstat().st_uid != os.geteuid() or not folder.is_dir() or folder.is_symlink():
            raise GraderError(
                f"{folder} belongs to somebody else; remove it, so that worker users can be locked in it"
            )
        if os.access(folder, os.W_OK):  # it is there and read-only where a file system is mounted so
            return folder
    raise GraderError(f"{folder} cannot be made, in which worker users are locked")


def processes_of(user: int) -> list[int]:
    """Return the ids of a user's processes without zombies; any of a process's four user ids counts."""
    found = []
    for name in os.listdir("/proc"):  # noqa: PTH208 - every start and end of a worker reads all of it
        if not name.isdigit():
            continue
        # Root owns /proc/PID if the process made itself undumpable; only its status file is exact.
        with contextlib.suppress(OSError), open(f"/proc/{name}/status", "rb", 0) as file:  # noqa: PTH123
            if _is_of(user, file.read(4096)):
                found.append(int(name))
    return found


def _is_of(user: int, status: bytes) -> bool:
    found = _STATE_AND_USERS.search(status)
    return found is not None and found[1] not in b"ZX" and str(user).encode() in found[2].split()
