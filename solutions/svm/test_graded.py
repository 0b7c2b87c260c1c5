"""Graded tests of the SVM loss: values on random problems, then how they are computed."""

import numpy as np
import pytest

from autograder.grading.cases import Versions
from autograder.grading.ladder import Case, Size, Switch, ladder

NAIVE = "linear_svm.svm_loss_naive"
VECTORIZED = "linear_svm.svm_loss_vectorized"
NAMES = ("loss", "dW")

vectorized = pytest.mark.question("svm_loss_vectorized")

# (examples, features, classes): all different, so that mixing up two axes cannot go unnoticed.
SHAPES = [(7, 5, 4), (4, 6, 9), (11, 3, 2)]
PENALTIES = dict(zip(SHAPES, (0.1, 0.7, 0.4), strict=True))
ABSENT = [[5], [1, 2, 3, 4]]

versions = Versions(naive=(NAIVE, "svm_loss_naive"), vectorized=(VECTORIZED, "svm_loss_vectorized"))


def drawn(rng, examples, features, classes, absent=(), scale=0.5):
    """Draw W, X and y, in which absent classes do not occur; the last column of X is all ones, for the bias."""
    W = rng.normal(scale=scale, size=(features, classes))
    X = rng.normal(size=(examples, features))
    X[:, -1] = 1
    return W, X, rng.choice(np.setdiff1d(np.arange(classes), absent), size=examples)


def telling(W, X, y):
    """Return whether some margin is satisfied and all are well away from 0, where two slopes of the hinge are right."""
    scores = X @ W
    margins = scores - scores[np.arange(len(y)), y][:, np.newaxis] + 1
    return margins.min() < 0 and np.abs(margins).min() > 1e-3


def problem(rng, examples, features, classes, absent=()):
    """Draw W, X and y until their margins are telling."""
    while True:
        W, X, y = drawn(rng, examples, features, classes, absent)
        if telling(W, X, y):
            return W, X, y


def mostly_right(rng, examples, features, classes):
    """Draw a problem with large scores: two examples are as wrong as can be, all others right."""
    while True:
        W, X, y = drawn(rng, examples, features, classes, scale=4.0)
        scores = X @ W
        y[:2], y[2:] = np.argmin(scores[:2], axis=1), np.argmax(scores[2:], axis=1)
        if telling(W, X, y):
            return W, X, y


@versions({"shape": SHAPES}, naive=3, vectorized=2)
def test_without_a_penalty(compare, rng, function, shape):
    compare(function, *problem(rng, *shape), 0.0, names=NAMES)


@versions({"shape": SHAPES}, naive=6, vectorized=2)
def test_with_a_penalty(compare, rng, function, shape):
    compare(function, *problem(rng, *shape), PENALTIES[shape], names=NAMES)


@versions(naive=1, vectorized=1)
def test_single_example(compare, rng, function):
    compare(function, *problem(rng, 1, 4, 6), 0.3, names=NAMES)


@versions({"absent": ABSENT}, naive=2, vectorized=1)
def test_batch_that_misses_classes(compare, rng, function, absent):
    compare(function, *problem(rng, 8, 5, 6, absent), 0.0, names=NAMES)


@versions(naive=1)
def test_satisfied_margins_cost_nothing(compare, rng, function):
    compare(function, *mostly_right(rng, 10, 6, 4), 0.0, names=NAMES)


@versions(naive=2)
def test_zero_weights(compare, rng, function):
    W, X, y = drawn(rng, 6, 4, 10)
    compare(function, np.zeros_like(W), X, y, 0.5, names=NAMES)


@versions(naive=1, vectorized=1)
def test_leaves_its_inputs_alone(unchanged, rng, function):
    unchanged(function, *problem(rng, 6, 5, 3), 0.4, names=NAMES)


def require_no_loop(loops, over):
    def sized(rng, examples=7, features=5, classes=4):
        return *drawn(rng, examples, features, classes), 0.1

    # Up to 32 classes: np.choose, for one, takes no more than 63.
    loops(VECTORIZED, sized, n={"classes": 8}, names=NAMES, over=over)


@vectorized
@pytest.mark.weight(6.5)
def test_no_loop_over_the_examples(loops):
    require_no_loop(loops, "examples")


@vectorized
@pytest.mark.weight(1.5)
def test_no_loop_over_the_features(loops):
    require_no_loop(loops, "features")


@vectorized
@pytest.mark.weight(4)
def test_no_loop_over_the_classes(loops):
    require_no_loop(loops, "classes")


@vectorized
@pytest.mark.weight(5)
def test_speed(race):
    race(VECTORIZED, lambda rng: (*drawn(rng, 3000, 20, 10), 0.1), full=10, none=30, names=NAMES)


@pytest.mark.question("own_tests")
@pytest.mark.parametrize("mistake", ["S03", "S04", "S08", "S15", "S20", "S26", "S27", "S32"])
def test_your_tests_catch(own_tests, mistake):
    own_tests.catch(mistake, "linear_svm", example="test_gradient_has_the_shape_of_the_weights")


# --- what the grader tries on a wrong loss ----------------------------------------------------------------


@ladder(NAIVE, VECTORIZED, parts=NAMES, slope=("loss", "dW", "W"))
def losses(
    rng,
    examples=Size(7, along="X y"),
    features=Size(5, along="X[1] W"),
    classes=Size(4, one="class", least=2, along="W[1]", labels="y"),
    reg=Switch("a penalty", 0.3),
    last_missing=Case("the last class is missing from the batch"),
    one_label=Case("all examples have the same label"),
    zero=Case("all weights are 0"),
    satisfied=Case("all margins are satisfied"),
):
    if satisfied and (last_missing or one_label or zero):
        return None
    while True:
        W, X = rng.normal(scale=0.5, size=(features, classes)), rng.normal(size=(examples, features))
        y = rng.integers(classes - last_missing, size=1 if one_label else examples).repeat(
            examples if one_label else 1
        )
        if not last_missing:
            y[-1] = classes - 1
        if one_label:
            y[:] = y[-1]
        scores = X @ W
        if satisfied:
            y = np.argmax(scores, axis=1)
            first, second = -np.sort(-scores, axis=1)[:, :2].T
            W *= 1.5 / (first - second).min()
        elif zero:
            W *= 0
        margins = X @ W - (X @ W)[np.arange(examples), y][:, np.newaxis] + 1
        # The margin of each example's own class is 1. Where all others are satisfied, that is not by chance.
        by_chance = not satisfied and np.count_nonzero(margins > 0) == examples
        if np.abs(margins).min() > 1e-3 and not by_chance:  # where a margin is 0, two slopes are right
            return dict(W=W, X=X, y=y, reg=reg)
