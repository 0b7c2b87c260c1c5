"""Temporary folders that only their owner can enter, reclaimed after a crash."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:
    CAN_LOCK = False
else:
    CAN_LOCK = True

KINDS = ("worker", "course", "bank", "rehearsal", "work", "hand-in", "pool")
"""What such folders are for. One that holds solutions must not wait for the next of its own kind."""
BY_DESCRIPTOR = os.scandir in os.supports_fd
"""Whether a folder's entries can be reached through its descriptor, without a path; not on Windows."""
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class PrivateFolder:
    """A new temporary folder, removed with the object, at the latest when the process ends.

    A process that is killed removes nothing. So each folder is locked, the kernel releases the lock with the
    process, and whoever makes another folder, of whichever kind, first removes those that nobody holds.
    Windows cannot lock folders: there, those of killed processes stay.

    Parameters
    ----------
    kind
        What it is for; its name is `autograder-KIND-…`.

    Attributes
    ----------
    path
        The folder, which nobody but its owner can read, write or enter.
    """

    def __init__(self, kind: str) -> None:
        _remove_abandoned({*KINDS, kind})
        self.path, lock = _make_held(f"autograder-{kind}-")
        self._remover = weakref.finalize(self, _remove, self.path, lock, os.getpid())

    def remove(self) -> None:
        """Remove the folder and everything in it; calling it again does nothing."""
        self._remover()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.remove()


def _make_held(prefix: str) -> tuple[Path, int | None]:
    """Return a new folder and the descriptor that locks it, None if it cannot be locked."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix))
        if not CAN_LOCK:
            return path, None
        # Before it is locked, another process may take it for abandoned: then it is gone, or about to be.
        try:
            lock = _lock(path)
        except (FileNotFoundError, BlockingIOError):
            continue
        except OSError:
            return path, None  # a file system without locks: nobody takes it for abandoned either
        if os.fstat(lock).st_nlink:
            return path, lock
        os.close(lock)


def _remove_abandoned(kinds: Iterable[str]) -> None:
    if not CAN_LOCK:
        return
    prefixes = tuple(f"autograder-{kind}-" for kind in kinds)
    for path in Path(tempfile.gettempdir()).glob("autograder-*"):
        if not path.name.startswith(prefixes):
            continue
        with contextlib.suppress(OSError):  # in use, somebody else's, or not a folder
            lock = _lock(path)
            try:
                remove_folder(path)
            finally:
                os.close(lock)


def _lock(path: Path) -> int:
    """Lock a folder that nobody else holds and return its descriptor.

    Raises
    ------
    OSError
        If somebody else holds it, or there is no such folder, or it cannot be opened.
    """
    descriptor = os.open(path, _FOLDER)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove(path: Path, lock: int | None, maker: int) -> None:
    if os.getpid() != maker:
        return  # a forked child's copy of the object
    try:
        remove_folder(path)
    finally:
        if lock is not None:
            os.close(lock)


def remove_folder(path: Path) -> None:
    """Remove a folder and everything below it, however deep; no link is followed, and what cannot go stays.

    Folders can be nested deeper than Python recurses, than paths can name, and than there are descriptors.
    So subfolders are first moved up into the folder itself, and never more than two are open.
    """
    if not BY_DESCRIPTOR:
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        _open_up(path)
        with opened_folder(path) as folder:
            _empty(folder)
        path.rmdir()


@contextlib.contextmanager
def opened_folder(name: str | Path, parent: int | None = None, flags: int = 0) -> Iterator[int]:
    """Open a folder by its path, or by its name in an open one, and return its descriptor; links are refused.

    Raises
    ------
    OSError
        If there is no such folder, or it cannot be opened.
    """
    descriptor = os.open(name, _FOLDER | flags, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _empty(folder: int) -> None:
    """Remove everything in an open folder."""
    mark = secrets.token_hex(8)  # so that what moves up overwrites nothing
    new_names = (f"{mark}-{number}" for number in itertools.count())
    waiting = _remove_files(folder)
    while waiting:
        name = waiting.pop()
        with contextlib.suppress(OSError):
            waiting += _moved_up(name, folder, new_names)
            os.rmdir(name, dir_fd=folder)


def _moved_up(name: str, folder: int, new_names: Iterator[str]) -> list[str]:
    """Remove a subfolder's files, move its own subfolders one level up and return their new names."""
    moved = []
    with opened_folder(name, folder) as subfolder:
        for before, after in zip(_remove_files(subfolder), new_names, strict=False):
            with contextlib.suppress(OSError):
                os.rename(before, after, src_dir_fd=subfolder, dst_dir_fd=folder)
                moved.append(after)
    return moved


def _remove_files(folder: int) -> list[str]:
    """Remove all but the folders from an open folder; give their owner access and return their names."""
    folders = []
    with os.scandir(folder) as found:
        entries = list(found)
    for entry in entries:
        with contextlib.suppress(OSError):
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
                _open_up(entry.name, folder)
            else:
                os.unlink(entry.name, dir_fd=folder)
    return folders


def _open_up(name: str | Path, folder: int | None = None) -> None:
    """Give its owner all permissions on a folder, on systems that can do so without following a link."""
    path_only = getattr(os, "O_PATH", 0)  # its owner may lack permission to open it
    with contextlib.suppress(OSError), opened_folder(name, folder, path_only) as descriptor:
        Path(f"/proc/self/fd/{descriptor}").chmod(0o700)
