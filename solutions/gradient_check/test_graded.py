"""Graded tests of the gradient checker: functions that count, coarse functions, coordinates known by their errors."""

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

shapes = pytest.mark.parametrize(
    "shape", [(5,), (2, 3), (3, 1, 4)], ids=lambda shape: "x".join(map(str, shape))
)

ELSEWHERE = "f is called at a point that differs from x in more than one entry, or in none"


class Recorded:
    """A function of an array that keeps a copy of every point it is called at."""

    def __init__(self, function):
        self.function = function
        self.points = []

    def __call__(self, x):
        self.points.append(np.array(x))
        return float(self.function(x))

    def entries_moved(self, x):
        """Return the number of entries in which any of the points differs most from x."""
        return max(
            (np.count_nonzero(point != x) if point.shape == x.shape else x.size + 1 for point in self.points),
            default=0,
        )


def curved(rng, shape):
    """Draw a function with large derivatives, whose slope in each coordinate depends on all of them, and a point."""
    weights = rng.uniform(0.5, 2.0, size=shape)
    return (
        lambda x: float(np.sum(weights * np.exp(2 * x)) + np.sum(weights * x) ** 2),
        rng.uniform(-1.0, 1.0, size=shape),
    )


# --- numerical_gradient -----------------------------------------------------------------------------------


@numerical
@pytest.mark.weight(5)
@shapes
def test_gradient_with_the_default_step(compare, rng, shape):
    compare(NUMERICAL_GRADIENT, *curved(rng, shape), names=("gradient",))


@numerical
@pytest.mark.weight(4)
@pytest.mark.parametrize("h", [1e-2, 1e-3], ids="h {:g}".format)
def test_gradient_with_another_step(compare, rng, h):
    compare(NUMERICAL_GRADIENT, *curved(rng, (4, 3)), h, names=("gradient",))


@numerical
@pytest.mark.weight(2)
def test_two_evaluations_for_each_entry(compare, student, check, rng):
    function, x = curved(rng, (2, 4))
    f = Recorded(function)
    gradient = student.call(NUMERICAL_GRADIENT, f, x, 1e-3)
    count = len(f.points)
    check(
        evaluations=(count, 2 * x.size, f"f is called {count} times for an x of {x.size} entries"),
        moved=(f.entries_moved(x), 1, ELSEWHERE),
        gradient=gradient,
    )
    compare(NUMERICAL_GRADIENT, function, x, 1e-3, names=("gradient",))


@numerical
@pytest.mark.weight(2)
@pytest.mark.edge
@pytest.mark.parametrize(
    "dtype, scale, h", [(int, 3, 1e-3), (np.float32, 1, 1e-5)], ids=["integers", "float32"]
)
def test_gradient_at(compare, rng, dtype, scale, h):
    function, x = curved(rng, (3, 2))
    compare(NUMERICAL_GRADIENT, function, (scale * x).astype(dtype), h, names=("gradient",))


@numerical
@pytest.mark.weight(2)
def test_x_comes_back_as_it_was(unchanged, rng):
    unchanged(NUMERICAL_GRADIENT, *curved(rng, (4, 3)))


# --- relative_error ---------------------------------------------------------------------------------------


