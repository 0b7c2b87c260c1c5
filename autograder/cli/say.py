"""Prints lines without what a terminal, or a reader of a container's log, would obey; `console` does so for tables."""

from __future__ import annotations

import sys
from typing import TextIO

from autograder.text import without_controls


def say(text: str, file: TextIO | None = None) -> None:
    """Print a text as it is, whatever its width."""
    print(without_controls(text), file=file or sys.stdout, flush=True)
