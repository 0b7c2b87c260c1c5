"""Public checks of the softmax loss: numbers small enough to work out with a pocket calculator."""

import numpy as np
import pytest

NAIVE = "softmax.softmax_loss_naive"
VECTORIZED = "softmax.softmax_loss_vectorized"

both_versions = pytest.mark.parametrize(
    "function",
    [
        pytest.param(NAIVE, id="naive", marks=pytest.mark.question("softmax_loss_naive")),
        pytest.param(VECTORIZED, id="vectorized", marks=pytest.mark.question("softmax_loss_vectorized")),
    ],
)
both_are_stable = pytest.mark.parametrize(
    "function",
    [
        pytest.param(NAIVE, id="naive", marks=pytest.mark.question("softmax_stability")),
        pytest.param(VECTORIZED, id="vectorized", marks=pytest.mark.question("softmax_stability")),
    ],
)

# Logits for cat, car and frog, one row each for a picture of a cat, of a car and of a frog.
LOGITS = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
LABELS = np.array([0, 1, 2])
LOSSES = np.array([2.04035515, 0.07913178, 6.15647720])

# The slope of each loss with respect to each of its three logits.
SLOPES = np.array(
    [
        [-0.87001746, 0.86904954, 0.00096793],
        [0.02524488, -0.07608184, 0.05083695],
        [0.42465543, 0.57322487, -0.99788029],
    ]
)

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
    expect(function, W, X, y, reg, equals=(loss, dW), names=("loss", "dW"), atol=1e-7)


@both_versions
@pytest.mark.parametrize("picture", [0, 1, 2], ids=["cat", "car", "frog"])
def test_loss_of_one_picture(expect, function, picture):
    X = np.eye(3)[[picture]]  # picks this picture's row of logits
    dW = np.zeros((3, 3))
    dW[picture] = SLOPES[picture]
    expect_loss(expect, function, LOGITS, X, LABELS[[picture]], 0.0, LOSSES[picture], dW)


@both_versions
def test_loss_is_the_mean_over_the_pictures(expect, function):
    expect_loss(expect, function, LOGITS, np.eye(3), LABELS, 0.0, 2.75865471, SLOPES / 3)


@both_versions
def test_two_pictures_of_three_classes(expect, function):
    pictures = [2, 0]
    dW = np.array(
        [[-0.43500873, 0.43452477, 0.00048396], [0.0, 0.0, 0.0], [0.21232771, 0.28661244, -0.49894015]]
    )
    expect_loss(expect, function, LOGITS, np.eye(3)[pictures], LABELS[pictures], 0.0, 4.09841618, dW)


@both_versions
@pytest.mark.parametrize(
    "logits, loss, slopes",
    [
        pytest.param(
            (10.0, -2.0, 3.0), 0.00091761, (-0.00091718, 0.00000614, 0.00091105), id="clearly right"
        ),
        pytest.param((10.0, 9.0, 9.0), 0.55144471, (-0.42388312, 0.21194156, 0.21194156), id="barely right"),
        pytest.param((10.0, -100.0, -100.0), 0.0, (0.0, 0.0, 0.0), id="right by far"),
        pytest.param(
            (9.9, -2.0, 3.0), 0.00101406, (-0.00101355, 0.00000678, 0.00100676), id="clearly right, 0.1 less"
        ),
        pytest.param(
            (9.9, 9.0, 9.0), 0.59505977, (-0.44847040, 0.22423520, 0.22423520), id="barely right, 0.1 less"
        ),
    ],
)
def test_a_right_answer_still_costs_a_little(expect, function, logits, loss, slopes):
    W, X, y = np.array([logits]), np.ones((1, 1)), np.array([0])
    expect_loss(expect, function, W, X, y, 0.0, loss, np.array([slopes]))


@both_versions
def test_zero_weights_lose_the_logarithm_of_the_number_of_classes(expect, function):
    dW = np.full((2, 10), 0.1)
    dW[:, 4] = -0.9
    expect_loss(expect, function, np.zeros((2, 10)), np.ones((1, 2)), np.array([4]), 0.0, 2.302585093, dW)


@both_versions
@pytest.mark.parametrize(
    "weights, sum_of_squares",
    [
        pytest.param((1.0, 0.0, 0.0, 0.0), 1.0, id="one large weight"),
        pytest.param((0.25, 0.25, 0.25, 0.25), 0.25, id="four small weights"),
    ],
)
def test_penalty_prefers_small_weights_with_the_same_logit(expect, function, weights, sum_of_squares):
    reg = 0.5
    W = np.column_stack([weights, weights])  # equal logits: both classes have probability 1/2
    dW = np.array([-0.5, 0.5]) + 2 * reg * W
    X, y = np.ones((1, 4)), np.array([0])
    expect_loss(expect, function, W, X, y, reg, 0.693147181 + reg * 2 * sum_of_squares, dW)


