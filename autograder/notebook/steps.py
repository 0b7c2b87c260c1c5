"""Steps of a notebook: what is not written yet is said in a sentence, and what takes long says so."""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TypeVar

from autograder.notebook.saves import NotRunnable
from autograder.notebook.waiting import waiting

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
        print(f"not yet: {error}, save it and run this cell again.")
    except NotRunnable as error:
        print(f"not run: {error} Mend that, save it and run this cell again.")
    except NameError as error:
        if not _raised_in_the_cell(error.__traceback__):
            raise
        print(f"not yet: this needs {error.name}, which a cell above makes; run that one first.")


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
