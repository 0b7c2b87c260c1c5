"""Public checks of the linear classifiers: steps, predictions and searches that can be followed by hand."""

import functools

import numpy as np
import pytest

training = pytest.mark.question("train")
predicting = pytest.mark.question("predict")
svm = pytest.mark.question("linear_svm")
softmax = pytest.mark.question("softmax_classifier")
random_search = pytest.mark.question("random_search")
grid_search = pytest.mark.question("grid_search")

# Scores for cat, car and frog, one row each for a picture of a cat, of a car and of a frog.
SCORES = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
LABELS = np.array([0, 1, 2])
HINGE_COUNTS = np.array([[-1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, -2.0]])
SOFTMAX_SLOPES = np.array(
    [
        [0.12998254 - 1, 0.86904954, 0.00096793],
        [0.02524488, 0.92391816 - 1, 0.05083695],
        [0.42465543, 0.57322487, 0.00211971 - 1],
    ]
)

# Four pictures of three pixels and weights for four classes: numbers of which none is special.
PIXELS = np.array(
    [
        [-0.43, 1.44, 1.68],
        [0.5, -0.59, -1.1],
        [-1.2, 1.12, -0.07],
        [-0.77, -1.31, -1.44],
    ]
)
WEIGHTS = np.array(
    [
        [1.71, -2.04, -1.13, -0.58],
        [-1.37, -0.19, -0.02, 0.14],
        [0.52, 1.28, 0.35, -0.58],
    ]
)
LABELS_OF_PIXELS = np.array([3, 0, 2, 2])

# Losses and gradients of four steps.
SOME_LOSSES = [3.17, 2.83, 2.29, 1.91]
SOME_SLOPES = np.array(
    [
        [[0.61, -1.37, 0.94], [1.73, 0.28, -1.19]],
        [[0.47, -1.01, 0.53], [1.57, -0.14, -0.89]],
        [[-0.23, -0.71, 0.38], [1.09, 0.17, -0.43]],
        [[0.31, -0.59, -0.07], [0.83, 0.13, -0.37]],
    ]
)

# For some checks these lines are added to the end of linear_classifier.py.
ADDITIONS = """
import numpy

generator = numpy.random.default_rng(7)


class Shrinking(LinearClassifier):
    \"\"\"Has the sum of its weights for a loss, and the weights themselves for a gradient.\"\"\"

    def loss(self, X_batch, y_batch, reg):
        return float(numpy.sum(self.W)), self.W


class Still(LinearClassifier):
    \"\"\"Has a loss that no step can change.\"\"\"

    def loss(self, X_batch, y_batch, reg):
        return 7.0, 0 * self.W


class Constant:
    \"\"\"Predicts 1 for everything if it was trained with a learning rate above 0.5, and 0 otherwise.\"\"\"

    W = None

    def train(self, X, y, learning_rate, reg, **settings):
        self.W = numpy.array([[learning_rate, reg]])
        return []

    def predict(self, X):
        return numpy.full(len(X), int(self.W[0, 0] > 0.5))
"""


def steps_down_a_slope(code, num_iters):
    """Train on a loss that is 5, 4, 3, ... whatever the batch, with a gradient of 10 for every weight."""
    model = code.new("linear_classifier.LinearClassifier")
    losses = iter(range(5, -100, -1))

    def loss(X_batch, y_batch, reg):
        return float(next(losses)), np.full((2, 3), 10.0)

    model.set("W", np.zeros((2, 3)))
    model.set("loss", loss)
    X, y = np.ones((4, 2)), np.array([0, 1, 2, 1])
    history = model.call("train", X, y, learning_rate=0.1, num_iters=num_iters, batch_size=2)
    return history, model.get("W")


def steps_down_changing_slopes(code, num_iters, learning_rate):
    """Train on losses and gradients that are another in each step, whatever the batch."""
    model = code.new("linear_classifier.LinearClassifier")
    steps = iter([*zip(SOME_LOSSES, SOME_SLOPES, strict=True)] * 10)
    model.set("W", np.array([[1.13, -0.57, 2.41], [-1.87, 0.69, 0.33]]))
    model.set("loss", lambda X_batch, y_batch, reg: next(steps))
    X, y = np.ones((4, 2)), np.array([0, 1, 2, 1])
    history = model.call("train", X, y, learning_rate=learning_rate, num_iters=num_iters, batch_size=2)
    return history, model.get("W")


