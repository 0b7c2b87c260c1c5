"""Counts the Python events of a call: how often each place ran, and for which line of the student's.

CPython 3.11 reports lines and calls through `sys.settrace`. From 3.12 on `sys.monitoring` does, at a fraction
of the cost; there a loop on a single line shows only in its jumps, and a generator in its resumptions.

What Python and NumPy do inside a function that student code calls is not the student's loop: printing an array runs
hundreds of lines. That the function is called, once or for every example, is.

Loops in C run no Python; `loops_in_c` makes those visible that work something out for every item, and `arrays_made`
whatever makes an array for every item.
"""

from __future__ import annotations

import _thread
import gc
import io
import os
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import CO_GENERATOR
from types import CodeType, EllipsisType, FrameType, FunctionType, NoneType, SimpleNamespace
from typing import Any, Literal, NamedTuple

import numpy as np

from autograder.sandbox.wire.checks import lines_of_checks
from autograder.sandbox.wire.messages import ARRAYS, MOST_PLACES, CountedLine
from autograder.sandbox.worker.arrays_made import ArraysMade, has_arrays_with_functions_in_c
from autograder.sandbox.worker.loops_in_c import (
    LOOPING_NAMES,
    LoopsInC,
    is_choose,
    is_list_sort,
    is_looping,
    is_stand_in,
    may_be_ignored,
    not_visited,
)

LOOPS_FOR_OTHERS = frozenset(
    {
        "apply_along_axis",
        "vectorize._vectorize_call",
        "vectorize._vectorize_call_with_signature",
        "piecewise",
        "apply_over_axes",
        "polyval",
        "chebval",
        "legval",
        "lagval",
        "hermval",
        "hermeval",
        "select",
        "_multi_dot",
        "Counter.update",
        "scheduler.run",
        "BaseEventLoop._run_once",
        "ExitStack.__exit__",
    }
)
"""Functions of libraries that loop over what they are given, or call all of it, which is what they are called for."""
LOOPS_FOR_LIBRARIES = frozenset({"apply_along_axis", "Counter.update"})
"""Those of them that other functions of the libraries use for what is theirs to do (`nanmedian`, `statistics.mode`)."""
COPIES = f"{os.sep}copy.py"
"""The file of Python's that makes copies, and so arrays of arrays."""
PRINTS = "arrayprint.py"
"""The file of NumPy that writes arrays as text: once for every row where rows are printed as a list."""
FEWEST_ARRAYS = 4
"""Operations that make fewer arrays than this are not looked at."""
FEW_ARRAYS = 8
"""So many arrays at most are made for a single operation: converted arguments, buffers, results. No more than a chunk
that a loop may go over, or such a loop could leave the items of each chunk to an array of objects."""
MORE_ARRAYS = {"_unique1d": 12}
"""Of NumPy's functions that have an operation for which more are made."""
FEW_RUNS = 1
"""Whether a place is a library's is not looked up if it ran no more often: that takes compiling the library's file."""

Reason = Literal["trace", "thread", "round", "operators"]
Place = tuple[str, str, str, int, str, int]
"""File, function, kind of event and position of what ran; the student's file and line that it ran for."""

_REASONS: dict[str, Reason] = {
    "sys.settrace": "trace",
    "sys.setprofile": "trace",
    "_thread.start_new_thread": "thread",
    "_thread.start_joinable_thread": "thread",
}
_PLAIN = frozenset({int, float, complex, bool, str, bytes, NoneType, EllipsisType})
"""Types of which the parts of a code object are that a compiler made, besides tuples, frozensets and further code."""
_BYTES_OF_WORK = 16
"""What less code than this cannot work anything out for an item."""
_ELSEWHERE = ("/", "\\", "<frozen ")
"""What names of files begin with that are no student's; libraries may keep Python's functions as they like."""
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


