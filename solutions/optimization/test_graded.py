"""Graded tests of the optimisation assignment: paths, Hessians of every kind, data that become white."""

import numpy as np
import pytest

from autograder.grading.cases import by_size
from autograder.grading.ladder import Case, Size, ladder
from autograder.values import convert

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


def directions(rng, dimensions):
    """Draw an orthogonal matrix none of whose entries is close to 0, so that every two coordinates go together."""
    while True:
        Q = np.linalg.qr(rng.normal(size=(dimensions, dimensions)))[0]
        if np.abs(Q).min() > 0.15 / dimensions:
            return Q


def with_eigenvalues(rng, eigenvalues):
    """Draw a symmetric matrix with these eigenvalues."""
    Q = directions(rng, len(eigenvalues))
    H = (Q * np.asarray(eigenvalues, dtype=float)) @ Q.T
    return (H + H.T) / 2


# Replies beyond this are wrong, and are cut off there so that computing with them overflows nowhere.
ENORMOUS = 1e100


class Curved:
    """A convex function that is not quadratic: two sums of exponentials of every coordinate's mixtures, and squares."""

    def __init__(self, rng, dimensions, apart=False):
        self.A = rng.uniform(0.3, 0.9, size=(dimensions + 1, dimensions)) * rng.choice(
            [-1, 1], size=dimensions
        )
        self.A[1::2] *= -1
        if apart:
            self.A = np.diag(self.A[0])
        self.squares = rng.uniform(0.5, 1.0, size=dimensions)
        self.level = 0.0

    def value(self, x):
        return float(np.sum(self.exponentials(x)) + np.sum(self.squares * x**2)) + self.level

    def gradient(self, x):
        return self.A.T @ self.exponentials(x) + 2 * self.squares * x

    def hessian(self, x):
        return (self.A.T * self.exponentials(x)) @ self.A + 2 * np.diag(self.squares)

    def exponentials(self, x):
        # A path that runs away leads far out: nothing here may overflow there.
        return np.exp(np.clip(self.A @ x, -50, 50))


class Quadratic:
    """A quadratic function with this Hessian, stationary at `middle`."""

    def __init__(self, H, middle):
        self.H, self.middle = H, middle
        self.level = 0.0

    def value(self, x):
        return float((x - self.middle) @ self.H @ (x - self.middle) / 2) + self.level

    def gradient(self, x):
        return self.H @ (x - self.middle)

    def hessian(self, x):
        return self.H.copy()


def start(rng, dimensions):
    """Draw a point that is not close to 0 in any coordinate."""
    return rng.uniform(0.6, 1.4, size=dimensions) * rng.choice([-1.0, 1.0], size=dimensions)


dimensions = pytest.mark.parametrize("D", [1, 2, 5], ids="{} dimensions".format)


# --- gradient_descent -------------------------------------------------------------------------------------


@descent
@pytest.mark.weight(3)
@pytest.mark.parametrize(
    "D, steps, rate", [(1, 3, 0.2), (2, 6, 0.07), (5, 4, 0.03)], ids=["1 dimension", "2", "5"]
)
def test_path_of_gradient_descent(compare, rng, D, steps, rate):
    compare(GRADIENT_DESCENT, Curved(rng, D).gradient, start(rng, D), rate, steps, names=("path",))


@descent
@pytest.mark.weight(1)
def test_path_from_side_to_side(compare, rng):
    """The rate is beyond the limit of the steepest direction, which the path leaves faster and faster."""
    f = Quadratic(with_eigenvalues(rng, [0.4, 2.0, 7.0]), start(rng, 3))
    compare(GRADIENT_DESCENT, f.gradient, start(rng, 3), 0.31, 7, names=("path",))


@descent
@pytest.mark.weight(0.5)
def test_path_without_steps(compare, rng):
    compare(GRADIENT_DESCENT, Curved(rng, 4).gradient, start(rng, 4), 0.1, 0, names=("path",))


