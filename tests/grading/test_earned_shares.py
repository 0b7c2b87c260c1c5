"""What work that is right in part earns in the assignments: the share of what is right, in halves of a point."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from fractions import Fraction

import pytest

from autograder.grading import hand_in_run
from autograder.grading.grader import Grader
from autograder.model.exact import HALF
from autograder.model.result import QuestionResult
from autograder.model.scoring import cost_of_another_type, score
from autograder.model.verdict import Family, Kind

HALVED = {"svm": "svm_loss", "softmax": "softmax_loss"}

ABOUT_A_THIRD = Fraction(36, 100)

Results = dict[str, QuestionResult]


@pytest.fixture(scope="module", autouse=True)
def _without_explanations() -> Iterator[None]:
    """Leave out why something is wrong: points stand before that is asked, and hints are all that comes of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hand_in_run, "explain", lambda *args: {})
        patch.setattr(hand_in_run, "facts_of_failures", lambda *args: {})
        yield


def results_of(grader: Grader, files: Mapping[str, bytes], questions: Container[str]) -> Results:
    verdicts = grader.grade(files, only=lambda test: test.question in questions)
    faults = [it.message for it in verdicts.values() if it.kind is Kind.GRADER_FAULT]
    assert not faults
    results = score(grader.plan, grader.assignment, verdicts)
    return {result.id: result for result in results if result.id in questions}


@pytest.fixture
def graded(course_grader: Callable[[str], Grader]) -> Callable[..., Results]:
    def graded(name: str, appended: str, *questions: str) -> Results:
        """Return the results of some questions for the reference with code put at the end of its first file."""
        grader = course_grader(name)
        files = dict(grader.reference_files)
        files[grader.assignment.file_names[0]] += f"\n\n{appended}\n".encode()
        return results_of(grader, files, questions)

    return graded


@pytest.fixture
def mistake(course_grader: Callable[[str], Grader]) -> Callable[..., Results]:
    def mistake(name: str, variant: str, *questions: str) -> Results:
        """Return the results of some questions for a known mistake."""
        grader = course_grader(name)
        (found,) = (it for it in grader.bank.variants if it.name == variant)
        return results_of(grader, found.files, questions)

    return mistake


def replaced(old: str, new: str) -> str:
    """Return code that puts one function in the place of another."""
    return f"{old} = {new}"


# --- parts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HALVED)
def test_a_right_loss_beside_a_wrong_gradient_earns_half_of_the_values_and_none_of_the_structure(
    graded, course_grader, name
):
    function = HALVED[name]
    wrong = f"""
_right = {function}_naive, {function}_vectorized


def {function}_naive(W, X, y, reg):
    return _right[0](W, X, y, reg)[0], X.T @ X[:, :1] + W


def {function}_vectorized(W, X, y, reg):
    return _right[1](W, X, y, reg)[0], X.T @ X[:, :1] + W
"""
    questions = [f"{function}_naive", f"{function}_vectorized"]
    for question, results in graded(name, wrong, *questions).items():
        plan = structure_of(course_grader(name), question)
        assert results.score == (results.points - plan) / 2
        assert any("dW has the right type and shape but wrong values" in it.message for it in results.graded)
        assert all("(loss: right)" in it.message for it in results.graded if it.kind is Kind.WRONG_VALUE)


def structure_of(grader: Grader, question: str) -> Fraction:
    """Return the points that a question gives for how values are computed."""
    tests = [test for test in grader.plan.of_question(question) if not test.public]
    total = sum(test.weight for test in tests)
    points = grader.assignment.question(question).points
    return sum((test.weight for test in tests if test.structural), Fraction(0)) * points / total


# --- what a question is named for ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", HALVED)
def test_loops_handed_in_as_the_version_without_keep_about_a_third_at_most(graded, name):
    function = HALVED[name]
    question = f"{function}_vectorized"
    result = graded(name, replaced(question, f"{function}_naive"), question)[question]
    assert 0 < result.score <= ABOUT_A_THIRD * result.points
    assert {Kind.LOOPS} <= {it.kind for it in result.graded}


TWO_LOOPS = pytest.mark.system
"""Counting and racing two nested loops takes long, so that it waits for the whole run."""