class EventCounter:
    """Counts events in one call after another; made once, before any student code is loaded."""

    def __init__(self, loops_in_c: LoopsInC, output: type) -> None:
        """Take what makes loops in C visible, and the type of what student code prints to."""
        self._loops_in_c = loops_in_c
        self._of_output = _functions_of(output)
        self._watch = _Watch()
        source: type[_Monitoring | _Tracing] = _Monitoring if sys.version_info >= (3, 12) else _Tracing
        self._libraries = _Libraries()
        self._source = source(self._watch, self._libraries.print)
        self._arrays = ArraysMade()
        ours = [
            *self._arrays.own,
            *_functions_of(ArraysMade),
            *_functions_of(_Watch),
            _Code.__new__,
            *_functions_of(_Counts),
            *_functions_of(_Libraries),
            *_functions_of(source),
            *self._of_output,
            *_of_this_module(),
            not_visited,
            is_stand_in,
            type(self).count,
        ]
        codes = _with_code_inside([function.__code__ for function in ours])
        self._ours = frozenset(map(id, codes))

    def count(self, call: Callable[[], None], student_files: Mapping[str, str]) -> list[CountedLine]:
        """Make the call and return (place, student's file, its line, count) of the busiest places.

        Parameters
        ----------
        call
            Takes nothing, returns nothing, raises nothing; its own frame is not counted.
        student_files
            The text of each of the student's files, by name. That a library's function is called counts for the line
            of these files that calls it; what runs inside that function does not count.

        Raises
        ------
        NotCounted
            If the code hid events.
        """
        own: Any = call
        ours = self._ours | {id(own.__code__)}
        counts = _Counts(student_files, ours, self._libraries, self._watch)
        if self._loops_in_c.is_kept():
            raise NotCounted("round")
        if has_arrays_with_functions_in_c():
            raise NotCounted("operators")
        with LoopsInC.counted():
            self._source.start(counts)
            self._watch.begin()
            self._arrays.start(counts.add_array, counts.of_no_interest)
            try:
                call()
            finally:
                all_told = self._arrays.stop()
                self._source.stop()
                if not all_told:
                    self._watch.report("trace")
                reason = self._watch.end()
        if reason is None and has_arrays_with_functions_in_c():
            reason = "operators"
        if reason is not None:
            raise NotCounted(reason)
        return counts.lines()


def _functions_of(kind: type) -> list[Any]:
    return [value for value in vars(kind).values() if isinstance(value, FunctionType)]


def _of_this_module() -> list[Any]:
    return [
        value
        for value in globals().values()
        if isinstance(value, FunctionType) and value.__module__ == __name__
    ]


def _length(code: CodeType) -> int:
    """Return how many bytes of instructions a code object has, those of functions in it included."""
    parts = [constant for constant in code.co_consts if type(constant) is CodeType]
    return len(code.co_code) + sum(len(part.co_code) for part in parts)


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
    return issubclass(type(symbol), str) and str.startswith(symbol, _RUNNING)  # type: ignore[arg-type]


class _Code(NamedTuple):
    """What is read of a code object once, so that nothing of a student's runs while it is looked at again.

    Python traces nothing that runs in here, and student code can make code objects whose names, texts and constants
    are objects of its own, whose methods would run whenever one is compared or hashed.
    """

    code: CodeType
    """Kept, so that no other code object gets its id."""
    file: str
    function: str


def _read(code: CodeType) -> _Code:
    return _Code(code, _text(code.co_filename), _text(code.co_qualname))


def _text(value: str) -> str:
    return value if type(value) is str else str.__str__(value)


def _is_compiled(code: CodeType) -> bool:
    """Return whether all parts of a code object are such that a compiler makes, so that it can be hashed."""
    waiting: list[object] = [code]
    while waiting:
        part = waiting.pop()
        if type(part) is CodeType:
            names = *part.co_names, *part.co_varnames, *part.co_freevars, *part.co_cellvars
            if any(
                type(name) is not str for name in (part.co_filename, part.co_name, part.co_qualname, *names)
            ):
                return False
            waiting += part.co_consts
        elif type(part) in (tuple, frozenset):
            waiting += part  # type: ignore[arg-type]
        elif type(part) not in _PLAIN:
            return False
    return True


def _library_folders() -> tuple[str, ...]:
    folders = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), *np.__path__]
    return tuple(f"{os.path.realpath(folder)}{os.sep}" for folder in folders)


_FOLDERS = _library_folders()
"""Those of Python's library, then those of NumPy; like all that is found out when this is imported, a fork server does
so once for all of its workers."""
_INSTALLED = tuple(
    f"{folder}{name}{os.sep}" for folder in _FOLDERS[:2] for name in ("site-packages", "dist-packages")
)


