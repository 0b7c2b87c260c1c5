"""Counts how often each place of code ran and made arrays, and for which line of the student's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from types import CodeType, FrameType

from autograder.sandbox.wire.checks import lines_of_checks
from autograder.sandbox.wire.messages import ARRAYS, MOST_PLACES, CountedLine
from autograder.sandbox.worker.code_origins import (
    LOOPS_FOR_LIBRARIES,
    LOOPS_FOR_OTHERS,
    Known,
    Libraries,
)
from autograder.sandbox.worker.loops_in_c import (
    LOOPING_NAMES,
    is_choose,
    is_list_sort,
    is_looping,
    is_stand_in,
    may_be_ignored,
)
from autograder.sandbox.worker.watch import Watch

FEWEST_ARRAYS = 4
"""Operations that make fewer arrays than this are not looked at."""
FEW_ARRAYS = 8
"""So many arrays at most are made for a single operation: converted arguments, buffers, results. No more than a chunk
that a loop may go over, or such a loop could leave the items of each chunk to an array of objects."""
MORE_ARRAYS = {"_unique1d": 12}
"""Of NumPy's functions that have an operation for which more are made."""
FEW_RUNS = 1
"""Whether a place is a library's is not looked up if it ran no more often: that takes compiling the library's file."""
_BYTES_OF_WORK = 16
"""What less code than this cannot work anything out for an item."""
_ELSEWHERE = ("/", "\\", "<frozen ")
"""What names of files begin with that are no student's; libraries may keep Python's functions as they like."""

Place = tuple[str, str, str, int, str, int]
"""File, function, kind of event and position of what ran; the student's file and line that it ran for."""


def _length(code: CodeType) -> int:
    """Return how many bytes of instructions a code object has, those of functions in it included."""
    parts = [constant for constant in code.co_consts if type(constant) is CodeType]
    return len(code.co_code) + sum(len(part.co_code) for part in parts)


