"""Graded tests of the regularization assignment: values on random problems, then how they are computed."""

import numpy as np
import pytest

from autograder.grading.cases import by_size
from autograder.grading.ladder import Case, Size, Switch, ladder

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

PENALTY_AND_SLOPE = ("R", "dR")
LOSS_AND_GRADIENT = ("loss", "dW")
ERRORS = ("train_errors", "val_errors")


# --- penalty ----------------------------------------------------------------------------------------------


@penalties
@pytest.mark.weight(6)
@pytest.mark.parametrize(
    "kind, shape, beta",
    [
        ("l2", (4, 3), 0.5),
        ("l2", (2, 5), 1.7),
        ("l1", (2, 7), 0.5),
        ("l1", (5, 3), 1.7),
        ("elastic", (6,), 0.5),
        ("elastic", (3, 4), 0.2),
    ],
)
def test_penalty_and_slope(compare, rng, kind, shape, beta):
    compare(PENALTY, rng.normal(size=shape), kind, beta, names=PENALTY_AND_SLOPE)


@penalties
@pytest.mark.weight(1)
@pytest.mark.parts()
@pytest.mark.parametrize("kind", ["l1", "elastic"])
def test_slope_at_weights_of_0(compare, rng, kind):
    W = rng.normal(size=(3, 5))
    W[rng.random(W.shape) < 0.4] = 0
    W[1, 1:3] = 0
    compare(PENALTY, W, kind, names=PENALTY_AND_SLOPE)


@penalties
@pytest.mark.weight(0.5)
@pytest.mark.parts()
def test_another_kind_raises_a_value_error(student, compare, rng):
    W = rng.normal(size=(4, 2))
    student.raises("ValueError", PENALTY, W, "ridge")
    compare(PENALTY, W, "l2", names=PENALTY_AND_SLOPE)


@penalties
@pytest.mark.weight(0.5)
@pytest.mark.parts()
def test_penalty_leaves_the_weights_alone(unchanged, rng):
    unchanged(PENALTY, rng.normal(size=(3, 4)), "elastic", 0.8, names=PENALTY_AND_SLOPE)


# --- squared_hinge_loss -----------------------------------------------------------------------------------

# (examples, features, classes): all different, so that mixing up two axes cannot go unnoticed.
SHAPES = [(7, 5, 4), (4, 6, 9), (11, 3, 2)]


def problem(rng, examples, features, classes, absent=()):
    """Draw W, X and y, in which absent classes do not occur; the last column of X is all ones, for the bias."""
    W = rng.normal(scale=0.5, size=(features, classes))
    X = rng.normal(size=(examples, features))
    X[:, -1] = 1
    return W, X, rng.choice(np.setdiff1d(np.arange(classes), absent), size=examples)


def mostly_right(rng, examples, features, classes):
    """Draw a problem with large scores: two examples are as wrong as can be, all others right."""
    W, X, y = problem(rng, examples, features, classes)
    W *= 8
    scores = X @ W
    y[:2], y[2:] = np.argmin(scores[:2], axis=1), np.argmax(scores[2:], axis=1)
    return W, X, y


@hinge
@pytest.mark.weight(1)
@pytest.mark.parametrize("shape", SHAPES[2:], ids=by_size)
def test_loss_without_a_penalty(compare, rng, shape):
    compare(SQUARED_HINGE, *problem(rng, *shape), 0.0, names=LOSS_AND_GRADIENT)


@hinge
@pytest.mark.weight(2)
@pytest.mark.parametrize("shape, reg", list(zip(SHAPES[:2], (0.1, 0.7), strict=True)), ids=str)
def test_loss_with_a_penalty(compare, rng, shape, reg):
    compare(SQUARED_HINGE, *problem(rng, *shape), reg, names=LOSS_AND_GRADIENT)


@hinge
@pytest.mark.weight(1)
@pytest.mark.parts()
@pytest.mark.parametrize("kind", ["classes missing", "mostly right"])
def test_loss_of_a_batch_with(compare, rng, kind):
    batch = problem(rng, 8, 5, 6, absent=[1, 5]) if kind == "classes missing" else mostly_right(rng, 10, 6, 4)
    compare(SQUARED_HINGE, *batch, 0.0, names=LOSS_AND_GRADIENT)


@hinge
@pytest.mark.weight(0.5)
@pytest.mark.parts()
def test_loss_leaves_its_inputs_alone(unchanged, rng):
    unchanged(SQUARED_HINGE, *problem(rng, 6, 5, 3), 0.4, names=LOSS_AND_GRADIENT)


