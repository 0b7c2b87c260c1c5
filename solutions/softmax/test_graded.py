"""Graded tests of the softmax loss: values on random problems, logits far from 0, then how it is computed."""

import numpy as np
import pytest

from autograder.grading.cases import Versions
from autograder.grading.ladder import Amount, Case, Size, Switch, ladder

NAIVE = "softmax.softmax_loss_naive"
VECTORIZED = "softmax.softmax_loss_vectorized"
NAMES = ("loss", "dW")

vectorized = pytest.mark.question("softmax_loss_vectorized")
stability = pytest.mark.question("softmax_stability")

# (examples, features, classes): all different, so that mixing up two axes cannot go unnoticed.
SHAPES = [(7, 5, 4), (4, 6, 13), (11, 3, 2)]
PENALTIES = dict(zip(SHAPES, (0.1, 0.7, 0.4), strict=True))
both = pytest.mark.parametrize("function", [NAIVE, VECTORIZED], ids=["naive", "vectorized"])

versions = Versions(naive=(NAIVE, "softmax_loss_naive"), vectorized=(VECTORIZED, "softmax_loss_vectorized"))


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


@versions({"shape": SHAPES}, naive=3, vectorized=1)
def test_without_a_penalty(compare, rng, function, shape):
    compare(function, *problem(rng, *shape), 0.0, names=NAMES)


@versions({"shape": SHAPES}, naive=6, vectorized=2)
def test_with_a_penalty(compare, rng, function, shape):
    compare(function, *problem(rng, *shape), PENALTIES[shape], names=NAMES)


@versions(naive=1)
def test_single_example(compare, rng, function):
    compare(function, *problem(rng, 1, 4, 6), 0.3, names=NAMES)


@versions(naive=1, vectorized=1)
@pytest.mark.parametrize("absent", [[5]], ids=str)
def test_batch_that_misses_classes(compare, rng, function, absent):
    compare(function, *problem(rng, 8, 5, 6, absent), 0.0, names=NAMES)


@versions(naive=1)
def test_zero_weights(compare, rng, function):
    W, X, y = problem(rng, 6, 4, 10)
    compare(function, np.zeros_like(W), X, y, 0.5, names=NAMES)


@versions(naive=1, vectorized=0.5)
def test_leaves_its_inputs_alone(unchanged, rng, function):
    unchanged(function, *problem(rng, 6, 5, 3), 0.4, names=NAMES)


def require_no_loop(loops, over):
    def sized(rng, examples=7, features=5, classes=4):
        return *problem(rng, examples, features, classes), 0.1

    # Up to 32 classes: np.choose, for one, takes no more than 63.
    loops(VECTORIZED, sized, n={"classes": 8}, names=NAMES, over=over)


@vectorized
@pytest.mark.weight(5)
def test_no_loop_over_the_examples(loops):
    require_no_loop(loops, "examples")


@vectorized
@pytest.mark.weight(1.5)
def test_no_loop_over_the_features(loops):
    require_no_loop(loops, "features")


@vectorized
@pytest.mark.weight(2)
def test_no_loop_over_the_classes(loops):
    require_no_loop(loops, "classes")


@vectorized
@pytest.mark.weight(4)
def test_speed(race):
    race(VECTORIZED, lambda rng: (*problem(rng, 3000, 20, 10), 0.1), full=10, none=30, names=NAMES)


# Without a penalty, so that a mistake in it is not counted again here.


@stability
@pytest.mark.weight(4)
@both
@pytest.mark.parametrize("shift", [800.0, -800.0], ids="{:+.0f}".format)
def test_all_logits_moved_by_a_constant(compare, rng, function, shift):
    logits = rng.normal(scale=2.0, size=(4, 3)) + shift
    compare(function, *problem_with(rng, logits), answers(rng, logits), 0.0, names=NAMES)


@stability
@pytest.mark.weight(2)
@both
def test_every_example_moved_by_its_own_constant(compare, rng, function):
    """exp can still handle 600 and -600, but not their difference."""
    shifts = np.array([600.0, -600.0, 800.0, -800.0, 0.0, 300.0, 590.0, -2000.0])
    logits = rng.normal(scale=2.0, size=(8, 4)) + shifts[:, np.newaxis]
    compare(function, *problem_with(rng, logits), answers(rng, logits), 0.0, names=NAMES)


@stability
@pytest.mark.weight(2)
@both
def test_classes_far_apart(compare, rng, function):
    """The correct class is far behind in some examples: the loss is in the hundreds, and no probability is truly 0."""
    levels = np.array([[0.0], [-100.0], [-800.0], [0.0], [300.0]])
    spreads = np.repeat([[800.0, 0.0, -800.0], [0.0, -900.0, 1.0]], 5, axis=0)
    logits = rng.permuted(spreads, axis=1) + rng.normal(size=(10, 3)) + np.tile(levels, (2, 1))
    compare(function, *problem_with(rng, logits), answers(rng, logits), 0.0, names=NAMES)


@stability
@pytest.mark.weight(2)
@both
def test_losses_between_15_and_60(compare, rng, function):
    """No floor under the probabilities goes unnoticed: the smallest one here is about 1e-26."""
    logits = np.array([[15.0, 0.0, 3.0], [-20.0, 25.0, -10.0], [60.0, 35.0, 0.0], [2.0, 0.0, 1.0]])
    compare(function, *problem_with(rng, logits), np.array([1, 0, 2, 0]), 0.0, names=NAMES)


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
    behind=Amount("distances of the correct class's score from the highest", 2.0, 20_000.0),
    spread=Amount("distances of an example's lowest score from its highest", 2.0, 20_000.0),
    up=Amount("positive shifts of all scores", 0.1, 20_000.0),
    down=Amount("negative shifts of all scores", 0.1, 20_000.0),
    apart=Amount("distances between the scores of two examples", 0.1, 20_000.0),
):
    W, X = rng.normal(scale=0.5, size=(features, classes)), rng.normal(size=(examples, features))
    y = rng.integers(classes - last_missing, size=examples)
    if not last_missing:
        y[-1] = classes - 1
    if one_label:
        y[:] = y[-1]
    if zero:
        W *= 0
    elif behind > 2:
        scores = X @ W
        W *= behind / (scores.max(axis=1) - scores[np.arange(examples), y]).max()
    elif spread > 2:
        W *= spread / np.ptp(X @ W, axis=1).max()
    if max(up, down, apart) > 0.1:
        W[-1] = 1
        X[:, -1] = up - down + apart / 2 * (-1) ** np.arange(examples)
    return dict(W=W, X=X, y=y, reg=reg)
