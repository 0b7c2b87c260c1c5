"""Whatever a function returns, sets or passes on, no test of the course's assignments breaks over it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

import pytest

from autograder.grading import examiner
from autograder.grading.explain.contrast import Contrast
from autograder.grading.grader import Grader
from autograder.grading.names.not_allowed import Reading
from autograder.grading.trial import Trial
from autograder.model.plan import PlannedTest
from autograder.model.verdict import Kind
from tests.graders import COURSE

SECONDS = 3600.0
"""For one hand-in: no test is to be left out because a machine is slow."""

CHOSEN = "words that a hand-in chose"
"""Text in replies, which no message about a graded test may repeat."""

ODD = {
    "None": "None",
    "text": f"'{CHOSEN}'",
    "NaN": "float('nan')",
    "infinity": "-np.inf",
    "a huge integer": "10**400",
    "a complex number": "1j",
    "a dictionary": f"{{'{CHOSEN}': 1.0, (1, 2): {{}}}}",
    "an empty list": "[]",
    "an empty array": "np.zeros((0, 3))",
    "a 0-d array": "np.array(1.0)",
    "an array of objects": "np.array([None, 1.0, 'a'], dtype=object)",
    "an array of NaN": "np.full((2, 3), np.nan)",
    "an array near overflow": "np.full((2, 3), 1e308) * [1, -1, 1]",
    "an array of complex numbers": "np.ones((2, 3)) * 1j",
    "an array of five dimensions": "np.zeros((1, 1, 1, 1, 1))",
    "an np.matrix": "np.asmatrix(np.ones((2, 3)))",
    "ragged lists": "[[1.0], [1.0, 2.0]]",
    "a list of arrays": "[np.ones(2), np.ones(3)]",
    "a list of huge integers": "[10**400] * 5",
    "a list of itself": "(lambda own: (own.append(own), own)[1])([])",
    "three None": "(None, None, None)",
    "three texts": f"('a', 'b', '{CHOSEN}')",
    "three dictionaries": "({}, {}, {})",
    "four values": "(1, 2, 3, 4)",
    "a generator": "(i for i in range(3))",
    "an object": "Own()",
}
WARPED = {
    "all but the last": "r[:-1] if isinstance(r, (list, tuple, np.ndarray)) else None",
    "one more": "(*r, None) if isinstance(r, tuple) else (r, None)",
    "numbers as text": "each(r, str)",
    "numbers as complex": "each(r, lambda it: it + 0j)",
    "numbers as NaN": "each(r, lambda it: it * np.nan)",
    "numbers near overflow": "each(r, lambda it: it * 0 + 1e308)",
    "huge integers": "each(r, lambda it: 10**400)",
    "columns": "each(r, lambda it: np.asarray(it)[..., None])",
    "objects": "each(r, lambda it: np.asarray(it).astype(object))",
    "lists": "each(r, lambda it: np.asarray(it).tolist())",
    "matrices": "each(r, lambda it: np.asmatrix(it) if np.ndim(it) < 3 else it)",
    "nothing": "each(r, lambda it: None)",
    "a dictionary": "dict(enumerate(r)) if isinstance(r, (list, tuple, np.ndarray)) else {0: r}",
    "the last is None": "(*r[:-1], None) if isinstance(r, (list, tuple, np.ndarray)) and len(r) else None",
    "the last is text": f"(*r[:-1], '{CHOSEN}') if isinstance(r, (list, tuple, np.ndarray)) and len(r) else ''",
    "the last is an object": "(*r[:-1], Own()) if isinstance(r, (list, tuple, np.ndarray)) and len(r) else Own()",
    "the last has nothing in it": "(*r[:-1], type(r[-1])()) if isinstance(r, tuple) and len(r) == 3 else r[:0]",
}
WEIGHTS = {
    "None": "None",
    "text": f"'{CHOSEN}'",
    "NaN": "np.full((60, 14), np.nan)",
    "near overflow": "np.tile([1e308, -1e308], (60, 7))",
    "ragged lists": "[[1], [2, 3]]",
    "a number": "np.float64(3)",
    "a column more": "args[0].W[..., None]",
    "a list": "args[0].W.tolist()",
}
PASSED_ON = (
    "None",
    "'abc'",
    "np.array(1.0)",
    "np.full((2, 3), np.nan)",
    "[[1], [2, 3]]",
    "{}",
    "10**400",
    "Own()",
)
TAKES_A_FUNCTION = (
    "numerical_gradient",
    "gradient_check",
    "choose_step",
    "random_search",
    "gradient_descent",
    "numerical_hessian",
    "newton",
    "one_vs_all",
    "end_of_descent",
)

HEAD = """

