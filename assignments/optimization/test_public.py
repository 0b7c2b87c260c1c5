"""Public checks of the optimisation assignment: the handout's bowl and data, and some without round numbers."""

import numpy as np
import pytest

GRADIENT_DESCENT = "optimization.gradient_descent"
NUMERICAL_HESSIAN = "optimization.numerical_hessian"
IS_CONVEX = "optimization.is_convex"
STABILITY_LIMIT = "optimization.stability_limit"
NEWTON = "optimization.newton"
ZSCORE_FIT = "optimization.zscore_fit"
ZSCORE_APPLY = "optimization.zscore_apply"
WHITEN_FIT = "optimization.whiten_fit"
WHITEN_APPLY = "optimization.whiten_apply"
CONDITION_NUMBER = "optimization.condition_number"

descent = pytest.mark.question("gradient_descent")
second_derivatives = pytest.mark.question("numerical_hessian")
convexity = pytest.mark.question("is_convex")
limit = pytest.mark.question("stability_limit")
newton = pytest.mark.question("newton")
zscore = pytest.mark.question("zscore")
whitening = pytest.mark.question("whitening")
condition = pytest.mark.question("condition_number")


def bowl(x):
    return float(3 * x[0] ** 2 + 2 * x[1] ** 2 - 2)


def slope_of_bowl(x):
    return np.array([6 * x[0], 4 * x[1]])


def curvature_of_bowl(x):
    return np.array([[6.0, 0.0], [0.0, 4.0]])


def slope_of_tilted_bowl(x):
    return np.array([3.7 * x[0] + 1.45 * x[1] + 0.83, 1.45 * x[0] + 1.12 * x[1] - 0.59])


def curvature_of_tilted_bowl(x):
    return np.array([[3.7, 1.45], [1.45, 1.12]])


def x4_xy_x2(x):
    return float(x[0] ** 4 + x[0] * x[1] + x[0] ** 2)


def curvature_of_x4_xy_x2(x):
    return np.array([[12 * x[0] ** 2 + 2, 1.0], [1.0, 0.0]])


def x2_y_5(x):
    return float(x[0] ** 2 + x[1] + 5)


def curvature_of_x2_y_5(x):
    return np.array([[2.0, 0.0], [0.0, 0.0]])


def waves(x):
    return float(np.exp(0.37 * x[0] - 0.58 * x[1]) + np.sin(1.31 * x[1]) * x[2] + 0.94 * x[0] * x[2])


def slope_of_logistic_loss(w):
    x, y = np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.0, 1.0])
    return np.array([np.mean((1 / (1 + np.exp(-w[0] * x)) - y) * x)])


def curvature_of_logistic_loss(w):
    x = np.array([-2.0, -1.0, 1.0, 2.0])
    p = 1 / (1 + np.exp(-w[0] * x))
    return np.array([[np.mean(p * (1 - p) * x**2)]])


POINTS = np.array([[3.0, 1.0], [-3.0, -1.0], [1.0, 3.0], [-1.0, -3.0]])

# Five examples of three features: numbers of which none is special, for everything that numbers made by hand hide.
DATA = np.array(
    [
        [1.74, -0.63, 4.12],
        [2.91, 0.85, 3.37],
        [0.46, -1.92, 4.88],
        [3.58, 0.27, 2.19],
        [1.13, 1.41, 3.95],
    ]
)


@descent
def test_two_steps_with_rate_0_1(expect):
    path = np.array([[1.0, 1.0], [0.4, 0.6], [0.16, 0.36]])
    expect(GRADIENT_DESCENT, slope_of_bowl, np.ones(2), 0.1, 2, equals=path, names=("path",))


@descent
@pytest.mark.parametrize("rate", [0.1, 1 / 3, 0.34], ids=["rate 0.1", "rate a third", "rate 0.34"])
def test_ten_steps_below_at_and_above_the_limit(expect, rate):
    """Each coordinate is multiplied by the same factor in every step, so f ends at -1.999927, 1 and 4.573369."""
    path = np.array([[(1 - 6 * rate) ** step, (1 - 4 * rate) ** step] for step in range(11)])
    expect(GRADIENT_DESCENT, slope_of_bowl, np.ones(2), rate, 10, equals=path, names=("path",))


