"""Public checks of the linear classifiers: steps, predictions and searches that can be followed by hand."""

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

# For some checks these lines are added to the end of linear_classifier.py.
ADDITIONS = """
import numpy

generator = numpy.random.default_rng(7)


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


def labels(code, W, X):
    model = code.new("linear_classifier.LinearClassifier")
    model.set("W", W)
    return model.call("predict", X)


def loss_of(code, classifier, W, X, y):
    model = code.new(f"linear_classifier.{classifier}")
    model.set("W", W)
    return model.call("loss", X, y, 0.0)


def is_triple(found):
    return isinstance(found, (tuple, list)) and len(found) == 3


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


@training
def test_batches_have_as_many_examples_as_asked_for(student, check):
    model = student.new("linear_classifier.LinearClassifier")
    shapes = []

    def loss(X_batch, y_batch, reg):
        shapes.append((X_batch.shape, y_batch.shape))
        return 1.0, np.zeros((2, 3))

    model.set("loss", loss)
    model.call("train", np.ones((4, 2)), np.array([0, 1, 2, 1]), num_iters=2, batch_size=9)
    wanted = [((9, 2), (9,))] * 2
    check(shapes == wanted, f"the batches should have the shapes {wanted}, but have {shapes}")


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


@softmax
def test_softmax_loss_of_three_pictures(expect):
    equals = 2.75865471, SOFTMAX_SLOPES / 3
    expect(loss_of, "Softmax", SCORES, np.eye(3), LABELS, equals=equals, names=("loss", "dW"), atol=1e-7)


@random_search
def test_best_of_a_hundred_tries(student, check):
    code = student.extended(linear_classifier=ADDITIONS)
    tried = []

    def loss(W):
        tried.append(np.array(W))
        return float(np.sum((W - 1e-4) ** 2))

    generator = code.ref("linear_classifier.generator")
    found = code.call("linear_classifier.random_search", loss, (2, 3), 100, generator)
    wanted = [float(np.sum((W - 1e-4) ** 2)) for W in tried]
    check(len(tried) == 100, f"100 tries should call the loss 100 times, not {len(tried)} times")
    check(is_triple(found), "random_search should return three values: best_W, best_loss and losses")
    weights, smallest, noted = found
    best = tried[int(np.argmin(wanted))]
    check(
        losses=(noted, wanted, "losses should hold the losses of all tries in their order"),
        best_loss=(smallest, min(wanted), "best_loss should be the smallest of the losses"),
        best_W=(weights, best, "best_W should be the weights that the smallest loss belongs to"),
    )


def search_with_constants(code, learning_rates, regs):
    code = code.extended(linear_classifier=ADDITIONS)
    X, y_train, y_val = np.ones((4, 2)), np.array([0, 1, 1, 1]), np.array([0, 0, 0, 1])
    make = code.ref("linear_classifier.Constant")
    found = code.call("linear_classifier.grid_search", X, y_train, X, y_val, learning_rates, regs, make=make)
    if not is_triple(found) or not hasattr(found[2], "get"):
        return found
    results, best_val, best = found
    return results, best_val, best.get("W")


@grid_search
def test_small_learning_rate_is_better_on_the_validation_set(expect):
    """Trained with 0.1, the classifier predicts 0: right once in training and three times in validation."""
    results = {
        (0.9, 0.0): (0.75, 0.25),
        (0.9, 2.0): (0.75, 0.25),
        (0.1, 0.0): (0.25, 0.75),
        (0.1, 2.0): (0.25, 0.75),
    }
    equals = results, 0.75, np.array([[0.1, 0.0]])
    names = ("results", "best_val", "weights of best_model")
    expect(search_with_constants, [0.9, 0.1], [0.0, 2.0], equals=equals, names=names)
