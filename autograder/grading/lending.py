"""Lends the reference's functions to a hand-in, so that a question is judged by itself whatever earlier ones return.

The reference does not come to the hand-in for that: each function that is lent is a name in the worker, whose calls are
made in another process, as those of functions that a test passes in.
"""

from __future__ import annotations

import ast
import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from autograder.errors import CourseError
from autograder.grading.trial import Replacement, Subject
from autograder.model.assignment import Assignment
from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.process import Sandbox

_FUNCTION = """

def {name}(*args, **keywords):
    return __lent__.call("{module}.{name}", args, keywords)
"""


class Lender:
    """Calls functions of the reference for hand-ins, in a worker of its own.

    Parameters
    ----------
    reference_files
        By name.
    seconds_per_call
        What a call of the reference may take.
    """

    def __init__(
        self,
        assignment: Assignment,
        reference_files: Mapping[str, bytes],
        sandbox: Sandbox,
        seconds_per_call: float,
    ) -> None:
        self._handed_out = {file.module: file for file in assignment.files}
        self._files = reference_files
        self._host = Host(sandbox)
        self._code = Code(self._host, reference_files, "lent", seconds_per_call)

    @contextlib.contextmanager
    def lending(self, student: Subject, given: Sequence[str]) -> Iterator[None]:
        """Have the modules that are given be the reference's for a while."""
        if not given:
            yield
            return
        with student.replaced(*self.replacement(given)):
            yield
        self._code.forget()

    def replacement(self, given: Sequence[str]) -> Replacement:
        """Return what takes the place of modules.

        Raises
        ------
        CourseError
            If one of them cannot be lent.
        """
        files: dict[str, bytes] = {}
        lent: dict[str, Callable[..., Any]] = {}
        for module in given:
            names = _functions_of(self._files, module)
            files[f"{module}.py"] = self._source(module, names)
            lent |= {
                f"{module}.{name}": functools.partial(self._code.call, f"{module}.{name}") for name in names
            }
        return files, lent

    def _source(self, module: str, names: Sequence[str]) -> bytes:
        """Return a module that has the stub's imports, which a star takes along, and the functions that are lent."""
        imports = (
            it
            for it in ast.parse(self._handed_out[module].stub()).body
            if isinstance(it, (ast.Import, ast.ImportFrom))
        )
        head = "".join(f"{ast.unparse(it)}\n" for it in imports)
        functions = "".join(_FUNCTION.format(module=module, name=name) for name in names)
        return f"import __lent__\n{head}{functions}".encode()

    def close(self) -> None:
        """End the worker."""
        self._host.close()


def _functions_of(files: Mapping[str, bytes], module: str) -> list[str]:
    """Return the functions of a module that can be lent.

    Raises
    ------
    CourseError
        If there is no such file, or it defines classes, whose objects stay in their process.
    """
    if f"{module}.py" not in files:
        raise CourseError(f"`given` names {module}, which is none of the files")
    source = files[f"{module}.py"]
    classes = [
        it.name
        for it in ast.parse(source).body
        if isinstance(it, ast.ClassDef) and not it.name.startswith("_")
    ]
    if classes:
        raise CourseError(f"`given` names {module}, which defines {classes[0]}: only functions can be lent")
    return public_functions(source)


def public_functions(source: bytes) -> list[str]:
    """Return the names of a module's functions, without those that begin with an underscore."""
    return [
        it.name
        for it in ast.parse(source).body
        if isinstance(it, ast.FunctionDef) and not it.name.startswith("_")
    ]
