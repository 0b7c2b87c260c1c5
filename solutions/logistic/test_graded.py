"""Graded tests of logistic and softmax regression: each function by itself, with right ones for those that it uses."""

import numpy as np
import pytest

from autograder.grading.cases import by_size
from autograder.grading.ladder import Amount, Case, Size, Switch, ladder

SIGMOID = "logistic.sigmoid"
MSE_LOSS = "logistic.mse_loss"
LOG_LOSS = "logistic.log_loss"
CROSS_ENTROPY = "logistic.cross_entropy"
KL_DIVERGENCE = "logistic.kl_divergence"
SOFTMAX = "logistic.softmax_regression_loss"
TRAIN_EPOCH = "logistic.train_epoch"
CONFUSION = "logistic.confusion_matrix"

sigmoids = pytest.mark.question("sigmoid")
mse = pytest.mark.question("mse_loss")
log = pytest.mark.question("log_loss")
entropies = pytest.mark.question("entropies")
softmax = pytest.mark.question("softmax_regression_loss")
training = pytest.mark.question("train_epoch")
confusion = pytest.mark.question("confusion_matrix")

# What functions build on, so that a mistake in it is not counted again. These functions stay on this side, and take
# the places of the hand-in's own by what is added to the end of logistic.py.
ADDITIONS = """
import numpy


def use_for_this_test(**functions):
    globals().update(functions)


def make_generator(seed):
    global generator
    generator = numpy.random.default_rng(seed)


def ladder_seeded_epoch(seed, *arguments):
    return train_epoch(*arguments, numpy.random.default_rng(seed))
"""


def with_right(code, **functions):
    code = code.extended(logistic=ADDITIONS)
    code.call("logistic.use_for_this_test", **functions)
    return code


def right_sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1 / (1 + e), e / (1 + e))[()]


def right_cross_entropy(P, Q):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.greater(P, 0), -np.log(Q) * P, 0.0).sum(axis=1)


def right_loss(W, b, X, Y, reg):
    with np.errstate(over="ignore", invalid="ignore"):
        scores = np.dot(X, W) + b
        shifted = scores - scores.max(axis=1, keepdims=True)
        totals = np.exp(shifted).sum(axis=1, keepdims=True)
        away = (np.exp(shifted) / totals - Y) / len(Y)
        data = np.sum(np.asarray(Y) * (np.log(totals) - shifted)) / len(Y)
        return (
            float(data + reg * np.square(W).sum()),
            np.dot(np.transpose(X), away) + 2 * reg * np.asarray(W),
            away.sum(axis=0),
        )


# --- sigmoid ----------------------------------------------------------------------------------------------


@sigmoids
@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 3, 2)], ids=by_size)
def test_probabilities(compare, rng, shape):
    compare(SIGMOID, rng.normal(scale=2.0, size=shape), names=("s",))


@sigmoids
@pytest.mark.weight(1.5)
@pytest.mark.parametrize("sign", [1, -1, 0], ids=["positive", "negative", "both"])
def test_probabilities_of_logits_as_large_as_1000(compare, rng, sign):
    """With others among them, so that not all probabilities are 0 or 1; among negative ones none that is larger."""
    z = np.concatenate([rng.uniform(700, 1000, size=4), rng.uniform(21, 27, size=3)])
    if sign != -1:
        z = np.append(z, rng.uniform(0, 2, size=3))
    compare(SIGMOID, rng.permutation(z * (sign or rng.choice([-1, 1], size=z.size))), names=("s",))


@sigmoids
@pytest.mark.weight(0.5)
def test_sigmoid_leaves_the_logits_alone(unchanged, rng):
    unchanged(SIGMOID, rng.normal(size=(4, 2)), names=("s",))


# --- mse_loss and log_loss --------------------------------------------------------------------------------

LOSS_AND_GRADIENT = ("loss", "dw")

# Examples, then features.
SHAPES = pytest.mark.parametrize("shape", [(7, 4), (5, 6), (12, 3)], ids=by_size)