@descent
@pytest.mark.weight(0.5)
def test_gradient_descent_leaves_x0_alone(unchanged, rng):
    unchanged(GRADIENT_DESCENT, Curved(rng, 3).gradient, start(rng, 3), 0.1, 2, names=("path",))


# --- numerical_hessian ------------------------------------------------------------------------------------

# Right quotients differ by their errors, those of truncation and of rounding, which stay far below this.
FIVE_DIGITS = 1e-5


class Recorded:
    """A function of an array that keeps a copy of every point it is called at."""

    def __init__(self, function):
        self.function = function
        self.points = []

    def __call__(self, x):
        self.points.append(np.array(x))
        return self.function(x)

    def farthest(self, x):
        """Return by how much a coordinate was moved at most, infinity if the points are of another shape."""
        return max(
            (np.abs(point - x).max() if point.shape == x.shape else np.inf for point in self.points),
            default=0.0,
        )


@second_derivatives
@pytest.mark.weight(4.5)
@pytest.mark.parametrize("D", [2, 3, 5], ids="{} dimensions".format)
def test_second_derivatives_with_the_default(compare, rng, D):
    f, x = Curved(rng, D), start(rng, D)
    compare(NUMERICAL_HESSIAN, f.value, x, names=("H",), rtol=FIVE_DIGITS)


@second_derivatives
@pytest.mark.weight(1)
def test_second_derivatives_of_a_quadratic_function(compare, rng):
    """All central differences are exact here, whatever h is."""
    f = Quadratic(with_eigenvalues(rng, [-3.0, 0.7, 2.0, 5.0]), start(rng, 4))
    compare(NUMERICAL_HESSIAN, f.value, start(rng, 4), 0.1, names=("H",), rtol=FIVE_DIGITS)


@second_derivatives
@pytest.mark.weight(1)
def test_coordinates_are_moved_by_the_h_that_is_given(student, compare, check, rng):
    f = Quadratic(with_eigenvalues(rng, [1.0, 2.5, 4.0]), start(rng, 3))
    x, recorded = start(rng, 3), Recorded(f.value)
    check.record(H=student.call(NUMERICAL_HESSIAN, recorded, x, 0.05))
    # Halves and doubles of h occur in right formulas, too.
    moved = bool(0.4 * 0.05 <= recorded.farthest(x) <= 2.1 * 0.05)
    check(moved=(moved, True, "f is called at points that are not about h from x, but nearer or farther"))
    compare(NUMERICAL_HESSIAN, f.value, x, 0.05, names=("H",), rtol=FIVE_DIGITS)


@second_derivatives
@pytest.mark.weight(0.5)
def test_x_comes_back_to_the_last_bit(student, compare, check, rng):
    # Coordinates below h lose digits where h is added and taken away again.
    f, x = Curved(rng, 6).value, start(rng, 6) * 10.0 ** -np.arange(6)
    outcome = student.bind(NUMERICAL_HESSIAN, f, x).outcome()
    check.record(changed=sorted(outcome.changed), H=outcome.value)
    compare(NUMERICAL_HESSIAN, f, x, names=("H",), rtol=FIVE_DIGITS)
    check("1" not in outcome.changed, "the Hessian is right, but the call changed x")


# --- is_convex --------------------------------------------------------------------------------------------


def verdicts(code, hessians, points, *tolerance):
    """Ask about functions whose Hessians are the same everywhere, one after the other."""
    return [code.call(IS_CONVEX, lambda x, H=H: H.copy(), points, *tolerance) for H in hessians]


