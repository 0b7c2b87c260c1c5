"""Where the cells of a notebook lie in the module that was made of it; `files/notebooks.py` makes such modules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_HEAD = re.compile(rb"# cells of ([^\r\n]+?):((?: \d+@\d+!?)+)\r?\n")
_START = re.compile(r"(\d+)@(\d+)(!?)")


@dataclass(frozen=True)
class Cell:
    """A cell; `first` is its first line in the module, and `broken` says that it stands there as comments."""

    number: int
    first: int
    broken: bool = False


def cells_in(source: bytes) -> tuple[str, Sequence[Cell]]:
    """Return the name of the notebook that a module was made of, and its cells; nothing for any other module."""
    head = _HEAD.match(source)
    if head is None:
        return "", ()
    found = _START.findall(head[2].decode("ascii"))
    return head[1].decode("utf-8", "replace"), [
        Cell(int(n), int(first), bool(mark)) for n, first, mark in found
    ]


def with_addition(source: bytes, addition: bytes) -> bytes:
    """Return a module with more at its end, which runs even where the last cell fails."""
    head = _HEAD.match(source)
    whole = source + b"\n\n\n" + addition
    if head is None:
        return whole
    first = source.count(b"\n") + 4
    return whole[: head.end(2)] + f" 0@{first}".encode() + whole[head.end(2) :]


class Places:
    """Says lines of modules that were made of notebooks by cell; for any other hand-in, nothing changes."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._cells = {
            name.removesuffix(".py"): made for name, source in files.items() if (made := cells_in(source))[1]
        }
        names = "|".join(map(re.escape, sorted(self._cells, key=len, reverse=True)))
        self._line = re.compile(rf'\b({names})\.py("?), lines? (\d+)\b') if names else None
        self._file = re.compile(rf"\b({names})\.py\b") if names else None

    def __bool__(self) -> bool:
        return bool(self._cells)

    def of(self, module: str, line: int) -> tuple[int, int]:
        """Return the cell that a line of a module lies in, and its number there, both from 1."""
        within = [cell for cell in self._cells[module][1] if cell.first <= max(line, cell.first)]
        cell = max((it for it in within if it.first <= line), key=lambda it: it.first, default=within[0])
        return cell.number, max(1, line - cell.first + 1)

    def said(self, text: str) -> str:
        """Return a sentence with `svm.py, line 31` as `svm.ipynb, cell 7, line 3`, and `svm.py` as `svm.ipynb`."""
        if self._line is None or self._file is None:
            return text

        def by_cell(match: re.Match[str]) -> str:
            cell, line = self.of(match[1], int(match[3]))
            return f"{self._cells[match[1]][0]}{match[2]}, cell {cell}, line {line}"

        return self._file.sub(lambda match: self._cells[match[1]][0], self._line.sub(by_cell, text))
