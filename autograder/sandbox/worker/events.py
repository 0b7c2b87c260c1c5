"""Where events of a call come from: `sys.settrace` for CPython 3.11, `sys.monitoring` for 3.12 and later."""

from __future__ import annotations

import _thread
import sys
from collections.abc import Callable, Collection
from types import FrameType, SimpleNamespace
from typing import Any

from autograder.sandbox.worker.code_origins import Known
from autograder.sandbox.worker.counts import Counts
from autograder.sandbox.worker.loops_in_c import may_be_ignored
from autograder.sandbox.worker.watch import Watch


def _says_no_more(known: Known) -> bool:
    """Return whether what code of a library runs inside need not be looked at.

    Where it may run an instruction again, arrays of two runs must not be taken for those of one.
    """
    return known.origin == "ours" or known.writes_arrays or known.runs_straight


class Tracing:
    """Events of `sys.settrace`; `sys.setprofile` checks that they are complete.

    Parameters
    ----------
    makers
        Ids of the code objects that run when their caller makes an array.
    """

    def __init__(self, watch: Watch, makers: Collection[int]) -> None:
        self._watch = watch
        self._makers = makers
        self._counts: Counts | None = None
        # Bound methods are kept: each access would make a new one, and `is` would fail.
        self._trace: Callable[..., Any] = self._on_event
        self._profile: Callable[..., Any] = self._witness
        self._without_lines: dict[int, bool] = {}
        self._unseen: set[int] = set()
        """Ids of frames' code objects in which no lines are traced; the counts keep the objects."""

    def start(self, counts: Counts) -> None:
        """Add all that runs to the counts."""
        self._counts = counts
        self._without_lines.clear()
        self._unseen.clear()
        sys.setprofile(self._profile)
        sys.settrace(self._trace)

    def stop(self) -> None:
        """Add nothing any more."""
        if sys.gettrace() is not self._trace or sys.getprofile() is not self._profile:
            self._watch.report("trace")
        self._watch.pause()
        sys.settrace(None)
        sys.setprofile(None)

    def _on_event(self, frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
        code, counts = frame.f_code, self._counts
        assert counts is not None
        if event == "line":
            counts.add(code, event, frame.f_lineno, frame)
        elif event == "call":
            if id(code) in self._makers:
                if frame.f_back is not None:
                    counts.add_array(frame.f_back)
                return None
            known = counts.add(code, event, 0, frame)
            if _says_no_more(known):
                self._unseen.add(id(code))
                return None
            frame.f_trace_opcodes = not known.is_passed_over and self._lacks_lines(frame)
        elif event == "opcode" and frame.f_lineno is None:
            counts.add(code, event, frame.f_lasti, frame)
        return self._trace

    def _lacks_lines(self, frame: FrameType) -> bool:
        """Return whether parts of the code belong to no line, and so run without line events."""
        code = frame.f_code
        if id(code) not in self._without_lines:
            self._without_lines[id(code)] = any(line is None for *_, line in code.co_lines())
        return self._without_lines[id(code)]

    def _witness(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "return":
            if (frame.f_trace is not self._trace or not frame.f_trace_lines) and not self._may_be_hidden(
                frame
            ):
                self._watch.report("trace")
        elif event == "c_call" and not may_be_ignored(argument):
            if argument is _thread.start_new_thread:
                self._watch.report("thread")  # there is no audit event for it before 3.12
            elif self._counts is not None:
                self._counts.add_call(argument, None, frame)

    def _may_be_hidden(self, frame: FrameType) -> bool:
        known = id(frame.f_code)
        return known in self._unseen or known in self._makers or frame.f_code is Tracing.start.__code__


class Monitoring:
    """Events of `sys.monitoring`; the parameters are those of `Tracing`."""

    TOOL = 4

    def __init__(self, watch: Watch, makers: Collection[int]) -> None:
        self._watch = watch
        self._makers = makers
        self._monitoring: Any = getattr(sys, "monitoring")  # noqa: B009 - mypy checks for 3.11, which has none
        self._monitoring.use_tool_id(self.TOOL, "autograder")
        self._hide()

    def _hide(self) -> None:
        """Replace `sys.monitoring` by a stand-in whose functions only report that they were called."""
        found = {name: it for name, it in vars(self._monitoring).items() if not name.startswith("__")}
        stand_in = {name: self._refuse if callable(it) else it for name, it in found.items()}
        setattr(sys, "monitoring", SimpleNamespace(**stand_in))  # noqa: B010

    def _refuse(self, *arguments: object, **keywords: object) -> None:
        self._watch.report("trace")

    def start(self, counts: Counts) -> None:
        """Add all that runs to the counts."""
        frame, makers, no_more = sys._getframe, self._makers, self._monitoring.DISABLE

        def begin(code: Any, offset: int) -> None:
            here = frame(1)
            if id(code) not in makers:
                counts.add(code, "call", 0, here)
            elif here.f_back is not None:
                counts.add_array(here.f_back)

        def add(code: Any, kind: str, position: int, here: FrameType) -> Any:
            known = counts.add(code, kind, position, here)
            if known.origin == "student":
                return None
            # Where a library's code runs an instruction again, it jumps.
            return no_more if _says_no_more(known) or (kind == "line" and known.is_passed_over) else None

        def calls(code: Any, offset: int, function: object, first: object) -> Any:
            if id(code) in makers:
                return no_more
            counts.add_call(function, first, frame(1))
            return None

        events = self._monitoring.events
        callbacks: dict[int, Callable[..., Any]] = {
            events.PY_START: begin,
            events.PY_RESUME: lambda code, offset: add(code, "resume", offset, frame(1)),
            events.LINE: lambda code, line: add(code, "line", line, frame(1)),
            events.JUMP: lambda code, offset, target: add(code, "jump", offset, frame(1)),
            events.CALL: calls,
        }
        for event, callback in callbacks.items():
            self._monitoring.register_callback(self.TOOL, event, callback)
        self._monitoring.set_events(self.TOOL, sum(callbacks))

    def stop(self) -> None:
        """Add nothing any more."""
        if not self._monitoring.get_events(self.TOOL):
            self._watch.report("trace")
        self._monitoring.set_events(self.TOOL, 0)
