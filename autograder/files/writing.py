"""Writing a file so that a reader sees the old one or the new one, never a part."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from autograder.errors import GraderError


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file at `path` by `content`, on disk before the old one goes; folders are made.

    Raises
    ------
    GraderError
        If it cannot be written; what was there stays.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                Path(temporary).unlink()
        reason = error.strerror or "unknown reason"
        raise GraderError(f"{path} cannot be written ({reason}); make room or give another place.") from error
