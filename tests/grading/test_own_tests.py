"""Students' own tests are run against wrong versions, of which they see what these return and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.course.loading import find_course
from autograder.grading.grader import Grader
from autograder.model.verdict import Kind, Verdict
from tests.courses import ASSIGNMENT, GRADED, PUBLIC, REFERENCE, write_course

TOML = (
    ASSIGNMENT.replace('name = "centring.py"', 'name = "centring.py"\n\n[[files]]\nname = "my_tests.py"')
    + """
[[questions]]
id = "own_tests"
title = "Your own tests"
points = 2
bonus = true
"""
)
CATCHING = """
@pytest.mark.question("own_tests")
@pytest.mark.parametrize(
    "label, old, new",
    [
        pytest.param("the root is missing", "return np.sqrt(", "return (", id="root"),
        pytest.param("divided by one less", "axis=0) / len(X))", "axis=0) / (len(X) - 1))", id="divisor"),
    ],
)
def test_your_tests_catch(own_tests, label, old, new):
    own_tests.catch(label, "centring", old, new)
"""
TESTS = """
import numpy as np
from centring import spread


def test_of_two_rows():
    assert np.allclose(spread(np.array([[1.0], [5.0]])), [2.0])
"""
WEAK = TESTS.replace("[[1.0], [5.0]])), [2.0]", "[[1.0], [1.0]])), [0.0]")
ROOT_ONLY = TESTS.replace(
    "np.allclose(spread(np.array([[1.0], [5.0]])), [2.0])", "spread(np.array([[1.0], [5.0]]))[0] < 3.5"
)
SPY = """
import inspect, pathlib, sys
import centring


def test_reads_the_version():
    text = inspect.getsource(centring)
    for path in pathlib.Path(centring.__file__).parent.rglob("*.py"):
        text += path.read_text()
    text += "".join(map(repr, vars(centring).values()))
    for word in ["in the reference", "deviations from"]:
        assert word.replace(" ", "_") not in text  # nothing else on any machine has these words
"""


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    parts = {
        "assignments/centring/assignment.toml": TOML,
        "assignments/centring/my_tests.py": "import centring\n",
        "assignments/centring/test_public.py": PUBLIC,
        "solutions/centring/centring.py": REFERENCE + "\n# in_the_reference\n",
        "solutions/centring/my_tests.py": TESTS,
        "solutions/centring/test_graded.py": GRADED + CATCHING,
    }
    course = find_course(write_course(tmp_path_factory.mktemp("course"), parts))
    with Grader(course.assignment("centring"), course.solution("centring")) as grader:
        yield grader


def judged(grader: Grader, tests: str) -> dict[str, Verdict]:
    """Return the verdict of each wrong version, for a hand-in with these tests whose own code is wrong."""
    files = {"centring.py": REFERENCE.replace("np.sqrt", "np.cbrt").encode(), "my_tests.py": tests.encode()}
    found = grader.grade(files, only=lambda test: test.question == "own_tests")
    return {id.partition("[")[2].rstrip("]"): verdict for id, verdict in found.items()}


def passed(verdicts: dict[str, Verdict]) -> list[str]:
    return [name for name, verdict in verdicts.items() if verdict.passed]


def test_a_test_that_tells_right_from_wrong_catches_it_whatever_the_student_s_own_code_does(
    grader: Grader,
) -> None:
    assert len(passed(judged(grader, TESTS))) == 2


def test_what_no_test_notices_is_named_by_its_label(grader: Grader) -> None:
    verdicts = judged(grader, ROOT_ONLY)
    assert len(passed(verdicts)) == 1
    (missed,) = (verdict for verdict in verdicts.values() if not verdict.passed)
    assert missed.message == "no test of yours notices this mistake: divided by one less"


def test_a_test_that_is_too_weak_catches_nothing(grader: Grader) -> None:
    assert passed(judged(grader, WEAK)) == []


def test_a_test_that_fails_on_a_right_version_does_not_count_and_is_named(grader: Grader) -> None:
    verdicts = judged(grader, TESTS.replace("[2.0]", "[3.0]"))
    assert passed(verdicts) == []
    for verdict in verdicts.values():
        assert "test_of_two_rows fails on a right version and does not count" in verdict.message


def test_no_tests_at_all_are_nothing_to_judge(grader: Grader) -> None:
    for verdict in judged(grader, "import numpy as np\n").values():
        assert (verdict.kind, verdict.message) == (
            Kind.MISSING,
            "my_tests.py holds no test: no function whose name begins with test",
        )


def test_tests_see_nothing_of_how_a_version_is_written(grader: Grader) -> None:
    """The spy passes on the right version, where it would fail if it found the source, and on the wrong ones."""
    for verdict in judged(grader, SPY).values():
        assert verdict.message.startswith("no test of yours notices this mistake: ")
        assert "fails on a right version" not in verdict.message


def test_an_endless_test_costs_only_this_question(grader: Grader) -> None:
    for verdict in judged(grader, TESTS + "\n    while True: pass\n").values():
        assert verdict.kind is Kind.TIMED_OUT


FORGING = """

import sys
frame = sys._getframe()
while "ended" not in frame.f_locals:
    frame = frame.f_back
frame.f_locals["ended"].append((1, 2))
"""


def test_forged_ends_are_refused(grader: Grader) -> None:
    for verdict in judged(grader, TESTS + FORGING).values():
        assert verdict.kind is Kind.PROTOCOL_BROKEN


COUNTING = """
import builtins
import numpy as np
import centring
builtins.runs = getattr(builtins, "runs", 0)


def test_counts_its_runs():
    builtins.runs += 1
    centring.spread(np.array([[1.0], [1.0]]))
    assert builtins.runs < 2
"""


def test_a_test_that_counts_its_runs_catches_nothing(grader: Grader) -> None:
    for verdict in judged(grader, COUNTING).values():
        assert verdict.message.startswith("no test of yours notices this mistake: ")
