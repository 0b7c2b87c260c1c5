"""Known-wrong variants of the gradient checker, each with the question that leads to the mistake."""

import numpy as np

from autograder.grading import misconception

NUMERICAL_GRADIENT = "gradient_check.numerical_gradient"
RELATIVE_ERROR = "gradient_check.relative_error"
GRADIENT_CHECK = "gradient_check.gradient_check"
CHOOSE_STEP = "gradient_check.choose_step"


def quotients(f, x, pairs, divisor):
    """Return one difference quotient per entry of x; `pairs` gives what is added to it for the two points."""
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        values = []
        for move in pairs:
            point = x.copy()
            point[index] = x[index] + move
            values.append(f(point))
        gradient[index] = (values[0] - values[1]) / divisor
    return gradient


def pairwise(a, b):
    """Return the relative error of each pair of entries."""
    return np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))


def checked(f, analytic_grad, x, drawn, quotient, error):
    """Return the error at each flat coordinate drawn, with this difference quotient and this error."""
    errors = np.empty(len(drawn))
    for check, flat in enumerate(drawn):
        index = np.unravel_index(flat, x.shape)
        move = np.zeros(x.shape)
        move[index] = 1
        errors[check] = error(quotient(f, x, move), analytic_grad[index])
    return errors


def any_generator(rng):
    return np.random.default_rng() if rng is None else rng


# --- numerical_gradient -----------------------------------------------------------------------------------


@misconception(
    "G01",
    NUMERICAL_GRADIENT,
    mistake="forward difference",
    hint="Half the step brings half your error; it should bring a quarter. Are your two points on both sides of x, "
    "or is one of them x itself?",
    also_affects=("choose_step",),
)
def forward_difference(original):
    def wrong(f, x, h=1e-5):
        return quotients(f, x, (h, 0), h)

    return wrong


@misconception(
    "G14",
    NUMERICAL_GRADIENT,
    mistake="backward difference",
    hint="Half the step brings half your error; it should bring a quarter. Are your two points on both sides of x, "
    "or is one of them x itself?",
    also_affects=("choose_step",),
)
def backward_difference(original):
    def wrong(f, x, h=1e-5):
        return quotients(f, x, (0, -h), h)

    return wrong


@misconception(
    "G02",
    NUMERICAL_GRADIENT,
    mistake="divided by h instead of 2 * h",
    hint="Every entry of your gradient is exactly twice what it should be. How far apart are your two points?",
    also_affects=("choose_step",),
)
def divided_by_h(original):
    def wrong(f, x, h=1e-5):
        return 2 * original(f, x, h)

    return wrong


@misconception(
    "G15",
    NUMERICAL_GRADIENT,
    mistake="divided by 2 and multiplied by h: parentheses missing around 2 * h",
    hint="Your gradient is too small by the square of h. In which order does Python carry out a / 2 * h?",
    also_affects=("choose_step",),
)
def parentheses_missing(original):
    def wrong(f, x, h=1e-5):
        return original(f, x, h) * 2 * h / 2 * h

    return wrong


@misconception(
    "G16",
    NUMERICAL_GRADIENT,
    mistake="sign flipped",
    hint="Every entry of your gradient has the wrong sign. If f is larger on the right of x than on the left, is its "
    "slope positive or negative?",
    also_affects=("choose_step",),
)
def sign_flipped(original):
    def wrong(f, x, h=1e-5):
        return -original(f, x, h)

    return wrong


@misconception(
    "G03",
    NUMERICAL_GRADIENT,
    mistake="x not restored",
    hint="After the call every entry of x is smaller by h than what was passed in. Where is each coordinate when "
    "the next one's turn comes, and where should it be?",
    also_affects=("choose_step",),
)
def x_not_restored(original):
    def wrong(f, x, h=1e-5):
        gradient = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            old = x[index]
            x[index] = old + h
            above = f(x)
            x[index] = old - h
            gradient[index] = (above - f(x)) / (2 * h)
        return gradient

    return wrong