def two_arrays(rng, shape):
    """Draw two arrays that agree roughly, entry by entry, with signs of both kinds."""
    a = rng.uniform(1.0, 9.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
    b = a * rng.uniform(0.8, 1.2, size=shape)
    return a, b


@error
@pytest.mark.weight(4)
@shapes
def test_error_of_two_arrays(compare, rng, shape):
    compare(RELATIVE_ERROR, *two_arrays(rng, shape), names=("error",))


@error
@pytest.mark.weight(2)
def test_error_of_arrays_of_very_different_size(compare, rng):
    a, b = two_arrays(rng, (7,))
    sizes = 10.0 ** np.arange(-4, 3)
    compare(RELATIVE_ERROR, a * sizes, b * sizes, names=("error",))


@error
@pytest.mark.weight(3)
@pytest.mark.parametrize("kind", ["opposite signs", "numbers", "integers"])
def test_error_of(compare, rng, kind):
    a, b = two_arrays(rng, (3, 2))
    pairs = {
        "opposite signs": (a, -b),
        "numbers": rng.uniform(1.0, 3.0, size=2).tolist(),
        "integers": rng.integers(1, 50, size=(2, 4, 3)),
    }
    compare(RELATIVE_ERROR, *pairs[kind], names=("error",))


@error
@pytest.mark.weight(2)
def test_error_where_both_are_0(compare, rng):
    a, b = two_arrays(rng, (6,))
    a[[1, 4]] = b[[1, 4]] = 0
    compare(RELATIVE_ERROR, a, b, names=("error",))
    compare(RELATIVE_ERROR, np.zeros((2, 3)), np.zeros((2, 3)), names=("error",))


@error
@pytest.mark.weight(2)
def test_error_of_tiny_numbers(compare, rng):
    """Differences far below 1e-8 are rounding noise, whatever they are relative to."""
    a, b = rng.uniform(1e-10, 3e-9, size=(2, 5))
    compare(RELATIVE_ERROR, a, b, names=("error",))


@error
@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "left, right",
    [((4, 1), (4,)), ((3,), ()), ((1, 3), (2, 3)), ((2, 3), (3, 2))],
    ids=lambda shape: "x".join(map(str, shape)) or "number",
)
def test_unequal_shapes_raise_a_value_error(student, compare, rng, left, right):
    student.raises("ValueError", RELATIVE_ERROR, rng.normal(size=left), rng.normal(size=right))
    compare(RELATIVE_ERROR, *two_arrays(rng, left), names=("error",))


@error
def test_both_arrays_come_back_as_they_were(unchanged, rng):
    unchanged(RELATIVE_ERROR, *two_arrays(rng, (3, 4)))


# --- gradient_check ---------------------------------------------------------------------------------------

# Defined beside the hand-in's functions, because a generator cannot be passed across as an argument.
GENERATORS = """
import numpy
first_generator = numpy.random.default_rng(20)
same_generator = numpy.random.default_rng(20)
"""


def equal_coordinates(rng, shape):
    """Draw f, a gradient that is wrong by a factor, and x such that every coordinate has the same error."""
    x = np.full(shape, rng.uniform(1.0, 2.0))
    return lambda x: float(np.sum(x**3)), rng.uniform(1.5, 4.0) * 3 * x**2, x


def told_by_their_errors(rng, shape):
    """Draw f, a gradient and x such that every coordinate has a different error; return these errors, too."""
    slope = rng.uniform(0.5, 2.0)
    wrong = 0.004 * rng.permutation(np.arange(1, np.prod(shape) + 1)).reshape(shape)
    errors = wrong / (2 + wrong)
    return lambda x: float(slope * np.sum(x)), slope * (1 + wrong), rng.normal(size=shape), errors.ravel()


def coordinates(errors, known):
    """Return the flat index of each coordinate that was drawn, -1 where an error belongs to none."""
    distances = np.abs(errors[:, np.newaxis] - known)
    return np.where(distances.min(axis=1) < 1e-6, distances.argmin(axis=1), -1)


def is_errors(errors, num_checks):
    return isinstance(errors, np.ndarray) and errors.shape == (num_checks,) and errors.dtype.kind == "f"


@checking
@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(300,), (15, 20), (5, 6, 10)], ids=lambda shape: "x".join(map(str, shape)))
def test_errors_with_the_defaults(compare, rng, shape):
    compare(GRADIENT_CHECK, *equal_coordinates(rng, shape), names=("errors",))


@checking
@pytest.mark.weight(2)
@pytest.mark.parametrize("num_checks, h", [(1, 1e-2), (7, 1e-3)], ids=["1 check", "7 checks"])
def test_errors_with_another_number_and_step(compare, rng, num_checks, h):
    compare(GRADIENT_CHECK, *equal_coordinates(rng, (15, 20)), num_checks=num_checks, h=h, names=("errors",))


