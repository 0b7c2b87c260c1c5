"""Students' own tests are run against wrong versions, of which they see what these return and nothing else."""

from __future__ import annotations

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
    assert "np.sqrt" not in text and "deviations" not in text
    raise ValueError("nothing was found")
"""


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Grader:
    parts = {
        "assignments/centring/assignment.toml": TOML,
        "assignments/centring/my_tests.py": "import centring\n",
        "assignments/centring/test_public.py": PUBLIC,
        "solutions/centring/my_tests.py": TESTS,
        "solutions/centring/test_graded.py": GRADED + CATCHING,
    }
    course = find_course(write_course(tmp_path_factory.mktemp("course"), parts))
    return Grader(course.assignment("centring"), course.solution("centring"))


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
    """The spy fails on every version: if it had found the source, it would say so with another exception."""
    for verdict in judged(grader, SPY).values():
        assert "test_reads_the_version fails on a right version" in verdict.message
    found = judged(grader, SPY.replace('raise ValueError("nothing was found")', "return"))
    assert passed(found) == [], "it passes on the right version and on the wrong ones"
    assert all("fails on a right version" not in verdict.message for verdict in found.values())


def test_an_endless_test_costs_only_this_question(grader: Grader) -> None:
    for verdict in judged(grader, TESTS + "\n    while True: pass\n").values():
        assert verdict.kind is Kind.TIMED_OUT


def test_forged_ends_are_refused(grader: Grader) -> None:
    forging = TESTS + "\n\nimport run_own_tests\nrun_own_tests.run = lambda *_: [(1, 2)]\n"
    for verdict in judged(grader, forging).values():
        assert not verdict.passed
