"""Counts the Python events of a call: how often each place ran, and for which line of the student's.

CPython 3.11 reports lines and calls through `sys.settrace`. From 3.12 on `sys.monitoring` does, at a fraction
of the cost; there a loop on a single line shows only in its jumps, and a generator in its resumptions.

What Python and NumPy do inside a function that student code calls is not the student's loop: printing an array runs
hundreds of lines. That the function is called, once or for every example, is.
"""

from __future__ import annotations

import _thread
import io
import os
import sys
import sysconfig
from collections import Counter
from collections.abc import Callable, Collection
from inspect import CO_GENERATOR
from types import CodeType, FrameType, FunctionType, SimpleNamespace
from typing import Any, Literal

import numpy as np

from autograder.sandbox.wire.messages import MOST_PLACES, CountedLine

LOOPS_FOR_OTHERS = frozenset({"apply_along_axis", "vectorize._vectorize_call_with_signature"})
"""Functions of NumPy that loop in Python over what they are given, which is what they are called for."""
PRINTS = "arrayprint.py"
"""The file of NumPy that writes arrays as text: once for every row where rows are printed as a list."""
FEW_RUNS = 1
"""Whether a place is a library's is not looked up if it ran no more often: that takes compiling the library's file."""

Reason = Literal["trace", "thread"]
Place = tuple[str, str, str, int, str, int]
"""File, function, kind of event and position of what ran; the student's file and line that it ran for."""

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
        "trace" if it tampered with the counter, "thread" if it started a thread.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class EventCounter:
    """Counts events in one call after another; made once, before any student code is loaded."""

    def __init__(self) -> None:
        self._watch = _Watch()
        source: type[_Monitoring | _Tracing] = _Monitoring if sys.version_info >= (3, 12) else _Tracing
        self._libraries = _Libraries()
        self._source = source(self._watch, self._libraries.print)

    def count(self, call: Callable[[], None], student_files: Collection[str]) -> list[CountedLine]:
        """Make the call and return (place, student's file, its line, count) of the busiest places.

        Parameters
        ----------
        call
            Takes nothing, returns nothing, raises nothing; its own frame is not counted.
        student_files
            Names of the student's files. That a library's function is called counts for the line of these files
            that calls it; what runs inside that function does not count.

        Raises
        ------
        NotCounted
            If the code hid events.
        """
        counts = _Counts(student_files, self._own_code(call), self._libraries)
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
        self._reason = "trace" if self._prepared else None
        self._active = True

    def pause(self) -> None:
        self._active = False

    def end(self) -> Reason | None:
        self.pause()
        return self._reason

    def report(self, reason: Reason) -> None:
        self._reason = self._reason or reason

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "sys.addaudithook" or (event.startswith("ctypes.dlsym") and _decides(arguments[1])):
            self._prepared = True
            self.report("trace")
        elif self._active and event in _REASONS:
            self.report(_REASONS[event])


def _decides(symbol: object) -> bool:
    """Return whether a symbol that is looked up decides what is traced; its type may be student code's."""
    return isinstance(symbol, str) and str.startswith(symbol, _RUNNING)


class _Libraries:
    """Knows the code of Python's standard library and of NumPy.

    A code object says which file it is from, but student code can make one that says so, too. What counts is
    whether the file has such code.
    """

    def __init__(self) -> None:
        # Bound now: student code can replace what these names mean later.
        self._read, self._compile, self._real = io.open_code, compile, os.path.realpath
        folders = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), *np.__path__]
        self._folders = tuple(f"{os.path.realpath(folder)}{os.sep}" for folder in folders)
        self._installed = tuple(
            f"{folder}{name}{os.sep}" for folder in self._folders[:2] for name in _INSTALLED
        )
        self._known: dict[str, frozenset[CodeType]] = {}
        self._printing: dict[int, tuple[CodeType, bool]] = {}

    def print(self, code: CodeType) -> bool:
        """Return whether a code object is of those by which NumPy writes arrays.

        Nothing in them counts, and there are many lines to run: without looking at them, printing costs what it does
        otherwise. The functions of a student's that they call are looked at all the same.
        """
        if id(code) not in self._printing:
            # Kept with the answer, so that no other code object gets its id.
            self._printing[id(code)] = code, code.co_filename.endswith(PRINTS) and self.hold(code)
        return self._printing[id(code)][1]

    def hold(self, code: CodeType) -> bool:
        """Return whether a code object is that of a library."""
        file = code.co_filename
        if file not in self._known:
            self._known[file] = self._code_in(file)
        return code in self._known[file]

    def _code_in(self, file: str) -> frozenset[CodeType]:
        path = self._real(file)
        installed = path.startswith(self._installed) and not path.startswith(self._folders[2:])
        if not path.startswith(self._folders) or installed:
            return frozenset()
        try:
            with self._read(path) as source:
                todo = [self._compile(source.read(), file, "exec", dont_inherit=True)]
        except (OSError, SyntaxError, ValueError):
            return frozenset()
        found: set[CodeType] = set()
        while todo:
            code = todo.pop()
            found.add(code)
            todo += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        return frozenset(found)


