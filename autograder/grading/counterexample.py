"""Writes a failed public check as three lines that a student can paste into Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.grading.trial import Trial, parameters_of
from autograder.sandbox.code import Call, Handle
from autograder.values.literal import NotWritable, lambda_of, literal, rounded

LONGEST = 700
"""In characters; a longer counterexample helps nobody."""
MOST_NUMBERS = 64


def counterexample(trial: Trial, expected: Any) -> str:
    """Return imports, inputs and the last call of a trial with the value expected of it, one line each.

    Empty if the trial made no call, if the file cannot be imported, or if the values are too long to write down.
    """
    if not trial.calls or trial.failed_to_import:
        return ""
    try:
        text = "\n".join(_Script(trial).lines(expected))
    except NotWritable:
        return ""
    return text if len(text) <= LONGEST else ""


class _Script:
    """The calls of one trial, written as Python."""

    def __init__(self, trial: Trial) -> None:
        self._files = trial.student.files
        self._calls = trial.calls
        made = [(call, it.value) for call, it in trial.returned if isinstance(it.value, Handle)]
        self._made = [(call, handle, f"model{number or ''}") for number, (call, handle) in enumerate(made)]
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
        comment = f"# expected: {self._written(rounded(expected))}"
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
        raise NotWritable

    def _written(self, value: Any) -> str:
        return literal(value, self._reference_to, MOST_NUMBERS)

    def _reference_to(self, value: Any) -> str:
        if isinstance(value, Handle):
            return self._name_of(value)
        if callable(value):
            return lambda_of(value)
        raise NotWritable

    def _import_line(self) -> str:
        ours = [f"from {module} import {', '.join(names)}" for module, names in self._imports.items()]
        return "; ".join(["import numpy as np", *ours])


def _parameters(call: Call, files: Mapping[str, bytes]) -> list[str]:
    """Return a name for each positional argument: the parameter's own where it is known."""
    known = parameters_of(files, call.qualified_name)[: len(call.args)]
    names = [*known, *(f"argument_{number + 1}" for number in range(len(known), len(call.args)))]
    return [name if name not in call.keywords else f"{name}_" for name in names]