@both_versions
@pytest.mark.parametrize(
    "pictures, classes, reg, loss, dW",
    [
        pytest.param(
            6,
            5,
            0.0,
            3.355281693,
            [
                [-0.066831613, -0.181914455, 0.082004769, -0.026926214, 0.193667512],
                [0.089526905, 0.477741501, -0.102379418, -0.233092894, -0.231796094],
                [0.159066728, 0.440928807, 0.042890286, -0.592604131, -0.05028169],
                [-0.137179622, -0.08657918, 0.189831651, 0.149173519, -0.115246369],
            ],
            id="six pictures of five classes",
        ),
        pytest.param(
            5,
            5,
            0.0,
            3.851849111,
            [
                [-0.080193683, -0.158613217, -0.100662685, 0.106965736, 0.232503849],
                [0.107428606, 0.521633362, 0.049437824, -0.400255476, -0.278244316],
                [0.190883704, 0.580072948, -0.118496497, -0.592209927, -0.060250228],
                [-0.164618033, -0.138798015, 0.344212255, 0.097559573, -0.13835578],
            ],
            id="as many pictures as classes",
        ),
        pytest.param(
            4,
            3,
            0.0,
            2.810206512,
            [
                [0.004468936, 0.232432418, -0.236901354],
                [-0.246186682, 0.35909402, -0.112907337],
                [-0.204458464, 0.564202075, -0.359743611],
                [-0.446642537, -0.121403573, 0.56804611],
            ],
            id="none of the last class",
        ),
        pytest.param(
            6,
            5,
            0.3,
            12.028161693,
            [
                [0.959168387, -1.405914455, -0.595995231, -0.374926214, 0.247667512],
                [-0.732473095, 0.363741501, -0.114379418, -0.149092894, -1.377796094],
                [0.471066728, 1.208928807, 0.252890286, -0.940604131, -0.34428169],
                [-1.409179622, 0.14142082, 0.909831651, 0.461173519, -1.543246369],
            ],
            id="small penalty",
        ),
        pytest.param(
            4,
            3,
            0.7,
            15.680476512,
            [
                [2.398468936, -2.623567582, -1.818901354],
                [-2.164186682, 0.09309402, -0.140907337],
                [0.523541536, 2.356202075, 0.130256389],
                [-3.414642537, 0.410596427, 2.24804611],
            ],
            id="large penalty",
        ),
    ],
)
def test_a_batch_without_round_numbers(expect, function, pictures, classes, reg, loss, dW):
    W, X, y = WEIGHTS[:, :classes], BATCH[:pictures], LABELS_OF_BATCH[:pictures] % classes
    expect_loss(expect, function, W, X, y, reg, loss, np.array(dW))


@both_are_stable
@pytest.mark.parametrize("shift", [800.0, -800.0], ids="logits moved by {:+.0f}".format)
def test_a_constant_added_to_all_logits_changes_nothing(expect, function, shift):
    expect_loss(expect, function, LOGITS[:1] + shift, np.ones((1, 1)), LABELS[:1], 0.0, LOSSES[0], SLOPES[:1])


@both_are_stable
def test_a_logit_800_above_the_correct_one_costs_800(expect, function):
    W, X, y = np.array([[0.0, 800.0, -800.0]]), np.ones((1, 1)), np.array([0])
    expect_loss(expect, function, W, X, y, 0.0, 800.0, np.array([[-1.0, 1.0, 0.0]]))


@both_are_stable
def test_each_picture_may_be_moved_by_an_amount_of_its_own(expect, function):
    W = LOGITS[:2] + np.array([[800.0], [-800.0]])
    expect_loss(expect, function, W, np.eye(2), LABELS[:2], 0.0, 1.05974347, SLOPES[:2] / 2)


@pytest.mark.question("softmax_loss_vectorized")
@pytest.mark.parametrize("axis", ["examples", "features", "classes"])
def test_no_loop_over_the(loops, axis):
    def data_with(rng, classes=4, features=5, examples=7):
        pictures = rng.standard_normal((examples, features))
        return np.ones((features, classes)), pictures, np.arange(examples) % classes, 0.1

    loops("softmax.softmax_loss_vectorized", data_with, n=8, over=axis)


if __name__ == "__main__":
    from autograder.cli import check_beside

    check_beside(__file__)
