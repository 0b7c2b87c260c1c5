"""What commands remember from one time to the next, in a folder that neither git nor `submit` takes up."""

from __future__ import annotations

from pathlib import Path

from autograder.errors import GraderError
from autograder.files.ignored_folder import make_ignored_folder
from autograder.files.writing import write_atomically

FOLDER = ".autograder"


def remembered(folder: Path, name: str) -> bytes:
    """Return what was kept under a name; nothing if it cannot be read."""
    try:
        return (folder / FOLDER / name).read_bytes()
    except OSError:
        return b""


def remember(folder: Path, name: str, content: bytes) -> bool:
    """Keep something for the next time, and return whether that was possible; where it is not is no obstacle."""
    try:
        make_ignored_folder(folder / FOLDER)
        write_atomically(folder / FOLDER / name, content)
    except (GraderError, OSError):
        return False
    return True