def require_no_loop(loops, over):
    def sized(rng, examples=7, features=5, classes=4):
        return *problem(rng, examples, features, classes), 0.1

    # Up to 32 classes: np.choose, for one, takes no more than 63.
    loops(SQUARED_HINGE, sized, n={"classes": 8}, names=LOSS_AND_GRADIENT, over=over)


@hinge
@pytest.mark.weight(5)
def test_no_loop_over_the_examples(loops):
    require_no_loop(loops, "examples")


@hinge
@pytest.mark.weight(1.5)
def test_no_loop_over_the_features(loops):
    require_no_loop(loops, "features")


@hinge
@pytest.mark.weight(2)
def test_no_loop_over_the_classes(loops):
    require_no_loop(loops, "classes")


@hinge
@pytest.mark.weight(4)
def test_speed(race):
    race(
        SQUARED_HINGE,
        lambda rng: (*problem(rng, 3000, 20, 10), 0.1),
        full=10,
        none=30,
        names=LOSS_AND_GRADIENT,
    )


# --- scale_to_zero_loss -----------------------------------------------------------------------------------


def all_right(rng, examples, classes, scale=1.0):
    """Draw scores and labels such that every example's class leads, by at least a hundredth of the scale."""
    scores = scale * rng.normal(size=(examples, classes))
    y = rng.integers(classes, size=examples)
    rows = np.arange(examples)
    scores[rows, y] = scores.max(axis=1) + scale * rng.uniform(0.01, 2.0, size=examples)
    return scores, y


@scaling
@pytest.mark.weight(3.5)
@pytest.mark.parametrize(
    "examples, classes, scale",
    [(6, 4, 1.0), (3, 5, 1.0), (9, 2, 1.0), (5, 3, 0.1), (4, 7, 300.0), (2, 3, 1000.0), (1, 6, 3.0)],
)
def test_factor_where_all_are_right(compare, rng, examples, classes, scale):
    scores, y = all_right(rng, examples, classes, scale)
    if classes == 5:
        scores -= scores.max() + 1  # all are negative: what stands for a class that is left out may not be 0
    compare(SCALE, scores, y, names=("factor",))


def with_and_without(code, scores, y, last):
    """Return the factors of all examples and of all but the last."""
    return code.call(SCALE, np.vstack([scores, last]), np.append(y, 0)), code.call(SCALE, scores, y)


@scaling
@pytest.mark.weight(2)
@pytest.mark.parts()
@pytest.mark.parametrize("lead", [-0.8, 0.0], ids="a lead of {:g}".format)
def test_no_factor_helps_an_example_with(compare, rng, lead):
    if lead == 0:
        last = np.array([1.5, 1.5, -0.25, 1.0])
    else:
        last = rng.permutation([-lead, -3.0, -9.0]) + rng.normal()
        last = np.append(last.max() + lead, last)
    names = ("factor with such an example", "factor without it")
    compare(with_and_without, *all_right(rng, 5, 4), last, names=names)


@scaling
@pytest.mark.weight(0.5)
def test_factor_leaves_its_inputs_alone(unchanged, rng):
    unchanged(SCALE, *all_right(rng, 5, 4), names=("factor",))


# --- project_to_norm --------------------------------------------------------------------------------------


@projecting
@pytest.mark.weight(2.5)
@pytest.mark.parametrize(
    "shape, scale, norm",
    [((4, 3), 1.0, 1.0), ((2, 5), 0.05, 1.0), ((6, 2), 1.0, 3.5), ((3, 4), 0.01, 0.2), ((5, 7), 1.0, 40.0)],
    ids=by_size,
)
def test_projection(compare, rng, shape, scale, norm):
    compare(PROJECT, scale * rng.normal(size=shape), norm, names=("projected",))


@projecting
@pytest.mark.weight(0.5)
def test_zeros_raise_a_value_error(student, compare, rng):
    student.raises("ValueError", PROJECT, np.zeros((3, 2)))
    compare(PROJECT, rng.normal(size=(3, 2)), names=("projected",))


@projecting
@pytest.mark.weight(1)
def test_projection_leaves_the_weights_alone(unchanged, rng):
    unchanged(PROJECT, rng.normal(size=(4, 3)), 2.0, names=("projected",))


# --- polynomial_features and ridge_fit --------------------------------------------------------------------


@ridge
@pytest.mark.weight(2)
@pytest.mark.parametrize("examples, degree", [(5, 2), (3, 4), (4, 1), (7, 5)])
def test_powers(compare, rng, examples, degree):
    compare(POWERS, rng.uniform(-2.0, 2.0, size=examples), degree, names=("features",))


