"""Turns a notebook into the module that its code cells are, one after the other.

The first line of the module says where each cell begins, so that cells can be run one by one (`sandbox/wire/cells.py`
reads it) and lines can be said as "cell 7, line 3". A cell that is not Python stands in the module as comments.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

MOST_CELLS = 2_000
_MAGIC = re.compile(r"\s*(%%?[a-zA-Z]|!|\?|[\w.]+\?{1,2}\s*$)")
_ASSIGNED = re.compile(r"(\s*[\w\s,.\[\]]+=\s*)(?:!|%(?!time\b))")
_TIMED = re.compile(r"(\s*(?:[\w\s,]+=\s*)?)%time\s+(.+)")
_RUN_ANYWAY = frozenset({"time", "timeit", "capture", "prun", "writefile", "python", "python3", "pypy"})
"""Cell magics below which Python stands; the cells of all others are set aside."""
_BROKEN = "#!"
"""Stands before each line of a cell that is not Python."""


class NotANotebookError(Exception):
    """The bytes are no notebook; the message is the end of a sentence."""


def module_of_notebook(name: str, content: bytes) -> bytes:
    """Return the code cells of a notebook as a module.

    Magics and shell lines are set aside, and every other line keeps its number in its cell.

    Parameters
    ----------
    name
        What the notebook is called.
    content
        Its bytes: nbformat 3 to 4, whatever kernel it names and however large its outputs are.

    Raises
    ------
    NotANotebookError
        If it is no notebook, or has no code.
    """
    starts, lines = list[str](), [""]
    for number, source in _cells(content):
        text, is_python = _plain(source)
        if not text.strip():
            continue
        lines.append(f"# cell {number}")
        starts.append(f"{number}@{len(lines) + 1}{'' if is_python else '!'}")
        lines += (line if is_python else f"{_BROKEN}{line}" for line in text.split("\n"))
        lines.append("")
    if not starts:
        raise NotANotebookError("has no code in its cells")
    lines[0] = f"# cells of {name}: {' '.join(starts)}"
    return "\n".join(lines).encode("utf-8", "replace")


def imports_itself(module: str, source: bytes) -> bool:
    """Return whether a notebook's module imports a file of its own name, so that it is not that file."""
    return (
        re.search(rf"^[ \t]*(from|import)[ \t]+{re.escape(module)}\b".encode(), source, re.MULTILINE)
        is not None
    )


def _cells(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield the code cells with their numbers, counted among all cells from 1."""
    try:
        book = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NotANotebookError("is not a whole notebook; save it again") from error
    sheets = book.get("worksheets") if isinstance(book, dict) else None
    holder = sheets[0] if isinstance(sheets, list) and sheets and isinstance(sheets[0], dict) else book
    cells = holder.get("cells") if isinstance(holder, dict) else None
    if not isinstance(cells, list):
        raise NotANotebookError("holds no cells; hand in the notebook itself")
    for number, cell in enumerate(cells[:MOST_CELLS], start=1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            yield number, _text(cell.get("source", cell.get("input")))


def _text(source: Any) -> str:
    """Return a cell's source, which is stored as one text or as its lines."""
    parts = source if isinstance(source, list) else [source]
    text = "".join(part for part in parts if isinstance(part, str))
    return re.sub(r"\r\n?", "\n", text).replace("\0", "")


def _plain(source: str) -> tuple[str, bool]:
    """Return a cell without its magics, and whether it is Python then."""
    first, *rest = source.lstrip("\n").split("\n")
    blank = len(source) - len(source.lstrip("\n"))
    if match := re.match(r"%%(\w+)", first):
        if match[1] not in _RUN_ANYWAY:
            return "", True
        source = "\n" * (blank + 1) + "\n".join(rest)
    if _parses(source):
        return source, True
    lines = source.split("\n")
    inside = _inside(source)
    source = "\n".join(line if place in inside else _without_magic(line) for place, line in enumerate(lines))
    return source, _parses(source)


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _without_magic(line: str) -> str:
    if timed := _TIMED.fullmatch(line):
        return timed[1] + timed[2]
    if assigned := _ASSIGNED.match(line):
        return f"{assigned[1]}None  # {line.strip()}"
    if _MAGIC.match(line):
        indent = line[: len(line) - len(line.lstrip())]
        return f"{indent}pass  # {line.strip()}"
    return line


def _inside(source: str) -> set[int]:
    """Return the lines that begin inside brackets or a text of several lines, where no magic can stand."""
    inside, depth, quote, line, place = set[int](), 0, "", 0, 0
    while place < len(source):
        letter = source[place]
        if letter == "\n":
            line += 1
            quote = quote if len(quote) == 3 else ""
            if depth > 0 or quote:
                inside.add(line)
        elif quote:
            if letter == "\\":
                place += 1
                line += source[place : place + 1] == "\n"
            elif source.startswith(quote, place):
                place += len(quote) - 1
                quote = ""
        elif letter in "'\"":
            quote = letter * 3 if source.startswith(letter * 3, place) else letter
            place += len(quote) - 1
        elif letter == "#" or (not source[:place].rpartition("\n")[2].strip() and letter in "%!?"):
            place = source.find("\n", place) - 1
            if place < 0:
                break
        else:
            depth = max(0, depth + (letter in "([{") - (letter in ")]}"))
        place += 1
    return inside
