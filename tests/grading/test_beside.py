"""Functions that a ladder passes to the hand-in run beside it, and give what they give on the grader's side."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from autograder.errors import CourseError
from autograder.grading.ladder import Ladder, Size, ladder
from autograder.sandbox.call_failures import CodeRaised
from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.process import Sandbox

HAND_IN = """
import numpy as np


def squared(x):
    raise NotImplementedError  # a name of a function that a test passes, too


def total(functions, X):
    return sum(float(np.sum(f(x))) for f in functions for x in X)


def total_of_one(f, X):
    return total([f], X)


def careless(f, X):
    return f(X, 1, 2, 3)
"""


def squared(x):
    return np.asarray(x) ** 2


def scaled(x, scale, shift=0.0):
    return scale * squared(x) + shift


class Line:
    def __init__(self, slope):
        self.slope = slope

    def value(self, x):
        return self.slope * x

    def __call__(self, x):
        return self.value(x) + 1


DEFINITIONS = (squared, scaled, Line)


@pytest.fixture(scope="module")
def code() -> Iterator[Code]:
    with Host(Sandbox.of_this_machine()) as host:
        yield Code(host, {"hw.py": HAND_IN.encode()})


def ladder_of(function: str = "hw.total_of_one", definitions: tuple[object, ...] = DEFINITIONS) -> Ladder:
    @ladder(function, beside=definitions)  # type: ignore[arg-type]  # some are none
    def sums(rng: np.random.Generator, examples: object = Size(3)) -> dict[str, object]:
        return {}

    return sums


@pytest.mark.parametrize(
    "given",
    [
        squared,
        functools.partial(scaled, scale=np.array([2.0, 3.0]), shift=1.5),
        Line(4.0),
        Line(5.0).value,
    ],
    ids=["function", "partial", "object", "method"],
)
def test_what_runs_beside_the_hand_in_gives_the_same(
    code: Code, given: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    X = np.arange(6.0).reshape(3, 2)
    used = ladder_of()
    monkeypatch.delitem(sys.modules, __name__)  # test files are forgotten once they have been collected
    assert used.prepare is not None
    prepared = used.prepare(code)
    asked = prepared.call("hw.total_of_one", given, X)
    exchanges = prepared.host.exchanges
    assert used.target(prepared, "hw.total_of_one", given, X).run() == asked
    assert prepared.host.exchanges == exchanges + 1
    assert used.target(prepared, "hw.total", [squared, given], X).run() == asked + float(np.sum(X**2))


def test_a_function_that_is_called_wrongly_raises_the_same(code: Code) -> None:
    used = ladder_of()
    assert used.prepare is not None
    prepared = used.prepare(code)
    across, beside = (
        call.value_or_exception()
        for call in (
            prepared.bind("hw.careless", squared, np.ones(2)),
            used.target(prepared, "hw.careless", squared, np.ones(2)),
        )
    )
    assert isinstance(across, CodeRaised) and isinstance(beside, CodeRaised)
    assert (across.bases, across.text) == (beside.bases, beside.text)
    assert across.text == "the function that you were given raised TypeError"


def test_what_cannot_run_beside_the_hand_in_is_named(code: Code) -> None:
    def within(x: object) -> object:
        return x

    for definitions in ((within,), (lambda x: x,), (functools.partial(scaled, scale=2),), (np.sum,)):
        with pytest.raises(CourseError, match="define it with def or class at the top of the test file"):
            ladder_of(definitions=definitions)
    with pytest.raises(CourseError, match="is a method"):
        ladder_of("hw.Net.train")
    with pytest.raises(CourseError, match="give one or the other"):
        ladder("hw.total", beside=DEFINITIONS, prepare=lambda code: code)(lambda rng, examples=Size(3): {})
    with pytest.raises(CourseError, match="passes Line, which is not among"):
        ladder_of(definitions=(squared,)).target(code, "hw.total_of_one", Line(1.0), np.ones(2))
