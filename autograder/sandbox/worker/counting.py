"""Counts the Python events of a call: which place ran how often, and which line of the student's it ran for.

CPython 3.11 reports lines and calls through `sys.settrace`. From 3.12 on `sys.monitoring` does, at a fraction
of the cost; there a loop on a single line shows in its jumps alone, and a generator in its resumptions.
"""

from __future__ import annotations

import _thread
import sys
from collections import Counter
from collections.abc import Callable, Collection
from types import CodeType, FrameType, FunctionType, SimpleNamespace
from typing import Any, Literal

MOST_PLACES = 2_000

Reason = Literal["trace", "thread"]
Place = tuple[str, str, str, int, str, int]
"""File, function, kind of event and position of what ran; file and line of the student's that it ran for."""

_REASONS: dict[str, Reason] = {
    "sys.settrace": "trace",
    "sys.setprofile": "trace",
    "_thread.start_new_thread": "thread",
    "_thread.start_joinable_thread": "thread",
}


class NotCounted(Exception):
    """The code that was being counted took itself out of sight.

    Attributes
    ----------
    reason
        "trace" where it touched what counts, "thread" where it started a thread.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class EventCounter:
    """Counts events in one call after the other; made once, before any student code is loaded."""

    def __init__(self) -> None:
        self._watch = _Watch()
        has_monitoring = sys.version_info >= (3, 12)
        self._source: _Monitoring | _Tracing = (
            _Monitoring(self._watch) if has_monitoring else _Tracing(self._watch)
        )

    def count(
        self, call: Callable[[], None], student_files: Collection[str]
    ) -> list[tuple[str, str, int, int]]:
        """Make the call and return (place, student's file, its line, count) of the busiest places.

        Parameters
        ----------
        call
            Takes nothing, returns nothing, raises nothing; its own frame is not counted.
        student_files
            Names of the student's files; what a library's own Python code does is shown as the line of
            these files that it was done for.

        Raises
        ------
        NotCounted
            Where the code took itself out of sight.
        """
        counts = _Counts(student_files, ignored=self._own_code(call))
        self._source.start(counts)
        self._watch.begin()
        try:
            call()
        finally:
            self._source.stop()
            reason = self._watch.end()
        if reason is not None:
            raise NotCounted(reason)
        return counts.lines()

    def _own_code(self, call: Any) -> frozenset[int]:
        """Return the ids of the code objects whose events are ours."""
        functions = [call, self.count, *_functions_of(self._watch), *_functions_of(self._source)]
        return frozenset(id(function.__code__) for function in functions)


def _functions_of(owner: object) -> list[Any]:
    return [value for value in vars(type(owner)).values() if isinstance(value, FunctionType)]


class _Watch:
    """Notices, through an audit hook, what would take code out of sight. A hook cannot be taken away again."""

    def __init__(self) -> None:
        self._installed = False
        self._active = False
        self._reason: Reason | None = None

    def begin(self) -> None:
        if not self._installed:
            sys.addaudithook(self._note)
            self._installed = True
        self._reason = None
        self._active = True

    def pause(self) -> None:
        self._active = False

    def end(self) -> Reason | None:
        self.pause()
        return self._reason

    def report(self, reason: Reason) -> None:
        self._reason = self._reason or reason

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._active and event in _REASONS:
            self.report(_REASONS[event])


class _Counts:
    """How often each place ran; `ignored` are the ids of our own code objects."""

    def __init__(self, student_files: Collection[str], ignored: Collection[int]) -> None:
        self._student_files = student_files
        self._ignored = ignored
        self._counts: Counter[Place] = Counter()

    def add(self, code: CodeType, kind: str, position: int, frame: FrameType | None) -> None:
        if id(code) in self._ignored:
            return
        file = code.co_filename
        if file.startswith("<"):
            position = 0  # text that was made up on the way, perhaps a line for each example
        self._counts[(file, code.co_qualname, kind, position, *self._student_line(frame))] += 1

    def _student_line(self, frame: FrameType | None) -> tuple[str, int]:
        while frame is not None:
            if frame.f_code.co_filename in self._student_files:
                return frame.f_code.co_filename, frame.f_lineno or 0
            frame = frame.f_back
        return "", 0

    def lines(self) -> list[tuple[str, str, int, int]]:
        return [
            (f"{file[-120:]}:{function[-80:]}:{kind}:{position} for line {line}", student_file, line, count)
            for (file, function, kind, position, student_file, line), count in self._counts.most_common(
                MOST_PLACES
            )
        ]


class _Tracing:
    """Events of `sys.settrace`, for CPython 3.11; `sys.setprofile` is the witness that they are complete."""

    def __init__(self, watch: _Watch) -> None:
        self._watch = watch
        self._counts: _Counts | None = None
        # The bound methods are kept, because each access would make a new one and `is` would fail.
        self._trace: Callable[..., Any] = self._on_event
        self._profile: Callable[..., Any] = self._witness
        self._without_lines: dict[CodeType, bool] = {}

    def start(self, counts: _Counts) -> None:
        self._counts = counts
        sys.setprofile(self._profile)
        sys.settrace(self._trace)

    def stop(self) -> None:
        if sys.gettrace() is not self._trace or sys.getprofile() is not self._profile:
            self._watch.report("trace")
        self._watch.pause()
        sys.settrace(None)
        sys.setprofile(None)

    def _on_event(self, frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        code = frame.f_code
        assert self._counts is not None
        if event == "call":
            frame.f_trace_opcodes = self._lacks_lines(code)
            self._counts.add(code, event, 0, frame)
        elif event == "line":
            self._counts.add(code, event, frame.f_lineno, frame)
        elif event == "opcode" and frame.f_lineno is None:
            self._counts.add(code, event, frame.f_lasti, frame)
        return self._trace

    def _lacks_lines(self, code: CodeType) -> bool:
        """Return whether code can run without line events, because parts of it belong to no line."""
        if code not in self._without_lines:
            self._without_lines[code] = any(line is None for *_, line in code.co_lines())
        return self._without_lines[code]

    def _witness(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "return" and frame.f_code is not _Tracing.start.__code__:
            if frame.f_trace is not self._trace or not frame.f_trace_lines:
                self._watch.report("trace")
        elif event == "c_call" and argument is _thread.start_new_thread:
            self._watch.report("thread")  # no audit event says so before 3.12


class _Monitoring:
    """Events of `sys.monitoring`, for CPython 3.12 and later."""

    TOOL = 4

    def __init__(self, watch: _Watch) -> None:
        self._watch = watch
        self._monitoring: Any = getattr(sys, "monitoring")  # noqa: B009 - 3.11, which types are checked for, has none
        self._monitoring.use_tool_id(self.TOOL, "autograder")
        self._hide()

    def _hide(self) -> None:
        """Leave a stand-in in place of `sys.monitoring`, whose functions only report who called them."""
        stand_in = SimpleNamespace(
            **{
                name: self._refuse if callable(value) else value
                for name, value in vars(self._monitoring).items()
                if not name.startswith("__")
            }
        )
        setattr(sys, "monitoring", stand_in)  # noqa: B010

    def _refuse(self, *arguments: object, **keywords: object) -> None:
        self._watch.report("trace")

    def start(self, counts: _Counts) -> None:
        add, frame = counts.add, sys._getframe
        events = self._monitoring.events
        callbacks: dict[int, Callable[..., None]] = {
            events.PY_START: lambda code, offset: add(code, "call", 0, frame(1)),
            events.PY_RESUME: lambda code, offset: add(code, "resume", offset, frame(1)),
            events.LINE: lambda code, line: add(code, "line", line, frame(1)),
            events.JUMP: lambda code, offset, target: add(code, "jump", offset, frame(1)),
        }
        for event, callback in callbacks.items():
            self._monitoring.register_callback(self.TOOL, event, callback)
        self._monitoring.set_events(self.TOOL, sum(callbacks))

    def stop(self) -> None:
        if not self._monitoring.get_events(self.TOOL):
            self._watch.report("trace")
        self._monitoring.set_events(self.TOOL, 0)
