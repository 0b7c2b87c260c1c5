"""Folders that commands keep beside what people write, and that git takes no notice of."""

from __future__ import annotations

from pathlib import Path

from autograder.files.writing import write_atomically

_IGNORED = b"# Made by autograder; nothing here is to be handed in or committed.\n*\n"


def make_ignored_folder(folder: Path) -> None:
    """Make a folder that git takes no notice of, unless it is there.

    Raises
    ------
    OSError, GraderError
        If it cannot be made.
    """
    folder.mkdir(exist_ok=True)
    list_of_ignored = folder / ".gitignore"
    if not list_of_ignored.exists():
        write_atomically(list_of_ignored, _IGNORED)