class Counts:
    """How often each place ran in a call; `ours` are the ids of the counter's own code objects."""

    def __init__(
        self,
        student_files: Mapping[str, str],
        ours: Collection[int],
        libraries: Libraries,
        watch: Watch,
    ) -> None:
        self._student_files = student_files
        self._ours = ours
        self._libraries = libraries
        self._watch = watch
        self._counts: dict[Place, int] = defaultdict(int)
        self._inside: dict[Place, dict[int, CodeType]] = {}
        """What ran at the places that do not count if they are a library's, by id."""
        self._known: dict[int, Known] = {}
        self._copying: tuple[int, int] | None = None
        """The frame and the instruction of an operation that copies each of its arguments and works nothing out."""
        self._operation: tuple[int, int] | None = None
        """The frame and the instruction that the last array was made for, unless Python has run since."""
        self._arrays = 0
        """How many have been made for it."""
        self._largest: dict[Place, int] = defaultdict(int)
        """The most arrays that an operation at a place has made, of those that made few."""

    def add(self, code: CodeType, kind: str, position: int, frame: FrameType) -> Known:
        """Note that a place ran; return what is known of its code."""
        known = self._known.get(id(code)) or self._know(code, frame)
        origin = known.origin
        if origin == "ours":
            return known
        self._operation = self._copying = None
        if origin == "student":  # as most are
            file = known.file
            self._counts[file, known.function, kind, position, file, frame.f_lineno or 0] += 1
            return known
        if known.is_passed_over and not self._is_called_by_student(known, kind, frame):
            return known
        function = known.function
        if known.file.startswith("<"):
            position = 0  # generated source, perhaps with a line for each example
        ran = known
        if origin == "stand-in":
            ran = self._behind_stand_ins(frame) or known
            if ran.origin == "ours" or ran.is_passed_over:
                return known  # a library's may call the same one for reasons of its own
            if ran is not known:
                function += f" for {ran.function}"
        place = (known.file, function, kind, position, *self._student_line(frame))
        self._counts[place] += 1
        if ran.origin != "student" and not self._is_asked_for(ran, kind, frame):
            self._inside.setdefault(place, {})[id(ran.code)] = ran.code
        return known

    def add_array(self, frame: FrameType) -> None:
        """Note that C code makes an array for an instruction of a frame.

        An operation that makes many goes through something in C. That NumPy's Python makes many, one by one, is its
        own affair. Python's library makes none of itself: there it is a function that it was given, for every item.
        """
        known = self._known.get(id(frame.f_code)) or self._know(frame.f_code, None)
        if known.origin == "ours" or known.writes_arrays:
            return
        operation = id(frame), frame.f_lasti
        if operation == self._copying:
            return
        if operation != self._operation:
            self._operation, self._arrays = operation, 0
        self._arrays = made = self._arrays + 1
        few = FEW_ARRAYS if known.origin == "student" else self._few_arrays(known, frame)
        if made < FEWEST_ARRAYS and few:
            return
        place = known.file, known.function, ARRAYS, frame.f_lineno or 0, *self._student_line(frame)
        if made <= few:
            self._largest[place] = max(made, self._largest[place])
        else:
            self._counts[place] += made if made == few + 1 else 1

    def _few_arrays(self, known: Known, frame: FrameType) -> int:
        """Return how many arrays are few for an operation in a frame."""
        around, here = known, frame.f_back
        while around.origin in ("numpy", "stand-in") and here is not None:
            around, here = self._know(here.f_code, None), here.f_back
        if around.origin == "python":
            return 0
        return FEW_ARRAYS if around is known else MORE_ARRAYS.get(known.function, FEW_ARRAYS)

    def add_call(self, function: object, first: object, frame: FrameType) -> None:
        """Note a call of C code, of which only three kinds say anything.

        `ndarray.choose` copies each of its choices. `list.sort` has no stand-in. And whoever calls a function that has
        one by itself must have taken the stand-in apart, for no name has meant the function since before the files were
        executed.
        """
        if may_be_ignored(function) or id(frame.f_code) in self._ours:
            return
        if is_choose(function):
            self._copying = id(frame), frame.f_lasti
        elif is_list_sort(function):
            owner = getattr(function, "__self__", first)
            if isinstance(owner, list):
                known = self._know(frame.f_code, None)
                place = (known.file, known.function, "sort", frame.f_lineno or 0, *self._student_line(frame))
                self._counts[place] += list.__len__(owner)
                if known.origin != "student":
                    self._inside.setdefault(place, {})[id(known.code)] = known.code
        elif is_looping(function) and not self._know(frame.f_code, None).file.startswith(_ELSEWHERE):
            self._watch.report("round")

    def _know(self, code: CodeType, frame: FrameType | None) -> Known:
        """Return what is known of a code object; where it is new and made in the call, note how much of it there is.

        A text with a piece of work for every example may have a single line.
        """
        known = self._known.get(id(code))
        if known is None:
            known = self._known[id(code)] = self._libraries.know(code, self._student_files, self._ours)
            made = known.function == "<module>" or known.file.startswith("<")
            if made and frame is not None and known.origin != "ours" and not self._libraries.hold(code):
                place = (known.file, known.function, "text", 0, *self._student_line(frame))
                self._counts[place] += _length(code) // _BYTES_OF_WORK
        return known

    def _is_called_by_student(self, known: Known, kind: str, frame: FrameType) -> bool:
        """Return whether a function runs because the student's files call it themselves."""
        # NumPy looks at what it is given through generators, which it resumes for every element of a list.
        if kind != "call" or known.resumes or known.writes_arrays or frame.f_back is None:
            return False
        return self._know(frame.f_back.f_code, None).origin == "student"

    def _is_asked_for(self, known: Known, kind: str, frame: FrameType) -> bool:
        """Return whether code that is not in the student's files runs because they call it, or loops for them."""
        directly = self._is_called_by_student(known, kind, frame)
        if directly or known.function not in LOOPS_FOR_OTHERS or known.writes_arrays:
            return directly
        return known.function not in LOOPS_FOR_LIBRARIES or not self._is_library_s_use(
            known.file, frame.f_back
        )

    def _is_library_s_use(self, file: str, caller: FrameType | None) -> bool:
        """Return whether what called the functions of a file is a library, too."""
        while caller is not None:
            known = self._know(caller.f_code, None)
            if known.file != file and known.origin != "stand-in":
                return self._libraries.hold(caller.f_code)
            caller = caller.f_back
        return False

    def _behind_stand_ins(self, frame: FrameType | None) -> Known | None:
        """Return the code for which a stand-in runs."""
        while frame is not None:
            known = self._know(frame.f_code, None)
            if known.origin != "stand-in":
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
            known = self._know(frame.f_code, None)
            if known.origin == "student":
                return known.file, frame.f_lineno or 0
            frame = frame.f_back
        return "", 0

    def lines(self) -> list[CountedLine]:
        """Return (place, student's file, its line, count) of the busiest places."""
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
