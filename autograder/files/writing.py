"""Writes files so that a reader sees the old content or the new, never a part of it."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from autograder.errors import GraderError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_atomically(path: Path, content: bytes, durable: bool = True) -> None:
    """Replace the file at `path` by `content`, which is on disk first; missing folders are created.

    Without `durable` the new content may be lost, even cut, if the machine loses power within the next seconds: for
    one of hundreds of files that the same command writes again.

    Raises
    ------
    GraderError
        If it cannot be written; an existing file stays as it was.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                Path(temporary).unlink()
        reason = error.strerror or "unknown reason"
        room = "free some space or " if error.errno in _FULL else ""
        raise GraderError(f"{path} cannot be written ({reason}); {room}choose another place.") from error


def append(path: Path, text: str) -> None:
    """Add text to the file at `path`, which need not exist.

    Raises
    ------
    GraderError
        If it cannot be written.
    """
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise GraderError(
            f"{path} cannot be written ({error.strerror or 'unknown reason'}); choose another place."
        ) from error
