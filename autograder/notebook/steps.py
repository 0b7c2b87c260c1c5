"""Steps of a notebook: what is not written yet is said in a sentence, and what takes long says so."""

from __future__ import annotations

import contextlib
import dis
import sys
import time
import traceback
from collections.abc import Callable, Container, Iterator
from types import TracebackType
from typing import Any, TypeVar

from autograder.notebook.saves import NotRunnable
from autograder.notebook.waiting import waiting
from autograder.notebook.width import fitted

Result = TypeVar("Result")


_LACKING = "__autograder_lacking__"
"""Where a notebook keeps, by the name of what a cell would have made, what the cell said is to be written first."""


def step() -> contextlib.AbstractContextManager[None]:
    """Run one step of the notebook; if it needs a function that is not written yet, say which.

    >>> def svm_loss_naive(W, X, y, reg):
    ...     raise NotImplementedError("fill in svm_loss_naive in linear_svm.py")
    >>> with step():
    ...     loss, dW = svm_loss_naive(W=0, X=0, y=0, reg=0.0)
    not yet: fill in svm_loss_naive in linear_svm.py, save it and run this cell again.

    Other errors are shown as usual.
    """
    return _step(sys._getframe(1).f_globals)


@contextlib.contextmanager
def _step(names: dict[str, Any]) -> Iterator[None]:
    lacking: dict[str, str] = names.setdefault(_LACKING, {})
    try:
        with waiting():
            yield
    except NotImplementedError as error:
        lacking |= dict.fromkeys(_not_made(error.__traceback__, names), str(error))
        print(fitted(f"not yet: {error}, save it and run this cell again."))
    except NotRunnable as error:
        print(error.in_a_cell)
    except NameError as error:
        if not _raised_in_the_cell(error.__traceback__):
            raise
        first = lacking.get(error.name or "")
        said = f" It said: {first}." if first else ""
        if first:
            lacking |= dict.fromkeys(_not_made(error.__traceback__, names), first)
        print(
            fitted(f"not yet: this needs {error.name}, which a cell above makes; run that one first.{said}")
        )
    finally:
        # What made one of the names is written by now: no other waits for it any more.
        written = {lacking[name] for name in lacking.keys() & names.keys()}
        for name in [name for name, first in lacking.items() if first in written]:
            del lacking[name]


def _not_made(trace: TracebackType | None, names: Container[str]) -> list[str]:
    """Return the names that a cell would have made, had its step not ended here."""
    cell = trace.tb_next if trace is not None else None
    if cell is None:
        return []
    stores = (it for it in dis.get_instructions(cell.tb_frame.f_code) if it.opname == "STORE_NAME")
    return [it.argval for it in stores if it.argval not in names]


def _raised_in_the_cell(trace: TracebackType | None) -> bool:
    """Return whether an error arose in the cell itself or a function that the cell defines, whoever calls that."""
    # The first frame is that of `_step`, the second the cell's.
    _, cell, *inner = traceback.extract_tb(trace)
    return not inner or inner[-1].filename == cell.filename


def best_time(call: Callable[[], Result], repeats: int = 3) -> tuple[float, Result]:
    """Return the shortest time in seconds that a call took, and what it returned.

    The first call of anything is slow, because memory and caches are new to it; the shortest says what the work costs.

    >>> seconds, total = best_time(lambda: sum(range(1000)))
    >>> total
    499500
    """
    shortest = float("inf")
    for _ in range(repeats):
        started = time.perf_counter()
        result = call()
        shortest = min(shortest, time.perf_counter() - started)
    return shortest, result