def for_losses(code):
    return with_right(code, sigmoid=right_sigmoid)


def with_a_right_sigmoid(code, function, *arguments):
    return for_losses(code).bind(function, *arguments)


def problem(rng, examples, features):
    """Draw w, X and y of both classes; the last column of X is all ones, for the bias."""
    X = rng.normal(size=(examples, features))
    X[:, -1] = 1
    y = rng.integers(2, size=examples)
    y[:2] = 0, 1
    return rng.normal(size=features), X, y


def with_logits(rng, logits):
    """Draw w and X whose product is these logits."""
    w, X = rng.uniform(0.5, 1.5, size=3), rng.normal(size=(len(logits), 3))
    X[:, 0] += (logits - X @ w) / w[0]
    return w, X


@mse
@pytest.mark.weight(6)
@SHAPES
def test_squared_error(compare, rng, shape):
    compare(with_a_right_sigmoid, MSE_LOSS, *problem(rng, *shape), names=LOSS_AND_GRADIENT)


@mse
@pytest.mark.weight(1)
def test_squared_error_of_sure_mistakes(compare, rng):
    """The slopes are tiny here, and nothing else in the batch hides them."""
    y = np.array([0, 1, 0, 1, 0])
    w, X = with_logits(rng, (1 - 2 * y) * rng.uniform(8.0, 15.0, size=5))
    compare(with_a_right_sigmoid, MSE_LOSS, w, X, y, names=LOSS_AND_GRADIENT)


@mse
@pytest.mark.weight(1)
def test_squared_error_leaves_its_inputs_alone(unchanged, rng):
    unchanged(with_a_right_sigmoid, MSE_LOSS, *problem(rng, 6, 4), names=LOSS_AND_GRADIENT)


@log
@pytest.mark.weight(6)
@SHAPES
def test_log_loss(compare, rng, shape):
    compare(with_a_right_sigmoid, LOG_LOSS, *problem(rng, *shape), names=LOSS_AND_GRADIENT)


@log
@pytest.mark.weight(3)
@pytest.mark.parametrize(
    "size",
    [(700.0, 800.0), (800.0, 900.0), (15.0, 60.0)],
    ids=lambda size: "by {:.0f} to {:.0f}".format(*size),
)
def test_log_loss_of_examples_that_are_wrong(compare, rng, size):
    """No floor under the probabilities goes unnoticed: they are about 1e-26, or rounded to 0."""
    y = np.array([0, 1, 0, 0, 1, 1])
    logits = (1 - 2 * y) * rng.uniform(*size, size=6)
    logits[-1] *= -1  # one is right, by as much
    compare(with_a_right_sigmoid, LOG_LOSS, *with_logits(rng, logits), y, names=LOSS_AND_GRADIENT)


@log
@pytest.mark.weight(1)
def test_log_loss_leaves_its_inputs_alone(unchanged, rng):
    unchanged(with_a_right_sigmoid, LOG_LOSS, *problem(rng, 6, 4), names=LOSS_AND_GRADIENT)


# --- cross_entropy and kl_divergence ----------------------------------------------------------------------

both = pytest.mark.parametrize(
    "function, name",
    [
        pytest.param(CROSS_ENTROPY, "H", id="cross-entropy"),
        pytest.param(KL_DIVERGENCE, "divergence", id="divergence"),
    ],
)


def for_divergences(code):
    return with_right(code, cross_entropy=right_cross_entropy)


def with_a_right_cross_entropy(code, function, P, Q):
    """Replace what a divergence may be computed with; the cross-entropy itself is called as it is."""
    code = code if function == CROSS_ENTROPY else for_divergences(code)
    return code.bind(function, P, Q)


def distributions(rng, examples, classes):
    """Draw distributions, one per row, without zeros."""
    shares = rng.uniform(0.05, 1.0, size=(examples, classes))
    return shares / shares.sum(axis=1, keepdims=True)


