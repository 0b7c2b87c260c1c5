"""Public checks of the SVM loss: numbers small enough to work out on paper."""

import numpy as np
import pytest

both_versions = pytest.mark.parametrize(
    "function",
    [
        pytest.param("linear_svm.svm_loss_naive", id="naive", marks=pytest.mark.question("svm_loss_naive")),
        pytest.param(
            "linear_svm.svm_loss_vectorized",
            id="vectorized",
            marks=pytest.mark.question("svm_loss_vectorized"),
        ),
    ],
)

# Scores for cat, car and frog, one row each for a picture of a cat, of a car and of a frog.
SCORES = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
LABELS = np.array([0, 1, 2])

# How often each score enters a picture's loss: +1 in a margin that it violates, -1 as the correct score in each
# violated margin.
COUNTS = np.array([[-1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, -2.0]])

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


def expect_loss(expect, function, W, X, y, reg, loss, dW):
    expect(function, W, X, y, reg, equals=(loss, dW), names=("loss", "dW"), atol=1e-9)


@both_versions
@pytest.mark.parametrize(
    "picture, factor, loss",
    [
        pytest.param(0, 1.0, 2.9, id="cat"),
        pytest.param(1, 1.0, 0.0, id="car"),
        pytest.param(2, 1.0, 12.9, id="frog"),
        pytest.param(0, 2.0, 4.8, id="cat with doubled scores"),
        pytest.param(1, 2.0, 0.0, id="car with doubled scores"),
        pytest.param(2, 2.0, 23.8, id="frog with doubled scores"),
    ],
)
def test_loss_of_one_picture(expect, function, picture, factor, loss):
    X = np.eye(3)[[picture]]  # picks this picture's row of scores
    expect_loss(expect, function, factor * SCORES, X, LABELS[[picture]], 0.0, loss, X.T * COUNTS[picture])


@both_versions
def test_loss_is_the_mean_over_the_pictures(expect, function):
    expect_loss(expect, function, SCORES, np.eye(3), LABELS, 0.0, 15.8 / 3, COUNTS / 3)


@both_versions
def test_two_pictures_of_three_classes(expect, function):
    pictures = [2, 0]
    X = np.eye(3)[pictures]
    expect_loss(expect, function, SCORES, X, LABELS[pictures], 0.0, 15.8 / 2, X.T @ COUNTS[pictures] / 2)


@both_versions
@pytest.mark.parametrize(
    "scores, loss, counts",
    [
        pytest.param((9.9, -2.0, 3.0), 0.0, (0.0, 0.0, 0.0), id="clearly right"),
        pytest.param((9.9, 9.0, 9.0), 0.2, (-2.0, 1.0, 1.0), id="right by less than the margin"),
        pytest.param((9.9, -100.0, -100.0), 0.0, (0.0, 0.0, 0.0), id="right by far"),
    ],
)
def test_correct_score_must_lead_by_one(expect, function, scores, loss, counts):
    W, X, y = np.array([scores]), np.ones((1, 1)), np.array([0])
    expect_loss(expect, function, W, X, y, 0.0, loss, np.array([counts]))


@both_versions
def test_zero_weights_lose_one_per_wrong_class(expect, function):
    dW = np.ones((2, 10))
    dW[:, 4] = -9
    expect_loss(expect, function, np.zeros((2, 10)), np.ones((1, 2)), np.array([4]), 0.0, 9.0, dW)


@both_versions
@pytest.mark.parametrize(
    "weights, sum_of_squares",
    [
        pytest.param((1.0, 0.0, 0.0, 0.0), 1.0, id="one large weight"),
        pytest.param((0.25, 0.25, 0.25, 0.25), 0.25, id="four small weights"),
    ],
)
def test_penalty_prefers_small_weights_with_the_same_score(expect, function, weights, sum_of_squares):
    reg = 0.5
    W = np.column_stack([weights, weights])  # equal scores: the wrong class misses its margin by 1
    dW = np.array([-1.0, 1.0]) + 2 * reg * W
    X, y = np.ones((1, 4)), np.array([0])
    expect_loss(expect, function, W, X, y, reg, 1 + reg * 2 * sum_of_squares, dW)


@both_versions
@pytest.mark.parametrize(
    "pictures, classes, reg, loss, dW",
    [
        pytest.param(
            6,
            5,
            0.0,
            8.78135,
            [
                [-0.213333333, -0.568333333, 0.373333333, -0.266666667, 0.675],
                [0.396666667, 1.216666667, -0.38, -0.36, -0.873333333],
                [0.641666667, 0.928333333, 0.24, -1.33, -0.48],
                [-0.5, -0.5, 0.5, 0.5, 0.0],
            ],
            id="six pictures of five classes",
        ),
        pytest.param(
            5,
            5,
            0.0,
            10.31746,
            [
                [-0.256, -0.34, -0.236, 0.022, 0.81],
                [0.476, 1.164, 0.136, -0.728, -1.048],
                [0.77, 1.406, -0.296, -1.304, -0.576],
                [-0.6, -0.8, 1.0, 0.4, 0.0],
            ],
            id="as many pictures as classes",
        ),
        pytest.param(
            4,
            3,
            0.0,
            5.222675,
            [
                [-0.035, 0.51, -0.475],
                [-0.425, 0.26, 0.165],
                [-0.29, 0.5225, -0.2325],
                [-1.0, 0.0, 1.0],
            ],
            id="none of the last class",
        ),
        pytest.param(
            6,
            5,
            0.3,
            17.45423,
            [
                [0.812666667, -1.792333333, -0.304666667, -0.614666667, 0.729],
                [-0.425333333, 1.102666667, -0.392, -0.276, -2.019333333],
                [0.953666667, 1.696333333, 0.45, -1.678, -0.774],
                [-1.772, -0.272, 1.22, 0.812, -1.428],
            ],
            id="small penalty",
        ),
        pytest.param(
            4,
            3,
            0.7,
            18.092945,
            [
                [2.359, -2.346, -2.057],
                [-2.343, -0.006, 0.137],
                [0.438, 2.3145, 0.2575],
                [-3.968, 0.532, 2.68],
            ],
            id="large penalty",
        ),
    ],
)
def test_a_batch_without_round_numbers(expect, function, pictures, classes, reg, loss, dW):
    W, X, y = WEIGHTS[:, :classes], BATCH[:pictures], LABELS_OF_BATCH[:pictures] % classes
    expect_loss(expect, function, W, X, y, reg, loss, np.array(dW))


@pytest.mark.question("svm_loss_vectorized")
@pytest.mark.parametrize("axis", ["examples", "features", "classes"])
def test_no_loop_over_the(loops, axis):
    def data_with(rng, classes=4, features=5, examples=7):
        pictures = rng.standard_normal((examples, features))
        return np.ones((features, classes)), pictures, np.arange(examples) % classes, 0.1

    loops("linear_svm.svm_loss_vectorized", data_with, n=8, over=axis)


@pytest.mark.question("own_tests")
def test_your_tests_on_your_code(own_tests):
    own_tests.hold(example="test_gradient_has_the_shape_of_the_weights")


if __name__ == "__main__":
    from autograder.cli import check_beside

    check_beside(__file__)