@convexity
@pytest.mark.weight(2)
@pytest.mark.parametrize("kind", ["domes", "saddles", "tilted", "flat"])
def test_bowls_among(compare, rng, kind):
    """No test can be passed by giving the same answer always."""
    turned = np.array([[5.0, -2.0], [-2.0, 1.0]])
    hessians = {
        "domes": [with_eigenvalues(rng, it) for it in ([0.5, 2.0], [-2.0, -0.5], [1.0, 7.0])],
        # The diagonal of the second is positive, and so is the determinant of the last.
        "saddles": [
            *(with_eigenvalues(rng, it) for it in ([1.0, 3.0, 4.0], [-0.01, 6.0, 9.0])),
            with_eigenvalues(rng, [-0.5, -0.3, 7.0]),
        ],
        "tilted": [turned, np.array([[2.0, 3.0], [3.0, 2.0]]), -turned],
        "flat": [np.diag([0.0, 2.0, 1.0]), np.zeros((3, 3)), np.diag([0.0, 2.0, -1.0])],
    }[kind]
    points = rng.normal(size=(3, len(hessians[0])))
    compare(verdicts, hessians, points, names=("convex",))


def verdicts_at(code, points_of_each):
    """Ask about x**3 + 2 * y**2, which is convex where x is at least 0, at several sets of points."""
    return [
        code.call(IS_CONVEX, lambda p: np.diag([6 * float(p[0]), 4.0]), points) for points in points_of_each
    ]


@convexity
@pytest.mark.weight(1)
def test_every_point_counts(compare, rng):
    right = np.column_stack([rng.uniform(0.2, 2.0, size=4), rng.normal(size=4)])
    sets = [right]
    for bad in range(4):
        wrong = right.copy()
        wrong[bad, 0] *= -1
        sets.append(wrong)
    compare(verdicts_at, sets, names=("convex",))


@convexity
@pytest.mark.weight(0.5)
def test_tolerance(compare, rng):
    points = rng.normal(size=(2, 2))
    for size, tolerance in ((1e-8, ()), (0.01, (0.01,))):
        # Diagonal, so that the eigenvalues are these numbers without any rounding.
        hessians = [np.diag([factor * size, 2.0]) for factor in (-0.01, -0.5, -2.0, 0.5)]
        compare(verdicts, hessians, points, *tolerance, names=("convex",))
    # An eigenvalue of 0 is not below 0.
    compare(verdicts, [np.diag([0.0, 2.0]), np.diag([-1e-9, 2.0])], points, 0.0, names=("convex",))


@convexity
@pytest.mark.weight(0.5)
def test_is_convex_leaves_the_points_alone(unchanged, rng):
    points = rng.normal(size=(3, 2))
    unchanged(verdicts, [np.diag([1.0, 2.0])], points, names=("convex",))


# --- stability_limit --------------------------------------------------------------------------------------


@limit
@pytest.mark.weight(1.5)
@pytest.mark.parametrize(
    "eigenvalues", [[0.6, 3.0], [0.1, 0.4, 0.7], [0.1, 0.3, 2.0, 5.0, 7.0]], ids=["2x2", "3x3", "5x5"]
)
def test_limit_of_a_bowl(compare, rng, eigenvalues):
    compare(STABILITY_LIMIT, with_eigenvalues(rng, eigenvalues), names=("limit",))


@limit
@pytest.mark.weight(1)
def test_limit_where_a_direction_curves_downwards(compare, rng):
    compare(STABILITY_LIMIT, with_eigenvalues(rng, [-9.0, 0.5, 3.0]), names=("limit",))


@limit
@pytest.mark.weight(1)
@pytest.mark.parametrize("kind", ["downwards", "flat"])
def test_limit_where_nothing_curves_upwards(compare, rng, kind):
    H = with_eigenvalues(rng, [-3.0, -1.0, -0.2]) if kind == "downwards" else np.zeros((3, 3))
    compare(STABILITY_LIMIT, H, names=("limit",))


@limit
@pytest.mark.weight(0.5)
def test_stability_limit_leaves_the_hessian_alone(unchanged, rng):
    unchanged(STABILITY_LIMIT, with_eigenvalues(rng, [0.4, 1.0, 2.0]), names=("limit",))


# --- newton -----------------------------------------------------------------------------------------------


@newton
@pytest.mark.weight(3)
@dimensions
def test_path_of_newton(compare, rng, D):
    f = Curved(rng, D)
    compare(NEWTON, f.gradient, f.hessian, start(rng, D), 3, names=("path",))


