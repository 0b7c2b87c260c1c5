"""Public checks of logistic and softmax regression: numbers small enough to work out with a pocket calculator."""

import math

import numpy as np
import pytest

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

# Examples with two features, each followed by a 1 for the bias, and weights: numbers of which none is special, for
# everything that numbers made by hand hide.
X = np.array(
    [[-0.43, 1.44, 1.0], [0.5, -0.59, 1.0], [-1.2, 1.12, 1.0], [-0.77, -1.31, 1.0], [0.72, 0.02, 1.0]]
)
w = np.array([1.71, -0.87, 0.52])
y = np.array([0, 1, 1, 0, 1])

# The same for up to four classes.
W = np.array([[1.71, -2.04, -1.13, 0.44], [-1.37, -0.19, -0.02, 0.83], [0.52, 1.28, 0.35, -0.61]])
b = np.array([0.32, -0.45, 0.18, 0.71])
LABELS = np.array([3, 0, 2, 1, 1])

P = np.array([[0.23, 0.51, 0.26], [0.64, 0.07, 0.29]])
Q = np.array([[0.41, 0.22, 0.37], [0.13, 0.58, 0.29]])


def one_hot(labels, classes):
    return np.eye(classes)[labels % classes]


@sigmoids
@pytest.mark.parametrize(
    "z, s",
    [
        pytest.param([0.0, 2.0, -2.0], [0.5, 0.880797078, 0.119202922], id="0, 2 and -2"),
        pytest.param([10.0], [0.999954602], id="10"),
        pytest.param([1000.0, -1000.0], [1.0, 0.0], id="1000 and -1000"),
        pytest.param(
            [[0.37, -1.24, 2.61], [-3.18, 0.09, 1.73]],
            [[0.591458978, 0.224435986, 0.931502396], [0.039925334, 0.522484825, 0.84941242]],
            id="a matrix",
        ),
    ],
)
def test_sigmoid(expect, z, s):
    expect(SIGMOID, np.array(z), equals=np.array(s), names=("s",), atol=1e-8)


def expect_loss(expect, function, w, X, y, loss, dw):
    expect(function, w, X, y, equals=(loss, np.array(dw)), names=("loss", "dw"), atol=1e-9)


@mse
@pytest.mark.parametrize(
    "weight, loss, slope",
    [
        pytest.param(2.0, 0.3879017463, 0.0924780435, id="w 2"),
        pytest.param(10.0, 0.4999546032, 0.0000453937, id="w 10"),
    ],
)
def test_squared_error_of_one_wrong_example(expect, weight, loss, slope):
    """The surer the mistake, the smaller the slope."""
    expect_loss(expect, MSE_LOSS, np.array([weight]), np.ones((1, 1)), np.array([0]), loss, [slope])


@mse
@pytest.mark.parametrize(
    "examples, loss, dw",
    [
        pytest.param(5, 0.127185802, [-0.013106245, -0.041747704, 0.014376762], id="five examples"),
        pytest.param(4, 0.15616592, [-0.01293603, -0.052088887, 0.022758142], id="four examples"),
        pytest.param(3, 0.151199506, [0.019201648, -0.007440042, -0.016993068], id="three examples"),
    ],
)
def test_squared_error_of(expect, examples, loss, dw):
    expect_loss(expect, MSE_LOSS, w, X[:examples], y[:examples], loss, dw)


@log
@pytest.mark.parametrize(
    "weight, loss, slope",
    [
        pytest.param(2.0, 2.1269280110, 0.8807970780, id="w 2"),
        pytest.param(10.0, 10.0000453989, 0.9999546021, id="w 10"),
        pytest.param(800.0, 800.0, 1.0, id="w 800"),
    ],
)
def test_log_loss_of_one_wrong_example(expect, weight, loss, slope):
    """The surer the mistake, the larger the slope, up to 1."""
    expect_loss(expect, LOG_LOSS, np.array([weight]), np.ones((1, 1)), np.array([0]), loss, [slope])


@log
def test_log_loss_of_a_mistake_on_the_other_side(expect):
    expect_loss(expect, LOG_LOSS, np.array([-800.0]), np.ones((1, 1)), np.array([1]), 800.0, [-1.0])


@log
def test_log_loss_of_two_examples_that_nothing_is_known_of(expect):
    X = np.array([[1.0], [2.0]])
    expect_loss(expect, LOG_LOSS, np.zeros(1), X, np.array([0, 1]), 0.6931471806, [-0.25])


@log
@pytest.mark.parametrize(
    "examples, loss, dw",
    [
        pytest.param(5, 0.794990486, [0.080963417, -0.291524774, -0.086795841], id="five examples"),
        pytest.param(4, 0.953078325, [0.128222661, -0.363655457, -0.07096926], id="four examples"),
        pytest.param(3, 0.977677174, [0.321092777, -0.22945928, -0.289598705], id="three examples"),
    ],
)
def test_log_loss_of(expect, examples, loss, dw):
    expect_loss(expect, LOG_LOSS, w, X[:examples], y[:examples], loss, dw)


