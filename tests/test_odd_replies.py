"""Whatever a function returns, sets or passes on, no test of the course's assignments breaks over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from autograder.grading.explain.contrast import Contrast
from autograder.grading.grader import Grader
from autograder.model.plan import PlannedTest
from autograder.model.verdict import Kind
from tests.graders import COURSE

NAMES = COURSE.names()
FUNCTIONS = [
    (name, function)
    for name in NAMES
    for question in COURSE.assignment(name).questions
    for function in question.functions
    if question.id != "softmax_stability"  # its functions have questions of their own, too
]

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

import numpy as np


class Own:
    pass


def each(r, change):
    if isinstance(r, (list, tuple)):
        return type(r)(each(part, change) for part in r)
    if isinstance(r, dict):
        return {key: each(part, change) for key, part in r.items()}
    return change(r) if isinstance(r, (float, int, np.ndarray, np.number)) else r


right = TARGET
"""


def replaced(target: str, body: str) -> bytes:
    """Return code that puts a function with this body in the place of another one, which it calls `right`."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    definition = f"\n\ndef odd(*args, **keywords):\n{lines}\n\n{target} = odd\n"
    return (HEAD.replace("TARGET", target) + definition).encode()


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


def computing_tests(grader: Grader) -> frozenset[str]:
    """Return one case of each test that judges values: what tests of structure do with a reply is the fixtures' own."""
    first: dict[tuple[str, str], PlannedTest] = {}
    for test in grader.plan.tests:
        if not test.structural:
            first.setdefault((test.id.partition("[")[0], test.question), test)
    return frozenset(test.id for test in first.values())


@pytest.fixture(scope="module")
def grader_of(course_grader: Callable[[str], Grader]) -> Callable[[str], Grader]:
    """Returns the grader of an assignment, which tries no ladders: verdicts stand before, and none of them changes."""

    def grader_of(name: str) -> Grader:
        grader = course_grader(name)
        grader.contrast = Contrast(())
        return grader

    return grader_of


@pytest.mark.parametrize("name, function", FUNCTIONS, ids=[function for _, function in FUNCTIONS])
def test_no_reply_is_the_grader_s_fault(grader_of: Callable[[str], Grader], name: str, function: str) -> None:
    grader = grader_of(name)
    module, _, target = function.partition(".")
    questions = {question.id for question in grader.assignment.questions_of(function)}
    chosen = computing_tests(grader)
    files = dict(grader.reference_files)
    for label, body in bodies_for(target):
        odd = {**files, f"{module}.py": files[f"{module}.py"] + replaced(target, body)}
        verdicts = grader.grade(odd, only=lambda test: test.question in questions and test.id in chosen)
        for verdict in verdicts.values():
            said = f"{label}: {verdict.test}: {verdict.message}\n{verdict.details}"
            assert verdict.kind is not Kind.GRADER_FAULT, said
            assert "test_graded.py" not in verdict.details and "Traceback (most" not in verdict.details, said
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
        files[file] += replaced("LinearClassifier.train", f"return {expression}")
        verdicts = grader.grade(files, only=lambda test: not test.structural)
    for verdict in verdicts.values():
        said = f"{verdict.message} {verdict.hint}"
        assert verdict.passed or not any(words in said for words in untrue), f"{verdict.test}: {said}"