class _Libraries:
    """Knows the code of Python's standard library and of NumPy.

    A code object says which file it is from, but student code can make one that says so, too. What counts is
    whether it was there before any student code, or else whether the file has such code.
    """

    def __init__(self) -> None:
        # Bound now: student code can replace what these names mean later.
        self._read, self._compile, self._real = io.open_code, compile, os.path.realpath
        self._folders, self._installed = _FOLDERS, _INSTALLED
        self._known: dict[str, frozenset[CodeType]] = {}
        self._printing: dict[int, tuple[CodeType, bool]] = {}

    def print(self, code: CodeType) -> bool:
        """Return whether a code object is of those by which NumPy writes arrays.

        Nothing in them counts, and there are many lines to run: without looking at them, printing costs what it does
        otherwise. The functions of a student's that they call are looked at all the same.
        """
        if id(code) not in self._printing:
            # Kept with the answer, so that no other code object gets its id.
            self._printing[id(code)] = code, str.endswith(code.co_filename, PRINTS) and self.hold(code)
        return self._printing[id(code)][1]

    def hold(self, code: CodeType) -> bool:
        """Return whether a code object is that of a library."""
        if id(code) in _CODE_FROM_BEFORE:
            return str.startswith(code.co_filename, self._folders) and not self._is_installed(
                code.co_filename
            )
        if not _is_compiled(code):
            return False
        file = code.co_filename
        if file not in self._known:
            self._known[file] = self._code_in(file)
        return code in self._known[file]

    def are_numpy(self, file: str) -> bool:
        """Return whether a file is one of NumPy's."""
        return str.startswith(file, self._folders[2:])

    def call_what_they_get(self, file: str) -> bool:
        """Return whether a file is one of Python's library, which works on no arrays unless it is given a function."""
        standard = str.startswith(file, self._folders[:2]) and not str.startswith(file, self._installed)
        return standard and not str.endswith(file, COPIES)

    def _is_installed(self, path: str) -> bool:
        return path.startswith(self._installed) and not path.startswith(self._folders[2:])

    def _code_in(self, file: str) -> frozenset[CodeType]:
        path = self._real(file)
        if not path.startswith(self._folders) or self._is_installed(path):
            return frozenset()
        try:
            with self._read(path) as source:
                module = self._compile(source.read(), file, "exec", dont_inherit=True)
        except (OSError, SyntaxError, ValueError):
            return frozenset()
        return frozenset(_with_code_inside([module]))


def _with_code_inside(codes: list[CodeType]) -> Iterator[CodeType]:
    while codes:
        code = codes.pop()
        yield code
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _code_of_functions() -> dict[int, CodeType]:
    functions = [it for it in gc.get_objects() if type(it) is FunctionType]
    return {id(code): code for code in _with_code_inside([function.__code__ for function in functions])}


_CODE_FROM_BEFORE = _code_of_functions()
"""Code by id, of all functions that were there when this was imported, which a fork server does once."""


