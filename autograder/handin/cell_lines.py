"""Says where a line of a module that was made of a notebook stands for its student: in which cell, and where there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from autograder.sandbox.wire.cells import cells_in


class CellLines:
    """The lines of a hand-in's notebooks, by cell; for a hand-in without any it is false and changes nothing.

    Parameters
    ----------
    files
        Name to source of the modules.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        made = {name.removesuffix(".py"): cells_in(source) for name, source in files.items()}
        self._cells = {module: found for module, found in made.items() if found[1]}
        names = "|".join(map(re.escape, sorted(self._cells, key=len, reverse=True))) or r"(?!)"
        self._line = re.compile(rf'\b({names})\.py(?:("?), lines? |:)(\d+)\b')
        self._file = re.compile(rf"\b({names})\.py\b")

    def __bool__(self) -> bool:
        return bool(self._cells)

    def place(self, file: str, line: int) -> tuple[str, int]:
        """Return the file and line that a student sees: of `svm.py` and 31, `svm.ipynb, cell 7` and 3."""
        notebook, cells = self._cells.get(file.removesuffix(".py"), ("", ()))
        if not cells:
            return file, line
        cell = max((it for it in cells if it.first <= line), key=lambda it: it.first, default=cells[0])
        return f"{notebook}, cell {cell.number}", max(1, line - cell.first + 1)

    def said(self, text: str) -> str:
        """Return a sentence with `svm.py, line 31` as `svm.ipynb, cell 7, line 3`, and `svm.py` as `svm.ipynb`.

        Python's own warnings say `svm.py:31`.
        """
        if not self:
            return text

        def by_cell(match: re.Match[str]) -> str:
            place, line = self.place(match[1], int(match[3]))
            notebook, _, cell = place.rpartition(", ")
            return f"{notebook}{match[2] or ''}, {cell}, line {line}"

        return self._file.sub(lambda match: self._cells[match[1]][0], self._line.sub(by_cell, text))
