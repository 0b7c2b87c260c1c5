"""A student's own code as it stands on a page: with numbered lines that sentences lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup, escape

from autograder.sandbox.wire.cells import Cell, cells_in, lines_of

_MOST_LINES = 3_000
_LONGEST_LINE = 400
_NAMED = re.compile(r"([\w./-]+\.(?:py|ipynb)(?:, cell \d{1,4})?), line (\d{1,6})\b")


@dataclass(frozen=True)
class CodeFile:
    """A file of a hand-in, safe to show.

    Attributes
    ----------
    lines
        The id of each line on the page, its number and its text; a notebook's lines are numbered in their cells.
    rest
        Lines that are left out at the end.
    """

    name: str
    lines: tuple[tuple[str, int, str], ...]
    rest: int


class OwnCode:
    """The files of a hand-in by name, cleaned, as its page shows them."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.files = tuple(_file(name, text) for name, text in sources.items() if text.strip())
        self._ids = {id for file in self.files for id, _, _ in file.lines}

    def linked(self, text: str) -> Markup:
        """Return a sentence, escaped, in which each `file.py, line 12` of these files is a link to that line."""
        pieces, end = list[Markup](), 0
        for match in _NAMED.finditer(text):
            id = line_id(match[1], int(match[2]))
            if id in self._ids:
                pieces.append(escape(text[end : match.start()]))
                pieces.append(Markup('<a class="to-line" href="#{}">{}</a>').format(quote(id), match[0]))
                end = match.end()
        return Markup("").join([*pieces, escape(text[end:])])

    def places_of(self, functions: Iterable[str]) -> list[tuple[str, str]]:
        """Return the name of each function, `module.function`, with the id of the line that defines it.

        Those that these files do not define in exactly one line are left out.
        """
        found = []
        for name in (function.rpartition(".")[2] for function in functions):
            defines = re.compile(rf"\s*def {re.escape(name)}\b")
            ids = [id for file in self.files for id, _, line in file.lines if defines.match(line)]
            found += [(name, ids[0])] if len(ids) == 1 else []
        return found


def line_id(file: str, line: int) -> str:
    """Return the id of a line on the page of the hand-in that it belongs to; a cell is part of the file's name."""
    return re.sub(r"[, ]+", "-", f"{file}-{line}")


def _file(name: str, text: str) -> CodeFile:
    notebook, cells = cells_in(text.encode())
    if cells:
        lines = list(_of_cells(notebook, text, cells))
        name = notebook
    else:
        numbered = enumerate(text.rstrip("\n").split("\n"), start=1)
        lines = [(line_id(name, number), number, line) for number, line in numbered]
    shown = ((id, number, line[:_LONGEST_LINE]) for id, number, line in lines[:_MOST_LINES])
    return CodeFile(name, tuple(shown), max(0, len(lines) - _MOST_LINES))


def _of_cells(notebook: str, text: str, cells: Sequence[Cell]) -> Iterator[tuple[str, int, str]]:
    """Yield a notebook's lines, each cell below a line that says its number."""
    for cell, lines in lines_of(text, cells):
        place = f"{notebook}, cell {cell.number}"
        yield line_id(place, 0), 0, f"cell {cell.number}"
        yield from ((line_id(place, number), number, line) for number, line in enumerate(lines, start=1))
