"""Turns a notebook into the module that its code cells are, one after the other.

The first line of the module says where each cell begins, so that cells can be run one by one (`sandbox/wire/cells.py`
reads it) and lines can be said as "cell 7, line 3". A cell that is not Python stands in the module as comments.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

import msgspec

MOST_CELLS = 2_000
_CELL_MAGIC = re.compile(r"%%(\w+)")
_MAGIC = re.compile(r"\s*(%%?[a-zA-Z]|!|\?|[\w.]+\?{1,2}\s*$)")
_ASSIGNED = re.compile(r"([\w\s,.\[\]]++=\s*+)(?:!|%(?!time\b))")
_TIMED = re.compile(r"([\w\s,]++=\s*+|\s*+)%time\s+(.+)")
_RUN_ANYWAY = frozenset({"time", "timeit", "capture", "prun", "writefile", "python", "python3", "pypy"})
"""Cell magics below which Python stands; the cells of all others are set aside."""
_BROKEN = "#!"
"""Stands before each line of a cell that is not Python."""

NumberedCell = tuple[int, str]
"""A code cell: its number among all cells, counted from 1, and its source."""


class NotANotebookError(Exception):
    """The bytes are no notebook; the message is the end of a sentence."""


class TooMuchCodeError(NotANotebookError):
    """A notebook's cells hold more code than is wanted."""


class _Cell(msgspec.Struct, gc=False):
    cell_type: str
    source: str | list[str] = ""
    input: str | list[str] = ""  # in nbformat 3


class _Sheet(msgspec.Struct):
    cells: list[_Cell] = []


class _Notebook(msgspec.Struct):
    """What is read of a notebook; outputs and whatever else it holds are passed over unread."""

    cells: list[_Cell] = []
    worksheets: list[_Sheet] = []  # in nbformat 3


def cells_of(content: bytes, most_code: int | None = None) -> list[NumberedCell]:
    """Return the code cells of a notebook without magics and shell lines; every other line keeps its place.

    Nothing is parsed as Python.

    Parameters
    ----------
    content
        A notebook's bytes: nbformat 3 to 4, whatever kernel it names and however large its outputs are.
    most_code
        How many characters of code are looked at; outputs and text do not count.

    Raises
    ------
    NotANotebookError
        If it is no notebook, or has no code.
    TooMuchCodeError
        If it has more than `most_code`.
    """
    try:
        book = msgspec.json.decode(content, type=_Notebook)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NotANotebookError("is not a whole notebook; save it again") from error
    cells = book.cells or [cell for sheet in book.worksheets for cell in sheet.cells]
    if not cells:
        raise NotANotebookError("holds no cells; hand in the notebook itself")
    code = [
        (number, _text(cell))
        for number, cell in enumerate(cells[:MOST_CELLS], start=1)
        if cell.cell_type == "code"
    ]
    if most_code is not None and sum(len(text) for _, text in code) > most_code:
        raise TooMuchCodeError("holds far too much code; hand in your code without data")
    found = [(number, source) for number, text in code if (source := _without_magics(text)).strip()]
    if not found:
        raise NotANotebookError("has no code in its cells")
    return found


def module_of(name: str, cells: Sequence[NumberedCell]) -> bytes:
    """Return cells as a module; `name` is what the notebook is called.

    Each cell is parsed, so what strangers wrote must have been checked for its size before.
    """
    starts, lines = list[str](), [""]
    for number, source in cells:
        is_python = _parses(source)
        lines.append(f"# cell {number}")
        starts.append(f"{number}@{len(lines) + 1}{'' if is_python else '!'}")
        lines += (line if is_python else f"{_BROKEN}{line}" for line in source.split("\n"))
        lines.append("")
    lines[0] = f"# cells of {name}: {' '.join(starts)}"
    return "\n".join(lines).encode("utf-8", "replace")


def _text(cell: _Cell) -> str:
    """Return a cell's source, which is stored as one text or as its lines."""
    source = cell.source or cell.input
    text = source if isinstance(source, str) else "".join(source)
    return re.sub(r"\r\n?", "\n", text).replace("\0", "")


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _without_magics(source: str) -> str:
    """Return a cell without what only a notebook understands; empty if its magic hands all of it to something else."""
    body = source.lstrip("\n")
    if magic := _CELL_MAGIC.match(body):
        if magic[1] not in _RUN_ANYWAY:
            return ""
        blank = len(source) - len(body)
        source = "\n" * (blank + 1) + body.partition("\n")[2]
    lines = source.split("\n")
    inside = set(_inside(lines))
    return "\n".join(line if place in inside else _without_magic(line) for place, line in enumerate(lines))


def _without_magic(line: str) -> str:
    if not re.search("[%!?]", line):
        return line
    if timed := _TIMED.fullmatch(line):
        return timed[1] + timed[2]
    if assigned := _ASSIGNED.match(line):
        return f"{assigned[1]}None  # {line.strip()}"
    if _MAGIC.match(line):
        indent = line[: len(line) - len(line.lstrip())]
        return f"{indent}pass  # {line.strip()}"
    return line


_PIECE = re.compile(r"\\.|\"\"\"|'''|[\"'#()\[\]{}]")


def _inside(lines: Sequence[str]) -> Iterator[int]:
    """Yield the lines that go on with a bracket, a text or a statement of the line before: no magic can stand there."""
    depth, quote = 0, ""
    for place, line in enumerate(lines):
        goes_on = depth > 0 or bool(quote) or (place > 0 and lines[place - 1].endswith("\\"))
        if goes_on:
            yield place
        elif _without_magic(line) != line:  # its brackets and quotation marks are no Python
            continue
        for piece in _PIECE.findall(line):
            if quote:
                quote = "" if piece == quote else quote
            elif piece == "#":
                break
            elif piece[0] in "\"'":
                quote = piece
            elif piece in "([{":
                depth += 1
            elif piece in ")]}":
                depth = max(0, depth - 1)
        if len(quote) == 1 and not line.endswith("\\"):
            quote = ""
