"""Where the cells of a notebook lie in the module that was made of it; `files/notebooks.py` makes such modules."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HEAD = re.compile(rb"# cells of ([^\r\n]+?):((?: \d{1,7}@\d{1,7}!?)+)\r?\n")
_START = re.compile(r"(\d+)@(\d+)(!?)")
_MOST_CELLS = 4_000
_BROKEN = "#!"


@dataclass(frozen=True)
class Cell:
    """A cell; `first` is its first line in the module, and `broken` says that it stands there as comments."""

    number: int
    first: int
    broken: bool = False


def cells_in(source: bytes) -> tuple[str, Sequence[Cell]]:
    """Return the name of the notebook that a module was made of, and its cells; nothing for any other module.

    A first line that does not describe what is below it makes no notebook: students may write one.
    """
    head = _HEAD.match(source)
    if head is None:
        return "", ()
    found = _START.findall(head[2].decode("ascii"))
    cells = [Cell(int(number), int(first), bool(mark)) for number, first, mark in found]
    firsts = [1, *(cell.first for cell in cells)]
    in_order = all(before < after for before, after in itertools.pairwise(firsts))
    if not in_order or len(cells) > _MOST_CELLS or firsts[-1] > source.count(b"\n") + 1:
        return "", ()
    return head[1].decode("utf-8", "replace"), cells


def lines_of(text: str, cells: Sequence[Cell]) -> Iterator[tuple[Cell, list[str]]]:
    """Yield the cells of a module's text, each with its own lines as the student wrote them."""
    lines = text.split("\n")
    # Between two cells stand an empty line and a remark.
    ends = [*(cell.first - 2 for cell in cells[1:]), len(lines)]
    for cell, end in zip(cells, ends, strict=True):
        own = lines[cell.first - 1 : end]
        yield cell, [line.removeprefix(_BROKEN) for line in own] if cell.broken else own


def with_addition(source: bytes, addition: bytes) -> bytes:
    """Return a module with more at its end, which runs even where the last cell fails."""
    whole = source + b"\n\n\n" + addition
    _, cells = cells_in(source)
    if not cells:
        return whole
    head = _HEAD.match(source)
    assert head is not None
    first = source.count(b"\n") + 4
    return whole[: head.end(2)] + f" 0@{first}".encode() + whole[head.end(2) :]
