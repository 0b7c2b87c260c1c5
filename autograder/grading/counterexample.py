"""Writes what a failed public check did as three lines that a student can paste into Python."""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.grading.trial import Trial, parameters_of
from autograder.sandbox.code import Call, Handle

LONGEST = 700
"""A counterexample with more characters helps nobody."""
MOST_NUMBERS = 64


class _TooLongError(Exception):
    """The values cannot be written down in a few characters."""


def counterexample(trial: Trial, expected: Any) -> str:
    """Return imports, inputs and the last call of a trial with the value expected of it, one line each.

    Empty where the trial made no call, where the file cannot be imported, so that no call matters, or where
    its values cannot be written down in a few characters.
    """
    if not trial.calls or trial.failed_to_import:
        return ""
    try:
        text = "\n".join(_Script(trial).lines(expected))
    except _TooLongError:
        return ""
    return text if len(text) <= LONGEST else ""


class _Script:
    """The calls of one trial, written as Python."""

    def __init__(self, trial: Trial) -> None:
        self._files = trial.student.files
        self._calls = trial.calls
        self._made = [
            (call, handle, f"model{number or ''}") for number, (call, handle) in enumerate(trial.made)
        ]
        self._imports: dict[str, list[str]] = {}

    def lines(self, expected: Any) -> list[str]:
        *earlier, last = self._calls
        steps = [self._step(call) for call in earlier]
        names = _parameters(last, self._files)
        arguments = [*last.args, *last.keywords.values()]
        labels = [*names, *last.keywords]
        if arguments:
            steps.append(f"{', '.join(labels)} = {', '.join(map(self._written, arguments))}")
        passed = [*names, *(f"{key}={key}" for key in last.keywords)]
        call = f"{self._called(last)}({', '.join(passed)})"
        comment = f"# expected: {_written(_rounded(expected))}"
        return [self._import_line(), "; ".join(steps) or "# no inputs", f"{call}  {comment}"]

    def _step(self, call: Call) -> str:
        """Return an earlier call as a statement."""
        arguments = [self._written(value) for value in call.args]
        arguments += [f"{key}={self._written(value)}" for key, value in call.keywords.items()]
        made = next((name for maker, _, name in self._made if maker is call), None)
        return f"{f'{made} = ' if made else ''}{self._called(call)}({', '.join(arguments)})"

    def _called(self, call: Call) -> str:
        """Return how the function or method is called."""
        if call.owner is not None:
            return f"{self._name_of(call.owner)}.{call.name}"
        module, _, name = call.name.partition(".")
        found = self._imports.setdefault(module, [])
        if name not in found:
            found.append(name)
        return name

    def _name_of(self, handle: Handle) -> str:
        for _, known, name in self._made:
            if known is handle:
                return name
        raise _TooLongError

    def _written(self, value: Any) -> str:
        return self._name_of(value) if isinstance(value, Handle) else _written(value)

    def _import_line(self) -> str:
        ours = [f"from {module} import {', '.join(names)}" for module, names in self._imports.items()]
        return "; ".join(["import numpy as np", *ours])


def _parameters(call: Call, files: Mapping[str, bytes]) -> list[str]:
    """Return a name for each positional argument: the parameter's own where it is known."""
    known = parameters_of(files, call.qualified_name)[: len(call.args)]
    names = [*known, *(f"argument_{number + 1}" for number in range(len(known), len(call.args)))]
    return [name if name not in call.keywords else f"{name}_" for name in names]


def _written(value: Any) -> str:
    """Return a value as an expression that makes it again."""
    match value:
        case np.ndarray():
            return _array(value)
        case np.bool_() | np.integer() | np.floating():
            return _written(value.item())
        case float() if not math.isfinite(value):
            return f"float('{value}')"
        case bool() | int() | float() | str() | None:
            return repr(value)
        case dict():
            return f"{{{', '.join(f'{_written(key)}: {_written(it)}' for key, it in value.items())}}}"
        case list():
            return f"[{_joined(value)}]"
        case tuple():
            return f"({_joined(value)}{',' if len(value) == 1 else ''})"
    if callable(value):
        return _function(value)
    raise _TooLongError


def _rounded(value: Any) -> Any:
    """Return a value with its numbers to ten digits, which are enough to recognise them by."""
    match value:
        case np.ndarray() if value.dtype.kind == "f":
            return np.array([float(f"{number:.10g}") for number in value.flat]).reshape(value.shape)
        case float() | np.floating():
            return float(f"{value:.10g}")
        case dict():
            return {key: _rounded(it) for key, it in value.items()}
        case list() | tuple():
            return type(value)(_rounded(it) for it in value)
    return value


def _joined(values: Sequence[Any]) -> str:
    return ", ".join(map(_written, values))


def _array(array: np.ndarray) -> str:
    if array.size > 1 and array.ndim and array.dtype == np.float64:
        for constant, maker in ((0, "zeros"), (1, "ones")):
            if np.all(array == constant):
                return f"np.{maker}({array.shape if array.ndim > 1 else len(array)})"
        if array.ndim == 2 and array.shape[0] == array.shape[1] and np.array_equal(array, np.eye(len(array))):
            return f"np.eye({len(array)})"
    if array.size > MOST_NUMBERS:
        raise _TooLongError
    text = _written(array.tolist())
    usual = array.size and array.dtype in (np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.bool_))
    return f"np.array({text})" if usual else f'np.array({text}, dtype="{array.dtype}")'


def _function(function: Callable[..., Any]) -> str:
    """Return a function of one expression as a lambda."""
    try:
        statement = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        raise _TooLongError from None
    if not isinstance(statement, ast.FunctionDef) or not isinstance(statement.body[-1], ast.Return):
        raise _TooLongError
    returned = statement.body[-1].value
    simple = len(statement.body) == 1 or (len(statement.body) == 2 and ast.get_docstring(statement))
    if returned is None or not simple:
        raise _TooLongError
    return f"lambda {ast.unparse(statement.args)}: {ast.unparse(returned)}"
