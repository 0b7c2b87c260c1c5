"""What notebooks use besides data and plots: checks, and a sentence if a function is not written yet."""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType

from autograder.student.checks import Checker, PlainChecker

_GRAMMAR_OF_ADDRESSES = "rfc3987_syntax"
"""Otter imports jsonschema, which loads this if it finds it. That takes as long as all the rest, in the first cell of
every notebook; no schema of notebooks has addresses of that kind."""


def checker() -> Checker:
    """Return what checks questions in a notebook: otter-grader if it is installed."""
    try:
        with _without(_GRAMMAR_OF_ADDRESSES):
            from autograder.otter import notebook
    except ImportError:
        return PlainChecker()
    return notebook()


@contextlib.contextmanager
def _without(module: str) -> Iterator[None]:
    """Have imports do without a module that they can do without, unless it is there already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment] # an import of it raises ImportError
    try:
        yield
    finally:
        del sys.modules[module]


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
        yield
    except NotImplementedError as error:
        print(f"not yet: {error}, save it and run this cell again.")
    except NameError as error:
        if not _raised_in_the_cell(error.__traceback__):
            raise
        print(f"not yet: this needs {error.name}, which a cell above makes; run that one first.")


def _raised_in_the_cell(trace: TracebackType | None) -> bool:
    """Return whether an error arose in the notebook itself, not in a function that it called."""
    # The first frame is that of `step`, the second the cell's.
    return len(traceback.extract_tb(trace)) == 2
