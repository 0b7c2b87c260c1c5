"""Notebooks as they are imported: read as cells, and written for students and as a reference."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from autograder.errors import CourseError
from autograder.files.notebooks import NotANotebookError, cells_of
from autograder.handin.answers import is_unwritten
from autograder.model.exact import read_rounded_points


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook that is imported.

    Attributes
    ----------
    number
        Among all cells, counted from 1; 0 for one that was made.
    output
        What was saved of its output as text.
    """

    kind: str
    source: str
    number: int = 0
    metadata: Mapping[str, Any] = field(default_factory=dict)
    output: str = ""
    attachments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """Its lines; one empty line if it is empty."""
        return self.source.split("\n")


def cells_of_notebook(path: Path) -> list[Cell]:
    """Return the cells of a notebook.

    Raises
    ------
    CourseError
        If it cannot be read, is no notebook, or is written in another language than Python.
    """
    try:
        book = json.loads(path.read_bytes())
        found = [_cell(number, it) for number, it in enumerate(book["cells"], start=1)]
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise CourseError(f"{path}: {reason}; name the notebook to be imported.") from error
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        raise CourseError(
            f"{path} is not a notebook of format 4; open it in Jupyter, save it and try again."
        ) from error
    language = book.get("metadata", {}).get("kernelspec", {}).get("language", "python")
    if language.lower() != "python":
        raise CourseError(f"{path} is written in {language}; only notebooks in Python can be imported.")
    return found


def cells_of_draft(notebook: bytes) -> list[Cell]:
    """Return the cells of a notebook that was made here."""
    return [_cell(number, it) for number, it in enumerate(json.loads(notebook)["cells"], start=1)]


def _cell(number: int, cell: Mapping[str, Any]) -> Cell:
    return Cell(
        cell["cell_type"],
        _text(cell["source"]).replace("\r\n", "\n"),
        number,
        cell.get("metadata", {}),
        "".join(map(_shown, cell.get("outputs", ()))),
        cell.get("attachments", {}),
    )


def _shown(output: Mapping[str, Any]) -> str:
    data = output.get("data", {})
    is_picture = any(kind.startswith("image/") for kind in data)
    return _text(output.get("text", "")) + ("" if is_picture else _text(data.get("text/plain", "")))


def _text(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def points_in(points: object, path: Path, cell: Cell) -> Fraction:
    """Return the points that a cell of a notebook gives.

    Raises
    ------
    CourseError
        If they are no number, or a negative one.
    """
    exact = read_rounded_points(str(points))
    if exact is None:
        raise CourseError(
            f"{path}, cell {cell.number}: its points are {points!r}; give a number that is not negative, with at "
            "most six decimals, or a fraction such as 1/3."
        )
    return exact


def notebook_of(cells: Iterable[Cell]) -> bytes:
    """Return a notebook without outputs."""
    made = []
    for place, cell in enumerate(cells, start=1):
        one: dict[str, Any] = {
            "cell_type": cell.kind,
            "id": f"cell-{place}",
            "metadata": dict(cell.metadata),
            "source": cell.source.splitlines(keepends=True),
        }
        if cell.kind == "code":
            one |= {"execution_count": None, "outputs": []}
        if cell.attachments:
            one["attachments"] = dict(cell.attachments)
        made.append(one)
    book = {
        "cells": made,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(book, indent=1, ensure_ascii=False).encode() + b"\n"


def code_of(notebook: bytes) -> list[str]:
    """Return the code of each cell of a notebook that was made here, without magics; nothing if it has no code."""
    try:
        return [source for _, source in cells_of(notebook)]
    except NotANotebookError:
        return []


def answer_cells(title: str, prompt: str = "") -> list[Cell]:
    """Return the cell that students write an answer into, below one for a prompt that would count as an answer."""
    if is_unwritten(prompt):
        return [_answer_cell(title, prompt.strip() or _PROMPT)]
    asked = "\n".join(it for it in prompt.splitlines() if not it.strip() or not is_unwritten(it))
    return [Cell("markdown", asked.strip()), _answer_cell(title, _PROMPT)]


def _answer_cell(title: str, text: str) -> Cell:
    return Cell("markdown", f"**{title}.**\n\n{text}", 0, {"tags": ["answer"]})


_PROMPT = "*Write your answer here.*"
HEAD = Cell(
    "code",
    "from autograder.notebook import checker  # before NumPy, which then computes in one thread\n\ngrader = checker()",
)
"""The first cell of an imported notebook."""


def check_cell(question: str) -> Cell:
    """Return the cell that runs the public checks of a question."""
    return Cell("code", f'grader.check("{question}")')


def title_in(source: str, otherwise: str) -> str:
    """Return a title of a few words from a cell's first line."""
    first = next((it.strip() for it in source.splitlines() if it.strip()), "")
    words = first.lstrip("#").replace("*", "").replace("`", "").strip()
    if len(words) > 60:
        words = words[:60].rpartition(" ")[0]
    return words.rstrip(".:,;") or otherwise


def first_heading(cells: Iterable[Cell]) -> str:
    """Return the first heading of the first level, empty if there is none."""
    found = (re.search(r"^#\s+(.+)$", it.source, re.MULTILINE) for it in cells if it.kind == "markdown")
    return next((title_in(it[1], "") for it in found if it), "")


def without_magics(source: str) -> str:
    """Return a cell's source with each magic and shell line set aside; every other line keeps its place."""
    if not source.strip():
        return source
    # There is no code where a magic hands all of the cell to something else.
    return "".join(code_of(notebook_of([Cell("code", source)])))