@entropies
@pytest.mark.weight(3)
@both
@pytest.mark.parametrize("shape", [(4, 3), (3, 7), (6, 2)], ids=by_size)
def test_entropy(compare, rng, function, name, shape):
    P, Q = distributions(rng, *shape), distributions(rng, *shape)
    compare(with_a_right_cross_entropy, function, P, Q, names=(name,))


def zeros_in_both(rng):
    """Draw P, which is certain in two of its rows, and Q, which is 0 in some of the places where P is."""
    P, Q = distributions(rng, 5, 4), distributions(rng, 5, 4)
    P[0], P[3] = np.eye(4)[[2, 0]]
    P[4, 1] = Q[4, 1] = Q[3, 2] = 0
    P[4] /= P[4].sum()
    Q[3:] /= Q[3:].sum(axis=1, keepdims=True)
    return P, Q


@entropies
@pytest.mark.weight(2)
@both
def test_entropy_where_distributions_are_0(compare, rng, function, name):
    compare(with_a_right_cross_entropy, function, *zeros_in_both(rng), names=(name,))


@entropies
@pytest.mark.weight(2)
@both
def test_entropy_of_what_was_held_to_be_impossible(compare, rng, function, name):
    P, Q = distributions(rng, 5, 3), distributions(rng, 5, 3)
    Q[1] = 0.0, 0.25, 0.75
    Q[4] = 0.0, 1.0, 0.0
    compare(with_a_right_cross_entropy, function, P, Q, names=(name,))


@entropies
@pytest.mark.weight(1)
@both
def test_entropy_leaves_the_distributions_alone(unchanged, rng, function, name):
    P, Q = distributions(rng, 4, 5), distributions(rng, 4, 5)
    unchanged(with_a_right_cross_entropy, function, P, Q, names=(name,))


# --- softmax_regression_loss ------------------------------------------------------------------------------

LOSS_AND_GRADIENTS = ("loss", "dW", "db")

# (examples, features, classes): all different, so that mixing up two axes cannot go unnoticed.
BATCHES = [(7, 5, 4), (4, 6, 13), (11, 3, 2)]


def batch(rng, examples, features, classes, absent=()):
    """Draw W, b, X and Y, in which absent classes do not occur."""
    W, b = rng.normal(scale=0.5, size=(features, classes)), rng.normal(size=classes)
    y = rng.choice(np.setdiff1d(np.arange(classes), absent), size=examples)
    return W, b, rng.normal(size=(examples, features)), np.eye(classes)[y]


def batch_with(rng, logits, labels):
    """Draw W, b and X such that X @ W + b are these logits: every example picks its own row of W."""
    examples, classes = np.shape(logits)
    b, features, weights = (
        rng.normal(size=classes),
        rng.normal(size=(examples, 2)),
        rng.normal(size=(2, classes)),
    )
    W = np.vstack([logits - b - features @ weights, weights])
    return W, b, np.hstack([np.eye(examples), features]), np.eye(classes)[labels]


@softmax
@pytest.mark.weight(4.5)
@pytest.mark.parametrize("shape", BATCHES, ids=by_size)
def test_softmax_loss_without_a_penalty(compare, rng, shape):
    compare(SOFTMAX, *batch(rng, *shape), 0.0, names=LOSS_AND_GRADIENTS)


@softmax
@pytest.mark.weight(4.5)
@pytest.mark.parametrize("shape, reg", list(zip(BATCHES, (0.1, 0.7, 0.4), strict=True)), ids=str)
def test_softmax_loss_with_a_penalty(compare, rng, shape, reg):
    compare(SOFTMAX, *batch(rng, *shape), reg, names=LOSS_AND_GRADIENTS)


@softmax
@pytest.mark.weight(1)
@pytest.mark.parts()
def test_softmax_loss_of_a_batch_that_misses_classes(compare, rng):
    compare(SOFTMAX, *batch(rng, 8, 5, 6, absent=[0, 5]), 0.0, names=LOSS_AND_GRADIENTS)