class _Counts:
    """How often each place ran; `ignored` are the ids of our own code objects."""

    def __init__(
        self,
        student_files: Mapping[str, str],
        ignored: Iterable[int],
        libraries: _Libraries,
        watch: _Watch,
    ) -> None:
        self._student_files = student_files
        self._ignored = frozenset(ignored)
        self._libraries = libraries
        self._watch = watch
        self._counts: dict[Place, int] = defaultdict(int)
        self._inside: dict[Place, dict[int, CodeType]] = {}
        """What ran at the places that do not count if they are a library's, by id."""
        self._read: dict[int, _Code] = {}
        self._copying: tuple[int, int] | None = None
        """The frame and the instruction of an operation that copies each of its arguments and works nothing out."""
        self._operation: tuple[int, int] | None = None
        """The frame and the instruction that the last array was made for, unless Python has run since."""
        self._arrays = 0
        """How many have been made for it."""
        self._few: dict[int, int] = {}
        """How many arrays are few for an operation of a code object, by its id."""
        self.of_no_interest: set[int] = set()
        """Ids of code objects for which no array counts."""
        self._largest: dict[Place, int] = defaultdict(int)
        """The most arrays that an operation at a place has made, of those that made few."""

    def ignores(self, code: CodeType) -> bool:
        """Return whether a code object is one of our own."""
        return id(code) in self._ignored

    def add(self, code: CodeType, kind: str, position: int, frame: FrameType | None) -> None:
        """Note that a place ran."""
        if id(code) in self._ignored:
            return
        self._operation = self._copying = None
        _, file, function = self._read.get(id(code)) or self._reading(code, frame)
        if file in self._student_files and frame is not None:  # as most are
            self._counts[file, function, kind, position, file, frame.f_lineno or 0] += 1
            return
        if file.startswith("<"):
            position = 0  # generated source, perhaps with a line for each example
        ran, ran_file = code, file
        if is_stand_in(file):
            caller = self._caller_of_stand_in(frame)
            if caller is not None:
                # A library's may call the same one for reasons of its own.
                ran, ran_file, name = caller
                if id(ran) in self._ignored:
                    return
                function += f" for {name}"
        place = (file, function, kind, position, *self._student_line(frame))
        self._counts[place] += 1
        if ran_file not in self._student_files and not self._is_asked_for(ran, kind, frame):
            self._inside.setdefault(place, {})[id(ran)] = ran

    def add_array(self, frame: FrameType) -> None:
        """Note that C code makes an array for an instruction of a frame.

        An operation that makes many goes through something in C. That NumPy's Python makes many, one by one, is its
        own affair. Python's library makes none of itself: there it is a function that it was given, for every item.
        """
        operation = id(frame), frame.f_lasti
        if operation == self._copying:
            return
        if operation != self._operation:
            self._operation, self._arrays = operation, 0
        self._arrays = made = self._arrays + 1
        few = self._few.get(id(frame.f_code))
        if few is None:
            few = self._few_arrays(frame)
        if made < FEWEST_ARRAYS and few:
            return
        _, file, function = self._reading(frame.f_code, None)
        place = file, function, ARRAYS, frame.f_lineno or 0, *self._student_line(frame)
        if made <= few:
            self._largest[place] = made if made > self._largest[place] else self._largest[place]
        else:
            self._counts[place] += made if made == few + 1 else 1

    def _few_arrays(self, frame: FrameType) -> int:
        """Return how many arrays are few for an operation in a frame; it is kept where its code alone says so."""
        code = frame.f_code
        _, file, function = self._reading(code, None)
        if id(code) in self._ignored or self._libraries.print(code):
            self.of_no_interest.add(id(code))
            return sys.maxsize
        if file in self._student_files:
            return self._few.setdefault(id(code), FEW_ARRAYS)
        around: FrameType | None = frame
        while around is not None and (self._libraries.are_numpy(file) or is_stand_in(file)):
            around = around.f_back
            file = self._reading(around.f_code, None).file if around is not None else ""
        few = 0 if self._libraries.call_what_they_get(file) else FEW_ARRAYS
        if around is frame:
            return self._few.setdefault(id(code), few)
        return MORE_ARRAYS.get(function, few) if few else few

    def add_call(self, function: object, first: object, frame: FrameType) -> None:
        """Note a call of C code, of which only three kinds say anything.

        `ndarray.choose` copies each of its choices. `list.sort` has no stand-in. And whoever calls a function that has
        one by itself must have taken the stand-in apart, for no name has meant the function since before the files were
        executed.
        """
        if may_be_ignored(function) or id(frame.f_code) in self._ignored:
            return
        if is_choose(function):
            self._copying = id(frame), frame.f_lasti
        elif is_list_sort(function):
            owner = getattr(function, "__self__", first)
            if isinstance(owner, list):
                code, file, name = self._reading(frame.f_code, None)
                place = (file, name, "sort", frame.f_lineno or 0, *self._student_line(frame))
                self._counts[place] += list.__len__(owner)
                if file not in self._student_files:
                    self._inside.setdefault(place, {})[id(code)] = code
        elif is_looping(function):
            file = self._reading(frame.f_code, None).file
            if not file.startswith(_ELSEWHERE):
                self._watch.report("round")

    def _reading(self, code: CodeType, frame: FrameType | None) -> _Code:
        """Return what is known of a code object; where it is new and made in the call, note how much of it there is.

        A text with a piece of work for every example may have a single line.
        """
        known = self._read.get(id(code))
        if known is None:
            known = self._read[id(code)] = _read(code)
            made = known.function == "<module>" or known.file.startswith("<")
            if made and frame is not None and not self._libraries.hold(code):
                place = (known.file, known.function, "text", 0, *self._student_line(frame))
                self._counts[place] += _length(code) // _BYTES_OF_WORK
        return known

    def _is_asked_for(self, code: CodeType, kind: str, frame: FrameType | None) -> bool:
        """Return whether code that is not in the student's files runs because they call it, or loops for them."""
        _, file, function = self._reading(code, None)
        if file.endswith(PRINTS):
            return False
        caller = frame.f_back if frame is not None else None
        # NumPy looks at what it is given through generators, which it resumes for every element of a list.
        called = kind == "call" and caller is not None and not code.co_flags & CO_GENERATOR
        directly = called and self._reading(caller.f_code, None).file in self._student_files  # type: ignore[union-attr]
        if directly or function not in LOOPS_FOR_OTHERS:
            return directly
        return function not in LOOPS_FOR_LIBRARIES or not self._is_library_s_use(file, caller)

    def _is_library_s_use(self, file: str, caller: FrameType | None) -> bool:
        """Return whether what called the functions of a file is a library, too."""
        while caller is not None:
            where = self._reading(caller.f_code, None).file
            if where != file and not is_stand_in(where):
                return self._libraries.hold(caller.f_code)
            caller = caller.f_back
        return False

    def _caller_of_stand_in(self, frame: FrameType | None) -> _Code | None:
        """Return the code for which a stand-in runs."""
        while frame is not None:
            known = self._reading(frame.f_code, None)
            if not is_stand_in(known.file):
                return known
            frame = frame.f_back
        return None

    def _is_a_library_s(self, place: Place, count: int) -> bool:
        """Return whether only a library's own code ran at a place, for reasons of its own."""
        ran = self._inside.get(place, {})
        return count > FEW_RUNS and bool(ran) and all(map(self._libraries.hold, ran.values()))

    def _is_a_check(self, place: Place, count: int) -> bool:
        """Return whether what ran is one of Python's reductions, in a statement that only prints or checks."""
        file, *_, student_file, line = place
        if count <= FEW_RUNS or not is_stand_in(file):
            return False
        return line in lines_of_checks(self._student_files.get(student_file, ""), LOOPING_NAMES)

    def _student_line(self, frame: FrameType | None) -> tuple[str, int]:
        while frame is not None:
            file = self._reading(frame.f_code, None).file
            if file in self._student_files:
                return file, frame.f_lineno or 0
            frame = frame.f_back
        return "", 0

    def lines(self) -> list[CountedLine]:
        for place, made in self._largest.items():
            self._counts[place] += made
        lines: list[CountedLine] = []
        for place, count in sorted(self._counts.items(), key=lambda it: it[1], reverse=True):
            if self._is_a_library_s(place, count) or self._is_a_check(place, count):
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
        self._without_lines: dict[int, tuple[CodeType, bool]] = {}

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
            if self._counts.ignores(code) or self._prints(code):
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
        if id(code) not in self._without_lines:
            # Kept with the answer, so that no other code object gets its id.
            self._without_lines[id(code)] = code, any(line is None for *_, line in code.co_lines())
        return self._without_lines[id(code)][1]

    def _witness(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "return" and frame.f_code is not _Tracing.start.__code__:
            hidden = frame.f_trace is not self._trace or not frame.f_trace_lines
            ours = self._counts is not None and self._counts.ignores(frame.f_code)
            if hidden and not ours and not self._prints(frame.f_code):
                self._watch.report("trace")
        elif event == "c_call" and not may_be_ignored(argument):
            if argument is _thread.start_new_thread:
                self._watch.report("thread")  # there is no audit event for it before 3.12
            elif self._counts is not None:
                self._counts.add_call(argument, None, frame)


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
            events.CALL: lambda code, offset, function, first: counts.add_call(function, first, frame(1)),
        }
        for event, callback in callbacks.items():
            self._monitoring.register_callback(self.TOOL, event, callback)
        self._monitoring.set_events(self.TOOL, sum(callbacks))

    def stop(self) -> None:
        if not self._monitoring.get_events(self.TOOL):
            self._watch.report("trace")
        self._monitoring.set_events(self.TOOL, 0)
