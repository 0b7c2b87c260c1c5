"""Graded tests of the gradient checker: functions that count, coarse functions, coordinates known by their errors."""

from functools import partial

import numpy as np
import pytest

from autograder.grading.cases import by_size
from autograder.grading.ladder import Case, Size, ladder

NUMERICAL_GRADIENT = "gradient_check.numerical_gradient"
RELATIVE_ERROR = "gradient_check.relative_error"
GRADIENT_CHECK = "gradient_check.gradient_check"
CHOOSE_STEP = "gradient_check.choose_step"

numerical = pytest.mark.question("numerical_gradient")
error = pytest.mark.question("relative_error")
checking = pytest.mark.question("gradient_check")
step = pytest.mark.question("choose_step")

shapes = pytest.mark.parametrize("shape", [(5,), (2, 3), (3, 1, 4)], ids=by_size)

ELSEWHERE = "f is called at a point that differs from x in more than one entry, or in none"


# --- what f may be ----------------------------------------------------------------------------------------


def curved(x, weights):
    return float(np.sum(weights * np.exp(2 * x)) + np.sum(weights * x) ** 2)


def curved_and_straight(x, weights, sign):
    return sign * float(np.sum(weights * x) + curved(x, weights))


def straight(x, weights):
    return float(np.sum(weights * x))


def cubes(x):
    return float(np.sum(x**3))


def cubes_above(x, levels):
    # What has not moved adds exactly 0, so that hardly anything is rounded. Products take less time than powers.
    return float((x * x * x - levels).sum())


def constant(x):
    return 1.5


def rounded(x, weights, decimals):
    return round(float(np.sum(weights * np.exp(x))), decimals)


def kinked(x):
    # The slopes are 3 by steps of 1/16 to 1/4: larger ones meet a kink, smaller ones rounding.
    kink = 8 * np.maximum(np.abs(x) - 0.375, 0) * np.maximum(x, 0)
    return float(np.sum(np.round(64 * 3 * x) / 64 + kink))


def unequal(x, large, small):
    kink = max(abs(float(x[0])) - 1, 0) * float(x[0])
    return round(large * (float(x[0]) + kink)) + small * float(np.exp(3 * x[1]))


OF_X = (curved, curved_and_straight, straight, cubes, cubes_above, constant, rounded, kinked, unequal)


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


def curved_problem(rng, shape):
    """Draw a function with large derivatives, whose slope in each coordinate depends on all of them, and a point."""
    weights = rng.uniform(0.5, 2.0, size=shape)
    return partial(curved, weights=weights), rng.uniform(-1.0, 1.0, size=shape)


# --- numerical_gradient -----------------------------------------------------------------------------------


@numerical
@pytest.mark.weight(6)
@shapes
def test_gradient_with_the_default_step(compare, rng, shape):
    compare(NUMERICAL_GRADIENT, *curved_problem(rng, shape), names=("gradient",))


@numerical
@pytest.mark.weight(3)
@pytest.mark.parametrize("h", [1e-2, 1e-3], ids="h {:g}".format)
def test_gradient_with_another_step(compare, rng, h):
    compare(NUMERICAL_GRADIENT, *curved_problem(rng, (4, 3)), h, names=("gradient",))


@numerical
@pytest.mark.weight(2)
def test_two_evaluations_for_each_entry(compare, student, check, rng):
    function, x = curved_problem(rng, (2, 4))
    f = Recorded(function)
    check.record(gradient=student.call(NUMERICAL_GRADIENT, f, x, 1e-3))
    count = len(f.points)
    check(
        evaluations=(count, 2 * x.size, f"f is called {count} times for an x of {x.size} entries"),
        moved=(f.entries_moved(x), 1, ELSEWHERE),
    )
    compare(NUMERICAL_GRADIENT, function, x, 1e-3, names=("gradient",))


@numerical
@pytest.mark.weight(2)
@pytest.mark.edge
@pytest.mark.parametrize(
    "dtype, scale, h", [(int, 3, 1e-3), (np.float32, 1, 1e-5)], ids=["integers", "float32"]
)
def test_gradient_at(compare, rng, dtype, scale, h):
    function, x = curved_problem(rng, (3, 2))
    compare(NUMERICAL_GRADIENT, function, (scale * x).astype(dtype), h, names=("gradient",))


