"""Steps of a notebook: what is not written yet is said in a sentence, and what takes long says so."""

from __future__ import annotations

import contextlib
import dis
import time
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TypeVar

from autograder.notebook.saves import NotRunnable
from autograder.notebook.waiting import waiting
from autograder.notebook.width import fitted

Result = TypeVar("Result")


@contextlib.contextmanager
def step() -> Iterator[None]:
    """Run one step of the notebook; if it needs a function that is not written yet, say which.

    >>> def svm_loss_naive(W, X, y, reg):
    ...     raise NotImplementedError("fill in svm_loss_naive in linear_svm.py")
    >>> with step():
    ...     loss, dW = svm_loss_naive(W=0, X=0, y=0, reg=0.0)
    not yet: fill in svm_loss_naive in linear_svm.py, save it and run this cell again.

    Other errors are shown as usual.
    """
    try:
        with waiting():
            yield
    except NotImplementedError as error:
        _keep(str(error), error.__traceback__)
        print(fitted(f"not yet: {error}, save it and run this cell again."))
    except NotRunnable as error:
        print(fitted(f"not run: {error} Mend that, save it and run this cell again."))
    except NameError as error:
        if not _raised_in_the_cell(error.__traceback__):
            raise
        first = _lacking.get(error.name or "")
        _keep(first, error.__traceback__)
        said = f" It said: {first}." if first else ""
        print(
            fitted(f"not yet: this needs {error.name}, which a cell above makes; run that one first.{said}")
        )


def _keep(first: str | None, trace: TracebackType | None) -> None:
    """Keep what a cell has said for the names that it would have made, had its step not ended here."""
    cell = trace.tb_next if trace is not None else None
    if first is not None and cell is not None:
        stores = (it for it in dis.get_instructions(cell.tb_frame.f_code) if it.opname == "STORE_NAME")
        _lacking.update({it.argval: first for it in stores})


_lacking: dict[str, str] = {}
"""What a cell has said is to be written first, by the name of what it would have made."""


def _raised_in_the_cell(trace: TracebackType | None) -> bool:
    """Return whether an error arose in the notebook itself, not in a function that it called."""
    # The first frame is that of `step`, the second the cell's.
    return len(traceback.extract_tb(trace)) == 2


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
