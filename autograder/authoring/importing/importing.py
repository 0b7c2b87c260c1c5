"""The one way in: reads another grader's files and writes both halves of an assignment."""

from __future__ import annotations

from pathlib import Path

from autograder.authoring.importing import nbgrader, otter, pytest_folder
from autograder.authoring.importing.module_form import in_module_form
from autograder.authoring.importing.writing import Imported, name_of, write

_READERS = {
    "otter": otter.read_master,
    "nbgrader": nbgrader.read_notebook,
    "pytest": pytest_folder.read_folder,
}


def import_assignment(
    format: str, source: Path, root: Path, name: str | None = None, as_module: bool = False
) -> Imported:
    """Make `assignments/NAME` and `solutions/NAME` below `root` of another grader's files.

    Parameters
    ----------
    format
        "otter", "nbgrader" or "pytest".
    source
        The notebook, or the folder of tests.
    name
        What to call it; made of the source's name unless given.
    as_module
        Whether a module is handed in, beside which the notebook lies.

    Raises
    ------
    CourseError
        If the source cannot be read or become a module, or an assignment of that name is there already.
    """
    name = name_of(name or source.resolve().stem)
    draft = _READERS[format](source, name)
    return write(in_module_form(draft) if as_module else draft, root)