@misconception(
    "G10",
    NUMERICAL_GRADIENT,
    mistake="x restored by adding and subtracting h, which leaves rounding errors",
    hint="Your gradient is right, but some entries of x differ in their last bits after the call. Is (x + h) - h "
    "always exactly x in floating point, and what could be kept instead?",
    also_affects=("choose_step",),
)
def x_restored_by_arithmetic(original):
    def wrong(f, x, h=1e-5):
        gradient = np.zeros(x.shape)
        moved = x if x.dtype == np.float64 else x.astype(np.float64)
        for index in np.ndindex(x.shape):
            moved[index] += h
            above = f(moved)
            moved[index] -= 2 * h
            gradient[index] = (above - f(moved)) / (2 * h)
            moved[index] += h
        return gradient

    return wrong


@misconception(
    "G11",
    NUMERICAL_GRADIENT,
    mistake="copy of x not restored from one coordinate to the next",
    hint="The first entry of your gradient is right, and the following ones drift off. When a coordinate's turn is "
    "over, what is its value in the array that the next one is taken from?",
    also_affects=("choose_step",),
)
def copy_not_restored(original):
    def wrong(f, x, h=1e-5):
        x = np.array(x, dtype=np.float64)
        gradient = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            old = x[index]
            x[index] = old + h
            above = f(x)
            x[index] = old - h
            gradient[index] = (above - f(x)) / (2 * h)
        return gradient

    return wrong


@misconception(
    "G05",
    NUMERICAL_GRADIENT,
    mistake="h too large: 0.1, whatever is asked for",
    hint="Your gradient is right for parabolas and about 1 % off elsewhere, whatever h is. Do you measure the slope "
    "at the point or over a neighbourhood, and how wide is it?",
    also_affects=("choose_step",),
)
def step_too_large(original):
    def wrong(f, x, h=1e-5):
        return original(f, x, 0.1)

    return wrong


@misconception(
    "G12",
    NUMERICAL_GRADIENT,
    mistake="the h that is passed in is ignored",
    hint="Your gradient is right with the default step, and stays the same whatever h is passed in. Which step do you "
    "take?",
    also_affects=("choose_step",),
)
def step_ignored(original):
    def wrong(f, x, h=1e-5):
        return original(f, x)

    return wrong


@misconception(
    "G06",
    NUMERICAL_GRADIENT,
    mistake="x not turned into float64: the step is lost in an integer array",
    hint="For integers your gradient is not even of the right size, and for float32 it is off in the third digit. "
    "What does an integer array store when it is assigned 2.00001?",
)
def integers_left_alone(original):
    def wrong(f, x, h=1e-5):
        x = x.copy()
        gradient = np.zeros_like(x)
        for index in np.ndindex(x.shape):
            old = x[index]
            x[index] = old + h
            above = f(x)
            x[index] = old - h
            below = f(x)
            x[index] = old
            gradient[index] = (above - below) / (2 * h)
        return gradient

    return wrong


@misconception(
    "G17",
    NUMERICAL_GRADIENT,
    mistake="x not turned into float64, though the gradient is",
    hint="For integers your gradient is 0 or far too large, and for float32 it is off in the third digit. What does "
    "an integer array store when it is assigned 2.00001?",
)
def x_left_alone(original):
    def wrong(f, x, h=1e-5):
        x = x.copy()
        gradient = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            old = x[index]
            x[index] = old + h
            above = f(x)
            x[index] = old - h
            below = f(x)
            x[index] = old
            gradient[index] = (above - below) / (2 * h)
        return gradient

    return wrong


@misconception(
    "G08",
    NUMERICAL_GRADIENT,
    mistake="all coordinates moved at once",
    hint="Every entry of your gradient is the same number, the slope along (1, 1, ..., 1). How many coordinates does a "
    "partial derivative move, and what do the others do meanwhile?",
    also_affects=("choose_step",),
)
def all_coordinates_at_once(original):
    def wrong(f, x, h=1e-5):
        x = np.array(x, dtype=np.float64)
        gradient = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            gradient[index] = (f(x + h) - f(x - h)) / (2 * h)
        return gradient

    return wrong


