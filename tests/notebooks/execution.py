"""Executes an assignment's notebook from start to end in a folder as students have it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.model.assignment import Assignment, Solution

if TYPE_CHECKING:
    from nbformat import NotebookNode

SECONDS_PER_CELL = 300

NOTING_TITLES = """
from matplotlib.figure import Figure
titles_of_figures = {}
def draw(figure, renderer, before=Figure.draw):
    titles_of_figures[id(figure)] = figure, [axes.get_title() for axes in figure.axes if axes.get_title()]
    before(figure, renderer)
Figure.draw = draw
"""
TITLES = "print(*[titles[0] for _, titles in titles_of_figures.values() if len(titles) == 1], sep='\\n')"


@dataclass(frozen=True)
class Executed:
    """A notebook with its outputs."""

    notebook: NotebookNode

    @property
    def text(self) -> str:
        """Everything that the cells wrote, results included."""
        return "\n".join(text for cell in self.code_cells for text in written(cell))

    @property
    def code_cells(self) -> list[NotebookNode]:
        return [cell for cell in self.notebook.cells[1:-1] if cell.cell_type == "code"]

    @property
    def titles(self) -> list[str]:
        """The titles of the pictures that have one."""
        return "".join(written(self.notebook.cells[-1])).splitlines()

    @property
    def errors(self) -> list[str]:
        outputs = (output for cell in self.code_cells for output in cell.outputs)
        return [f"{it.ename}: {it.evalue}" for it in outputs if it.output_type == "error"]

    @property
    def pictures(self) -> list[str]:
        """The pictures, as base64 of PNG."""
        outputs = (output for cell in self.code_cells for output in cell.outputs)
        return [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]


def written(cell: NotebookNode) -> list[str]:
    """Return the texts of a cell's outputs."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            texts.append(output.text)
        elif "data" in output:
            texts.append(output.data.get("text/plain", ""))
    return texts


def folder_of_a_student(assignment: Assignment, folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """Copy what a release holds into `folder`: the assignment, and stubs from elsewhere."""
    shutil.copytree(assignment.folder, folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for file in assignment.files:
        (folder / file.name).write_bytes(file.source.read_bytes())
    for name, content in (files or {}).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return folder


def folder_of_the_best_student(assignment: Assignment, solution: Solution, folder: Path) -> Path:
    """Do the same with the reference in place of the stubs."""
    return folder_of_a_student(
        assignment,
        folder,
        dict(solution.reference_files(assignment) | solution.optional_reference_files(assignment)),
    )


def execute(folder: Path, first: str = "", cells: Sequence[str] | None = None) -> Executed:
    """Run the folder's notebook after some code of the test's own; errors are kept as outputs.

    With `cells` only its first cell of code is run, and those after it.
    """
    # Imported where they are needed: they take seconds, in each of the processes that collect tests.
    import nbformat
    from nbclient import NotebookClient

    (path,) = folder.glob("*.ipynb")
    notebook = nbformat.read(path, as_version=4)
    if cells is not None:
        start = next(cell for cell in notebook.cells if cell.cell_type == "code")
        notebook.cells = [start, *(nbformat.v4.new_code_cell(source) for source in cells)]
    before, after = (nbformat.v4.new_code_cell(source) for source in (NOTING_TITLES + first, TITLES))
    notebook.cells = [before, *notebook.cells, after]
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        # What a cell wrote may come long after it has ended, where the kernel gets no core in between.
        iopub_timeout=SECONDS_PER_CELL,
        startup_timeout=SECONDS_PER_CELL,
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    # Several kernels share the cores: threads of BLAS would spend most of their time waiting for each other.
    client.execute(env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    return Executed(notebook)