@numerical
@pytest.mark.weight(1)
def test_x_comes_back_as_it_was(unchanged, rng):
    unchanged(NUMERICAL_GRADIENT, *curved_problem(rng, (4, 3)))


# --- relative_error ---------------------------------------------------------------------------------------


def two_arrays(rng, shape):
    """Draw two arrays that agree roughly, entry by entry, with signs of both kinds."""
    a = rng.uniform(1.0, 9.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
    b = a * rng.uniform(0.8, 1.2, size=shape)
    return a, b


@error
@pytest.mark.weight(1.5)
@shapes
def test_error_of_two_arrays(compare, rng, shape):
    compare(RELATIVE_ERROR, *two_arrays(rng, shape), names=("error",))


@error
@pytest.mark.weight(0.5)
def test_error_of_arrays_of_very_different_size(compare, rng):
    a, b = two_arrays(rng, (7,))
    sizes = 10.0 ** np.arange(-4, 3)
    compare(RELATIVE_ERROR, a * sizes, b * sizes, names=("error",))


@error
@pytest.mark.weight(1.5)
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
@pytest.mark.weight(1)
def test_error_where_both_are_0(compare, rng):
    a, b = two_arrays(rng, (6,))
    a[[1, 4]] = b[[1, 4]] = 0
    compare(RELATIVE_ERROR, a, b, names=("error",))
    compare(RELATIVE_ERROR, np.zeros((2, 3)), np.zeros((2, 3)), names=("error",))


@error
@pytest.mark.weight(1)
def test_error_of_tiny_numbers(compare, rng):
    """Differences far below 1e-8 are rounding noise, whatever they are relative to."""
    a, b = rng.uniform(1e-10, 3e-9, size=(2, 5))
    compare(RELATIVE_ERROR, a, b, names=("error",))


@error
@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "left, right",
    [((4, 1), (4,)), ((3,), ()), ((1, 3), (2, 3)), ((2, 3), (3, 2))],
    ids=lambda shape: by_size(shape) or "number",
)
def test_unequal_shapes_raise_a_value_error(student, compare, rng, left, right):
    student.raises("ValueError", RELATIVE_ERROR, rng.normal(size=left), rng.normal(size=right))
    compare(RELATIVE_ERROR, *two_arrays(rng, left), names=("error",))


@error
@pytest.mark.weight(0.5)
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
    """Draw f, a gradient that is wrong by a factor, and x such that every coordinate has the same error.

    Of many coordinates hardly any is drawn twice, so what a check leaves behind there is not found by chance.
    """
    x = np.full(shape, rng.uniform(1.0, 2.0))
    return cubes, rng.uniform(1.5, 4.0) * 3 * x**2, x


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


@checking
@pytest.mark.weight(3)
@pytest.mark.parametrize("shape", [(300,), (15, 20), (5, 6, 10)], ids=by_size)
def test_errors_with_the_defaults(compare, rng, shape):
    # A coordinate that is drawn twice must not tell by chance what a check left behind there: h, 1e-5 of the slope.
    compare(GRADIENT_CHECK, *equal_coordinates(rng, shape), names=("errors",), rtol=1e-4)


@checking
@pytest.mark.weight(1)
@pytest.mark.parametrize("num_checks, h", [(1, 1e-2), (7, 1e-3)], ids=["1 check", "7 checks"])
def test_errors_with_another_number_and_step(compare, rng, num_checks, h):
    compare(GRADIENT_CHECK, *equal_coordinates(rng, (50, 60)), num_checks=num_checks, h=h, names=("errors",))


@checking
@pytest.mark.weight(1.5)
def test_coordinates_come_from_all_of_x(student, check, rng):
    # The extents share a factor: the same number modulo each of them does not reach every entry.
    f, gradient, x, known = told_by_their_errors(rng, (4, 6))
    errors = check.numbers(student.call(GRADIENT_CHECK, f, gradient, x, 600), "errors", (600,))
    check.record(errors=np.unique(errors.round(7)))
    met = np.unique(coordinates(errors, known))
    check(-1 not in met, "some of the errors belong to no coordinate of x")
    check(len(met) == x.size, f"600 checks of {x.size} entries met only {len(met)} of them")