import sys
import numpy as np


class Own:
    pass


def each(r, change):
    if isinstance(r, (list, tuple)):
        return type(r)(each(part, change) for part in r)
    if isinstance(r, dict):
        return {key: each(part, change) for key, part in r.items()}
    return change(r) if isinstance(r, (float, int, np.ndarray, np.number)) else r


def is_inside_an_odd_one():
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_name != "odd":
        frame = frame.f_back
    return frame is not None
"""


def replaced(target: str, body: str) -> bytes:
    """Return code that puts a function with this body in the place of another one, which it calls `right`.

    What the function itself calls is right, even where that is replaced as well.
    """
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    inside = "        if is_inside_an_odd_one():\n            return right(*args, **keywords)\n"
    definition = f"\n\ndef replaced(right):\n    def odd(*args, **keywords):\n{inside}{lines}    return odd\n"
    return f"{definition}\n\n{target} = replaced({target})\n".encode()


def bodies_for(target: str) -> Iterator[tuple[str, str]]:
    """Yield a label and the body of an odd function in the place of this one."""
    called = "r = right(*args, **keywords)\n"
    for label, expression in ODD.items():
        yield label, f"return {expression}"
    for label, expression in WARPED.items():
        yield f"its own result, {label}", f"{called}return {expression}"
    if target == "LinearClassifier.train":
        for label, expression in WEIGHTS.items():
            yield f"W is {label}", f"{called}args[0].W = {expression}\nreturn r"
    for argument in PASSED_ON:
        calls = {
            "LinearClassifier.train": [
                f"args[0].loss({argument}, {argument}, {argument})",
                f"args[0].loss(args[1], {argument}, 0.0)",
                f"args[0].loss({argument}, args[2], 0.0)",
            ]
        }
        for call in calls.get(target, [f"args[0]({argument})"] if target in TAKES_A_FUNCTION else []):
            attempt = f"try:\n    {call}\nexcept Exception:\n    pass\n"
            yield call, f"{attempt}{called}return r"


def computing_tests(grader: Grader) -> dict[str, PlannedTest]:
    """Return one case of each test that judges values: what tests of structure do with a reply is the fixtures' own."""
    first: dict[tuple[str, str], PlannedTest] = {}
    for test in grader.plan.tests:
        if not test.structural:
            first.setdefault((test.id.partition("[")[0], test.question), test)
    return {test.id: test for test in first.values()}


def among(ids: Collection[str]) -> Callable[[PlannedTest], bool]:
    return lambda test: test.id in ids


def names_called_by(grader: Grader, tests: Collection[str]) -> dict[str, set[str]]:
    """Return the names of the functions and methods that each test calls, by the test's id."""
    trials: list[Trial] = []
    verdicts = grader.grade(
        grader.reference_files,
        only=among(tests),
        on_trial=trials.append,
        seconds_total=SECONDS,
    )
    called = [{call.qualified_name.rpartition(".")[2] for call in trial.calls} for trial in trials]
    return dict(zip(verdicts, called, strict=True))