@pytest.mark.parametrize(
    "way, instead",
    [
        pytest.param("one_loop", "two_loops", marks=TWO_LOOPS),
        pytest.param("no_loops", "two_loops", marks=TWO_LOOPS),
        ("no_loops", "one_loop"),
    ],
)
def test_distances_with_more_loops_than_asked_for_keep_less_than_half(graded, way, instead):
    methods = [f"KNearestNeighbor.compute_distances_{it}" for it in (way, instead)]
    question = f"distances_{way}"
    result = graded("knn", replaced(*methods), question)[question]
    most = ABOUT_A_THIRD if (way, instead) == ("no_loops", "two_loops") else Fraction(1, 2)
    assert 0 < result.score < most * result.points


OVER_THE_FEATURES = {
    "features": "for d in range(n_features): squares += (X[:, d, np.newaxis] - Z[:, d]) ** 2",
    "whichever is shortest": """
    if n_features < min(squares.shape):
        for d in range(n_features): squares += (X[:, d, np.newaxis] - Z[:, d]) ** 2
    else:
        for i in range(len(X)): squares[i] = np.sum((X[i] - Z) ** 2, axis=1)""",
    "after one over the examples": """
    for i in range(len(X)): squares[i] = X[i] @ X[i]
    for d in range(n_features): squares += Z[:, d] ** 2 - 2 * np.outer(X[:, d], Z[:, d])""",
}
OVER_ONE_SET = {
    "the test examples": "for i in range(len(X)): squares[i] = np.sum((X[i] - Z) ** 2, axis=1)",
    "the training examples": "for j in range(len(Z)): squares[:, j] = np.sum((X - Z[j]) ** 2, axis=1)",
    "the test examples, as rows of both": "squares = np.array([np.sum((x - Z) ** 2, axis=1) for x in X])",
    "both, one after the other": """
    for i in range(len(X)): squares[i] += X[i] @ X[i]
    for j in range(len(Z)): squares[:, j] += Z[j] @ Z[j]
    squares -= 2 * X @ Z.T""",
}


@pytest.mark.parametrize("over", [*OVER_THE_FEATURES, *OVER_ONE_SET])
def test_the_one_loop_may_go_over_examples_alone(graded, over):
    body = {**OVER_THE_FEATURES, **OVER_ONE_SET}[over].strip()
    code = f"""
def one_loop(self, X):
    X, Z = as_float64(X, self.X_train)
    squares, n_features = np.zeros((len(X), len(Z))), X.shape[1]
    {body}
    return np.sqrt(np.maximum(squares, 0))


KNearestNeighbor.compute_distances_one_loop = one_loop
"""
    result = graded("knn", code, "distances_one_loop")["distances_one_loop"]
    assert result.points - result.score == (over in OVER_THE_FEATURES)


HONEST_IDIOMS = """
import logging
import time
import warnings
from collections import namedtuple
from dataclasses import dataclass

Parts = namedtuple("Parts", "scores targets")


@dataclass
class Sizes:
    examples: int
    classes: int


def with_idioms(W, X, y, reg):
    began = time.perf_counter()
    N, (D, C) = len(X), W.shape
    assert max(y) < C and min(y) >= 0, f"labels {sorted(y)}"
    assert all(d > 0 for d in X.shape) and not any(d == 0 for d in W.shape)
    if sum(np.isnan(y)) > 0:
        raise ValueError(", ".join(map(str, y)))
    print(N, f"{X.mean():.3f}", " ".join(map(str, y)), *map("{:.2f}".format, X[0]))
    print(X, W[:2], repr(y), sep="\\n")
    logging.getLogger("hw").warning("%s", X.shape)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.warn(f"{X.shape}")
    for array in (W, X, y):
        array = np.asarray(array)
    small, large = sorted(X.shape)
    most = max(N, D, C) + sum(X.shape)
    sizes, parts = Sizes(N, C), Parts(X @ W, np.eye(C)[y])
    rows, pairs = list(range(N)), list(zip(range(N), y.tolist()))
    chosen = parts.scores[rows, list(y)], np.choose(y, parts.scores.T), np.take_along_axis(parts.scores, y[:, None], 1)
    counts, names = np.bincount(y, minlength=C), set(y.tolist())
    order = np.lexsort((y, X[:, 0]))
    blocks = np.concatenate([X[start : start + 64] for start in range(0, N, 64)])
    first, *rest = X
    cache = dict(scores=parts.scores, sizes=sizes, took=time.perf_counter() - began)
    product = eval("X @ W") if C < 0 else np.einsum("nd,dc->nc", X, W)
    return without_idioms(W, X, y, reg)


without_idioms = FUNCTION
FUNCTION = with_idioms
"""


