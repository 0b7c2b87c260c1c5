"""Runs a notebook's cells one after the other: one that fails, or takes too long, is noted and the rest still run."""

from __future__ import annotations

import contextlib
import re
import signal
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

from autograder.sandbox.wire.cells import Cell, lines_of

SECONDS_PER_CELL = 1.0
"""CPU seconds of one cell. By the clock on the wall it has four times as long: the machine may be busy with others."""


class CellTooLong(Exception):  # students read the name
    """A cell was stopped because it took too long; the cells after it still run."""


def run_cells(
    source: str, cells: Sequence[Cell], file: str, namespace: dict[str, Any]
) -> dict[str, BaseException]:
    """Run the cells of a module in one namespace; return what ended cells early, by the text of each.

    Only what a failed cell would have defined is missing, so that the rest of a notebook is graded.
    """
    failed: dict[str, BaseException] = {}
    for cell, lines in lines_of(source, cells):
        text = "\n".join(lines)
        try:
            with _within(SECONDS_PER_CELL):
                code = compile("\n" * (cell.first - 1) + text, file, "exec", dont_inherit=True)
                if cell.broken:
                    # It stands there as comments, in which nobody has looked for what is not allowed.
                    raise SyntaxError("this cell was not read as Python")
                exec(code, namespace)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            failed[text] = error
    return failed


def cause_of_absence(name: str, failed: dict[str, BaseException]) -> BaseException | None:
    """Return what ended the cell that would have defined a name; None if none would have."""
    word = re.escape(name)
    defines = re.compile(rf"^\s*(?:async\s+)?(?:def|class)\s+{word}\b|^{word}\s*[:=]", re.MULTILINE)
    return next((error for text, error in failed.items() if defines.search(text)), None)


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise CellTooLong(
            f"this cell takes longer than {seconds:g} second; the cells after it were run without it"
        )

    timers = (
        (signal.ITIMER_PROF, signal.SIGPROF, seconds),
        (signal.ITIMER_REAL, signal.SIGALRM, 4 * seconds),
    )
    before = [signal.signal(number, stop) for _, number, _ in timers]
    for timer, _, most in timers:
        signal.setitimer(timer, most)
    try:
        yield
    finally:
        for timer, _, _ in timers:
            signal.setitimer(timer, 0)
        for (_, number, _), handler in zip(timers, before, strict=True):
            signal.signal(number, handler)
