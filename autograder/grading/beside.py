"""Functions that a test passes to the hand-in, run beside it in the worker instead of asked across the boundary.

Their source goes along with the hand-in, and what they are bound to, an object or further arguments, with each call.
"""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any, TypeAlias

from autograder.errors import CourseError
from autograder.sandbox.code import Code

Definition: TypeAlias = Callable[..., Any]

_CALLED = "ladder_called_with"
_IS = "ladder_given"
# The exception is the one that a function which stays on the grader's side raises.
_SOURCE = """

{given} = {{}}
exec({definitions!r}, {given})


def {called}(function, arguments):
    def guarded(call):
        def given(*args, **keywords):
            try:
                return call(*args, **keywords)
            except Exception as error:
                raise RuntimeError("the function that you were given raised " + type(error).__name__) from None

        return given

    def meant(value):
        if isinstance(value, list):
            return [*map(meant, value)]
        if not isinstance(value, dict) or "{given}" not in value:
            return value
        found = {given}[value["{given}"]]
        if "method" not in value:
            return guarded(lambda *args, **keywords: found(*value["args"], *args, **value["keywords"], **keywords))
        owner = object.__new__(found)
        owner.__dict__.update(value["state"])
        return guarded(getattr(owner, value["method"]))

    return globals()[function](*map(meant, arguments))
"""


@dataclass(frozen=True)
class Beside:
    """Definitions that run beside a hand-in: what a ladder takes for `run` and `prepare`.

    Attributes
    ----------
    definitions
        Functions and classes of a file of tests, which use nothing but each other and NumPy as `np`.
    source
        The text of all of them. It is read while the file is imported: of a class it cannot be read later, when the
        file's module has been forgotten.
    modules
        The modules of the hand-in whose functions they are passed to.
    """

    definitions: Sequence[Definition]
    source: str
    modules: Sequence[str]

    @classmethod
    def of(cls, definitions: Sequence[Definition], functions: Sequence[str]) -> Beside:
        """Return definitions that are passed to some functions, named as `module.function`.

        Raises
        ------
        CourseError
            If one of them is no function or class of a file's own, or a function is a method: there is no way to tell
            the worker.
        """
        for it in definitions:
            if not isinstance(it, (FunctionType, type)) or not it.__qualname__.isidentifier():
                name = getattr(it, "__qualname__", repr(it))
                raise CourseError(
                    f"{name} cannot run beside the hand-in; define it with def or class at the top of the test file"
                )
        for function in functions:
            if function.count(".") != 1:
                raise CourseError(
                    f"{function} is a method; what runs beside the hand-in is passed to functions alone"
                )
        sources = (textwrap.dedent(inspect.getsource(it)) for it in definitions)
        source = "\n".join(["import numpy as np", *sources])
        return cls(tuple(definitions), source, tuple(dict.fromkeys(it.partition(".")[0] for it in functions)))

    def prepare(self, code: Code) -> Code:
        """Return code with the definitions at the end of its modules, out of the way of a student's own names."""
        source = _SOURCE.format(given=_IS, called=_CALLED, definitions=self.source)
        return code.extended(**dict.fromkeys(self.modules, source))

    def run(self, code: Code, function: str, *arguments: Any) -> Any:
        """Return the call of a function with these arguments, bound; no function among them stays on this side."""
        module, _, name = function.partition(".")
        return code.bind(f"{module}.{_CALLED}", name, [self._told(it) for it in arguments])

    def _told(self, value: Any) -> Any:
        """Return what tells the worker which function is meant; of anything else, the value."""
        if isinstance(value, list):
            return [self._told(it) for it in value]
        if not callable(value):
            return value
        if isinstance(value, functools.partial):
            return self._named(value.func) | {"args": [*value.args], "keywords": value.keywords}
        if isinstance(value, FunctionType):
            return self._named(value) | {"args": [], "keywords": {}}
        owner, method = (
            (value.__self__, value.__name__) if isinstance(value, MethodType) else (value, "__call__")
        )
        return self._named(type(owner)) | {"state": vars(owner), "method": method}

    def _named(self, definition: Definition) -> dict[str, Any]:
        name = getattr(definition, "__name__", repr(definition))
        if definition not in self.definitions:
            raise CourseError(
                f"a ladder passes {name}, which is not among what runs beside the hand-in; name it there"
            )
        return {_IS: name}