@ridge
@pytest.mark.weight(1)
@pytest.mark.parametrize("kind", ["degree 0", "0 among the numbers"])
def test_powers_with(compare, rng, kind):
    x = rng.uniform(-2.0, 2.0, size=6)
    if kind == "degree 0":
        compare(POWERS, x, 0, names=("features",))
    else:
        x[[1, 4]] = 0
        compare(POWERS, x, 3, names=("features",))


def regression(rng, examples, features):
    """Draw X, whose first column is all ones, and y, which depends on it and is not centred."""
    X = rng.normal(size=(examples, features))
    X[:, 0] = 1
    return X, X @ rng.normal(size=features) + 2 + 0.5 * rng.normal(size=examples)


@ridge
@pytest.mark.weight(1.5)
@pytest.mark.parametrize("shape", [(9, 4), (14, 2), (11, 6)], ids=by_size)
def test_fit_without_a_penalty(compare, rng, shape):
    compare(RIDGE, *regression(rng, *shape), 0.0, names=("w",))


@ridge
@pytest.mark.weight(3)
@pytest.mark.parametrize("shape, reg", [((9, 4), 0.3), ((14, 2), 2.0), ((11, 6), 0.05)], ids=str)
def test_fit_with_a_penalty(compare, rng, shape, reg):
    compare(RIDGE, *regression(rng, *shape), reg, names=("w",))


@ridge
@pytest.mark.weight(0.5)
def test_fit_of_more_features_than_examples(compare, rng):
    """With a penalty there is a single minimum even then."""
    compare(RIDGE, *regression(rng, 4, 7), 0.2, names=("w",))


@ridge
@pytest.mark.weight(0.5)
def test_predictions_of_a_fit_to_high_powers(student, reference, check, rng):
    """Its weights are known to a few digits only, in whatever way they are computed; its predictions are not so."""
    x = np.sort(rng.uniform(0.0, 1.0, size=25))
    X, y = x[:, np.newaxis] ** np.arange(9), np.sin(6 * x) + 0.1 * rng.normal(size=25)
    w, right = student.call(RIDGE, X, y, 1e-6), X @ reference.call(RIDGE, X, y, 1e-6)
    check.record(w=w)
    with np.errstate(over="ignore", invalid="ignore"):
        away = np.abs(X @ check.numbers(w, "w", (9,)) - right).max()
    check(bool(away < 1e-4), "the fit's predictions are not those of the smallest penalised error")


@ridge
@pytest.mark.weight(0.5)
def test_fit_leaves_its_inputs_alone(unchanged, rng):
    unchanged(RIDGE, *regression(rng, 8, 3), 0.4, names=("w",))


# --- validation_curve -------------------------------------------------------------------------------------

# What validation_curve builds on, so that a mistake in it is not counted again. These functions stay on this side, and
# take the places of the hand-in's own by what is added to the end of regularization.py.
STAND_INS = """
def use_for_this_test(**functions):
    globals().update(functions)
"""


def right_powers(x, degree):
    return np.asarray(x)[:, np.newaxis] ** np.arange(degree + 1)


def right_fit(X, y, reg):
    A = np.dot(np.transpose(X), X) / len(X) + reg * np.eye(np.shape(X)[1])
    return np.linalg.solve(A, np.dot(np.transpose(X), y) / len(X))


def for_curves(code):
    code = code.extended(regularization=STAND_INS)
    code.call("regularization.use_for_this_test", polynomial_features=right_powers, ridge_fit=right_fit)
    return code


def curve_of(code, *args):
    return for_curves(code).bind(CURVE, *args)


def points(rng, train, val):
    """Draw training and validation points of a noisy wave."""
    xs = rng.uniform(-1.0, 1.0, size=train), rng.uniform(-1.0, 1.0, size=val)
    ys = [np.sin(3 * x) + 0.5 + 0.3 * rng.normal(size=x.size) for x in xs]
    return xs[0], ys[0], xs[1], ys[1]


@curve
@pytest.mark.weight(3)
@pytest.mark.parametrize(
    "train, val, degree, regs",
    [(12, 8, 3, [0.01, 0.1, 1.0]), (9, 15, 2, [0.03, 0.4]), (15, 6, 4, [0.002, 0.02, 0.2, 2.0])],
    ids=["3 regs", "2 regs", "4 regs"],
)
def test_errors(compare, rng, train, val, degree, regs):
    compare(curve_of, *points(rng, train, val), degree, regs, names=ERRORS)


