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