def labels(code, W, X):
    model = code.new("linear_classifier.LinearClassifier")
    model.set("W", W)
    return model.call("predict", X)


def loss_of(code, classifier, W, X, y, reg=0.0):
    model = code.new(f"linear_classifier.{classifier}")
    model.set("W", W)
    return model.call("loss", X, y, reg)


@training
@pytest.mark.parametrize(
    "num_iters, history, weight",
    [
        pytest.param(1, [5.0], -1.0, id="one step"),
        pytest.param(3, [5.0, 4.0, 3.0], -3.0, id="three steps"),
    ],
)
def test_every_step_goes_against_the_gradient(expect, num_iters, history, weight):
    equals = history, np.full((2, 3), weight)
    expect(steps_down_a_slope, num_iters, equals=equals, names=("loss_history", "W"))


def one_of_ours(student, classifier):
    return student.extended(linear_classifier=ADDITIONS).new(f"linear_classifier.{classifier}")


@training
@pytest.mark.parametrize(
    "num_iters, learning_rate, history, weights",
    [
        pytest.param(
            2, 0.17, [3.17, 2.83], [[0.9464, -0.1654, 2.1601], [-2.431, 0.6662, 0.6836]], id="2 steps"
        ),
        pytest.param(
            4,
            0.23,
            [3.17, 2.83, 2.29, 1.91],
            [[0.8632, 0.2764, 2.0006], [-3.0706, 0.5888, 0.9924]],
            id="4 steps",
        ),
    ],
)
def test_every_step_has_a_gradient_of_its_own(expect, num_iters, learning_rate, history, weights):
    equals = history, np.array(weights)
    names = "loss_history", "W"
    expect(steps_down_changing_slopes, num_iters, learning_rate, equals=equals, names=names)


@training
def test_every_loss_sees_the_weights_after_the_step_before(student, check):
    """Every step takes half of the weights away: 6 and 2, then 3 and 1, and so on."""
    model = one_of_ours(student, "Shrinking")
    model.set("W", np.array([[6.0, 2.0]]))
    history = model.call("train", np.ones((4, 1)), np.array([0, 1, 1, 0]), 0.5, 0.0, 3, 2)
    losses = check.numbers(history, "loss_history", (3,))
    W = check.numbers(model.get("W"), "W", (1, 2))
    check(
        losses=(
            losses,
            [8.0, 4.0, 2.0],
            "the loss should be evaluated at 6 and 2, then 3 and 1, then 1.5 and 0.5",
        ),
        W=(
            W,
            np.array([[0.75, 0.25]]),
            "three steps, each half as long as W, should lead from 6 and 2 to 0.75 and 0.25",
        ),
    )


@training
def test_a_column_for_every_label_up_to_the_largest(student, check):
    model = one_of_ours(student, "Still")
    model.call("train", np.ones((4, 2)), np.array([0, 3, 3, 0]), num_iters=1, batch_size=4)
    shape = check.numbers(model.get("W"), "W").shape
    check(shape == (2, 4), f"with 2 features and the labels 0 and 3, W should have shape (2, 4), not {shape}")


# The second feature is ten times the first, and the label follows from either.
NUMBERED = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]])
LABELLED = np.array([2, 0, 1, 3])


def batches_of(check, student, num_iters, batch_size):
    """Train on the numbered examples and return the batches; their shapes are checked."""
    batches = []

    def loss(X_batch, y_batch, reg):
        batches.append((np.array(X_batch), np.array(y_batch)))
        return 1.0, np.zeros((2, 4))

    model = student.new("linear_classifier.LinearClassifier")
    model.set("loss", loss)
    model.call("train", NUMBERED, LABELLED, num_iters=num_iters, batch_size=batch_size)
    shapes = [(X_batch.shape, y_batch.shape) for X_batch, y_batch in batches]
    wanted = [((batch_size, 2), (batch_size,))] * num_iters
    check(shapes == wanted, f"the batches should have the shapes {wanted}, but have {shapes}")
    return batches