@entropies
@pytest.mark.parametrize(
    "P, Q, H",
    [
        pytest.param([[0.5, 0.5]], [[0.9, 0.1]], [1.203972804], id="two halves against 0.9 and 0.1"),
        pytest.param([[0.5, 0.5]], [[1.0, 0.0]], [math.inf], id="two halves against certainty"),
        pytest.param([[1.0, 0.0]], [[1.0, 0.0]], [0.0], id="certainty against the same certainty"),
        pytest.param(P, Q, [1.235778302, 1.702855796], id="two distributions of three classes"),
    ],
)
def test_cross_entropy_of(expect, P, Q, H):
    expect(CROSS_ENTROPY, np.array(P), np.array(Q), equals=np.array(H), names=("H",), atol=1e-9)


@entropies
@pytest.mark.parametrize(
    "P, Q, divergence",
    [
        pytest.param([[0.5, 0.5]], [[0.9, 0.1]], [0.510825624], id="two halves from 0.9 and 0.1"),
        pytest.param([[0.9, 0.1]], [[0.5, 0.5]], [0.368064207], id="0.9 and 0.1 from two halves"),
        pytest.param([[0.5, 0.5]], [[1.0, 0.0]], [math.inf], id="two halves from certainty"),
        pytest.param(P, Q, [0.204107958, 0.872100284], id="two distributions of three classes"),
        pytest.param(
            [[0, 0, 0, 1.0, 0, 0, 0, 0]],
            [[0.5, 0.01, 0.01, 0.01, 0.01, 0.01, 0.15, 0.3]],
            [4.605170186],
            id="the fourth class, from next to nothing for it",
        ),
    ],
)
def test_divergence_of(expect, P, Q, divergence):
    expect(
        KL_DIVERGENCE, np.array(P), np.array(Q), equals=np.array(divergence), names=("divergence",), atol=1e-9
    )


def expect_gradients(expect, W, b, X, Y, reg, loss, dW, db):
    equals = loss, np.array(dW), np.array(db)
    expect(SOFTMAX, W, b, X, Y, reg, equals=equals, names=("loss", "dW", "db"), atol=1e-8)


@softmax
@pytest.mark.parametrize("reg, loss", [(0.0, 0.1978155508), (0.1, 0.3978155508)], ids=["reg 0", "reg 0.1"])
def test_three_examples_given_by_their_probabilities(expect, reg, loss):
    """The logits are logarithms of probabilities here, so that the softmax gives these probabilities back."""
    logits = np.log(np.array([[0.93, 0.07], [0.4, 0.6], [0.99, 0.01]]))
    dW = np.array([[-0.12044528, 0.12044528], [0.009289885, -0.009289885]]) + 2 * reg * np.eye(2)
    db = [0.1066666667, -0.1066666667]
    Y = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    expect_gradients(expect, np.eye(2), np.zeros(2), logits, Y, reg, loss, dW, db)


@softmax
@pytest.mark.parametrize(
    "examples, classes, reg, loss, dW, db",
    [
        pytest.param(
            5,
            4,
            0.0,
            1.276451348,
            [
                [0.059491094, -0.283982022, 0.152854618, 0.071636309],
                [-0.01437904, 0.367137331, -0.154644092, -0.198114199],
                [0.146772052, -0.022563581, -0.038408635, -0.085799835],
            ],
            [0.146772052, -0.022563581, -0.038408635, -0.085799835],
            id="five examples of four classes",
        ),
        pytest.param(
            4,
            4,
            0.0,
            0.846094371,
            [
                [-0.057461437, -0.183958225, 0.178213983, 0.063205679],
                [-0.021635614, 0.4636722, -0.193662179, -0.248374408],
                [0.000374364, 0.209322332, -0.065863975, -0.143832721],
            ],
            [0.000374364, 0.209322332, -0.065863975, -0.143832721],
            id="as many examples as classes",
        ),
        pytest.param(
            4,
            3,
            0.0,
            1.468383558,
            [
                [0.055000686, -0.217077107, 0.162076422],
                [-0.387079496, 0.537151129, -0.150071633],
                [-0.235242693, 0.267673504, -0.032430811],
            ],
            [-0.235242693, 0.267673504, -0.032430811],
            id="four examples of three classes",
        ),
        pytest.param(
            5,
            4,
            0.3,
            5.345021348,
            [
                [1.085491094, -1.507982022, -0.525145382, 0.335636309],
                [-0.83637904, 0.253137331, -0.166644092, 0.299885801],
                [0.458772052, 0.745436419, 0.171591365, -0.451799835],
            ],
            [0.146772052, -0.022563581, -0.038408635, -0.085799835],
            id="small penalty",
        ),
        pytest.param(
            4,
            3,
            0.7,
            10.083493558,
            [
                [2.449000686, -3.073077107, -1.419923578],
                [-2.305079496, 0.271151129, -0.178071633],
                [0.492757307, 2.059673504, 0.457569189],
            ],
            [-0.235242693, 0.267673504, -0.032430811],
            id="large penalty",
        ),
    ],
)
def test_loss_and_gradients_of(expect, examples, classes, reg, loss, dW, db):
    Y = one_hot(LABELS[:examples], classes)
    expect_gradients(expect, W[:, :classes], b[:classes], X[:examples], Y, reg, loss, dW, db)


