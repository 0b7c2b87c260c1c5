"""Public checks of the regularization assignment: numbers small enough to work out with a pocket calculator."""

import math

import numpy as np
import pytest

PENALTY = "regularization.penalty"
SQUARED_HINGE = "regularization.squared_hinge_loss"
SCALE = "regularization.scale_to_zero_loss"
PROJECT = "regularization.project_to_norm"
POWERS = "regularization.polynomial_features"
RIDGE = "regularization.ridge_fit"
CURVE = "regularization.validation_curve"

penalties = pytest.mark.question("penalty")
hinge = pytest.mark.question("squared_hinge_loss")
scaling = pytest.mark.question("scale_to_zero_loss")
projecting = pytest.mark.question("project_to_norm")
ridge = pytest.mark.question("ridge_fit")
curve = pytest.mark.question("validation_curve")

# Scores for cat, car and frog, one row each for a picture of a cat, of a car and of a frog.
SCORES = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
LABELS = np.array([0, 1, 2])

# Pictures of three pixels, each followed by a 1 for the bias, and weights for up to five classes: numbers of which
# none is special, for everything that numbers made by hand hide.
BATCH = np.array(
    [
        [-0.43, 1.44, 1.68, 1.0],
        [0.5, -0.59, -1.1, 1.0],
        [-1.2, 1.12, -0.07, 1.0],
        [-0.77, -1.31, -1.44, 1.0],
        [0.72, 0.02, -0.55, 1.0],
        [-1.71, 1.48, -1.46, 1.0],
    ]
)
WEIGHTS = np.array(
    [
        [1.71, -2.04, -1.13, -0.58, 0.09],
        [-1.37, -0.19, -0.02, 0.14, -1.91],
        [0.52, 1.28, 0.35, -0.58, -0.49],
        [-2.12, 0.38, 1.2, 0.52, -2.38],
    ]
)
LABELS_OF_BATCH = np.array([3, 0, 4, 1, 1, 2])
TARGETS = np.array([1.13, -0.72, 0.38, 2.04, -1.57, 0.66])

# Points of a curve: some to fit, and others.
X_TRAIN, Y_TRAIN = (
    np.array([-0.91, -0.55, -0.12, 0.33, 0.48, 0.87]),
    np.array([0.62, -0.31, -0.84, 0.17, 0.29, 1.33]),
)
X_VAL, Y_VAL = np.array([-0.74, 0.05, 0.61, 0.95]), np.array([0.18, -0.66, 0.58, 1.71])


def expect_penalty(expect, W, R, dR, *settings):
    expect(PENALTY, np.array(W), *settings, equals=(R, np.array(dR)), names=("R", "dR"), atol=1e-8)


def expect_loss(expect, W, X, y, reg, loss, dW):
    expect(SQUARED_HINGE, W, X, y, reg, equals=(loss, np.array(dW)), names=("loss", "dW"), atol=1e-7)


@penalties
@pytest.mark.parametrize(
    "kind, R, dR",
    [
        pytest.param("l2", 1.0, [2.0, 0.0, 0.0, 0.0], id="l2"),
        pytest.param("l1", 1.0, [1.0, 0.0, 0.0, 0.0], id="l1"),
        pytest.param("elastic", 1.5, [2.0, 0.0, 0.0, 0.0], id="elastic"),
    ],
)
def test_one_large_weight(expect, kind, R, dR):
    expect_penalty(expect, [1.0, 0.0, 0.0, 0.0], R, dR, kind)


@penalties
@pytest.mark.parametrize(
    "kind, R, slope",
    [
        pytest.param("l2", 0.25, 0.5, id="l2"),
        pytest.param("l1", 1.0, 1.0, id="l1"),
        pytest.param("elastic", 1.125, 1.25, id="elastic"),
    ],
)
def test_four_small_weights(expect, kind, R, slope):
    expect_penalty(expect, [0.25] * 4, R, [slope] * 4, kind)


