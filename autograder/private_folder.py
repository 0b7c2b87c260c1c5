"""Folders for a while, which only their owner can enter and which do not stay when their maker is killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import weakref
from pathlib import Path
from types import TracebackType

try:
    import fcntl
except ImportError:
    CAN_LOCK = False
else:
    CAN_LOCK = True


class PrivateFolder:
    """A new folder below the machine's temporary one; it goes with the object, at the latest with the process.

    A process that is killed removes nothing. So each folder is held by a lock, which the kernel gives back
    with the process, and whoever makes another of the same kind first removes those that nobody holds.
    Windows cannot lock folders: there, those of killed processes stay.

    Parameters
    ----------
    kind
        What it is for, which its name tells: `autograder-KIND-…`.

    Attributes
    ----------
    path
        The folder, which nobody but its owner can read, write or enter.
    """

    def __init__(self, kind: str) -> None:
        prefix = f"autograder-{kind}-"
        _remove_abandoned(prefix)
        self.path, lock = _make_held(prefix)
        self._remover = weakref.finalize(self, _remove, self.path, lock, os.getpid())

    def remove(self) -> None:
        """Remove the folder and everything in it; a second time does nothing."""
        self._remover()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()


def _make_held(prefix: str) -> tuple[Path, int | None]:
    """Return a new folder and the descriptor that locks it."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix))
        if not CAN_LOCK:
            return path, None
        # Another process may take it for abandoned before it is locked: then it is gone, or about to be.
        try:
            lock = _lock(path)
        except (FileNotFoundError, BlockingIOError):
            continue
        except OSError:
            return path, None  # a file system without locks, where nobody takes it for abandoned either
        if os.fstat(lock).st_nlink:
            return path, lock
        os.close(lock)


def _remove_abandoned(prefix: str) -> None:
    if not CAN_LOCK:
        return
    for path in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with contextlib.suppress(OSError):  # held, somebody else's, or no folder
            lock = _lock(path)
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


def _lock(path: Path) -> int:
    """Return the descriptor of a folder that nobody else holds.

    Raises
    ------
    OSError
        If somebody does, or there is no such folder, or it is not to be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove(path: Path, lock: int | None, maker: int) -> None:
    if os.getpid() != maker:
        return  # a forked child's copy of the object
    shutil.rmtree(path, ignore_errors=True)
    if lock is not None:
        os.close(lock)