@softmax
def test_a_logit_800_above_the_correct_one_costs_800(expect):
    W, b, Y = np.array([[0.0, 800.0, -800.0]]), np.zeros(3), np.array([[1.0, 0.0, 0.0]])
    expect_gradients(expect, W, b, np.ones((1, 1)), Y, 0.0, 800.0, [[-1.0, 1.0, 0.0]], [-1.0, 1.0, 0.0])


GENERATOR = """
import numpy

generator = numpy.random.default_rng()


def restart(seed):
    generator.bit_generator.state = numpy.random.default_rng(seed).bit_generator.state
"""


def epoch(code, seed, *arguments):
    """Train for an epoch with a generator of that seed."""
    code = code.extended(logistic=GENERATOR)
    code.call("logistic.restart", seed)
    return code.call(TRAIN_EPOCH, *arguments, code.ref("logistic.generator"))


@training
def test_two_batches_of_three_examples(expect):
    """The generator with seed 0 draws the order 2, 0, 1: the first batch holds the examples 2 and 0."""
    X, Y = np.array([[1.0], [2.0], [-1.0]]), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    equals = (
        np.array([[-1.462117157, 1.462117157]]),
        np.array([-0.231058579, 0.231058579]),
        [0.6931471806, 1.3132616875],
    )
    start = np.zeros((1, 2)), np.zeros(2)
    expect(epoch, 0, *start, X, Y, 1.0, 0.0, 2, equals=equals, names=("W", "b", "losses"), atol=1e-8)


@training
@pytest.mark.parametrize(
    "examples, classes, learning_rate, reg, batch_size, trained_W, trained_b, losses",
    [
        pytest.param(
            5,
            4,
            0.37,
            0.0,
            2,
            [
                [1.664903874, -1.757384651, -1.23445838, 0.306939157],
                [-1.369846897, -0.576923295, -0.031219399, 1.227989591],
                [0.401802556, 1.244339978, 0.277933702, -0.384076237],
            ],
            [0.201802556, -0.485660022, 0.107933702, 0.935923763],
            [1.726708251, 1.070458349, 1.368576105],
            id="three batches",
        ),
        pytest.param(
            4,
            3,
            0.21,
            0.13,
            3,
            [
                [1.453800016, -1.739760851, -1.018959658],
                [-0.921063848, -0.399379262, -0.091731122],
                [0.666587596, 1.012509543, 0.242532355],
            ],
            [0.521679715, -0.583343035, 0.11166332],
            [2.284954344, 5.028142641],
            id="two batches and a penalty",
        ),
        pytest.param(
            5,
            3,
            0.44,
            0.08,
            9,
            [
                [1.515899157, -1.760315943, -1.112799215],
                [-1.138809923, -0.364044061, 0.034085984],
                [0.490702148, 1.178523754, 0.329414098],
            ],
            [0.327310148, -0.461364246, 0.184054098],
            [2.727224181],
            id="one batch",
        ),
    ],
)
def test_epoch_of(expect, examples, classes, learning_rate, reg, batch_size, trained_W, trained_b, losses):
    equals = np.array(trained_W), np.array(trained_b), losses
    start, Y = (W[:, :classes], b[:classes]), one_hot(LABELS[:examples], classes)
    settings = learning_rate, reg, batch_size
    expect(epoch, 5, *start, X[:examples], Y, *settings, equals=equals, names=("W", "b", "losses"), atol=1e-8)


@confusion
@pytest.mark.parametrize(
    "y, predicted, counts",
    [
        pytest.param([0, 0, 1, 2], [0, 1, 1, 1], [[1, 1, 0], [0, 1, 0], [0, 1, 0]], id="four examples"),
        pytest.param([0, 0, 0], [1, 1, 0], [[1, 2, 0], [0, 0, 0], [0, 0, 0]], id="classes that do not occur"),
        pytest.param(
            [2, 0, 1, 2, 2, 1, 0, 2, 1],
            [2, 1, 1, 0, 2, 2, 0, 0, 1],
            [[1, 1, 0], [0, 2, 1], [2, 0, 2]],
            id="nine examples",
        ),
    ],
)
def test_confusion_matrix(expect, y, predicted, counts):
    expect(CONFUSION, np.array(y), np.array(predicted), 3, equals=np.array(counts), names=("counts",))


if __name__ == "__main__":
    from autograder.cli import check_beside

    check_beside(__file__)
