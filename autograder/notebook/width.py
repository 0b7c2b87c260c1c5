"""Breaks sentences between words: notebooks break the lines of what is printed wherever a cell ends."""

from __future__ import annotations

import textwrap

COLUMNS = 84
"""What a cell shows in a window of 1100 pixels with the list of files open."""


def filled(line: str) -> str:
    """Return a line broken between words; what follows is indented as it is."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(
        line, COLUMNS, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