@misconception(
    "G18",
    NUMERICAL_GRADIENT,
    mistake="f evaluated at x as well, once per entry",
    hint="Your gradient is right, but f is called three times for every entry. Which of the three values does a "
    "centred quotient not need?",
)
def evaluated_at_x_too(original):
    def wrong(f, x, h=1e-5):
        for _ in range(x.size):
            f(np.array(x, dtype=np.float64))
        return original(f, x, h)

    return wrong


# --- relative_error ---------------------------------------------------------------------------------------


@misconception(
    "G09",
    RELATIVE_ERROR,
    mistake="0/0 where both are 0",
    hint="Where both numbers are 0 your error is not a number, and for numbers around 1e-9 it is large. What should "
    "the error of two zeros be, and what keeps the denominator away from 0?",
    also_affects=("gradient_check", "choose_step"),
)
def floor_missing(original):
    def wrong(a, b):
        a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
        if a.shape != b.shape:
            raise ValueError("unequal shapes")
        return float(np.max(np.abs(a - b) / (np.abs(a) + np.abs(b))))

    return wrong


@misconception(
    "E02",
    RELATIVE_ERROR,
    mistake="mean of the errors instead of the largest",
    hint="For one pair of numbers you are right; for several your error is too small. If one entry of a gradient is "
    "wrong and a million are right, what would you like to see?",
)
def mean_error(original):
    def wrong(a, b):
        original(a, b)
        return float(np.mean(pairwise(np.asarray(a), np.asarray(b))))

    return wrong


@misconception(
    "E03",
    RELATIVE_ERROR,
    mistake="divided by |a + b| instead of |a| + |b|",
    hint="Where a and b have the same sign you are right; where they have opposite signs your error is far above 1. "
    "What is 2 + (-2), and what was it meant to measure?",
)
def sum_cancels(original):
    def wrong(a, b):
        original(a, b)
        a, b = np.asarray(a), np.asarray(b)
        return float(np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a + b))))

    return wrong


@misconception(
    "E04",
    RELATIVE_ERROR,
    mistake="divided by the larger of |a| and |b| instead of their sum",
    hint="Your error is up to twice what it should be: 3 and 5 give you 0.4 instead of 0.25. What does this course "
    "divide the difference by?",
    also_affects=("gradient_check",),
)
def divided_by_the_larger(original):
    def wrong(a, b):
        original(a, b)
        a, b = np.asarray(a), np.asarray(b)
        return float(np.max(np.abs(a - b) / np.maximum(1e-8, np.maximum(np.abs(a), np.abs(b)))))

    return wrong


@misconception(
    "E05",
    RELATIVE_ERROR,
    mistake="norm of the difference divided by the sum of the norms",
    hint="For one pair of numbers you are right; for several, small entries hardly count beside large ones. Is the "
    "quotient to be taken for each pair of entries, or once for both arrays?",
    also_affects=("choose_step",),
)
def quotient_of_norms(original):
    def wrong(a, b):
        original(a, b)
        a, b = np.asarray(a), np.asarray(b)
        norms = np.sqrt(np.sum(a * a)) + np.sqrt(np.sum(b * b))
        return float(np.sqrt(np.sum((a - b) ** 2)) / max(1e-8, norms))

    return wrong


@misconception(
    "E06",
    RELATIVE_ERROR,
    mistake="difference without its absolute value",
    hint="You are right where the entry with the largest error has a above b, and too small elsewhere. Is a gradient "
    "that is too small any better than one that is too large?",
    also_affects=("gradient_check", "choose_step"),
)
def signed_difference(original):
    def wrong(a, b):
        original(a, b)
        a, b = np.asarray(a), np.asarray(b)
        return float(np.max((a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))))

    return wrong


