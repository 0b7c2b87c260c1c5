"""The reference is asked once for what is the same for every hand-in, and each time for all else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course.loading import find_course
from autograder.grading.grader import Grader
from autograder.grading.reference_results import ReferenceResults
from autograder.sandbox.call_failures import CodeRaised
from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.isolation import Tier
from autograder.sandbox.process import Sandbox
from autograder.sandbox.replies import Returned
from tests.courses import REFERENCE, write_course

COUNTING = b"""
calls = 0

def asked(*args, **keywords):
    global calls
    calls += 1
    return calls

def fails(x):
    raise ValueError(asked())
"""


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host(Sandbox.of_this_machine(tier=Tier.LIMITS)) as host:
        yield host


@pytest.fixture
def code(host: Host, request: pytest.FixtureRequest) -> Code:
    return Code(host, {"counting.py": COUNTING}, request.node.name)


def asked(results: ReferenceResults, code: Code, *args: Any, **keywords: Any) -> Any:
    outcome = results.outcome(code, "counting.asked", args, keywords)
    assert isinstance(outcome, Returned)
    return outcome.value


X = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize("args", [(), (X, 1, 0.5, "text", None), ([1, 2.0], (X, {"a": X}), {3})])
def test_the_same_arguments_are_asked_for_once(code: Code, args: tuple[Any, ...]) -> None:
    results = ReferenceResults()
    copies = tuple(it.copy() if isinstance(it, np.ndarray) else it for it in args)
    assert asked(results, code, *args) == asked(results, code, *copies) == 1
    assert asked(results, code, *args, more=1) == 2


@pytest.mark.parametrize(
    "other",
    [
        X + 1e-12,
        X.astype(np.float32),
        X.reshape(3, 2),
        X.T.copy().T[::-1],
        X.tolist(),
        (X,),
        X.astype(complex),
    ],
    ids=["values", "type", "shape", "order of rows", "list", "tuple", "complex"],
)
def test_other_arguments_are_asked_for(code: Code, other: Any) -> None:
    results = ReferenceResults()
    assert [asked(results, code, it) for it in (X, other, X)] == [1, 2, 1]


@pytest.mark.parametrize("one, other", [(1, True), (1, 1.0), (0.0, -0.0), (np.float64(1), 1.0), ("1", 1)])
def test_values_that_are_only_equal_are_told_apart(code: Code, one: Any, other: Any) -> None:
    results = ReferenceResults()
    assert [asked(results, code, it) for it in (one, other)] == [1, 2]


def test_another_reference_is_asked_itself(host: Host) -> None:
    results = ReferenceResults()
    first, second = (Code(host, {"counting.py": COUNTING}, space) for space in ("one", "other"))
    assert [asked(results, it, X) for it in (first, second, first)] == [1, 1, 1]
    assert first.call("counting.asked") == second.call("counting.asked") == 2


def test_functions_objects_and_exceptions_are_asked_for_each_time(code: Code) -> None:
    results = ReferenceResults()
    assert [asked(results, code, lambda x: x) for _ in range(2)] == [1, 2]
    assert asked(results, code, code.ref("counting.asked")) == 3
    assert asked(results, code, code.ref("counting.asked")) == 4
    for number in ("5", "6"):
        outcome = results.outcome(code, "counting.fails", (X,), {})
        assert isinstance(outcome, CodeRaised) and outcome.text == number


def test_large_arguments_are_not_kept(code: Code) -> None:
    results, large = ReferenceResults(), np.zeros(200_000)
    assert [asked(results, code, large) for _ in range(2)] == [1, 2]


def test_of_a_class_only_the_first_hand_in_has_the_reference_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[str] = []
    bind = Code.bind

    def noting(code: Code, target: str, *args: Any, **keywords: Any) -> Any:
        if code.space == "reference":
            asked_for.append(target)
        return bind(code, target, *args, **keywords)

    monkeypatch.setattr(Code, "bind", noting)
    course = find_course(write_course(tmp_path))
    counts = []
    with Grader(course.assignment("centring"), course.solution("centring")) as grader:
        for otherwise in ("", "    X = X + 1\n"):
            source = REFERENCE.replace("def spread(X):\n", f"def spread(X):\n{otherwise}")
            verdicts = grader.grade({"centring.py": source.encode()}, only=lambda it: not it.structural)
            assert all(it.right for it in verdicts.values())
            counts.append(len(asked_for))
    assert counts[1] == counts[0] > 0