@newton
@pytest.mark.weight(1)
def test_one_step_to_a_saddle(compare, rng):
    H = np.array([[0.0, 2.0, 1.0], [2.0, -1.0, 0.5], [1.0, 0.5, 3.0]])
    f = Quadratic(H, start(rng, 3))
    compare(NEWTON, f.gradient, f.hessian, 2 * start(rng, 3), 2, names=("path",))


@newton
@pytest.mark.weight(0.5)
def test_all_steps_are_made_where_the_gradient_is_0(compare, rng):
    middle = start(rng, 2)
    f = Quadratic(with_eigenvalues(rng, [1.0, 3.0]), middle)
    compare(NEWTON, f.gradient, f.hessian, middle, 4, names=("path",))


@newton
@pytest.mark.weight(0.5)
def test_newton_without_steps(compare, rng):
    f = Curved(rng, 4)
    compare(NEWTON, f.gradient, f.hessian, start(rng, 4), 0, names=("path",))


@newton
@pytest.mark.weight(1.5)
@pytest.mark.edge
def test_step_with_a_badly_conditioned_hessian(student, check, rng):
    """Whatever solves the system leaves a residual of rounding, below 1e-12; an inverse leaves 1e-8 and more."""
    worst = 0.0
    for _ in range(3):
        H = with_eigenvalues(rng, np.geomspace(1e-12, 1.0, 6))
        gradient = H @ start(rng, 6)
        path = check.numbers(
            student.call(NEWTON, lambda x, g=gradient: g.copy(), lambda x, H=H: H.copy(), np.zeros(6), 1),
            "path",
            (2, 6),
        )
        step = np.clip(path[1], -ENORMOUS, ENORMOUS)
        worst = max(worst, np.abs(H @ step + gradient).max() / np.abs(gradient).max())
    check(
        solved=(
            bool(worst < 1e-10),
            True,
            "with a Hessian whose condition number is 1e12, the Hessian times the step is not the gradient",
        )
    )


@newton
@pytest.mark.weight(0.5)
def test_newton_leaves_x0_alone(unchanged, rng):
    f = Curved(rng, 3)
    unchanged(NEWTON, f.gradient, f.hessian, start(rng, 3), 2, names=("path",))


# --- z-scores ---------------------------------------------------------------------------------------------


def examples(rng, N, D):
    """Draw examples whose features have different means and spreads and go together."""
    X = rng.normal(size=(N, D)) @ (np.eye(D) + rng.uniform(0.3, 0.6, size=(D, D)))
    return X * np.linspace(0.7, 2.0, D) + np.linspace(1.5, -1.0, D)


MEAN_AND_STD = ("mean", "std")


@zscore
@pytest.mark.weight(1)
def test_mean_and_std(compare, rng):
    compare(ZSCORE_FIT, examples(rng, 7, 4), names=MEAN_AND_STD)


@zscore
@pytest.mark.weight(1)
def test_mean_and_std_with_constant_features(compare, rng):
    """The standard deviation of 0.1, 0.1, ..., 0.1 comes out as 1e-17, if not as 0."""
    compare(ZSCORE_FIT, np.tile([0.1, 3.0], (11, 1)), names=MEAN_AND_STD)
    X = examples(rng, 11, 5)
    X[:, 1], X[:, 3] = 0.1, 3.0
    compare(ZSCORE_FIT, X, names=MEAN_AND_STD)


@zscore
@pytest.mark.weight(1)
@pytest.mark.edge
def test_mean_and_std_of_features_in_a_small_unit(compare, rng):
    compare(ZSCORE_FIT, 1e-6 * examples(rng, 6, 3), names=MEAN_AND_STD)


@zscore
@pytest.mark.weight(1)
@pytest.mark.parametrize("N", [6, 1], ids=["6 examples", "1 example"])
def test_examples_are_standardised(compare, rng, N):
    mean, std = rng.uniform(-1.0, 3.0, size=4), rng.uniform(0.3, 4.0, size=4)
    compare(ZSCORE_APPLY, examples(rng, N, 4), mean, std, names=("Z",))