@checking
@pytest.mark.weight(2)
def test_coordinates_come_from_all_of_x(student, check, rng):
    f, gradient, x, known = told_by_their_errors(rng, (4, 5))
    errors = student.call(GRADIENT_CHECK, f, gradient, x, 600)
    right = is_errors(errors, 600)
    seen = np.unique(errors.round(7)) if right else errors
    check(right, "600 checks should return an array of 600 errors", errors=seen)
    met = np.unique(coordinates(errors, known))
    check(-1 not in met, "some of the errors belong to no coordinate of x")
    check(len(met) == x.size, f"600 checks of {x.size} entries met only {len(met)} of them")


@checking
def test_coordinates_are_drawn(student, check, rng):
    f, gradient, x, known = told_by_their_errors(rng, (30, 20))
    errors = student.call(GRADIENT_CHECK, f, gradient, x, num_checks=60)
    drawn = coordinates(errors, known) if is_errors(errors, 60) else np.array([-1])
    met = np.unique(drawn // (x.size // 2))
    right = -1 not in met
    check(right, "60 checks should return the errors at 60 coordinates of x", seen=met if right else errors)
    check(len(met) == 2, f"60 checks of {x.size} entries all met the same half of them")


@checking
def test_more_checks_than_entries(student, compare, check, rng):
    slope, x = rng.uniform(1.0, 2.0), rng.normal(size=2)
    problem = lambda x: float(slope * np.sum(x)), np.full(2, 1.5 * slope), x
    check(checks=9, entries=2)
    check(errors=student.call(GRADIENT_CHECK, *problem, 9))
    compare(GRADIENT_CHECK, *problem, 9, names=("errors",))


@checking
def test_coordinates_are_drawn_with_the_generator_that_is_given(student, check, rng):
    f, gradient, x, known = told_by_their_errors(rng, (20, 15))
    code = student.extended(gradient_check=GENERATORS)
    twice = [
        code.call(GRADIENT_CHECK, f, gradient, x, 12, rng=code.ref(f"gradient_check.{generator}"))
        for generator in ("first_generator", "same_generator")
    ]
    right = all(is_errors(errors, 12) and (coordinates(errors, known) >= 0).all() for errors in twice)
    same = right and np.array_equal(coordinates(twice[0], known), coordinates(twice[1], known))
    check(right, "12 checks should return the errors at 12 coordinates of x", seen=same if right else twice)
    check(same, "two generators in the same state led to different coordinates")


@checking
def test_two_evaluations_for_each_check(student, compare, check, rng):
    function, gradient, x = equal_coordinates(rng, (15, 20))
    f = Recorded(function)
    errors = student.call(GRADIENT_CHECK, f, gradient, x, num_checks=5)
    count = len(f.points)
    check(
        evaluations=(count, 10, f"5 checks call f {count} times"),
        moved=(min(f.entries_moved(x), 2), 1, ELSEWHERE),
        errors=errors,
    )
    compare(GRADIENT_CHECK, function, gradient, x, num_checks=5, names=("errors",))


@checking
def test_a_slope_of_0_found_to_be_0(compare, rng):
    f, gradient, x = equal_coordinates(rng, (15, 20))
    compare(GRADIENT_CHECK, f, gradient, x, names=("errors",))
    compare(GRADIENT_CHECK, lambda x: 1.5, np.zeros_like(x), x, names=("errors",))


@checking
def test_x_and_the_gradient_come_back_as_they_were(student, compare, check, rng):
    f, gradient, x = equal_coordinates(rng, (15, 20))
    outcome = student.bind(GRADIENT_CHECK, f, gradient, x, 1, 1e-3).outcome()
    check(changed=sorted(outcome.changed), errors=outcome.value)
    compare(GRADIENT_CHECK, f, gradient, x, 1, 1e-3, names=("errors",))
    check("2" not in outcome.changed, "the errors are right, but the call changed x")
    check("1" not in outcome.changed, "the errors are right, but the call changed the analytic gradient")


# --- choose_step ------------------------------------------------------------------------------------------

orders = pytest.mark.parametrize(
    "order",
    [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1]],
    ids=["falling", "rising", "mixed"],
)
STEPS = np.array([0.8, 0.2, 0.05, 1e-3, 1e-5])