@penalties
@pytest.mark.parametrize(
    "kind, beta, R, dR",
    [
        pytest.param(
            "l2",
            0.5,
            12.9997,
            [[3.42, -4.08, -2.26, -1.16], [-2.74, -0.38, -0.04, 0.28], [1.04, 2.56, 0.7, -1.16]],
            id="l2",
        ),
        pytest.param(
            "l1",
            0.5,
            9.91,
            [[1.0, -1.0, -1.0, -1.0], [-1.0, -1.0, -1.0, 1.0], [1.0, 1.0, 1.0, -1.0]],
            id="l1",
        ),
        pytest.param(
            "elastic",
            0.5,
            16.40985,
            [[2.71, -3.04, -2.13, -1.58], [-2.37, -1.19, -1.02, 1.14], [1.52, 2.28, 1.35, -1.58]],
            id="elastic",
        ),
        pytest.param(
            "elastic",
            0.3,
            13.80991,
            [[2.026, -2.224, -1.678, -1.348], [-1.822, -1.114, -1.012, 1.084], [1.312, 1.768, 1.21, -1.348]],
            id="elastic, beta 0.3",
        ),
    ],
)
def test_penalty_of_a_matrix(expect, kind, beta, R, dR):
    expect_penalty(expect, WEIGHTS[:3, :4], R, dR, kind, beta)


@penalties
def test_another_kind_raises_a_value_error(student):
    student.raises("ValueError", PENALTY, np.ones((2, 2)), "ridge")


@hinge
@pytest.mark.parametrize(
    "picture, loss, slopes",
    [
        pytest.param(0, 8.41, [-5.8, 5.8, 0.0], id="cat"),
        pytest.param(1, 0.0, [0.0, 0.0, 0.0], id="car"),
        pytest.param(2, 83.25, [12.6, 13.2, -25.8], id="frog"),
    ],
)
def test_loss_of_one_picture(expect, picture, loss, slopes):
    X = np.eye(3)[[picture]]  # picks this picture's row of scores
    dW = np.zeros((3, 3))
    dW[picture] = slopes
    expect_loss(expect, SCORES, X, LABELS[[picture]], 0.0, loss, dW)


@hinge
@pytest.mark.parametrize("reg, loss", [(0.0, 30.553333333), (0.1, 30.853333333)], ids=["reg 0", "reg 0.1"])
def test_loss_is_the_mean_over_the_pictures(expect, reg, loss):
    """Here the pictures are given by their scores, and W passes these on as they are."""
    dW = [
        [3.053333333, 15.866666667, -18.92],
        [0.64, 20.86, -21.5],
        [-9.733333333, -16.926666667, 26.66],
    ]
    W = np.eye(3)
    expect_loss(expect, W, SCORES, LABELS, reg, loss, dW + 2 * reg * W)