@misconception(
    "E07",
    RELATIVE_ERROR,
    mistake="the array of all errors returned",
    hint="You return one error per pair of entries. How many numbers are to come back, and which of them?",
    also_affects=("choose_step",),
)
def all_errors(original):
    def wrong(a, b):
        original(a, b)
        return pairwise(np.asarray(a), np.asarray(b))

    return wrong


@misconception(
    "E08",
    RELATIVE_ERROR,
    mistake="unequal shapes are broadcast",
    hint="For (4, 1) and (4,) you return a number, although 16 pairs of entries were compared. What tells you that "
    "two shapes are equal, and what should happen where they are not?",
)
def shapes_broadcast(original):
    def wrong(a, b):
        return float(np.max(pairwise(np.asarray(a), np.asarray(b))))

    return wrong


@misconception(
    "E09",
    RELATIVE_ERROR,
    mistake="1e-8 added to the denominator instead of being its least value",
    hint="For numbers around 1 you are right; for numbers around 1e-9 your error is too small. Which of the two, 1e-8 "
    "or |a| + |b|, is the denominator when both are of the same size?",
)
def floor_added(original):
    def wrong(a, b):
        original(a, b)
        a, b = np.asarray(a), np.asarray(b)
        return float(np.max(np.abs(a - b) / (1e-8 + np.abs(a) + np.abs(b))))

    return wrong


# --- gradient_check ---------------------------------------------------------------------------------------