def errors_of(f, gradient, x, steps, back=1):
    """Return the relative error of the quotients for each step; with `back` 0 they are one-sided."""
    errors = []
    for h in steps:
        moves = h * np.eye(x.size).reshape(-1, *x.shape)
        slopes = np.array([f(x + move) - f(x - back * move) for move in moves]).reshape(x.shape) / (
            h + back * h
        )
        errors.append(np.max(np.abs(slopes - gradient) / np.maximum(1e-8, np.abs(slopes) + np.abs(gradient))))
    return np.array(errors)


def coarse_problem(rng, best):
    """Draw f, which is known to a few decimals, its gradient and x; the best step is `STEPS[best]` by far.

    For one-sided quotients it is a different one.
    """
    decimals = {1: 2, 2: 5, 3: 9}[best]
    while True:
        weights = rng.uniform(0.5, 2.0, size=(2, 3))
        x = rng.uniform(0.2, 0.8, size=(2, 3))

        def f(x, weights=weights):
            return round(float(np.sum(weights * np.exp(x))), decimals)

        problem = f, weights * np.exp(x), x
        errors = errors_of(*problem, STEPS)
        one_sided = np.argmin(errors_of(*problem, STEPS, back=0))
        if np.argmin(errors) == best != one_sided and np.sort(errors)[1] > 2 * errors[best]:
            return problem


@step
@pytest.mark.weight(4)
@orders
@pytest.mark.parametrize("best", [1, 2, 3], ids=["0.2", "0.05", "0.001"])
def test_best_step(compare, rng, best, order):
    compare(CHOOSE_STEP, *coarse_problem(rng, best), STEPS[order].tolist(), names=("step",))


@step
@pytest.mark.weight(2)
@pytest.mark.parametrize("order", [[0, 3, 5, 4, 2, 1], [5, 4, 2, 1, 3, 0]], ids=["last", "in the middle"])
def test_largest_of_equally_good_steps(compare, order):
    """Steps of 1/16 to 1/4 find the slope of 3 exactly; larger ones meet a kink, smaller ones rounding."""

    def kinked(x):
        kink = 8 * np.maximum(np.abs(x) - 0.375, 0) * np.maximum(x, 0)
        return float(np.sum(np.round(64 * 3 * x) / 64 + kink))

    steps = np.array([1.0, 0.5, 0.25, 0.125, 0.0625, 0.00390625])[order]
    compare(CHOOSE_STEP, kinked, np.full(3, 3.0), np.zeros(3), steps.tolist(), names=("step",))


def unequal_slopes(rng, steps):
    """Draw f with a large, coarse slope and a small, curved one, its gradient and x; `steps[1]` is the best."""
    while True:
        large, small = rng.uniform(2e6, 3e6), rng.uniform(2e-3, 3e-3)

        def f(x, large=large, small=small):
            kink = max(abs(float(x[0])) - 1, 0) * float(x[0])
            return round(large * (float(x[0]) + kink)) + small * float(np.exp(3 * x[1]))

        problem = f, np.array([large, 3 * small]), np.zeros(2)
        errors = errors_of(*problem, steps)
        if np.argmin(errors) == 1 and np.sort(errors)[1] > 2 * errors[1]:
            return problem


@step
def test_small_slopes_count_as_much_as_large_ones(compare, rng):
    """Where one slope is a million times another, differences say nothing about the smaller one."""
    steps = [1e-5, 1e-3, 0.5, 0.1, 2.0]
    compare(CHOOSE_STEP, *unequal_slopes(rng, steps), steps, names=("step",))


@step
def test_choosing_leaves_x_and_the_gradient_alone(unchanged, rng):
    unchanged(CHOOSE_STEP, *coarse_problem(rng, 2), STEPS.tolist())