@training
def test_batches_have_as_many_examples_as_asked_for(student, check):
    batches_of(check, student, num_iters=2, batch_size=9)


@training
def test_examples_keep_their_labels(student, check):
    pairs = {(*example, label) for example, label in zip(NUMBERED.tolist(), LABELLED.tolist(), strict=True)}
    for X_batch, y_batch in batches_of(check, student, num_iters=3, batch_size=8):
        strange = [
            (example, label)
            for example, label in zip(X_batch.tolist(), y_batch.tolist(), strict=True)
            if (*example, label) not in pairs
        ]
        check(not strange, f"in a batch, these rows and labels do not belong together: {strange[:2]}")


@training
def test_batches_come_from_all_examples(student, check):
    batches = batches_of(check, student, num_iters=5, batch_size=12)
    seen = {label for _, y_batch in batches for label in y_batch.tolist()}
    never = sorted(set(LABELLED.tolist()) - seen)
    check(not never, f"5 batches of 12 examples never held the examples with the labels {never}")


@training
def test_every_iteration_draws_a_batch_of_its_own(student, check):
    batches = batches_of(check, student, num_iters=4, batch_size=16)
    first, _ = batches[0]
    others = sum(not np.array_equal(X_batch, first) for X_batch, _ in batches)
    check(others > 0, "4 iterations all saw the same batch of 16 examples, in the same order")


@predicting
def test_scores_of_a_picture_of_four_pixels(expect):
    """The scores are -96.8, 437.9 and 60.75: the last row of W is the bias, and meets a 1 in X."""
    W = np.array(
        [[0.2, 1.5, 0.0], [-0.5, 1.3, 0.25], [0.1, 2.1, 0.2], [2.0, 0.0, -0.3], [1.1, 3.2, -1.2]],
    )
    X = np.array([[56.0, 231.0, 24.0, 2.0, 1.0]])
    expect(labels, W, X, equals=np.array([1]), names=("labels",))


@predicting
def test_labels_of_three_pictures(expect):
    expect(labels, SCORES, np.eye(3), equals=np.array([1, 1, 1]), names=("labels",))
    expect(labels, SCORES[:, [1, 0, 2]], np.eye(3)[:2], equals=np.array([0, 0]), names=("labels",))


@svm
def test_svm_loss_of_three_pictures(expect):
    equals = 15.8 / 3, HINGE_COUNTS / 3
    expect(loss_of, "LinearSVM", SCORES, np.eye(3), LABELS, equals=equals, names=("loss", "dW"))


@svm
@pytest.mark.parametrize(
    "pictures, reg, loss, dW",
    [
        pytest.param(
            4,
            0.0,
            3.017,
            [
                [-0.3175, -0.6, 1.07, -0.1525],
                [-0.18, 0.3125, 0.7825, -0.915],
                [-0.085, 0.0425, 1.535, -1.4925],
            ],
            id="no penalty",
        ),
        pytest.param(
            3,
            0.4,
            8.346813333,
            [
                [1.201333333, -2.175333333, -0.247333333, -0.410666667],
                [-0.899333333, 0.701333333, -0.282666667, -0.671333333],
                [0.782666667, 1.560666667, 0.886666667, -1.974],
            ],
            id="penalty",
        ),
        pytest.param(
            4,
            0.9,
            14.71673,
            [
                [2.7605, -4.272, -0.964, -1.1965],
                [-2.646, -0.0295, 0.7465, -0.663],
                [0.851, 2.3465, 2.165, -2.5365],
            ],
            id="larger penalty",
        ),
    ],
)
def test_svm_loss_without_round_numbers(expect, pictures, reg, loss, dW):
    X, y = PIXELS[:pictures], LABELS_OF_PIXELS[:pictures]
    equals = loss, np.array(dW)
    expect(loss_of, "LinearSVM", WEIGHTS, X, y, reg, equals=equals, names=("loss", "dW"), atol=1e-7)


@softmax
def test_softmax_loss_of_three_pictures(expect):
    equals = 2.75865471, SOFTMAX_SLOPES / 3
    expect(loss_of, "Softmax", SCORES, np.eye(3), LABELS, equals=equals, names=("loss", "dW"), atol=1e-7)


