"""Calls a test function without pytest's protocol, which costs as much as many a test itself.

That is possible for a plain function that asks for nothing but fixtures of `plugin.py` and its own parameters. Whatever
a test file uses beyond them (fixtures of its own, set-up functions, classes, indirect parameters) is left to pytest.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import pytest

from autograder.grading import plugin
from autograder.grading.repeated import Repeated
from autograder.grading.trial import Trial

_PARAMETER = "get_direct_param_fixture_func"
"""What pytest makes of a parameter that is no fixture, by the name that all its versions have for it."""


@dataclass(frozen=True)
class DirectCall:
    """A test function with its parameters, and what makes its fixtures of a trial."""

    function: Callable[..., object]
    parameters: Mapping[str, object]
    fixtures: Mapping[str, Callable[[Trial], object]]

    @cached_property
    def _repeated(self) -> Repeated:
        return Repeated(frozenset(self.fixtures), self.parameters)

    def __call__(self, trial: Trial) -> None:
        """Run the test, or what it is known to do; whatever that raises is the test's outcome."""
        function = partial(self.function, **self.parameters)
        if self._repeated.is_known:
            self._repeated.ask(function, lambda name: self.fixtures[name](trial), self.fixtures)
            return
        made = {name: make(trial) for name, make in self.fixtures.items()}
        self._repeated.run(function, made)


def direct_call(item: pytest.Item) -> DirectCall | None:
    """Return how to call a test directly, None where only pytest can run it."""
    if not isinstance(item, pytest.Function) or item.cls is not None or not inspect.isfunction(item.obj):
        return None
    if inspect.iscoroutinefunction(item.obj) or inspect.isgeneratorfunction(item.obj):
        return None
    information: Any = getattr(item, "_fixtureinfo")  # noqa: B009 - pytest has no public name for it
    callspec = getattr(item, "callspec", None)
    given = dict(callspec.params) if callspec is not None else {}
    asked = set(information.argnames)
    fixtures: dict[str, Callable[[Trial], object]] = {}
    for name in item.fixturenames:
        if name == "request" and name not in asked:
            continue  # our own fixtures ask for it
        definitions = information.name2fixturedefs.get(name)
        make = definitions[-1].func if definitions else None
        if name in given and getattr(make, "__name__", "") == _PARAMETER:
            continue
        if name in given or make is None or make.__module__ != plugin.__name__:
            return None
        fixtures[name] = _of_trial if name == "trial" else make
    if not asked <= fixtures.keys() | given.keys():
        return None
    return DirectCall(
        item.obj,
        {name: value for name, value in given.items() if name in asked},
        {name: make for name, make in fixtures.items() if name in asked},
    )


def _of_trial(trial: Trial) -> Trial:
    return trial