@hinge
@pytest.mark.parametrize(
    "pictures, classes, reg, loss, dW",
    [
        pytest.param(
            6,
            5,
            0.0,
            43.123955645,
            [
                [-0.710177333, -4.427269, -2.553443667, -1.637657, 9.328547],
                [1.300172667, 7.580485333, 2.634135, -1.968654667, -9.546138333],
                [2.111926667, 6.425266333, -0.295383, -7.481675, -0.760135],
                [-1.6542, -0.6474, 5.922033333, 2.963766667, -6.5842],
            ],
            id="six pictures of five classes",
        ),
        pytest.param(
            5,
            5,
            0.0,
            51.555762034,
            [
                [-0.8522128, -5.22606, -3.8170796, -1.298904, 11.1942564],
                [1.5602072, 9.021576, 3.8126356, -2.9390528, -11.455366],
                [2.534312, 7.7843124, -0.9973268, -8.4091356, -0.912162],
                [-1.98504, -0.82756, 7.54676, 3.16688, -7.90104],
            ],
            id="as many pictures as classes",
        ),
        pytest.param(
            4,
            3,
            0.0,
            32.119787098,
            [
                [2.6911165, -0.2649445, -2.426172],
                [-10.3043585, 6.710033, 3.5943255],
                [-11.531189, 8.3874985, 3.1436905],
                [-8.8357, 2.481, 6.3547],
            ],
            id="none of the last class",
        ),
        pytest.param(
            6,
            5,
            0.3,
            51.796835645,
            [
                [0.315822667, -5.651269, -3.231443667, -1.985657, 9.382547],
                [0.478172667, 7.466485333, 2.622135, -1.884654667, -10.692138333],
                [2.423926667, 7.193266333, -0.085383, -7.829675, -1.054135],
                [-2.9262, -0.4194, 6.642033333, 3.275766667, -8.0122],
            ],
            id="small penalty",
        ),
        pytest.param(
            4,
            3,
            0.7,
            44.990057098,
            [
                [5.0851165, -3.1209445, -4.008172],
                [-12.2223585, 6.444033, 3.5663255],
                [-10.803189, 10.1794985, 3.6336905],
                [-11.8037, 3.013, 8.0347],
            ],
            id="large penalty",
        ),
    ],
)
def test_a_batch_without_round_numbers(expect, pictures, classes, reg, loss, dW):
    W, X, y = WEIGHTS[:, :classes], BATCH[:pictures], LABELS_OF_BATCH[:pictures] % classes
    expect_loss(expect, W, X, y, reg, loss, dW)


@hinge
@pytest.mark.parametrize("axis", ["examples", "features", "classes"])
def test_no_loop_over_the(loops, axis):
    def sized(rng, examples=7, features=5, classes=4):
        W, X = rng.standard_normal((features, classes)), rng.standard_normal((examples, features))
        return W, X, np.arange(examples) % classes, 0.1

    loops(SQUARED_HINGE, sized, n=8, over=axis)


@scaling
@pytest.mark.parametrize(
    "scores, label, factor",
    [
        pytest.param([1.3, 2.5, 2.0], 1, 2.0, id="right by half a point"),
        pytest.param([10.0, -2.0, 3.0], 0, 1 / 7, id="right by far"),
        pytest.param([10.0, 9.0, 9.0], 0, 1.0, id="right by 1"),
    ],
)
def test_factor_for_one_picture(expect, scores, label, factor):
    expect(SCALE, np.array([scores]), np.array([label]), equals=factor, names=("factor",))


@scaling
@pytest.mark.parametrize(
    "scores, labels, factor",
    [
        pytest.param(
            [[4.37, 1.06, -2.11], [-0.42, 3.19, 0.58], [1.73, -0.94, 3.42]],
            [0, 1, 2],
            0.5917159763,
            id="three pictures",
        ),
        pytest.param(
            [[0.37, 0.16], [-0.42, 0.19], [2.2, -1.3], [0.88, 0.61]],
            [0, 1, 0, 0],
            4.7619047619,
            id="four pictures",
        ),
    ],
)
def test_factor_for_several_pictures(expect, scores, labels, factor):
    expect(SCALE, np.array(scores), np.array(labels), equals=factor, names=("factor",))


@scaling
def test_no_factor_helps_where_a_picture_is_misclassified(expect):
    expect(SCALE, SCORES, LABELS, equals=math.inf, names=("factor",))


@projecting
@pytest.mark.parametrize(
    "norm, projected",
    [
        pytest.param(1.0, [[0.6, 0.0], [0.0, 0.8]], id="to 1"),
        pytest.param(10.0, [[6.0, 0.0], [0.0, 8.0]], id="to 10"),
    ],
)
def test_a_matrix_of_norm_5(expect, norm, projected):
    W = np.array([[3.0, 0.0], [0.0, 4.0]])
    expect(PROJECT, W, norm, equals=np.array(projected), names=("projected",))