@pytest.mark.parametrize(
    "name, function",
    [
        ("svm", "svm_loss_vectorized"),
        ("softmax", "softmax_loss_vectorized"),
        ("regularization", "squared_hinge_loss"),
    ],
)
def test_honest_idioms_are_no_loops(graded, name, function):
    result = graded(name, HONEST_IDIOMS.replace("FUNCTION", function), function)[function]
    told = [it.message for it in result.graded if not it.right and it.kind is not Kind.SLOW]
    assert not told


LOOPS_ELSEWHERE = {
    "regularization": """
def squared_hinge_loss(W, X, y, reg):
    loss, dW = 0.0, np.zeros(W.shape)
    for x, label in zip(X, y):
        scores = x @ W
        for j in range(W.shape[1]):
            margin = scores[j] - scores[label] + 1
            if j != label and margin > 0:
                loss += margin**2
                dW[:, j] += 2 * margin * x
                dW[:, label] -= 2 * margin * x
    return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W
""",
    "features": """
def hog(gray, cell=8, bins=9):
    magnitude, angle = image_gradients(gray)
    H = np.zeros((gray.shape[0] // cell, gray.shape[1] // cell, bins))
    for i in range(H.shape[0] * cell):
        for j in range(H.shape[1] * cell):
            H[i // cell, j // cell, int(angle[i, j] * bins / 180)] += magnitude[i, j]
    return H / (np.sqrt(np.sum(H**2, axis=2, keepdims=True)) + 1e-12)
""",
}


@pytest.mark.parametrize("name, question", [("regularization", "squared_hinge_loss"), ("features", "hog")])
def test_loops_elsewhere_keep_about_a_third_at_most(graded, name, question):
    result = graded(name, LOOPS_ELSEWHERE[name], question)[question]
    assert 0 < result.score <= ABOUT_A_THIRD * result.points
    assert all(it.right for it in result.graded if it.kind.family is not Family.STRUCTURE)


ASCENT = """
_train = LinearClassifier.train


def _ascend(self, X, y, learning_rate=1e-3, *args, **keywords):
    return _train(self, X, y, -learning_rate, *args, **keywords)


LinearClassifier.train = _ascend
"""


def test_ascending_and_a_single_batch_keep_less_than_half_of_training(graded, mistake):
    ascending = graded("sgd", ASCENT, "train")["train"]
    fixed = mistake("sgd", "T04@linear_classifier.LinearClassifier.train", "train")["train"]
    for result in (ascending, fixed):
        assert 0 < result.score < result.points / 2
        assert result.score % HALF == 0


# --- another type -------------------------------------------------------------------------------------------

OTHER_TYPES = {
    "svm": ("svm_loss_vectorized", "lambda r: (r[0], np.matrix(r[1]))", "svm_loss_vectorized"),
    "softmax": ("softmax_loss_naive", "lambda r: (r[0], r[1].tolist())", "softmax_loss_naive"),
    "gradient_check": ("numerical_gradient", "lambda r: r.tolist()", "numerical_gradient"),
    "knn": ("KNearestNeighbor.predict_labels", "lambda r: r.astype(float)", "predict_labels"),
    "sgd": ("LinearClassifier.predict", "lambda r: r.astype(float)", "predict"),
}


@pytest.mark.parametrize("name", OTHER_TYPES)
def test_right_numbers_of_another_type_cost_the_same_small_share_in_every_assignment(graded, name):
    function, change, question = OTHER_TYPES[name]
    results = graded(
        name,
        f"import numpy as np\n_kept, _changed = {function}, {change}\n"
        f"def _other(*args, **keywords):\n    return _changed(_kept(*args, **keywords))\n{function} = _other",
        question,
    )
    result = results[question]
    assert result.points - result.score == cost_of_another_type(result.points) == result.deducted
    told = {it.message for it in result.graded if it.kind is Kind.OTHER_TYPE}
    assert told and all("; return " in it for it in told)
    assert all(it.right for it in result.graded)


# --- conventions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HALVED)
def test_loops_cost_the_same_and_are_named_whichever_convention_is_followed(graded, name):
    function = HALVED[name]
    loops = replaced(f"{function}_vectorized", f"{function}_naive")
    halved = (
        f"_whole = {function}_naive\n"
        f"def {function}_naive(W, X, y, reg):\n    return _whole(W, X, y, reg / 2)\n{loops}"
    )
    question = f"{function}_vectorized"
    by_convention = graded(name, halved, question)[question]
    as_written = graded(name, loops, question)[question]
    assert by_convention.score == as_written.score
    kinds = [[it.kind for it in result.graded] for result in (by_convention, as_written)]
    assert kinds[0] == kinds[1]
    assert any("runs in a Python loop" in it.message for it in by_convention.graded)
