"""Says where code is from: a hand-in, a library, the stand-ins for loops in C, or the counter itself.

Code objects say which file they are from, and student code can make some that say anything. So what a code object is
is found out once, of nothing but plain texts, and kept by its id.
"""

from __future__ import annotations

import gc
import io
import opcode
import os
import sysconfig
from collections.abc import Collection, Iterator
from inspect import CO_GENERATOR
from types import CodeType, EllipsisType, FunctionType, NoneType
from typing import Literal, NamedTuple

import numpy as np

from autograder.sandbox.worker.loops_in_c import is_stand_in

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
_COPIES = f"{os.sep}copy.py"
"""The file of Python's that makes copies, and so arrays of arrays."""
_PRINTS = "arrayprint.py"
"""The file of NumPy that writes arrays as text: once for every row where rows are printed as a list."""
_PLAIN = frozenset({int, float, complex, bool, str, bytes, NoneType, EllipsisType})
"""Types of which the parts of a code object are that a compiler made, besides tuples, frozensets and further code."""
_BACKWARD = frozenset(number for number, name in enumerate(opcode.opname) if "BACKWARD" in name)
"""Instructions that jump back: code without any runs each of its instructions once at most."""

Origin = Literal["student", "numpy", "python", "stand-in", "ours", "other"]
"""Whose file it is; that a file is said to be a library's is no proof."""


class Known(NamedTuple):
    """What is read of a code object once, so that nothing of a student's runs while it is looked at again.

    Python traces nothing that runs where events are counted, and student code can make code objects whose names, texts
    and constants are objects of its own, whose methods would run whenever one is compared or hashed.

    Attributes
    ----------
    code
        Kept, so that no other code object gets its id.
    writes_arrays
        Whether it is of the functions by which NumPy writes arrays as text.
    is_passed_over
        Whether nothing that it runs can count, but that it is called: a library's that loops for nobody else.
    runs_straight
        Whether it runs no instruction twice.
    resumes
        Whether it is a generator's.
    """

    code: CodeType
    file: str
    function: str
    origin: Origin
    writes_arrays: bool
    is_passed_over: bool
    runs_straight: bool
    resumes: bool


def _text(value: str) -> str:
    return value if type(value) is str else str.__str__(value)


class Libraries:
    """Knows the code of Python's standard library and of NumPy.

    What counts is whether code was there before any student code, or else whether the file has such code.
    """

    def __init__(self) -> None:
        # Bound now: student code can replace what these names mean later.
        self._read, self._compile, self._real = io.open_code, compile, os.path.realpath
        self._folders, self._installed = _FOLDERS, _INSTALLED
        self._codes: dict[str, frozenset[CodeType]] = {}

    def know(self, code: CodeType, student_files: Collection[str], ours: Collection[int]) -> Known:
        """Return what there is to know of a code object; `ours` are the ids of the counter's own."""
        file, function = _text(code.co_filename), _text(code.co_qualname)
        origin = self._origin(code, file, student_files, ours)
        writes = origin == "numpy" and file.endswith(_PRINTS) and self.hold(code)
        passed_over = writes or (
            function not in LOOPS_FOR_OTHERS and id(code) in _CODE_FROM_BEFORE and self.hold(code)
        )
        straight = passed_over and _BACKWARD.isdisjoint(code.co_code[::2])
        resumes = bool(code.co_flags & CO_GENERATOR)
        return Known(code, file, function, origin, writes, passed_over, straight, resumes)

    def hold(self, code: CodeType) -> bool:
        """Return whether a code object is that of a library."""
        if id(code) in _CODE_FROM_BEFORE:
            return str.startswith(code.co_filename, self._folders) and not self._is_installed(
                code.co_filename
            )
        if not _is_compiled(code):
            return False
        file = code.co_filename
        if file not in self._codes:
            self._codes[file] = self._code_in(file)
        return code in self._codes[file]

    def _origin(
        self, code: CodeType, file: str, student_files: Collection[str], ours: Collection[int]
    ) -> Origin:
        if id(code) in ours:
            return "ours"
        if file in student_files:
            return "student"
        if is_stand_in(file):
            return "stand-in"
        if file.startswith(self._folders[2:]):
            return "numpy"
        # Python's copies work on arrays of themselves; its other functions, if they are given a function that does.
        standard = file.startswith(self._folders[:2]) and not file.startswith(self._installed)
        return "python" if standard and not file.endswith(_COPIES) else "other"

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
        return frozenset(with_code_inside([module]))


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


def with_code_inside(codes: list[CodeType]) -> Iterator[CodeType]:
    """Yield code objects and all that are within them; the list is used up."""
    while codes:
        code = codes.pop()
        yield code
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _code_of_functions() -> dict[int, CodeType]:
    functions = [it for it in gc.get_objects() if type(it) is FunctionType]
    return {id(code): code for code in with_code_inside([function.__code__ for function in functions])}


_CODE_FROM_BEFORE = _code_of_functions()
"""Code by id, of all functions that were there when this was imported, which a fork server does once."""
