"""Notices what would hide events from the counter."""

from __future__ import annotations

import sys
from typing import Literal

Reason = Literal["trace", "thread", "round", "operators"]

_REASONS: dict[str, Reason] = {
    "sys.settrace": "trace",
    "sys.setprofile": "trace",
    "_thread.start_new_thread": "thread",
    "_thread.start_joinable_thread": "thread",
}
_RUNNING = ("PyThreadState_", "PyEval_", "_PyEval_")
"""What functions of Python's C interface begin with that decide what is traced."""


class NotCounted(Exception):
    """The code that was being counted hid events from the counter.

    Attributes
    ----------
    reason
        "trace" if it tampered with the counter, "thread" if it started a thread, "round" if it went round the names of
        functions that loop in C, "operators" if methods of its arrays are functions in C.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class Watch:
    """Notices, through an audit hook, what would hide events; a hook cannot be removed again.

    It listens from the beginning: Python traces nothing that runs in an audit hook, and one that student code adds
    when it is imported is there in every later call.
    """

    def __init__(self) -> None:
        self._active = False
        self._reason: Reason | None = None
        self._prepared = False
        sys.addaudithook(self._note)

    def begin(self) -> None:
        """Listen from now on."""
        self._reason = "trace" if self._prepared else None
        self._active = True

    def pause(self) -> None:
        """Listen no more."""
        self._active = False

    def end(self) -> Reason | None:
        """Listen no more; return what hid events, if anything did."""
        self.pause()
        return self._reason

    def report(self, reason: Reason) -> None:
        """Take note of what hides events."""
        self._reason = self._reason or reason

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "sys.addaudithook" or (event.startswith("ctypes.dlsym") and _decides(arguments[1])):
            self._prepared = True
            self.report("trace")
        elif self._active and event in _REASONS:
            self.report(_REASONS[event])


def _decides(symbol: object) -> bool:
    """Return whether a symbol that is looked up decides what is traced; its type may be student code's."""
    return issubclass(type(symbol), str) and str.startswith(symbol, _RUNNING)  # type: ignore[arg-type]