@zscore
@pytest.mark.weight(0.5)
@pytest.mark.parts()
def test_zscore_fit_leaves_the_examples_alone(unchanged, rng):
    unchanged(ZSCORE_FIT, examples(rng, 5, 3), names=MEAN_AND_STD)


@zscore
@pytest.mark.weight(0.5)
def test_zscore_apply_leaves_its_inputs_alone(unchanged, rng):
    X = examples(rng, 5, 3)
    unchanged(ZSCORE_APPLY, X, X.mean(axis=0), X.std(axis=0), names=("Z",))


# --- whitening --------------------------------------------------------------------------------------------

NOT_WHITE = (
    "with Z = X @ T.T, the second moments Z.T @ Z / N are not the identity, whose eigenvalues are all 1"
)


def second_moments_after(X, T):
    """Return the second moments of Z = X @ T.T."""
    Z = X @ np.clip(T, -ENORMOUS, ENORMOUS).T
    return Z.T @ Z / len(X)


def eigenvalues_after(X, T):
    """Return the eigenvalues of the second moments of X @ T.T; turning or mirroring T does not change them."""
    return np.linalg.eigvalsh(second_moments_after(X, T))


@whitening
@pytest.mark.weight(4)
@pytest.mark.parametrize("shape", [(7, 1), (9, 2), (20, 3), (13, 5)], ids=by_size)
def test_second_moments_become_the_identity(student, check, rng, shape):
    N, D = shape
    X = examples(rng, N, D)
    T = check.numbers(student.call(WHITEN_FIT, X), "T", (D, D))
    check(eigenvalues=(eigenvalues_after(X, T), np.ones(D), NOT_WHITE))


@whitening
@pytest.mark.weight(1)
@pytest.mark.parametrize("shape", [(6, 4), (1, 5)], ids=by_size)
def test_examples_are_transformed(compare, rng, shape):
    N, D = shape
    compare(WHITEN_APPLY, examples(rng, N, D), rng.normal(size=(D, D)), names=("Z",))


@whitening
@pytest.mark.weight(0.5)
def test_whiten_fit_leaves_the_examples_alone(student, check, rng):
    X = examples(rng, 8, 3)
    outcome = student.bind(WHITEN_FIT, X).outcome()
    check.record(changed=sorted(outcome.changed))
    T = check.numbers(outcome.value, "T", (3, 3))
    check(eigenvalues=(eigenvalues_after(X, T), np.ones(3), NOT_WHITE))
    check("0" not in outcome.changed, "T is right, but the call changed X")


@whitening
@pytest.mark.weight(0.5)
def test_whiten_apply_leaves_its_inputs_alone(unchanged, rng):
    unchanged(WHITEN_APPLY, examples(rng, 5, 3), rng.normal(size=(3, 3)), names=("Z",))


# --- condition_number -------------------------------------------------------------------------------------


@condition
@pytest.mark.weight(1.5)
@pytest.mark.parametrize("shape", [(7, 2), (12, 4), (20, 3)], ids=by_size)
def test_condition_number_of(compare, rng, shape):
    compare(CONDITION_NUMBER, examples(rng, *shape), names=("number",))


@condition
@pytest.mark.weight(0.5)
def test_condition_number_leaves_the_examples_alone(unchanged, rng):
    unchanged(CONDITION_NUMBER, examples(rng, 9, 3), names=("number",))


# --- what the grader tries on a wrong function ------------------------------------------------------------


def function_of(rng, D, quadratic, apart):
    """Draw a convex function in D dimensions."""
    if not quadratic:
        return Curved(rng, D, apart)
    eigenvalues = rng.uniform(0.5, 3.0, size=D)
    return Quadratic(np.diag(eigenvalues) if apart else with_eigenvalues(rng, eigenvalues), start(rng, D))