@descent
def test_three_steps_in_a_tilted_bowl(expect):
    path = np.array(
        [
            [1.37, -2.46],
            [0.74036, -2.093151],
            [0.5961089765, -1.5907330776],
            [0.3992681089, -1.1837720592],
        ]
    )
    start = np.array([1.37, -2.46])
    expect(GRADIENT_DESCENT, slope_of_tilted_bowl, start, 0.27, 3, equals=path, names=("path",))


@pytest.mark.parametrize(
    "function, arguments",
    [
        pytest.param(GRADIENT_DESCENT, (0.1,), id="gradient descent", marks=descent),
        pytest.param(NEWTON, (), id="newton", marks=newton),
    ],
)
def test_a_path_without_steps_is_its_start(expect, function, arguments):
    start = np.array([1.37, -2.46])
    functions = (
        (slope_of_tilted_bowl, curvature_of_tilted_bowl) if function == NEWTON else (slope_of_tilted_bowl,)
    )
    expect(function, *functions, start, *arguments, 0, equals=start[np.newaxis], names=("path",))


@second_derivatives
@pytest.mark.parametrize(
    "f, x, H",
    [
        pytest.param(bowl, [1.0, 1.0], [[6.0, 0.0], [0.0, 4.0]], id="bowl"),
        pytest.param(x4_xy_x2, [1.0, 0.0], [[14.0, 1.0], [1.0, 0.0]], id="x4 + xy + x2"),
        pytest.param(x2_y_5, [0.3, 0.7], [[2.0, 0.0], [0.0, 0.0]], id="x2 + y + 5"),
    ],
)
def test_second_derivatives(expect, f, x, H):
    expect(NUMERICAL_HESSIAN, f, np.array(x), equals=np.array(H), names=("H",), rtol=1e-5)


@second_derivatives
def test_second_derivatives_without_round_numbers(expect):
    H = np.array(
        [
            [0.317967995, -0.498436316, 0.94],
            [-0.498436316, 1.245592202, 0.337783543],
            [0.94, 0.337783543, 0.0],
        ]
    )
    x = np.array([0.71, -1.0, 0.28])
    expect(NUMERICAL_HESSIAN, waves, x, 1e-3, equals=H, names=("H",), rtol=1e-5)


@convexity
@pytest.mark.parametrize(
    "hessian, convex",
    [
        pytest.param(curvature_of_x2_y_5, True, id="x2 + y + 5"),
        pytest.param(curvature_of_x4_xy_x2, False, id="x4 + xy + x2"),
        pytest.param(curvature_of_bowl, True, id="bowl"),
        pytest.param(curvature_of_tilted_bowl, True, id="tilted bowl"),
    ],
)
def test_convex_or_not(expect, hessian, convex):
    points = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 0.5]])
    expect(IS_CONVEX, hessian, points, equals=convex, names=("convex",))


@limit
@pytest.mark.parametrize(
    "H, largest",
    [
        pytest.param([[6.0, 0.0], [0.0, 4.0]], 1 / 3, id="bowl"),
        pytest.param([[4.0, 1.5], [1.5, 1.0]], 0.4327767502, id="tilted bowl"),
        pytest.param(
            [[2.31, -0.74, 0.52], [-0.74, 0.88, 0.16], [0.52, 0.16, -1.45]], 0.7499976162, id="saddle"
        ),
        pytest.param([[-1.0, 0.0], [0.0, -3.0]], np.inf, id="dome"),
    ],
)
def test_largest_stable_rate(expect, H, largest):
    expect(STABILITY_LIMIT, np.array(H), equals=largest, names=("limit",))


@newton
def test_one_step_to_the_bottom_of_the_bowl(expect):
    path = np.array([[3.0, -2.0], [0.0, 0.0], [0.0, 0.0]])
    start = np.array([3.0, -2.0])
    expect(NEWTON, slope_of_bowl, curvature_of_bowl, start, 2, equals=path, names=("path",))