@curve
@pytest.mark.weight(2)
@pytest.mark.parametrize("regs", [[1.0, 0.1, 0.01], [0.3, 3.0, 0.003, 0.03]], ids=["falling", "mixed"])
def test_errors_in_the_order_of_regs_that_are(compare, rng, regs):
    compare(curve_of, *points(rng, 10, 7), 3, regs, names=ERRORS)


@curve
@pytest.mark.weight(1)
def test_curve_leaves_its_inputs_alone(unchanged, rng):
    unchanged(curve_of, *points(rng, 11, 5), 2, [0.5, 0.05], names=ERRORS)


# --- what the grader tries on a wrong function ------------------------------------------------------------


def shape_of(dimensions, length):
    """Return a shape of so many dimensions, all of different lengths if it has several."""
    return tuple(range(length, length + dimensions))


@ladder(PENALTY, parts=PENALTY_AND_SLOPE, slope=("R", "dR", "W"))
def weights(
    rng,
    dimensions=Size(2, levels=(1, 2, 3)),
    length=Size(3, one="entry along the first axis", many="entries along the first axis", levels=(1, 2, 3)),
    beta=Switch("the squared term of the elastic net", 0.5),
    l1=Case("the kind is l1"),
    l2=Case("the kind is l2"),
    positive=Case("all weights are positive"),
    zeros=Case("a weight is 0"),
):
    if (l1 and l2) or (zeros and dimensions == length == 1):
        return None  # of weights that are all 0, every penalty is the same
    # Away from 0, where |w| has a kink and two slopes are right.
    W = rng.uniform(0.2, 2.0, size=shape_of(dimensions, length))
    if not positive:
        W *= np.where(np.arange(W.size).reshape(W.shape) % 2, 1, -1)
    if zeros:
        W.flat[-1] = 0
    return dict(W=W, kind="l1" if l1 else "l2" if l2 else "elastic", beta=beta)


def smallest_lead(scores, y):
    """Return by how much each example's own class leads over the best other one, where it is least."""
    others = scores.copy()
    others[np.arange(len(y)), y] = -np.inf
    return float((scores[np.arange(len(y)), y] - others.max(axis=1)).min())


@ladder(SQUARED_HINGE, parts=LOSS_AND_GRADIENT, slope=("loss", "dW", "W"))
def losses(
    rng,
    examples=Size(7, along="X y"),
    features=Size(5, along="X[1] W"),
    classes=Size(4, one="class", least=2, along="W[1]", labels="y"),
    reg=Switch("a penalty", 0.3),
    last_missing=Case("the last class is missing from the batch"),
    one_label=Case("all examples have the same label"),
    zero=Case("all weights are 0"),
    satisfied=Case("all margins are satisfied"),
):
    if satisfied and (last_missing or one_label or zero):
        return None
    W, X = rng.normal(scale=0.5, size=(features, classes)), rng.normal(size=(examples, features))
    y = rng.integers(classes - last_missing, size=examples)
    if not last_missing:
        y[-1] = classes - 1
    if one_label:
        y[:] = y[-1]
    if satisfied:
        y = np.argmax(X @ W, axis=1)
    # Where they are not, they are not so by chance either, as those of two examples may be.
    smallest = smallest_lead(X @ W, y)
    W *= 1.5 / smallest if satisfied else 0 if zero else min(1, 0.9 / max(smallest, 0.9))
    return dict(W=W, X=X, y=y, reg=reg)


@ladder(SCALE, parts=("factor",))
def factors(
    rng,
    examples=Size(5, along="scores y"),
    classes=Size(4, one="class", least=2, along="scores[1]", labels="y"),
    small=Case("the factor is below 1"),
    wrong=Case("an example is misclassified"),
    tied=Case("two classes of an example share the highest score"),
    negative=Case("all scores are negative"),
):
    if (wrong or tied) and (small or (wrong and tied)):
        return None
    scores, y = all_right(rng, examples, classes)
    smallest = np.diff(np.sort(scores, axis=1)[:, -2:]).min()
    scores *= (rng.uniform(2.0, 5.0) if small else rng.uniform(0.2, 0.5)) / smallest
    if wrong:
        y[-1] = (y[-1] + 1) % classes
    if tied:
        scores[-1, (y[-1] + 1) % classes] = scores[-1, y[-1]]
    if negative:
        scores -= scores.max() + 1
        if tied:
            scores[-1, (y[-1] + 1) % classes] = scores[-1, y[-1]]
    return dict(scores=scores, y=y)


