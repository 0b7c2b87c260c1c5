"""Graded tests of the SVM loss: values on random problems, then how they are computed."""

import numpy as np
import pytest

NAIVE = "linear_svm.svm_loss_naive"
VECTORIZED = "linear_svm.svm_loss_vectorized"
NAMES = ("loss", "dW")

naive = pytest.mark.question("svm_loss_naive")
vectorized = pytest.mark.question("svm_loss_vectorized")

both = pytest.mark.parametrize(
    "function",
    [
        pytest.param(NAIVE, id="naive", marks=naive),
        pytest.param(VECTORIZED, id="vectorized", marks=vectorized),
    ],
)

# (examples, features, classes): all different, so that mixing up two axes cannot go unnoticed.
shapes = pytest.mark.parametrize(
    "shape", [(7, 5, 4), (4, 6, 9), (11, 3, 2)], ids=lambda shape: "x".join(map(str, shape))
)
penalties = pytest.mark.parametrize("reg", [0.1, 0.7], ids=lambda reg: f"reg {reg}")
absences = pytest.mark.parametrize("absent", [[0], [5], [1, 2, 3, 4]], ids=str)


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


@both
@pytest.mark.weight(4)
@shapes
def test_without_a_penalty(compare, rng, function, shape):
    compare(function, *problem(rng, *shape), 0.0, names=NAMES)


@both
@pytest.mark.weight(5)
@shapes
@penalties
def test_with_a_penalty(compare, rng, function, shape, reg):
    compare(function, *problem(rng, *shape), reg, names=NAMES)


@both
def test_single_example(compare, rng, function):
    compare(function, *problem(rng, 1, 4, 6), 0.3, names=NAMES)


@both
@pytest.mark.weight(2)
@absences
def test_batch_that_misses_classes(compare, rng, function, absent):
    compare(function, *problem(rng, 8, 5, 6, absent), 0.0, names=NAMES)


@both
def test_satisfied_margins_cost_nothing(compare, rng, function):
    compare(function, *mostly_right(rng, 10, 6, 4), 0.0, names=NAMES)


@both
def test_zero_weights(compare, rng, function):
    W, X, y = drawn(rng, 6, 4, 10)
    compare(function, np.zeros_like(W), X, y, 0.5, names=NAMES)


@pytest.mark.parametrize(
    "function",
    [
        pytest.param(NAIVE, id="naive", marks=[naive, pytest.mark.weight(2)]),
        pytest.param(VECTORIZED, id="vectorized", marks=[vectorized, pytest.mark.weight(1)]),
    ],
)
def test_leaves_its_inputs_alone(unchanged, rng, function):
    unchanged(function, *problem(rng, 6, 5, 3), 0.4, names=NAMES)


@vectorized
@pytest.mark.weight(3)
def test_no_loop_over_the_examples(loops):
    loops(VECTORIZED, lambda n, rng: (*drawn(rng, n, 5, 4), 0.1), names=NAMES)


@vectorized
@pytest.mark.weight(2)
def test_no_loop_over_the_classes(loops):
    loops(VECTORIZED, lambda n, rng: (*drawn(rng, 5, 4, n), 0.1), names=NAMES, over="classes")


@vectorized
@pytest.mark.weight(2)
def test_speed(race):
    race(VECTORIZED, lambda rng: (*drawn(rng, 3000, 20, 10), 0.1), full=10, none=30, names=NAMES)