@ladder(GRADIENT_DESCENT, parts=("path",), beside=(Curved, Quadratic))
def descents(
    rng,
    dimensions=Size(3, levels=(1, 2, 3, 4)),
    steps=Size(4, levels=(1, 2, 3, 4, 6)),
    quadratic=Case("f is quadratic"),
    bottom=Case("the gradient at x0 is 0"),
):
    if bottom and not quadratic:
        return None
    f = function_of(rng, dimensions, quadratic, apart=False)
    # From farther away, paths run off, and what is wrong in their first steps is lost in the numbers that follow.
    x0 = f.middle.copy() if bottom else start(rng, dimensions) * (2 if quadratic else 1)
    return dict(grad=f.gradient, x0=x0, rate=rng.uniform(0.03, 0.05), steps=steps)


@ladder(NUMERICAL_HESSIAN, parts=("H",), beside=(Curved, Quadratic))
def hessians(
    rng,
    dimensions=Size(2, levels=(1, 2, 3)),
    quadratic=Case("f is quadratic"),
    apart=Case("f is a sum of functions of one coordinate each"),
    wide=Case("h is 0.1"),
):
    if wide and not quadratic:
        return None
    f = function_of(rng, dimensions, quadratic, apart)
    f.level = rng.uniform(-60.0, 30.0)  # so that not all values have the same sign
    return dict(f=f.value, x=2 * start(rng, dimensions), h=0.1 if wide else rng.uniform(0.8e-3, 1.5e-3))


ASKED = """

def ladder_answers_about(hessians, points):
    # Each function has another Hessian at each of the points.
    def hessian_of(matrices):
        return lambda x: matrices[int(abs(points[:, 0] - x[0]).argmin())].copy()

    return [is_convex(hessian_of(matrices), points.copy()) for matrices in hessians]
"""


def for_questions(code):
    return code.extended(optimization=ASKED)


def asked(code, function, hessians, points):
    """Ask about several functions in one call, so that none has to call back."""
    return code.bind("optimization.ladder_answers_about", hessians, points)


@ladder(IS_CONVEX, parts=("the answers",), run=asked, prepare=for_questions)
def convex_or_not(
    rng,
    points_=Size(2, one="point", many="points", levels=(1, 2, 3)),
    dimensions=Size(3, levels=(2, 3, 4)),
    diagonal=Case("the Hessian is diagonal"),
    flat=Case("an eigenvalue is 0"),
    slight=Case("the smallest eigenvalue lies just below 0, within the tolerance"),
    domes=Case("the eigenvalues are all of the same sign"),
    first=Case("f curves downwards at the first point or at all of them"),
    last=Case("f curves downwards at the last point or at all of them"),
):
    if (flat and not diagonal) or flat + slight + domes > 1 or (first and last):
        return None
    points = rng.normal(size=(points_, dimensions))
    alone = 0 if first else points_ - 1 if last else rng.integers(points_)
    hessians = []
    for downwards in ([], [alone], range(points_)):
        matrices = []
        for number in range(points_):
            eigenvalues = rng.uniform(0.5, 3.0, size=dimensions)
            if flat or slight:
                eigenvalues[-1] = -5e-9 * slight
            if number in downwards and domes:
                eigenvalues *= -1
            elif number in downwards:
                # So weak that no entry on a diagonal need be negative.
                eigenvalues[: rng.integers(1, dimensions)] *= -0.05
            matrices.append(np.diag(eigenvalues) if diagonal else with_eigenvalues(rng, eigenvalues))
        hessians.append(matrices)
    return dict(hessians=np.array(hessians), points=points)


@ladder(STABILITY_LIMIT, parts=("limit",))
def limits(
    rng,
    dimensions=Size(3, levels=(1, 2, 3, 4)),
    diagonal=Case("H is diagonal"),
    saddle=Case("only the eigenvalue that is closest to 0 is positive"),
    dome=Case("no eigenvalue is positive"),
):
    if (saddle and (dome or dimensions == 1)) or (diagonal and dimensions == 1):
        return None
    eigenvalues = rng.permutation(np.linspace(0.5, 3.0, dimensions) + rng.uniform(0.0, 0.5))
    if saddle:
        eigenvalues[np.argsort(eigenvalues)[1:]] *= -1
    eigenvalues = -eigenvalues if dome else eigenvalues
    return dict(H=np.diag(eigenvalues) if diagonal else with_eigenvalues(rng, eigenvalues))