def groups_of(grader: Grader, tests: Mapping[str, PlannedTest]) -> list[dict[str, list[str]]]:
    """Return functions that are replaced together, with the tests of their questions: none calls two of them."""
    called = names_called_by(grader, tests)
    tests_of: dict[str, list[str]] = {}
    for function in (function for question in grader.assignment.questions for function in question.functions):
        questions = {question.id for question in grader.assignment.questions_of(function)}
        tests_of[function] = [id for id, test in tests.items() if test.question in questions]

    def calls(function: str, other: str) -> bool:
        """Return whether a test of a function calls the other one, or may do so by its name."""
        return any(other.rpartition(".")[2] in called[test] for test in tests_of[function])

    def meet(one: str, other: str) -> bool:
        return bool(set(tests_of[one]) & set(tests_of[other])) or calls(one, other) or calls(other, one)

    groups: list[list[str]] = []
    for function in tests_of:
        group = next((it for it in groups if not any(meet(function, other) for other in it)), None)
        if group is None:
            groups.append([function])
        else:
            group.append(function)
    return [{function: tests_of[function] for function in group} for group in groups]


@pytest.fixture
def grader_of(
    course_grader: Callable[[str], Grader], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Grader]:
    """Returns the grader of an assignment, which tries no ladders: verdicts stand before, and none of them changes.

    It does not read the sources either, which hold nothing that a hand-in would not hold.
    """
    monkeypatch.setattr(examiner, "read_for", lambda *args: Reading(()))

    def grader_of(name: str) -> Grader:
        grader = course_grader(name)
        grader.contrast = Contrast(())
        return grader

    return grader_of


@pytest.mark.parametrize("name", COURSE.names())
def test_no_reply_is_the_grader_s_fault(grader_of: Callable[[str], Grader], name: str) -> None:
    grader = grader_of(name)
    for group in groups_of(grader, computing_tests(grader)):
        bodies = {function: dict(bodies_for(function.partition(".")[2])) for function in group}
        for label in dict.fromkeys(label for of_one in bodies.values() for label in of_one):
            odd = dict(grader.reference_files)
            wanted: set[str] = set()
            for file in {f"{function.partition('.')[0]}.py" for function in group}:
                odd[file] += HEAD.encode()
            for function, tests in group.items():
                module, _, target = function.partition(".")
                if label in bodies[function]:
                    odd[f"{module}.py"] += replaced(target, bodies[function][label])
                    wanted.update(tests)
            verdicts = grader.grade(odd, only=among(wanted), seconds_total=SECONDS)
            assert verdicts.keys() == wanted
            for verdict in verdicts.values():
                said = f"{label}: {verdict.test}: {verdict.message}\n{verdict.details}"
                assert verdict.kind not in (Kind.GRADER_FAULT, Kind.NOT_RUN), said
                assert "test_graded.py" not in verdict.details, said
                assert "Traceback (most" not in verdict.details, said
                assert "test_public.py" in verdict.test or CHOSEN not in verdict.message, said


RIGHT_OF_ANOTHER_TYPE = {
    "an array": "np.array(right(*args, **keywords))",
    "a tuple": "tuple(right(*args, **keywords))",
}


@pytest.mark.parametrize("expression", RIGHT_OF_ANOTHER_TYPE.values(), ids=RIGHT_OF_ANOTHER_TYPE)
def test_a_history_of_another_type_is_not_said_to_hold_other_losses(expression: str) -> None:
    assignment, solution = COURSE.assignment("sgd"), COURSE.solution("sgd")
    untrue = ("did not", "does not hold", "start", "own loss", "call")
    with Grader(assignment, solution) as grader:
        file = "linear_classifier.py"
        files = dict(grader.reference_files)
        files[file] += HEAD.encode() + replaced("LinearClassifier.train", f"return {expression}")
        verdicts = grader.grade(files, only=lambda test: not test.structural)
    for verdict in verdicts.values():
        said = f"{verdict.message} {verdict.hint}"
        assert verdict.passed or not any(words in said for words in untrue), f"{verdict.test}: {said}"