@ladder(PROJECT, parts=("projected",))
def projections(
    rng,
    rows=Size(4, along="W"),
    columns=Size(3, along="W[1]"),
    longer=Case("W is longer than norm"),
    one=Case("norm is 1"),
    positive=Case("all weights are positive"),
):
    W = rng.uniform(0.5, 1.5, size=(rows, columns))
    if not positive:
        W *= np.where(np.arange(W.size).reshape(W.shape) % 2, 1, -1)
    norm = 1.0 if one else rng.uniform(2.0, 4.0)
    length = norm * (rng.uniform(1.3, 2.5) if longer else rng.uniform(0.2, 0.8))
    W *= length / np.sqrt(np.sum(W * W))
    return dict(W=W, norm=norm)


@ladder(POWERS, parts=("features",))
def powers(
    rng,
    examples=Size(5, along="x"),
    columns=Size(4, one="column of powers", many="columns of powers", levels=(1, 2, 3, 4)),
    zero=Case("one of the numbers is 0"),
    positive=Case("all numbers are positive"),
):
    x = rng.uniform(0.5, 2.0, size=examples)
    if not positive:
        x[0] *= -1
    if zero:
        x[-1] = 0
    return dict(x=x, degree=columns - 1)


@ladder(RIDGE, parts=("w",))
def fits(
    rng,
    examples=Size(9, along="X y", least=5),
    features=Size(3, along="X[1]", levels=(1, 2, 3, 4)),
    reg=Switch("a penalty", 0.3),
    exact=Case("the examples can be fitted exactly"),
    no_constant=Case("no column of X is constant"),
):
    X = rng.normal(size=(examples, features))
    if not no_constant:
        X[:, 0] = 1
    y = X @ rng.normal(size=features) + (0 if exact else rng.normal(size=examples) + 2)
    return dict(X=X, y=y, reg=reg)


# What the stand-ins return for the inputs of one call is at hand beside the hand-in; for others, they are asked.
AT_HAND = """
import numpy


def ladder_curve_with(powers, fits, *arguments):
    ask_powers, ask_fit = polynomial_features, ridge_fit

    def powers_at_hand(x, degree):
        for known, matrix in powers:
            if degree == arguments[-2] and numpy.array_equal(x, known):
                return matrix.copy()
        return ask_powers(x, degree)

    def fit_at_hand(X, y, reg):
        for known, w in fits:
            if reg == known and numpy.array_equal(X, powers[0][1]) and numpy.array_equal(y, arguments[1]):
                return w.copy()
        return ask_fit(X, y, reg)

    use_for_this_test(polynomial_features=powers_at_hand, ridge_fit=fit_at_hand)
    try:
        return validation_curve(*[it.copy() if hasattr(it, "copy") else it for it in arguments])
    finally:
        use_for_this_test(polynomial_features=ask_powers, ridge_fit=ask_fit)
"""


def curve_at_hand(code, function, x_train, y_train, x_val, y_val, degree, regs):
    powers = [(x, right_powers(x, degree)) for x in (x_train, x_val)]
    fits = [(reg, right_fit(powers[0][1], y_train, reg)) for reg in regs]
    return code.bind(
        "regularization.ladder_curve_with", powers, fits, x_train, y_train, x_val, y_val, degree, regs
    )


def for_curves_at_hand(code):
    code = code.extended(regularization=STAND_INS + AT_HAND)
    code.call("regularization.use_for_this_test", polynomial_features=right_powers, ridge_fit=right_fit)
    return code


@ladder(CURVE, parts=ERRORS, run=curve_at_hand, prepare=for_curves_at_hand)
def curves(
    rng,
    training_points=Size(9, along="x_train y_train", levels=(8, 9, 12)),
    validation_points=Size(6, along="x_val y_val", levels=(1, 2, 6, 8)),
    columns=Size(3, one="column of powers", many="columns of powers", levels=(1, 2, 3, 4)),
    regs=Size(2, one="reg", levels=(1, 2, 3)),
    falling=Case("regs fall"),
    nothing=Case("every reg is 0"),
):
    if falling and nothing:
        return None
    strengths = [0.0] * regs if nothing else [0.01, 0.1, 1.0, 10.0][:regs]
    x_train, y_train, x_val, y_val = points(rng, training_points, validation_points)
    return dict(
        x_train=x_train,
        y_train=y_train,
        x_val=x_val,
        y_val=y_val,
        degree=columns - 1,
        regs=strengths[::-1] if falling else strengths,
    )