_INSTALLED = ("site-packages", "dist-packages")


class _Counts:
    """How often each place ran; `ignored` are the ids of our own code objects."""

    def __init__(
        self, student_files: Collection[str], ignored: Collection[int], libraries: _Libraries
    ) -> None:
        self._student_files = student_files
        self._ignored = ignored
        self._libraries = libraries
        self._counts: Counter[Place] = Counter()
        self._inside: dict[Place, set[CodeType]] = {}
        """What ran at the places that do not count if they are a library's."""

    def add(self, code: CodeType, kind: str, position: int, frame: FrameType | None) -> None:
        if id(code) in self._ignored:
            return
        file = code.co_filename
        if file.startswith("<"):
            position = 0  # generated source, perhaps with a line for each example
        place = (file, code.co_qualname, kind, position, *self._student_line(frame))
        self._counts[place] += 1
        if file not in self._student_files and not self._is_asked_for(code, kind, frame):
            self._inside.setdefault(place, set()).add(code)

    def _is_asked_for(self, code: CodeType, kind: str, frame: FrameType | None) -> bool:
        """Return whether code that is not in the student's files runs because they call it, or loops for them."""
        if code.co_filename.endswith(PRINTS):
            return False
        caller = frame.f_back if frame is not None else None
        # NumPy looks at what it is given through generators, which it resumes for every element of a list.
        called = kind == "call" and caller is not None and not code.co_flags & CO_GENERATOR
        directly = called and caller.f_code.co_filename in self._student_files  # type: ignore[union-attr]
        return directly or code.co_qualname in LOOPS_FOR_OTHERS

    def _is_a_library_s(self, place: Place, count: int) -> bool:
        """Return whether only a library's own code ran at a place, for reasons of its own."""
        ran = self._inside.get(place, ())
        return count > FEW_RUNS and bool(ran) and all(map(self._libraries.hold, ran))

    def _student_line(self, frame: FrameType | None) -> tuple[str, int]:
        while frame is not None:
            if frame.f_code.co_filename in self._student_files:
                return frame.f_code.co_filename, frame.f_lineno or 0
            frame = frame.f_back
        return "", 0

    def lines(self) -> list[CountedLine]:
        lines: list[CountedLine] = []
        for place, count in self._counts.most_common():
            if self._is_a_library_s(place, count):
                continue
            if len(lines) == MOST_PLACES:
                break
            file, function, kind, position, student_file, line = place
            what = f"{file[-120:]}:{function[-80:]}:{kind}:{position} for line {line}"
            lines.append((what, student_file, line, count))
        return lines


class _Tracing:
    """Events of `sys.settrace`, for CPython 3.11; `sys.setprofile` checks that they are complete."""

    def __init__(self, watch: _Watch, prints: Callable[[CodeType], bool]) -> None:
        self._watch = watch
        self._prints = prints
        self._counts: _Counts | None = None
        # Bound methods are kept: each access would make a new one, and `is` would fail.
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

    def _on_event(self, frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
        code = frame.f_code
        assert self._counts is not None
        if event == "call":
            if self._prints(code):
                return None
            frame.f_trace_opcodes = self._lacks_lines(code)
            self._counts.add(code, event, 0, frame)
        elif event == "line":
            self._counts.add(code, event, frame.f_lineno, frame)
        elif event == "opcode" and frame.f_lineno is None:
            self._counts.add(code, event, frame.f_lasti, frame)
        return self._trace

    def _lacks_lines(self, code: CodeType) -> bool:
        """Return whether parts of the code belong to no line, and so run without line events."""
        if code not in self._without_lines:
            self._without_lines[code] = any(line is None for *_, line in code.co_lines())
        return self._without_lines[code]

    def _witness(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "return" and frame.f_code is not _Tracing.start.__code__:
            hidden = frame.f_trace is not self._trace or not frame.f_trace_lines
            if hidden and not self._prints(frame.f_code):
                self._watch.report("trace")
        elif event == "c_call" and argument is _thread.start_new_thread:
            self._watch.report("thread")  # there is no audit event for it before 3.12


class _Monitoring:
    """Events of `sys.monitoring`, for CPython 3.12 and later."""

    TOOL = 4

    def __init__(self, watch: _Watch, prints: Callable[[CodeType], bool]) -> None:
        self._watch = watch
        self._prints = prints
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

    def start(self, counts: _Counts) -> None:
        frame, prints, no_more = sys._getframe, self._prints, self._monitoring.DISABLE

        def add(code: CodeType, kind: str, position: int, here: FrameType) -> Any:
            return no_more if prints(code) else counts.add(code, kind, position, here)

        events = self._monitoring.events
        callbacks: dict[int, Callable[..., Any]] = {
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