@softmax
@pytest.mark.weight(3)
@pytest.mark.parametrize("kind", ["moved", "far apart"])
def test_softmax_loss_of_logits_in_the_hundreds(compare, rng, kind):
    """Without a penalty, so that a mistake in it is not counted again."""
    if kind == "moved":
        logits = rng.normal(scale=2.0, size=(5, 4)) + np.array([[800.0], [-800.0], [600.0], [-2000.0], [0.0]])
    else:
        spread = np.array([800.0, 0.0, -800.0, 30.0])
        logits = rng.permuted(np.tile(spread, (5, 1)), axis=1) + rng.normal(size=(5, 4))
    labels = rng.integers(4, size=5)
    labels[:2] = np.argmin(logits[0]), np.argmax(logits[1])
    compare(SOFTMAX, *batch_with(rng, logits, labels), 0.0, names=LOSS_AND_GRADIENTS)


@softmax
@pytest.mark.weight(1)
@pytest.mark.parts()
def test_softmax_loss_leaves_its_inputs_alone(unchanged, rng):
    unchanged(SOFTMAX, *batch(rng, 6, 5, 3), 0.4, names=LOSS_AND_GRADIENTS)


# --- train_epoch ------------------------------------------------------------------------------------------

TRAINED = ("W", "b", "losses")


def for_epochs(code):
    return with_right(code, softmax_regression_loss=right_loss)


def epoch(code, seed, *arguments):
    code = for_epochs(code)
    code.call("logistic.make_generator", seed)
    return code.bind(TRAIN_EPOCH, *arguments, code.ref("logistic.generator"))


def second_epoch(code, seed, W, b, *arguments):
    """Train for two epochs with one generator, the second from other weights, and return the second's results."""
    code = with_right(code, softmax_regression_loss=right_loss)
    code.call("logistic.make_generator", seed)
    code.call(TRAIN_EPOCH, W, b, *arguments, code.ref("logistic.generator"))
    return code.call(TRAIN_EPOCH, -W, -b, *arguments, code.ref("logistic.generator"))


@training
@pytest.mark.weight(6)
@pytest.mark.parametrize(
    "shape, learning_rate, reg, batch_size",
    [
        ((12, 5, 4), 0.3, 0.0, 4),
        ((10, 3, 5), 0.7, 0.0, 4),
        ((11, 4, 3), 0.2, 0.3, 3),
        ((9, 6, 2), 0.5, 0.1, 1),
    ],
    ids=["3 batches of 4", "10 examples in batches of 4", "11 examples in batches of 3", "9 batches of 1"],
)
def test_epoch(compare, rng, shape, learning_rate, reg, batch_size):
    seed, start = int(rng.integers(1000)), batch(rng, *shape)
    compare(epoch, seed, *start, learning_rate, reg, batch_size, names=TRAINED)


@training
@pytest.mark.weight(1.5)
def test_epoch_of_a_batch_larger_than_all_examples(compare, rng):
    compare(epoch, int(rng.integers(1000)), *batch(rng, 6, 4, 3), 0.4, 0.2, 50, names=TRAINED)


@training
@pytest.mark.weight(1.5)
def test_second_epoch_with_the_same_generator(compare, rng):
    compare(second_epoch, int(rng.integers(1000)), *batch(rng, 13, 4, 3), 0.4, 0.0, 5, names=TRAINED)


@training
@pytest.mark.weight(1)
@pytest.mark.parts()
def test_epoch_leaves_its_inputs_alone(unchanged, rng):
    unchanged(epoch, int(rng.integers(1000)), *batch(rng, 8, 4, 3), 0.4, 0.2, 3, names=TRAINED)


# --- confusion_matrix -------------------------------------------------------------------------------------


def predictions(rng, examples, classes):
    """Draw labels and predictions, most of which are right, and several of which are wrong in the same way."""
    y = rng.integers(classes, size=examples)
    y[:2] = 0, classes - 1
    predicted = np.where(rng.random(examples) < 0.5, y, rng.integers(classes, size=examples))
    predicted[y == classes - 1] = 0
    return y, predicted


