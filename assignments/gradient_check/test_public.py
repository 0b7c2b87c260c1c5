"""Public checks of the gradient checker: functions whose slopes can be worked out on paper."""

import numpy as np
import pytest

NUMERICAL_GRADIENT = "gradient_check.numerical_gradient"
RELATIVE_ERROR = "gradient_check.relative_error"
GRADIENT_CHECK = "gradient_check.gradient_check"
CHOOSE_STEP = "gradient_check.choose_step"

numerical = pytest.mark.question("numerical_gradient")
error = pytest.mark.question("relative_error")
checking = pytest.mark.question("gradient_check")
step = pytest.mark.question("choose_step")


def sum_of_squares(x):
    return float(np.sum(x**2))


def sum_of_sines(x):
    return float(np.sum(np.sin(x)))


def sum_of_cubes(x):
    return float(np.sum(x**3))


def printed_loss(x):
    """A loss near 1.25347 that is known to only five decimals; its slopes are -2.5, 0.6 and 0."""
    return round(1.25347 - 2.5 * float(x[0]) + 0.6 * float(x[1]), 5)


@numerical
def test_gradient_of_a_sum_of_squares(expect):
    x = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]])
    expect(NUMERICAL_GRADIENT, sum_of_squares, x, equals=2 * x, names=("gradient",), atol=1e-8)


@numerical
@pytest.mark.parametrize(
    "h, slope",
    [
        pytest.param(0.1, 3.01, id="h 0.1"),
        pytest.param(0.01, 3.0001, id="h 0.01"),
        pytest.param(0.001, 3.000001, id="h 0.001"),
    ],
)
def test_error_at_a_cube_is_the_square_of_h(expect, h, slope):
    """A one-sided quotient would give 3.31, 3.0301 and 3.003001."""
    x = np.array([1.0])
    expect(NUMERICAL_GRADIENT, sum_of_cubes, x, h, equals=np.array([slope]), names=("gradient",), rtol=1e-9)


@numerical
def test_losses_1_25322_and_1_25353_beside_1_25347(expect):
    gradient = np.array([-2.5, 0.6, 0.0])
    expect(
        NUMERICAL_GRADIENT, printed_loss, np.zeros(3), 1e-4, equals=gradient, names=("gradient",), rtol=1e-9
    )


@numerical
@pytest.mark.parametrize(
    "h, gradient",
    [
        pytest.param(
            0.3,
            [
                [0.490140996, -0.204579775, -0.817658641],
                [0.975429453, 0.523918634, 0.215736338],
            ],
            id="h 0.3",
        ),
        pytest.param(
            1e-4,
            [
                [0.497571047, -0.207681001, -0.830053534],
                [0.990215995, 0.53186072, 0.219006687],
            ],
            id="h 0.0001",
        ),
    ],
)
def test_gradient_of_a_sum_of_sines(expect, h, gradient):
    """Between x - h and x + h a sine rises by 2 * sin(h) * cos(x)."""
    x = np.array(
        [
            [1.05, 1.78, -2.55],
            [-0.14, 1.01, 1.35],
        ]
    )
    expect(NUMERICAL_GRADIENT, sum_of_sines, x, h, equals=np.array(gradient), names=("gradient",))


@error
@pytest.mark.parametrize(
    "a, b, largest",
    [
        pytest.param([3.0], [5.0], 0.25, id="3 and 5"),
        pytest.param([1.0, 0.0, 3.0], [1.0, 0.0, 5.0], 0.25, id="the largest of three"),
        pytest.param([2.0, 1.0], [-2.0, 1.0], 1.0, id="opposite signs"),
        pytest.param([0.0, 0.0], [0.0, 0.0], 0.0, id="both 0"),
        pytest.param([0.07, 2.72], [0.1, 2.16], 0.1764705882, id="2 numbers"),
        pytest.param([-0.6, -1.05, 1.14], [-0.59, -1.36, 0.3], 0.5833333333, id="3 numbers"),
        pytest.param([3.13, -0.19, 1.36, -0.27], [2.66, -0.23, 1.81, -0.25], 0.141955836, id="4 numbers"),
        pytest.param([0.31, -1.17], [-0.13, -0.71], 1.0, id="one of other signs"),
        pytest.param([2.39, 0.83, 1.57], [1.91, -0.47, 1.03], 1.0, id="another of other signs"),
    ],
)
def test_relative_error(expect, a, b, largest):
    expect(RELATIVE_ERROR, np.array(a), np.array(b), equals=largest, names=("error",))


@error
def test_unequal_shapes_raise_a_value_error(student):
    student.raises("ValueError", RELATIVE_ERROR, np.ones((3, 1)), np.ones(3))


@checking
@pytest.mark.parametrize(
    "factor, errors",
    [pytest.param(2.0, 0.0, id="right"), pytest.param(4.0, 1 / 3, id="twice too large")],
)
def test_gradient_of_a_sum_of_squares_is_checked(expect, factor, errors):
    x = np.array([[1.0, -2.0], [3.0, 0.5], [-0.7, 1.1]])
    equals = np.full(10, errors)
    expect(GRADIENT_CHECK, sum_of_squares, factor * x, x, equals=equals, names=("errors",), atol=1e-8)


@step
def test_a_smaller_step_is_better_for_a_cube(expect):
    expect(
        CHOOSE_STEP, sum_of_cubes, np.array([3.0]), np.array([1.0]), [0.01, 0.1], equals=0.01, names=("step",)
    )


@step
def test_a_larger_step_is_better_for_a_loss_of_five_decimals(expect):
    gradient, x = np.array([-2.5, 0.6, 0.0]), np.array([0.3, 0.7, 0.2])
    steps = [1e-7, 1e-2, 1e-6]
    expect(CHOOSE_STEP, printed_loss, gradient, x, steps, equals=1e-2, names=("step",))


if __name__ == "__main__":
    from autograder.cli import check_beside

    check_beside(__file__)