@ladder(NEWTON, parts=("path",), beside=(Curved, Quadratic))
def newtons(
    rng,
    dimensions=Size(3, levels=(1, 2, 3, 4)),
    steps=Size(3, levels=(1, 2, 3)),
    quadratic=Case("f is quadratic"),
    apart=Case("the Hessian is diagonal"),
    bottom=Case("the gradient at x0 is 0"),
):
    if bottom and not quadratic:
        return None
    f = function_of(rng, dimensions, quadratic, apart)
    x0 = f.middle.copy() if bottom else start(rng, dimensions)
    return dict(grad=f.gradient, hessian=f.hessian, x0=x0, steps=steps)


@ladder(ZSCORE_FIT, parts=MEAN_AND_STD)
def fitted(
    rng,
    examples=Size(7, least=2, along="X"),
    features=Size(4, along="X[1]"),
    constant=Case("a feature is constant"),
    centred=Case("all means are 0"),
    tiny=Case("no number is larger than a millionth"),
):
    X = drawn(rng, examples, features, centred) * (1e-8 if tiny else 1)
    if constant:
        X[:, -1] = 0 if centred else 1e-9 if tiny else 0.1
    return dict(X=X)


@ladder(ZSCORE_APPLY, parts=("Z",))
def applied(
    rng,
    examples=Size(7, along="X"),
    features=Size(4, along="X[1] mean std"),
    centred=Case("all means are 0"),
    narrow=Case("all standard deviations are 1"),
):
    std = np.ones(features) if narrow else rng.uniform(0.3, 4.0, size=features)
    mean = np.zeros(features) if centred else rng.uniform(1.0, 3.0, size=features)
    return dict(X=drawn(rng, examples, features), mean=mean, std=std)


def drawn(rng, N, D, centred=False):
    """Draw examples like those of the tests; if they are centred, the mean of each feature is 0."""
    X = examples(rng, N, D)
    return X - X.mean(axis=0) if centred else X


def moments_of_white(T, X):
    try:
        return second_moments_after(X, convert.numbers(T, "T", (X.shape[1], X.shape[1])))
    except convert.Unusable:
        return T


@ladder(WHITEN_FIT, parts=("Z.T @ Z / N",), compared=moments_of_white)
def whitened(
    rng,
    examples=Size(20, levels=(13, 20), along="X"),
    features=Size(4, levels=(1, 2, 3, 4)),
    centred=Case("all means are 0"),
):
    return dict(X=drawn(rng, examples, features, centred))


@ladder(WHITEN_APPLY, parts=("Z",))
def transformed(
    rng,
    examples=Size(7, along="X"),
    features=Size(4, levels=(1, 2, 3, 4)),
    symmetric=Case("T is symmetric"),
    centred=Case("the mean of the examples is 0"),
):
    T = rng.normal(size=(features, features))
    X = drawn(rng, examples, features, centred)
    return dict(X=X, T=T + T.T if symmetric else T)


@ladder(CONDITION_NUMBER, parts=("number",))
def conditions(
    rng,
    examples=Size(20, levels=(13, 20, 40), along="X"),
    features=Size(4, levels=(1, 2, 3, 4), along="X[1]"),
    centred=Case("all means are 0"),
    uncorrelated=Case("no two features go together"),
):
    X = drawn(rng, examples, features, centred)
    if uncorrelated:
        # The columns of an orthogonal matrix: exactly uncorrelated, in the sense of second moments.
        X = np.linalg.qr(X)[0] * np.linspace(1.0, 3.0, features)
        if centred and abs(X.mean(axis=0)).max() > 1e-9:
            return None
    return dict(X=X)