@confusion
@pytest.mark.weight(3)
@pytest.mark.parametrize("examples, classes", [(30, 3), (25, 6), (60, 4)])
def test_counts(compare, rng, examples, classes):
    compare(CONFUSION, *predictions(rng, examples, classes), classes, names=("counts",))


@confusion
@pytest.mark.weight(1.5)
@pytest.mark.parametrize("absent", ["last", "first", "most"])
def test_counts_where_classes_do_not_occur(compare, rng, absent):
    y, predicted = predictions(rng, 20, 3)
    if absent == "most":
        y, predicted = y[y < 2], y[y < 2]
    shift = 2 if absent == "first" else 0
    compare(CONFUSION, y + shift, predicted + shift, 5, names=("counts",))


@confusion
@pytest.mark.weight(0.5)
def test_counting_leaves_labels_and_predictions_alone(unchanged, rng):
    unchanged(CONFUSION, *predictions(rng, 20, 4), 4, names=("counts",))


# --- what the grader tries on a wrong function ------------------------------------------------------------


@ladder(SIGMOID, parts=("s",))
def logits(
    rng,
    dimensions=Size(1, levels=(1, 2, 3)),
    length=Size(4, one="entry along the first axis", many="entries along the first axis", along="z"),
    up=Amount("positive logits", 2.0, 2000.0),
    down=Amount("negative logits", 2.0, 2000.0),
    zero=Case("a logit is 0"),
    unlikely=Case("all logits lie below -20"),
):
    if zero and unlikely:
        return None
    shape = (length, *range(2, 1 + dimensions))
    z = rng.uniform(0.3, 1.0, size=shape)
    z.flat[:2] = 1
    z *= np.where(np.arange(z.size).reshape(shape) % 2, -down, up)
    if zero:
        z.flat[0] = 0
    if unlikely:
        z = rng.uniform(-27.0, -21.0, size=shape)
    return dict(z=z)


@ladder(MSE_LOSS, LOG_LOSS, parts=LOSS_AND_GRADIENT, slope=("loss", "dw", "w"), prepare=for_losses)
def losses(
    rng,
    examples=Size(7, along="X y"),
    features=Size(4, along="X[1] w"),
    ones=Case("all examples are of class 1"),
    zeros=Case("all examples are of class 0"),
    nothing=Case("all weights are 0"),
    apart=Amount("logits that are on the wrong side", 2.0, 20_000.0),
):
    if (ones and zeros) or (nothing and apart > 2):
        return None
    w, X = rng.normal(size=features), rng.normal(size=(examples, features))
    y = rng.integers(2, size=examples)
    if examples > 1:
        y[rng.permutation(examples)[:2]] = 0, 1
    if ones or zeros:
        y[:] = ones
    logits = X @ w
    farthest = np.abs(logits).argmax()
    w *= 0 if nothing else apart / logits[farthest] * (-1 if y[farthest] else 1)
    return dict(w=w, X=X, y=y)


@ladder(CROSS_ENTROPY, parts=("H",))
def surprises(
    rng,
    examples=Size(4, along="P Q"),
    classes=Size(3, one="class", least=2, along="P[1] Q[1]"),
    certain=Case("a row of P is one-hot"),
    both=Case("P and Q are both 0 in an entry"),
    impossible=Case("Q is 0 in an entry where P is not"),
    same=Case("P and Q are the same"),
):
    return pairs(rng, examples, classes, certain, both, impossible, same)


@ladder(KL_DIVERGENCE, parts=("divergence",), prepare=for_divergences)
def divergences(
    rng,
    examples=Size(4, along="P Q"),
    classes=Size(3, one="class", least=2, along="P[1] Q[1]"),
    certain=Case("a row of P is one-hot"),
    both=Case("P and Q are both 0 in an entry"),
    impossible=Case("Q is 0 in an entry where P is not"),
):
    return pairs(rng, examples, classes, certain, both, impossible, same=False)


