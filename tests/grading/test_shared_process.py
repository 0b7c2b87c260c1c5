"""One process serves a hand-in, and what one question does in it costs no other its points."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.loading import find_course
from autograder.grading.grader import Grader
from autograder.model.verdict import Kind
from autograder.sandbox.process import Sandbox, WorkerProcess
from tests.courses import REFERENCE, write_course

IN_TURN = """
import numpy as np
import pytest

X = np.array([[1.0, 2.0], [3.0, 6.0]])


@pytest.mark.parametrize(
    "function",
    [
        pytest.param("centre", marks=pytest.mark.question("centre")),
        pytest.param("spread", marks=pytest.mark.question("spread")),
    ],
)
@pytest.mark.parametrize("case", range(6))
def test_two_rows(expect, function, case):
    equals = (np.array([[-1.0, -2.0], [1.0, 2.0]]), np.array([2.0, 4.0]))
    if function == "spread":
        expect("centring.spread", X, equals=np.array([1.0, 2.0]), names=("spread",))
    else:
        expect("centring.centre", X, equals=equals, names=("centred", "means"))
"""


@pytest.fixture
def grader(tmp_path: Path):
    course = find_course(write_course(tmp_path, {"assignments/centring/test_public.py": IN_TURN}))
    with Grader(course.assignment("centring"), course.solution("centring")) as grader:
        yield grader


def test_questions_that_fail_in_turn_do_not_start_a_process_each_time(
    grader: Grader, monkeypatch: pytest.MonkeyPatch
) -> None:
    grader.grade({"centring.py": REFERENCE.encode()})  # starts what serves all hand-ins
    started: list[WorkerProcess] = []
    start = Sandbox.start

    def counted(sandbox: Sandbox) -> WorkerProcess:
        started.append(start(sandbox))
        return started[-1]

    monkeypatch.setattr(Sandbox, "start", counted)
    wrong = b"def centre(X):\n    return X\n\n\ndef spread(X):\n    return X\n"
    verdicts = grader.grade({"centring.py": wrong})
    assert not any(verdict.passed for verdict in verdicts.values())
    assert len(verdicts) > 12 and len(started) <= 4


def test_a_question_that_spoils_the_process_costs_the_other_nothing(grader: Grader) -> None:
    spoiling = REFERENCE + (
        "\n\nright = spread\n"
        "\n\ndef centre(X):\n    global right\n    right = lambda X: 1 / 0\n    return X\n"
        "\n\ndef spread(X):\n    return right(X)\n"
    )
    verdicts = grader.grade({"centring.py": spoiling.encode()})
    graded = {name: verdict.kind for name, verdict in verdicts.items() if "test_graded" in name}
    assert {kind for name, kind in graded.items() if "spread" in name} == {Kind.PASSED}
    assert Kind.PASSED not in {kind for name, kind in graded.items() if "centre" in name}