@misconception(
    "K01",
    GRADIENT_CHECK,
    mistake="absolute difference instead of the relative error",
    hint="Your errors grow with the gradient: they are differences. Is a difference of 0.01 much or little if the "
    "slope is 1000, and if it is 0.02?",
)
def absolute_difference(original):
    def wrong(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
        drawn = any_generator(rng).integers(x.size, size=num_checks)
        return checked(
            f,
            analytic_grad,
            x,
            drawn,
            lambda f, x, move: (f(x + h * move) - f(x - h * move)) / (2 * h),
            lambda numeric, analytic: abs(numeric - analytic),
        )

    return wrong


@misconception(
    "K02",
    GRADIENT_CHECK,
    mistake="forward difference",
    hint="Half the step brings half the error of your quotients; it should bring a quarter. Are your two points on "
    "both sides of x, or is one of them x itself?",
)
def forward_difference_checked(original):
    def wrong(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
        drawn = any_generator(rng).integers(x.size, size=num_checks)
        return checked(f, analytic_grad, x, drawn, lambda f, x, move: (f(x + h * move) - f(x)) / h, pairwise)

    return wrong


@misconception(
    "K10",
    GRADIENT_CHECK,
    mistake="difference divided by h instead of 2 * h",
    hint="A right gradient gets the error 1/3 from you, as if the numerical slope were twice as large. How far apart "
    "are your two points?",
)
def divided_by_h_checked(original):
    def wrong(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
        drawn = any_generator(rng).integers(x.size, size=num_checks)
        return checked(
            f, analytic_grad, x, drawn, lambda f, x, move: (f(x + h * move) - f(x - h * move)) / h, pairwise
        )

    return wrong


@misconception(
    "K03",
    GRADIENT_CHECK,
    mistake="only the largest error returned",
    hint="You return a single number for all checks. Which shape is promised, and what could you see from several "
    "errors that their largest does not tell?",
)
def largest_only(original):
    def wrong(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
        return float(original(f, analytic_grad, x, num_checks, h, rng).max())

    return wrong


@misconception(
    "K04",
    GRADIENT_CHECK,
    mistake="the first coordinates checked instead of drawn ones",
    hint="In a large x you never look beyond the first entries. A gradient may be right there and wrong in the last "
    "row: how are the coordinates to be chosen?",
)
def first_coordinates(original):
    def wrong(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
        return checked(
            f,
            analytic_grad,
            x,
            np.arange(num_checks) % x.size,
            lambda f, x, move: (f(x + h * move) - f(x - h * move)) / (2 * h),
            pairwise,
        )

    return wrong


@misconception(
    "K05",
    GRADIENT_CHECK,
    mistake="coordinates drawn without replacement: fails where there are more checks than entries",
    hint="With 9 checks of 2 entries your code stops with an error. May a coordinate be drawn twice, and does your way "
    "of drawing allow it?",
)
def drawn_without_replacement(original):
    def wrong(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
        drawn = any_generator(rng).choice(x.size, num_checks, replace=False)
        return checked(
            f,
            analytic_grad,
            x,
            drawn,
            lambda f, x, move: (f(x + h * move) - f(x - h * move)) / (2 * h),
            pairwise,
        )

    return wrong


@misconception(
    "K06",
    GRADIENT_CHECK,
    mistake="the generator that is passed in is ignored",
    hint="Two calls with generators in the same state look at different coordinates. What is the argument rng for, "
    "and where do your random numbers come from?",
)
def generator_ignored(original):
    def wrong(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
        return original(f, analytic_grad, x, num_checks, h)

    return wrong


@misconception(
    "K07",
    GRADIENT_CHECK,
    mistake="x not restored",
    hint="After the call x is no longer what was passed in: a coordinate is smaller by h. What should happen to it "
    "once its two values of f are known?",
)
def x_moved_by_the_check(original):
    def wrong(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
        errors = np.empty(num_checks)
        for check, flat in enumerate(any_generator(rng).integers(x.size, size=num_checks)):
            index = np.unravel_index(flat, x.shape)
            x[index] += h
            above = f(x)
            x[index] -= 2 * h
            errors[check] = pairwise((above - f(x)) / (2 * h), analytic_grad[index])
        return errors

    return wrong


@misconception(
    "K08",
    GRADIENT_CHECK,
    mistake="the whole numerical gradient computed, then sampled",
    hint="Your errors are right, but f is called twice for every entry of x, not twice for every check. What is gained "
    "by looking at a few entries only, and where do you spend it?",
)
def everything_computed(original):
    def wrong(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
        numeric = quotients(f, x, (h, -h), 2 * h)
        drawn = any_generator(rng).integers(x.size, size=num_checks)
        return pairwise(numeric, analytic_grad).ravel()[drawn]

    return wrong


@misconception(
    "K09",
    GRADIENT_CHECK,
    mistake="the same number used as index on every axis",
    hint="Of an x of 4 by 5 you only ever meet 4 entries, those on the diagonal. How many random numbers does a "
    "coordinate of a two-dimensional array take?",
)
def diagonal_only(original):
    def wrong(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
        numbers = any_generator(rng).integers(min(x.shape), size=num_checks)
        drawn = np.ravel_multi_index((numbers,) * x.ndim, x.shape)
        return checked(
            f,
            analytic_grad,
            x,
            drawn,
            lambda f, x, move: (f(x + h * move) - f(x - h * move)) / (2 * h),
            pairwise,
        )

    return wrong


@misconception(
    "K11",
    GRADIENT_CHECK,
    mistake="the h that is passed in is ignored",
    hint="Your errors are right with the default step, and stay the same whatever h is passed in. Which step do you "
    "take?",
)
def step_of_the_check_ignored(original):
    def wrong(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
        return original(f, analytic_grad, x, num_checks, rng=rng)

    return wrong


# --- choose_step ------------------------------------------------------------------------------------------


@misconception(
    "C01",
    CHOOSE_STEP,
    mistake="always the smallest step",
    hint="You return the smallest step, although the function is known to a few decimals only. What does its rounding "
    "do to a difference that is divided by something tiny?",
)
def smallest_step(original):
    def wrong(f, analytic_grad, x, steps):
        original(f, analytic_grad, x, steps)
        return float(min(steps))

    return wrong


@misconception(
    "C02",
    CHOOSE_STEP,
    mistake="the first of equally good steps instead of the largest",
    hint="Where several steps have exactly the same error, your answer depends on the order in which they are listed. "
    "Which of equals is asked for?",
)
def first_of_equals(original):
    def wrong(f, analytic_grad, x, steps):
        errors = [np.max(pairwise(quotients(f, x, (h, -h), 2 * h), analytic_grad)) for h in steps]
        return float(steps[int(np.argmin(errors))])

    return wrong


@misconception(
    "C09",
    CHOOSE_STEP,
    mistake="the smallest of equally good steps instead of the largest",
    hint="Where several steps have exactly the same error, you return the smallest. Which of equals is asked for, and "
    "which of them leaves more room to rounding?",
)
def smallest_of_equals(original):
    def wrong(f, analytic_grad, x, steps):
        errors = [np.max(pairwise(quotients(f, x, (h, -h), 2 * h), analytic_grad)) for h in steps]
        return float(min(h for h, error in zip(steps, errors, strict=True) if error == min(errors)))

    return wrong


@misconception(
    "C10",
    CHOOSE_STEP,
    mistake="the last of equally good steps instead of the largest",
    hint="Where several steps have exactly the same error, your answer depends on the order in which they are listed. "
    "Which of equals is asked for?",
)
def last_of_equals(original):
    def wrong(f, analytic_grad, x, steps):
        errors = [np.max(pairwise(quotients(f, x, (h, -h), 2 * h), analytic_grad)) for h in steps]
        return float(steps[len(steps) - 1 - int(np.argmin(errors[::-1]))])

    return wrong


@misconception(
    "C03",
    CHOOSE_STEP,
    mistake="the step with the largest error",
    hint="You return the step whose gradient is farthest from the analytic one. Is a large or a small error good?",
)
def worst_step(original):
    def wrong(f, analytic_grad, x, steps):
        errors = [np.max(pairwise(quotients(f, x, (h, -h), 2 * h), analytic_grad)) for h in steps]
        return float(steps[int(np.argmax(errors))])

    return wrong


@misconception(
    "C04",
    CHOOSE_STEP,
    mistake="the step's place in the list returned",
    hint="You return a place in the list. What is asked for: where the best step stands, or how large it is?",
)
def place_of_the_step(original):
    def wrong(f, analytic_grad, x, steps):
        return list(steps).index(original(f, analytic_grad, x, steps))

    return wrong


@misconception(
    "C05",
    CHOOSE_STEP,
    mistake="the smallest error returned instead of its step",
    hint="What you return is none of the steps that were passed in. When you find a smaller error, what else has to be "
    "remembered?",
)
def error_returned(original):
    def wrong(f, analytic_grad, x, steps):
        return float(min(np.max(pairwise(quotients(f, x, (h, -h), 2 * h), analytic_grad)) for h in steps))

    return wrong


@misconception(
    "C06",
    CHOOSE_STEP,
    mistake="absolute differences compared instead of relative errors",
    hint="Where all slopes are of one size you are right; where one is a million times another, the small one does not "
    "count for you. Which measure of error is asked for?",
)
def absolute_differences(original):
    def wrong(f, analytic_grad, x, steps):
        errors = {h: np.max(np.abs(quotients(f, x, (h, -h), 2 * h) - analytic_grad)) for h in steps}
        return float(max(h for h in steps if errors[h] == min(errors.values())))

    return wrong


@misconception(
    "C07",
    CHOOSE_STEP,
    mistake="one-sided quotients in choosing the step",
    hint="Of two steps you prefer a smaller one than is asked for: your error shrinks with h, not with its square. "
    "Does your gradient use points on both sides of x?",
)
def one_sided(original):
    def wrong(f, analytic_grad, x, steps):
        errors = {h: np.max(pairwise(quotients(f, x, (h, 0), h), analytic_grad)) for h in steps}
        return float(max(h for h in steps if errors[h] == min(errors.values())))

    return wrong