def pairs(rng, examples, classes, certain, both, impossible, same):
    """Draw pairs of distributions with these special cases in their first rows; None where they do not go together."""
    if (certain and (both or impossible)) or (both and impossible) or (same and impossible):
        return None
    if both and classes == 2:
        return None  # what is left is one-hot, in P and in Q alike
    P, Q = distributions(rng, examples, classes), distributions(rng, examples, classes)
    if certain:
        P[0] = np.eye(classes)[-1]
    if both:
        P[0, 0] = Q[0, 0] = 0
    if impossible:
        Q[0, 0] = 0
    P, Q = P / P.sum(axis=1, keepdims=True), Q / Q.sum(axis=1, keepdims=True)
    return dict(P=P, Q=P.copy() if same else Q)


@ladder(SOFTMAX, parts=LOSS_AND_GRADIENTS, slope=("loss", "dW", "W"))
def softmax_losses(
    rng,
    examples=Size(7, along="X Y"),
    features=Size(5, along="X[1] W"),
    classes=Size(4, one="class", least=2, along="W[1] b Y[1]"),
    reg=Switch("a penalty", 0.3),
    last_missing=Case("the last class is missing from the batch"),
    unbiased=Case("all biases are 0"),
    zero=Case("all weights are 0"),
    up=Amount("positive shifts of all logits", 0.1, 20_000.0),
    down=Amount("negative shifts of all logits", 0.1, 20_000.0),
    behind=Amount("distances of the correct class's logit from the highest", 2.0, 20_000.0),
    apart=Amount("distances between the logits of two examples", 0.1, 20_000.0),
):
    if unbiased and (max(up, down, apart) > 0.1 or behind > 2):
        return None
    W, b, X, _ = batch(rng, examples, features, classes)
    y = rng.integers(classes - last_missing, size=examples)
    if not last_missing:
        y[-1] = classes - 1
    b = b * 0 if unbiased else b + up - down
    if behind > 2:
        rival, scores, others = y[0] - 1, X @ W + b, np.flatnonzero(y != (y[0] - 1) % classes)
        b[rival] += behind - (scores[others, rival] - scores[others, y[others]]).max()
    if apart > 0.1:
        W[-1] = 1
        X[:, -1] = apart / 2 * (-1) ** np.arange(examples)
    return dict(W=W * 0 if zero else W, b=b, X=X, Y=np.eye(classes)[y], reg=reg)


def run_epoch(code, function, *arguments):
    return code.bind("logistic.ladder_seeded_epoch", 4, *arguments)


@ladder(TRAIN_EPOCH, parts=TRAINED, run=run_epoch, prepare=for_epochs)
def epochs(
    rng,
    batches=Size(2, one="batch", levels=(1, 2, 3)),
    features=Size(3, levels=(1, 2, 3)),
    classes=Size(4, one="class", levels=(2, 3, 4)),
    reg=Switch("a penalty", 0.3),
    remainder=Case("the last batch is smaller"),
    single=Case("the batches hold one example"),
):
    if remainder and (single or batches == 1):
        return None
    batch_size = 1 if single else int(rng.integers(2, 4))
    W, b, X, Y = batch(rng, batches * batch_size - remainder, features, classes)
    # By some of the rates, a loss grows with a step.
    rate = float(rng.uniform(0.2, 0.4) * rng.choice([1, 6]))
    return dict(W=W, b=b, X=X, Y=Y, learning_rate=rate, reg=reg, batch_size=batch_size)


@ladder(CONFUSION, parts=("counts",))
def counts(
    rng,
    examples=Size(20, along="y predicted", levels=(1, 2, 20, 40)),
    classes=Size(4, one="class", least=2),
    last_missing=Case("the last class does not occur"),
    right=Case("every prediction is right"),
):
    if last_missing and classes < 3:
        return None
    y, predicted = rng.integers(classes - last_missing, size=(2, examples))
    if not last_missing:
        y[-1] = classes - 1
        predicted[0] = classes - 1
    return dict(y=y, predicted=y.copy() if right else predicted, num_classes=classes)