@checking
@pytest.mark.weight(1)
def test_coordinates_are_drawn(student, check, rng):
    f, gradient, x, known = told_by_their_errors(rng, (30, 20))
    replies = [student.call(GRADIENT_CHECK, f, gradient, x, num_checks=60) for _ in range(2)]
    errors, others = (check.numbers(reply, "errors", (60,)) for reply in replies)
    drawn, again = coordinates(errors, known), coordinates(others, known)
    met = np.unique(drawn // (x.size // 2))
    right = -1 not in met
    # Which coordinates were drawn differs from run to run, and so do wrong errors at them.
    check.record(halves=met if right else np.shape(drawn))
    check(right, "some of the errors belong to no coordinate of x")
    check(len(met) == 2, f"60 checks of {x.size} entries all met the same half of them")
    rising = np.all(np.diff(errors) >= 0) or np.all(np.diff(errors) <= 0)
    check(not rising, "the errors come in the order of their sizes, not in that in which they were drawn")
    check(not np.array_equal(drawn, again), "two calls without a generator drew the same 60 coordinates")


@checking
@pytest.mark.weight(0.5)
def test_more_checks_than_entries(student, compare, check, rng):
    slope, x = rng.uniform(1.0, 2.0), rng.normal(size=2)
    problem = lambda x: float(slope * np.sum(x)), np.full(2, 1.5 * slope), x
    check(checks=9, entries=2)
    check.record(errors=student.call(GRADIENT_CHECK, *problem, 9))
    compare(GRADIENT_CHECK, *problem, 9, names=("errors",))


@checking
@pytest.mark.weight(1)
def test_coordinates_are_drawn_with_the_generator_that_is_given(student, check, rng):
    f, gradient, x, known = told_by_their_errors(rng, (20, 15))
    code = student.extended(gradient_check=GENERATORS)
    replies = [
        code.call(GRADIENT_CHECK, f, gradient, x, 12, rng=code.ref(f"gradient_check.{generator}"))
        for generator in ("first_generator", "same_generator")
    ]
    drawn = [coordinates(check.numbers(reply, "errors", (12,)), known) for reply in replies]
    right = bool(np.min(drawn) >= 0)
    same = right and np.array_equal(*drawn)
    check.record(same=same if right else None)
    check(right, "some of the errors belong to no coordinate of x")
    check(same, "two generators in the same state led to different coordinates")


@checking
@pytest.mark.weight(1)
def test_two_evaluations_for_each_check(student, compare, check, rng):
    function, gradient, x = equal_coordinates(rng, (15, 20))
    f = Recorded(function)
    check.record(errors=student.call(GRADIENT_CHECK, f, gradient, x, num_checks=5))
    count = len(f.points)
    check(
        evaluations=(count, 10, f"5 checks call f {count} times"),
        moved=(min(f.entries_moved(x), 2), 1, ELSEWHERE),
    )
    compare(GRADIENT_CHECK, function, gradient, x, num_checks=5, names=("errors",))


@checking
@pytest.mark.weight(0.5)
def test_a_slope_of_0_found_to_be_0(compare, rng):
    f, gradient, x = equal_coordinates(rng, (15, 20))
    compare(GRADIENT_CHECK, f, gradient, x, 1, names=("errors",))
    compare(GRADIENT_CHECK, lambda x: 1.5, np.zeros_like(x), x, names=("errors",))


@checking
@pytest.mark.weight(0.5)
def test_x_and_the_gradient_come_back_as_they_were(student, compare, check, rng):
    f, gradient, x = equal_coordinates(rng, (15, 20))
    outcome = student.bind(GRADIENT_CHECK, f, gradient, x, 1, 1e-3).outcome()
    check.record(changed=sorted(outcome.changed), errors=outcome.value)
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


def coarse_problem(rng, best, shape=(2, 3)):
    """Draw f, which is known to a few decimals, its gradient and x; the best step is `STEPS[best]` by far.

    For one-sided quotients it is a different one.
    """
    decimals = {1: 2, 2: 5, 3: 9}[best]
    while True:
        weights = rng.uniform(0.5, 2.0, size=shape)
        x = rng.uniform(0.2, 0.8, size=shape)

        problem = partial(rounded, weights=weights, decimals=decimals), weights * np.exp(x), x
        errors = errors_of(*problem, STEPS)
        one_sided = np.argmin(errors_of(*problem, STEPS, back=0))
        if np.argmin(errors) == best != one_sided and np.sort(errors)[1] > 2 * errors[best]:
            return problem


@step
@pytest.mark.weight(4.5)
@orders
@pytest.mark.parametrize("best", [1, 2, 3], ids=["0.2", "0.05", "0.001"])
def test_best_step(compare, rng, best, order):
    compare(CHOOSE_STEP, *coarse_problem(rng, best), STEPS[order].tolist(), names=("step",))


@step
@pytest.mark.weight(2)
@pytest.mark.parametrize("order", [[0, 3, 5, 4, 2, 1], [5, 4, 2, 1, 3, 0]], ids=["last", "in the middle"])
def test_largest_of_equally_good_steps(compare, order):
    steps = np.array([1.0, 0.5, 0.25, 0.125, 0.0625, 0.00390625])[order]
    compare(CHOOSE_STEP, kinked, np.full(3, 3.0), np.zeros(3), steps.tolist(), names=("step",))


def unequal_slopes(rng, steps):
    """Draw f with a large, coarse slope and a small, curved one, its gradient and x; `steps[1]` is the best."""
    while True:
        large, small = rng.uniform(2e6, 3e6), rng.uniform(2e-3, 3e-3)

        problem = partial(unequal, large=large, small=small), np.array([large, 3 * small]), np.zeros(2)
        errors = errors_of(*problem, steps)
        if np.argmin(errors) == 1 and np.sort(errors)[1] > 2 * errors[1]:
            return problem


@step
@pytest.mark.weight(1)
def test_small_slopes_count_as_much_as_large_ones(compare, rng):
    """Where one slope is a million times another, differences say nothing about the smaller one."""
    steps = [1e-5, 1e-3, 0.5, 0.1, 2.0]
    compare(CHOOSE_STEP, *unequal_slopes(rng, steps), steps, names=("step",))


@step
@pytest.mark.weight(0.5)
def test_choosing_leaves_x_and_the_gradient_alone(unchanged, rng):
    unchanged(CHOOSE_STEP, *coarse_problem(rng, 2), STEPS.tolist())


# --- what the grader tries on a wrong function ------------------------------------------------------------


def shape_of(dimensions, length):
    """Return a shape of so many dimensions, all of different lengths if it has several."""
    return tuple(range(length, length + dimensions))


@ladder(NUMERICAL_GRADIENT, parts=("gradient",), beside=OF_X)
def gradients(
    rng,
    dimensions=Size(2, levels=(1, 2, 3)),
    length=Size(2, one="entry along the first axis", many="entries along the first axis", levels=(1, 2)),
    wide=Case("h is 0.1"),
    linear=Case("f is linear"),
    integers=Case("x holds integers"),
):
    shape = shape_of(dimensions, length)
    weights = rng.uniform(0.5, 2.0, size=shape)
    x = rng.integers(-2, 3, size=shape) if integers else rng.uniform(-2.0, 2.0, size=shape)
    # The slopes rise or fall.
    curve = partial(curved_and_straight, weights=weights, sign=rng.choice([-1.0, 1.0]))
    f = partial(straight, weights=weights) if linear else curve
    return dict(f=f, x=x, h=0.1 if wide else rng.uniform(0.7e-3, 1.4e-3))


@ladder(RELATIVE_ERROR, parts=("error",))
def errors(
    rng,
    dimensions=Size(2, levels=(1, 2, 3)),
    length=Size(
        3, one="entry along the first axis", many="entries along the first axis", levels=(1, 2, 3, 5)
    ),
    negative=Case("both arrays hold negative numbers"),
    opposite=Case("the signs of both arrays are opposite"),
    zeros=Case("both arrays are 0 in an entry"),
    tiny=Case("all entries are below 2e-9"),
    integers=Case("both arrays hold integers"),
    equal=Case("both arrays are equal"),
    below=Case("every entry of a is smaller than that of b"),
):
    shape = shape_of(dimensions, length)
    if (integers and tiny) or (equal and (opposite or below)) or (zeros and (below or shape == (1,))):
        return None
    a, b = two_arrays(rng, shape)
    if integers:
        a, b = np.round(20 * a).astype(int), np.round(20 * b).astype(int)
    a, b = np.abs(a), np.abs(b)
    if negative:
        signs = np.where(np.arange(a.size).reshape(a.shape) % 2, 1, -1)
        a, b = signs * a, signs * b
    if zeros:
        a.flat[0] = b.flat[0] = 0
    a, b = (a * 1e-10, b * 1e-10) if tiny else (a, b)
    b = a.copy() if equal else -b if opposite else b
    if below:
        a, b = np.where(a == b, a - 1, np.minimum(a, b)), np.maximum(a, b)
    return dict(a=a, b=b)


@ladder(GRADIENT_CHECK, parts=("errors",), beside=OF_X)
def checks(
    rng,
    dimensions=Size(2, levels=(1, 2, 3)),
    number_of_checks=Size(4, one="check", many="checks", levels=(1, 2, 4, 8)),
    wide=Case("h is 0.1"),
    right=Case("the gradient is right"),
    flat=Case("f is constant"),
    few=Case("x has fewer entries than there are checks"),
):
    shape = {1: (900,), 2: (20, 45), 3: (9, 10, 10)}[dimensions]
    if few:
        shape = (1,) * (dimensions - 1) + (number_of_checks - 1,)
    if 0 in shape:
        return None
    _, gradient, x = equal_coordinates(rng, shape)
    f = partial(cubes_above, levels=x * x * x)
    if right:
        gradient = 3 * x**2
    if flat:
        f, gradient = constant, gradient * 0 if right else gradient
    h = 0.1 if wide else rng.uniform(0.7e-3, 1.4e-3)
    return dict(f=f, analytic_grad=gradient, x=x, num_checks=number_of_checks, h=h)


@ladder(CHOOSE_STEP, parts=("step",), beside=OF_X)
def steps(
    rng,
    steps=Size(4, least=3, levels=(3, 4)),
    first=Case("the best step comes first"),
    last=Case("the best step comes last"),
    smallest=Case("the best step is the smallest"),
    largest=Case("the best step is the largest"),
    tied=Case("several steps are equally good"),
    unequal=Case("one slope is a million times another"),
):
    if (first and last) or (smallest and (largest or tied)) or (unequal and (largest or tied)):
        return None
    if unequal:
        sizes, best = np.array([2.0, 0.5, 0.1, 1e-3, 1e-5]), 3
        f, gradient, x = unequal_slopes(rng, [1e-5, 1e-3, 0.5, 0.1, 2.0])
    elif tied:
        sizes, f, gradient, x = (
            np.array([1.0, 0.125, 0.0625, 2e-3]),
            kinked,
            np.full(3, 3.0),
            np.zeros(3),
        )
        best = 1
    else:
        best = 3 if smallest else 1 if largest else int(rng.integers(1, 4))
        sizes, (f, gradient, x) = STEPS, coarse_problem(rng, best, (2,))
    numbers = np.arange(len(sizes))
    larger, smaller = rng.permutation(numbers[:best]).tolist(), rng.permutation(numbers[best + 1 :]).tolist()
    # One of either side, but for the two cases; of the equally good ones, the second is among them.
    larger, smaller = [] if largest else larger, [] if smallest else sorted(smaller) if tied else smaller
    others = [*larger[:1], *smaller[:1], *larger[1:], *smaller[1:]][: steps - 1]
    others = rng.permutation(others).tolist()
    place = 0 if first else len(others) if last else int(rng.integers(1, len(others)))
    order = [*others[:place], best, *others[place:]]
    return dict(f=f, analytic_grad=gradient, x=x, steps=sizes[order].tolist())