@newton
def test_one_step_to_the_bottom_of_a_tilted_bowl(expect):
    path = np.array([[1.37, -2.46], [-0.874406074, 1.6588292922]])
    start = np.array([1.37, -2.46])
    expect(NEWTON, slope_of_tilted_bowl, curvature_of_tilted_bowl, start, 1, equals=path, names=("path",))


@newton
def test_logistic_regression_with_one_weight(expect):
    path = np.array([[0.0], [0.4], [0.4194939198], [0.4196176199]])
    functions = slope_of_logistic_loss, curvature_of_logistic_loss
    expect(NEWTON, *functions, np.zeros(1), 3, equals=path, names=("path",))


@zscore
@pytest.mark.parametrize(
    "X, mean, std",
    [
        pytest.param(
            [[1.0, 10.0], [2.0, 20.0], [3.0, 60.0]],
            [2.0, 30.0],
            [0.8164965809, 21.6024689947],
            id="three examples",
        ),
        pytest.param([[1.0, 4.0], [3.0, 4.0]], [2.0, 4.0], [1.0, 1.0], id="a constant feature"),
        pytest.param(
            DATA, [1.964, -0.004, 3.702], [1.1414131592, 1.1718976064, 0.8966916973], id="five examples"
        ),
    ],
)
def test_means_and_standard_deviations(expect, X, mean, std):
    expect(ZSCORE_FIT, np.array(X), equals=(np.array(mean), np.array(std)), names=("mean", "std"))


@zscore
def test_a_single_example_is_standardised(expect):
    X, mean, std = np.array([[3.0, 60.0]]), np.array([2.0, 30.0]), np.array([2.0, 10.0])
    expect(ZSCORE_APPLY, X, mean, std, equals=np.array([[0.5, 3.0]]), names=("Z",))


@zscore
def test_other_examples_are_standardised(expect):
    mean, std = np.array([1.52, -0.47, 3.18]), np.array([0.83, 1.76, 2.35])
    Z = np.array(
        [
            [0.265060241, -0.090909091, 0.4],
            [1.674698795, 0.75, 0.080851064],
            [-1.277108434, -0.823863636, 0.723404255],
            [2.481927711, 0.420454545, -0.421276596],
            [-0.469879518, 1.068181818, 0.327659574],
        ]
    )
    expect(ZSCORE_APPLY, DATA, mean, std, equals=Z, names=("Z",))


@whitening
@pytest.mark.parametrize("X", [POINTS, DATA], ids=["four points", "five examples"])
def test_second_moments_become_the_identity(student, check, X):
    T = check.numbers(student.call(WHITEN_FIT, X), "T", (X.shape[1], X.shape[1]))
    Z = X @ np.clip(T, -1e9, 1e9).T
    moments = Z.T @ Z / len(X)
    check(
        eigenvalues=(
            np.linalg.eigvalsh(moments),
            np.ones(len(T)),
            "Z = X @ T.T is not white: the eigenvalues of Z.T @ Z / N are not all 1",
        )
    )


@whitening
@pytest.mark.parametrize(
    "X, T, Z",
    [
        pytest.param([[1.0, 2.0]], [[1.0, 1.0], [0.0, 2.0]], [[3.0, 4.0]], id="one example"),
        pytest.param(
            DATA[:2],
            [[0.42, -1.17, 0.88], [0.35, 0.91, -0.26], [-0.74, 0.53, 1.28]],
            [[5.0935, -1.0355, 3.6521], [3.1933, 0.9158, 2.6107]],
            id="two examples",
        ),
    ],
)
def test_examples_are_transformed(expect, X, T, Z):
    expect(WHITEN_APPLY, np.array(X), np.array(T), equals=np.array(Z), names=("Z",))


@condition
@pytest.mark.parametrize(
    "X, number",
    [
        pytest.param(POINTS, 4.0, id="four points"),
        pytest.param([[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]], 46.1449958445, id="a line and its bias"),
        pytest.param(DATA, 21.8039943773, id="five examples"),
    ],
)
def test_condition_number(expect, X, number):
    expect(CONDITION_NUMBER, np.array(X), equals=number, names=("number",))


if __name__ == "__main__":
    from autograder.cli import check_beside

    check_beside(__file__)
