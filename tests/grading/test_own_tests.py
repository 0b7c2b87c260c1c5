"""Students' own tests are run against wrong versions, of which they see what these return and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from autograder.course.loading import find_course
from autograder.grading.grader import Grader
from autograder.grading.trial import Trial
from autograder.model.result import GradingResult, QuestionResult
from autograder.model.scoring import score
from autograder.model.verdict import Kind, Verdict
from autograder.report.view import view
from tests.courses import ASSIGNMENT, GRADED, MISTAKES, PUBLIC, REFERENCE, write_course

TOML = (
    ASSIGNMENT.replace(
        'name = "centring.py"', 'name = "centring.py"\n\n[[files]]\nname = "my_tests.py"\noptional = true'
    )
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
@pytest.mark.parametrize("mistake", ["M02", "M03"])
def test_your_tests_catch(own_tests, mistake):
    own_tests.catch(mistake, "centring", example="test_example")
"""
HOLDING = """
@pytest.mark.question("own_tests")
def test_your_tests_hold(own_tests):
    own_tests.hold(example="test_example")
"""
DIVISOR = """
[M03]
title = "divided by one less"
hint = "By what do you divide?"
edits.spread = ["axis=0) / len(X))", "axis=0) / (len(X) - 1))"]
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
        "assignments/centring/test_public.py": PUBLIC + HOLDING,
        "solutions/centring/centring.py": REFERENCE + "\n# in_the_reference\n",
        "solutions/centring/my_tests.py": TESTS,
        "solutions/centring/mistakes.toml": MISTAKES + DIVISOR,
        "solutions/centring/test_graded.py": GRADED + CATCHING,
    }
    course = find_course(write_course(tmp_path_factory.mktemp("course"), parts))
    with Grader(course.assignment("centring"), course.solution("centring")) as grader:
        yield grader


def judged(
    grader: Grader, tests: str | None, on_trial: Callable[[Trial], None] = lambda trial: None
) -> dict[str, Verdict]:
    """Return the verdict of each wrong version, for a hand-in with these tests whose own code is wrong."""
    files = {"centring.py": REFERENCE.replace("np.sqrt", "np.cbrt").encode()}
    if tests is not None:
        files["my_tests.py"] = tests.encode()
    found = grader.grade(
        files, only=lambda test: test.question == "own_tests" and not test.public, on_trial=on_trial
    )
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
            "my_tests.py holds no test yet; every function whose name begins with test is one",
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


EXAMPLE = TESTS.replace("test_of_two_rows", "test_example")


@pytest.mark.parametrize(
    "tests, told",
    [
        (None, "there is no my_tests.py, which is for bonus points alone"),
        (EXAMPLE, "my_tests.py holds no test yet besides the example, test_example; "),
    ],
)
def test_where_the_student_has_written_none_nothing_is_run(
    grader: Grader, tests: str | None, told: str
) -> None:
    trials: list[Trial] = []
    for verdict in judged(grader, tests, trials.append).values():
        assert verdict.kind is Kind.MISSING
        assert verdict.message.startswith(told)
    assert trials and not any(trial.outcomes or trial.calls for trial in trials)


def test_a_test_that_once_failed_on_right_code_does_not_count_any_more(grader: Grader) -> None:
    def fails_once(trial: Trial) -> None:
        trial.student.unsound_tests.add("test_of_two_rows")

    first, second = judged(grader, TESTS, fails_once).values()
    assert first.passed
    assert "test_of_two_rows fails on a right version and does not count" in second.message


def test_the_page_says_how_many_mistakes_are_caught(grader: Grader) -> None:
    files = {"centring.py": REFERENCE.encode(), "my_tests.py": ROOT_ONLY.encode()}
    result = _result(grader, files)
    assert (result.score, result.points) == (11, 10)
    shown = view(_own(result.questions))
    assert (shown.title, shown.tests) == ("Your own tests (bonus)", "your tests catch 1 of 2 mistakes")
    assert [it.message for it in shown.failures] == [
        "no test of yours notices this mistake: divided by one less."
    ]
    without = _result(grader, {"centring.py": REFERENCE.encode()})
    assert (without.score, without.points) == (10, 10)


def _result(grader: Grader, files: dict[str, bytes]) -> GradingResult:
    return GradingResult(
        assignment="centring", questions=score(grader.plan, grader.assignment, grader.grade(files))
    )


def _own(questions: tuple[QuestionResult, ...]) -> QuestionResult:
    return next(it for it in questions if it.id == "own_tests")


@pytest.mark.parametrize(
    "tests, kind, told",
    [
        (TESTS, Kind.PASSED, ""),
        (
            TESTS.replace("[2.0]", "[3.0]"),
            Kind.WRONG_VALUE,
            "test_of_two_rows fails on your own code in my_tests.py, line 7",
        ),
        (
            TESTS.replace("np.allclose", "nothing"),
            Kind.RAISED,
            "my_tests.py, line 7: the name nothing is not defined",
        ),
        (TESTS + "\ndef test_(:\n", Kind.RAISED, "SyntaxError in my_tests.py, line 9"),
        (EXAMPLE, Kind.MISSING, "my_tests.py holds no test yet besides the example"),
        (None, Kind.MISSING, "there is no my_tests.py"),
    ],
)
def test_the_public_check_runs_them_on_the_student_s_own_code(
    grader: Grader, tests: str | None, kind: Kind, told: str
) -> None:
    files = {"centring.py": REFERENCE.encode()} | ({"my_tests.py": tests.encode()} if tests else {})
    (verdict,) = grader.grade(files, only=lambda test: test.question == "own_tests" and test.public).values()
    assert verdict.kind is kind
    assert told in verdict.message


GUESSING = """
import os
import numpy as np
import centring


def guess():
    centring.spread(np.array([[1.0], [5.0]]))
    assert os.urandom(1)[0] % 2


"""


@pytest.mark.parametrize("tests", [1, 2, 200])
def test_tests_that_fail_by_chance_catch_next_to_nothing(grader: Grader, tests: int) -> None:
    guessing = GUESSING + "".join(f"def test_{number}():\n    guess()\n\n\n" for number in range(tests))
    caught = [name for _ in range(4) for name in passed(judged(grader, guessing))]
    assert len(caught) < 4, caught  # of eight; each succeeds once in thirty times


def test_one_unsound_test_is_named_and_of_a_long_file_only_the_first_ones_are(grader: Grader) -> None:
    failing = [f"def test_{number:03}():\n    raise ValueError\n\n\n" for number in range(60)]
    for verdict in judged(grader, "".join(failing)).values():
        assert verdict.message.endswith("; test_000 fails on a right version and does not count")
    sound = [it.replace("raise ValueError", "pass") for it in failing[:55]]
    for verdict in judged(grader, "".join(sound + failing[55:])).values():
        assert verdict.message.endswith("; a test of yours fails on a right version and does not count")
