"""Says what a cell is doing once it takes longer than a few seconds: for how long, and where in the file."""

from __future__ import annotations

import contextlib
import contextvars
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

AFTER_SECONDS = 3.0
EVERY_SECONDS = 1.0


@contextlib.contextmanager
def waiting(what: str = "") -> Iterator[None]:
    """Show in the notebook that something takes long, while it does; nothing outside notebooks.

    Parameters
    ----------
    what
        What is being done; the line of the file beside the notebook that is being run if empty.
    """
    if not is_notebook():
        yield
        return
    ended = threading.Event()
    caller = threading.get_ident()
    # The kernel knows by the context to which cell a display belongs.
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(_show, what, caller, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def is_notebook() -> bool:
    """Return whether this runs in a notebook."""
    if "ipykernel" not in sys.modules:
        return False
    from IPython import get_ipython

    return get_ipython() is not None


def number_of_cell() -> int | None:
    """Return the number that the notebook shows beside the cell that runs this; None outside notebooks."""
    if not is_notebook():
        return None
    from IPython import get_ipython

    return int(get_ipython().execution_count)


def _show(what: str, caller: int, ended: threading.Event) -> None:
    started = time.monotonic()
    if ended.wait(AFTER_SECONDS):
        return
    from IPython.display import display

    folder = Path.cwd()
    shown: Any = None
    while True:
        seconds = time.monotonic() - started
        doing = what or _place_in(folder, sys._current_frames().get(caller))
        text = {"text/plain": f"… {seconds:.0f} s{f': {doing}' if doing else ''}"}
        if shown is None:
            shown = display(text, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            shown.update(text, raw=True)
        if ended.wait(EVERY_SECONDS):
            break
    shown.update({"text/plain": f"took {time.monotonic() - started:.0f} s"}, raw=True)


def _place_in(folder: Path, frame: FrameType | None) -> str:
    """Return the innermost line of a file in the folder that a thread is in; empty if there is none."""
    while frame is not None:
        if found := place_in(folder, frame.f_code, frame.f_lineno):
            return found
        frame = frame.f_back
    return ""


def place_in(folder: Path, code: CodeType, line: int | None) -> str:
    """Return a function's name with a line of it and its file; empty if that is not in the folder itself."""
    path = Path(code.co_filename)
    return f"{code.co_name}, line {line} of {path.name}" if path.parent == folder else ""
