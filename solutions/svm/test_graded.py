"""Graded tests of the SVM loss: values on random problems, then how they are computed."""

import numpy as np
import pytest

NAIVE = "linear_svm.svm_loss_naive"
VECTORIZED = "linear_svm.svm_loss_vectorized"
NAMES = ("loss", "dW")

naive = pytest.mark.question("svm_loss_naive")
vectorized = pytest.mark.question("svm_loss_vectorized")

# (examples, features, classes): all different, so that an axis taken for another one cannot go unnoticed.
shapes = pytest.mark.parametrize(
    "shape", [(7, 5, 4), (4, 6, 9), (11, 3, 2)], ids=lambda shape: "x".join(map(str, shape))
)
penalties = pytest.mark.parametrize("reg", [0.1, 0.7], ids=lambda reg: f"reg {reg}")
absences = pytest.mark.parametrize("absent", [[0], [5], [1, 2, 3, 4]], ids=str)


def drawn(rng, examples, features, classes, scale=0.5):
    """Draw W, X and y; the last column of X is the bias's column of ones."""
    W = rng.normal(scale=scale, size=(features, classes))
    X = rng.normal(size=(examples, features))
    X[:, -1] = 1
    return W, X, rng.integers(classes, size=examples)


def off_the_kink(W, X, y):
    """Whether every margin is well away from 0, where the hinge has two slopes and both are right."""
    scores = X @ W
    margins = scores - scores[np.arange(len(y)), y][:, np.newaxis] + 1
    return np.abs(margins).min() > 1e-3


def problem(rng, examples, features, classes, scale=0.5):
    """Draw W, X and y until no margin is near the kink."""
    while True:
        W, X, y = drawn(rng, examples, features, classes, scale)
        if off_the_kink(W, X, y):
            return W, X, y


def problem_without(rng, absent, examples, features, classes):
    """Draw a problem in whose batch some classes do not occur."""
    present = np.setdiff1d(np.arange(classes), absent)
    while True:
        W, X, _ = drawn(rng, examples, features, classes)
        y = rng.choice(present, size=examples)
        if off_the_kink(W, X, y):
            return W, X, y


def mostly_right(rng, examples, features, classes):
    """Draw a problem with large scores: two examples are as wrong as can be, all others right."""
    while True:
        W, X, y = drawn(rng, examples, features, classes, scale=4.0)
        scores = X @ W
        y[:2], y[2:] = np.argmin(scores[:2], axis=1), np.argmax(scores[2:], axis=1)
        if off_the_kink(W, X, y):
            return W, X, y


@naive
@pytest.mark.weight(4)
@shapes
def test_naive_without_a_penalty(compare, rng, shape):
    compare(NAIVE, *problem(rng, *shape), 0.0, names=NAMES)


@naive
@pytest.mark.weight(5)
@shapes
@penalties
def test_naive_with_a_penalty(compare, rng, shape, reg):
    compare(NAIVE, *problem(rng, *shape), reg, names=NAMES)


@naive
@pytest.mark.weight(1)
def test_naive_single_example(compare, rng):
    compare(NAIVE, *problem(rng, 1, 4, 6), 0.3, names=NAMES)


@naive
@pytest.mark.weight(2)
@absences
def test_naive_batch_that_misses_classes(compare, rng, absent):
    compare(NAIVE, *problem_without(rng, absent, 8, 5, 6), 0.0, names=NAMES)


@naive
@pytest.mark.weight(1)
def test_naive_satisfied_margins_cost_nothing(compare, rng):
    compare(NAIVE, *mostly_right(rng, 10, 6, 4), 0.0, names=NAMES)


@naive
@pytest.mark.weight(1)
def test_naive_zero_weights(compare, rng):
    W, X, y = drawn(rng, 6, 4, 10)
    compare(NAIVE, np.zeros_like(W), X, y, 0.5, names=NAMES)


@naive
@pytest.mark.weight(2)
def test_naive_leaves_its_inputs_alone(unchanged, rng):
    unchanged(NAIVE, *problem(rng, 6, 5, 3), 0.4, names=NAMES)


@vectorized
@pytest.mark.weight(4)
@shapes
def test_vectorized_without_a_penalty(compare, rng, shape):
    compare(VECTORIZED, *problem(rng, *shape), 0.0, names=NAMES)


@vectorized
@pytest.mark.weight(5)
@shapes
@penalties
def test_vectorized_with_a_penalty(compare, rng, shape, reg):
    compare(VECTORIZED, *problem(rng, *shape), reg, names=NAMES)


@vectorized
@pytest.mark.weight(1)
def test_vectorized_single_example(compare, rng):
    compare(VECTORIZED, *problem(rng, 1, 4, 6), 0.3, names=NAMES)


@vectorized
@pytest.mark.weight(2)
@absences
def test_vectorized_batch_that_misses_classes(compare, rng, absent):
    compare(VECTORIZED, *problem_without(rng, absent, 8, 5, 6), 0.0, names=NAMES)


@vectorized
@pytest.mark.weight(1)
def test_vectorized_satisfied_margins_cost_nothing(compare, rng):
    compare(VECTORIZED, *mostly_right(rng, 10, 6, 4), 0.0, names=NAMES)


@vectorized
@pytest.mark.weight(1)
def test_vectorized_zero_weights(compare, rng):
    W, X, y = drawn(rng, 6, 4, 10)
    compare(VECTORIZED, np.zeros_like(W), X, y, 0.5, names=NAMES)


@vectorized
@pytest.mark.weight(1)
def test_vectorized_leaves_its_inputs_alone(unchanged, rng):
    unchanged(VECTORIZED, *problem(rng, 6, 5, 3), 0.4, names=NAMES)


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
