"""Graded tests of the softmax loss: values on random problems, logits far from 0, then how it is computed."""

import numpy as np
import pytest

NAIVE = "softmax.softmax_loss_naive"
VECTORIZED = "softmax.softmax_loss_vectorized"
NAMES = ("loss", "dW")

naive = pytest.mark.question("softmax_loss_naive")
vectorized = pytest.mark.question("softmax_loss_vectorized")
stability = pytest.mark.question("softmax_stability")

both = pytest.mark.parametrize(
    "function",
    [
        pytest.param(NAIVE, id="naive", marks=naive),
        pytest.param(VECTORIZED, id="vectorized", marks=vectorized),
    ],
)

# (examples, features, classes): all different, so that mixing up two axes cannot go unnoticed.
shapes = pytest.mark.parametrize(
    "shape", [(7, 5, 4), (4, 6, 13), (11, 3, 2)], ids=lambda shape: "x".join(map(str, shape))
)
penalties = pytest.mark.parametrize("reg", [0.1, 0.7], ids=lambda reg: f"reg {reg}")
absences = pytest.mark.parametrize("absent", [[0], [5], [1, 2, 3, 4]], ids=str)
versions = pytest.mark.parametrize("function", [NAIVE, VECTORIZED], ids=["naive", "vectorized"])


def problem(rng, examples, features, classes, absent=()):
    """Draw W, X and y, in which absent classes do not occur; the last column of X is all ones, for the bias.

    The logits are a few units in size.
    """
    W = rng.normal(scale=0.5, size=(features, classes))
    X = rng.normal(size=(examples, features))
    X[:, -1] = 1
    return W, X, rng.choice(np.setdiff1d(np.arange(classes), absent), size=examples)


def problem_with(rng, logits):
    """Draw W and X whose product is these logits: every example picks its own row of W and adds two more rows."""
    examples, classes = np.shape(logits)
    features = rng.normal(size=(examples, 2))
    weights = rng.normal(size=(2, classes))
    return np.vstack([logits - features @ weights, weights]), np.hstack([np.eye(examples), features])


def answers(rng, logits):
    """Draw correct classes that are neither all the likeliest nor all the unlikeliest ones."""
    y = rng.integers(np.shape(logits)[1], size=len(logits))
    y[:2] = np.argmax(logits[0]), np.argmin(logits[1])
    return y


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
@absences
def test_batch_that_misses_classes(compare, rng, function, absent):
    compare(function, *problem(rng, 8, 5, 6, absent), 0.0, names=NAMES)


@both
def test_zero_weights(compare, rng, function):
    W, X, y = problem(rng, 6, 4, 10)
    compare(function, np.zeros_like(W), X, y, 0.5, names=NAMES)


@pytest.mark.parametrize(
    "function",
    [
        pytest.param(NAIVE, id="naive", marks=[naive, pytest.mark.weight(2)]),
        pytest.param(VECTORIZED, id="vectorized", marks=[vectorized, pytest.mark.weight(1)]),
    ],
)
def test_leaves_its_inputs_alone(unchanged, rng, function):
    unchanged(function, *problem(rng, 6, 5, 3), 0.4)


@vectorized
@pytest.mark.weight(2)
def test_no_loop_over_the_examples(loops):
    loops(VECTORIZED, lambda n, rng: (*problem(rng, n, 5, 4), 0.1))


@vectorized
def test_no_loop_over_the_classes(loops):
    loops(VECTORIZED, lambda n, rng: (*problem(rng, 5, 4, n), 0.1), over="classes")


@vectorized
@pytest.mark.weight(2)
def test_speed(race):
    race(VECTORIZED, lambda rng: (*problem(rng, 3000, 20, 10), 0.1), full=10, none=30)


# Without a penalty, so that a mistake in it is not counted again here.


@stability
@pytest.mark.weight(2)
@versions
@pytest.mark.parametrize("shift", [800.0, -800.0], ids="{:+.0f}".format)
def test_all_logits_moved_by_a_constant(compare, rng, function, shift):
    logits = rng.normal(scale=2.0, size=(4, 3)) + shift
    compare(function, *problem_with(rng, logits), answers(rng, logits), 0.0, names=NAMES)


@stability
@versions
def test_examples_1200_apart(compare, rng, function):
    """exp can still handle 600 and -600, but not their difference."""
    logits = rng.normal(scale=2.0, size=(4, 3)) + np.array([[600.0], [-600.0], [0.0], [590.0]])
    compare(function, *problem_with(rng, logits), answers(rng, logits), 0.0, names=NAMES)


@stability
@versions
def test_every_example_moved_by_its_own_constant(compare, rng, function):
    logits = rng.normal(scale=2.0, size=(5, 4)) + np.array([[800.0], [-800.0], [0.0], [300.0], [-2000.0]])
    compare(function, *problem_with(rng, logits), answers(rng, logits), 0.0, names=NAMES)


@stability
@pytest.mark.weight(3)
@versions
@pytest.mark.parametrize("spread", [[800.0, 0.0, -800.0], [0.0, -900.0, 1.0]], ids=["1600", "900"])
def test_classes_far_apart(compare, rng, function, spread):
    """The correct class is far behind in some examples: the loss is in the hundreds, and no probability is truly 0."""
    levels = np.array([[0.0], [-100.0], [-800.0], [0.0], [300.0]])
    logits = rng.permuted(np.tile(spread, (5, 1)), axis=1) + rng.normal(size=(5, 3)) + levels
    compare(function, *problem_with(rng, logits), answers(rng, logits), 0.0, names=NAMES)


@stability
@versions
def test_losses_between_15_and_60(compare, rng, function):
    """No floor under the probabilities goes unnoticed: the smallest one here is about 1e-26."""
    logits = np.array([[15.0, 0.0, 3.0], [-20.0, 25.0, -10.0], [60.0, 35.0, 0.0], [2.0, 0.0, 1.0]])
    compare(function, *problem_with(rng, logits), np.array([1, 0, 2, 0]), 0.0, names=NAMES)