@softmax
@pytest.mark.parametrize(
    "pictures, reg, loss, dW",
    [
        pytest.param(
            4,
            0.0,
            1.692631744,
            [
                [-0.072033874, -0.289314211, 0.365626632, -0.004278547],
                [0.018769285, 0.401025569, 0.080922603, -0.500717457],
                [0.0626706, 0.269364877, 0.326735109, -0.658770586],
            ],
            id="no penalty",
        ),
        pytest.param(
            3,
            0.4,
            6.978270516,
            [
                [1.303433902, -1.977441346, -0.612069932, -0.345922624],
                [-1.01741899, 0.451281703, -0.24082977, -0.345032943],
                [0.558430744, 1.458539855, 0.34990157, -1.11087217],
            ],
            id="penalty",
        ),
        pytest.param(
            4,
            0.9,
            13.392361744,
            [
                [3.005966126, -3.961314211, -1.668373368, -1.048278547],
                [-2.447230715, 0.059025569, 0.044922603, -0.248717457],
                [0.9986706, 2.573364877, 0.956735109, -1.702770586],
            ],
            id="larger penalty",
        ),
    ],
)
def test_softmax_loss_without_round_numbers(expect, pictures, reg, loss, dW):
    X, y = PIXELS[:pictures], LABELS_OF_PIXELS[:pictures]
    equals = loss, np.array(dW)
    expect(loss_of, "Softmax", WEIGHTS, X, y, reg, equals=equals, names=("loss", "dW"), atol=1e-7)


@random_search
def test_best_of_a_hundred_tries(student, check):
    code = student.extended(linear_classifier=ADDITIONS)
    tried = []

    def squared_distance(W):
        return float(np.sum((W - 1e-4) ** 2))

    def loss(W):
        tried.append(W.copy() if isinstance(W, np.ndarray) else W)
        return squared_distance(W)

    generator = code.ref("linear_classifier.generator")
    found = code.call("linear_classifier.random_search", loss, (2, 3), 100, generator)
    check(len(tried) == 100, f"100 tries should call the loss 100 times, not {len(tried)} times")
    tried = [check.numbers(weights, "the weights that the loss is given", (2, 3)) for weights in tried]
    wanted = [squared_distance(W) for W in tried]
    weights, smallest, noted = check.parts(found, "best_W", "best_loss", "losses")
    noted = check.numbers(noted, "losses", (100,))
    smallest = check.number(smallest, "best_loss")
    weights = check.numbers(weights, "best_W", (2, 3))
    best = tried[int(np.argmin(wanted))]
    check(
        losses=(noted, wanted, "losses should hold the losses of all tries in their order"),
        best_loss=(smallest, min(wanted), "best_loss should be the smallest of the losses"),
        best_W=(weights, best, "best_W should be the weights that the smallest loss belongs to"),
    )


def search_with_constants(check, code, learning_rates, regs):
    code = code.extended(linear_classifier=ADDITIONS)
    X, y_train, y_val = np.ones((4, 2)), np.array([0, 1, 1, 1]), np.array([0, 0, 0, 1])
    make = code.ref("linear_classifier.Constant")
    found = code.call("linear_classifier.grid_search", X, y_train, X, y_val, learning_rates, regs, make=make)
    results, best_val, best = check.parts(found, "results", "best_val", "best_model")
    return results, best_val, check.instance(best, "best_model", "Constant", "what make() returned").get("W")


@grid_search
def test_small_learning_rate_is_better_on_the_validation_set(expect, check):
    """Trained with 0.1, the classifier predicts 0: right once in training and three times in validation."""
    results = {
        (0.9, 0.0): (0.75, 0.25),
        (0.9, 2.0): (0.75, 0.25),
        (0.1, 0.0): (0.25, 0.75),
        (0.1, 2.0): (0.25, 0.75),
    }
    equals = results, 0.75, np.array([[0.1, 0.0]])
    names = ("results", "best_val", "weights of best_model")
    expect(
        functools.partial(search_with_constants, check), [0.9, 0.1], [0.0, 2.0], equals=equals, names=names
    )


if __name__ == "__main__":
    from autograder.cli import check_beside

    check_beside(__file__)
