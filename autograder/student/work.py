"""Reads the files that a student works on: in its folder or where they are due below it, nothing packed."""

from __future__ import annotations

import shutil
from pathlib import Path

from autograder.files.private_folder import PrivateFolder
from autograder.handin.open_hand_in import Submission, open_hand_in
from autograder.model.assignment import Assignment


def open_work(folder: Path, assignment: Assignment) -> Submission:
    """Return an assignment's files, optional ones too, as saved in a folder or where they are due below it.

    A hand-in that was packed here earlier, a copy set aside in another folder and otter's test files are older or other
    files of the same names: none of them may stand in for one that is missing.
    """
    places = {"", *(file.folder for file in assignment.every_file)}
    with PrivateFolder("work") as clean:
        found = [
            path
            for place in sorted(places)
            if (folder / place).is_dir()
            for path in (folder / place).iterdir()
        ]
        for path in found:
            if _is_source(path.name) and (path.is_symlink() or path.is_file()):
                # The folder itself is the first place: a file where it is due, in one below, counts before one there.
                (clean / path.name).unlink(missing_ok=True)
                shutil.copyfile(path, clean / path.name, follow_symlinks=False)
        return open_hand_in(
            clean,
            assignment.file_names,
            label=folder.resolve().name,
            optional=assignment.optional_names,
        )


def _is_source(name: str) -> bool:
    """Return whether a file is Python or a notebook, also if a browser or a system has changed its name."""
    return any(suffix in name.lower() for suffix in (".py", ".ipynb")) and not name.lower().endswith(".pyc")