@projecting
@pytest.mark.parametrize(
    "features, classes, norm, projected",
    [
        pytest.param(
            3,
            4,
            2.5,
            [
                [1.18568535, -1.414501822, -0.783523068, -0.402162283],
                [-0.949935047, -0.131742817, -0.013867665, 0.097073654],
                [0.360559288, 0.887530555, 0.242684136, -0.402162283],
            ],
            id="to 2.5",
        ),
        pytest.param(
            4,
            2,
            1.0,
            [
                [0.433693176, -0.51738835],
                [-0.347461784, -0.048188131],
                [0.131883305, 0.324635827],
                [-0.537678089, 0.096376261],
            ],
            id="to 1",
        ),
    ],
)
def test_a_matrix_without_round_numbers(expect, features, classes, norm, projected):
    W = WEIGHTS[:features, :classes]
    expect(PROJECT, W, norm, equals=np.array(projected), names=("projected",), atol=1e-8)


@projecting
def test_a_matrix_of_zeros_raises_a_value_error(student):
    student.raises("ValueError", PROJECT, np.zeros((2, 3)))


@ridge
def test_powers_of_2_and_3(expect):
    powers = np.array([[1.0, 2.0, 4.0, 8.0], [1.0, 3.0, 9.0, 27.0]])
    expect(POWERS, np.array([2.0, 3.0]), 3, equals=powers, names=("features",))


@ridge
def test_powers_of_three_numbers(expect):
    powers = np.array(
        [[1.0, -0.83, 0.6889, -0.571787], [1.0, 0.27, 0.0729, 0.019683], [1.0, 1.46, 2.1316, 3.112136]]
    )
    expect(POWERS, np.array([-0.83, 0.27, 1.46]), 3, equals=powers, names=("features",), atol=1e-8)


@ridge
@pytest.mark.parametrize("reg, w", [(0.0, [7 / 6, 1.5]), (0.5, [76 / 81, 34 / 27])], ids=["reg 0", "reg 0.5"])
def test_line_through_three_points(expect, reg, w):
    X = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    expect(RIDGE, X, np.array([1.0, 3.0, 4.0]), reg, equals=np.array(w), names=("w",))


@ridge
@pytest.mark.parametrize(
    "examples, reg, w",
    [
        pytest.param(6, 0.0, [-1.735968068, -1.14877032, 0.836042459, 0.307060167], id="reg 0"),
        pytest.param(6, 0.2, [-1.029888097, -0.504788625, 0.361229328, 0.152219591], id="reg 0.2"),
        pytest.param(5, 0.7, [-0.625898227, -0.197660624, 0.141665066, 0.101825131], id="reg 0.7"),
    ],
)
def test_weights_of_four_features(expect, examples, reg, w):
    X, y = BATCH[:examples], TARGETS[:examples]
    expect(RIDGE, X, y, reg, equals=np.array(w), names=("w",), atol=1e-8)


@curve
def test_errors_of_two_lines(expect):
    x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 4.0])
    errors = [1 / 18, 0.314281359549], [65 / 72, 0.0406188081085]
    expect(
        CURVE,
        x,
        y,
        np.array([3.0, 4.0]),
        np.array([5.0, 6.0]),
        1,
        [0.0, 0.5],
        equals=errors,
        names=("train_errors", "val_errors"),
    )


@curve
@pytest.mark.parametrize(
    "train, val, degree, regs, train_errors, val_errors",
    [
        pytest.param(
            6, 4, 2, [0.02, 0.5], [0.044740843, 0.310396344], [0.033612064, 0.496645158], id="two parabolas"
        ),
        pytest.param(
            5,
            3,
            3,
            [0.4, 0.01, 0.1],
            [0.210209626, 0.027396178, 0.138224571],
            [0.23758775, 0.032598581, 0.165764579],
            id="three cubics",
        ),
    ],
)
def test_errors_of(expect, train, val, degree, regs, train_errors, val_errors):
    expect(
        CURVE,
        X_TRAIN[:train],
        Y_TRAIN[:train],
        X_VAL[:val],
        Y_VAL[:val],
        degree,
        regs,
        equals=(train_errors, val_errors),
        names=("train_errors", "val_errors"),
        atol=1e-8,
    )


if __name__ == "__main__":
    from autograder.cli import check_beside

    check_beside(__file__)
