"""Wrong functions that nothing names are tried on ladders of special inputs, and what is said of them is true."""

from __future__ import annotations

import textwrap
import time

import numpy as np
import pytest

from autograder.course.loading import find_course
from autograder.errors import CourseError
from autograder.grading.explain.allowance import Allowance, Stopped
from autograder.grading.explain.conditions import conditions_of
from autograder.grading.ladder import Amount, Case, Size, Switch, ladder
from autograder.grading.trial import Subject
from autograder.model.verdict import Kind
from autograder.sandbox.host import Host
from tests.graders import COURSE
from tests.grading.losses import GRADED, OF_LOSS, REFERENCE, grader_of, hand_in, short, with_loss
from tests.test_right_solutions import SOLUTIONS, files_of

LADDER = (
    GRADED.replace(
        "import pytest\n",
        "import pytest\nfrom autograder.grading.ladder import Amount, Case, Size, Switch, ladder\n",
        1,
    )
    + """
@ladder("hw.loss", parts=("loss", "dW"), slope=("loss", "dW", "W"))
def losses(
    rng,
    examples=Size(7, along="X"),
    features=Size(5, along="X[1] W"),
    classes=Size(4, one="class", along="W[1]"),
    reg=Switch("a penalty", 0.5),
    empty=Case("the last feature is 0 in every example"),
    negative=Case("all weights are negative"),
    scores=Amount("scores", 1.0, 1e6),
):
    W, X = rng.normal(size=(features, classes)), rng.normal(size=(examples, features))
    if empty and features == 1:
        return None
    if empty:
        X[:, -1] = 0
    W[0, 0] = abs(W[0, 0])
    if negative:
        W = -np.abs(W)
    if scores > 1:
        W *= scores / np.abs(X @ W).max()
    return dict(W=W, X=X, reg=reg)
"""
)
RIGHT = """
    scores = X @ W
    value, dW = (scores ** 2).mean() + reg * (W * W).sum(), 2 * X.T @ scores / scores.size + 2 * reg * W
"""


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    with grader_of(tmp_path_factory.mktemp("contrast"), graded=LADDER, bank=None) as grader:
        yield grader


def facts_on(grader, files, function="hw.loss", seconds=60.0, most=99, seconds_per_call=5.0):
    with Host(grader.sandbox) as host:
        return facts_of(grader, Subject(host, files, "", seconds_per_call), function, seconds, most)


def facts_of(grader, student, function, seconds=60.0, most=99):
    question = grader.assignment.questions_of(function)[0].id
    return grader.contrast.facts(function, student, grader.references(question), seconds, most)


def said_of(grader, body, **options):
    """Return the sentences about a loss that computes `value` and `dW` rightly and then goes on with this."""
    body = f"{textwrap.dedent(RIGHT)}\n{textwrap.dedent(body)}\nreturn value, dW"
    return [fact.sentence for fact in facts_on(grader, with_loss(body), **options)]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("dW = dW * (1 if len(X) == 1 else 3)", "dW: right for one example, wrong from two on."),
        ("value += (len(X) > 3)", "loss: right up to three examples, wrong from 4 on."),
        ("value += (W.shape[1] > 10)", "loss: right up to 10 classes, wrong from 11 on."),
        ("value += (W.shape[1] <= 2)", "loss: wrong up to two classes, right from three on."),
        ("value += (W.shape[1] != 10)", "loss: right for 10 classes, wrong for any other number of classes"),
        ("dW = dW - reg * W", "dW: right without a penalty, wrong with one."),
        ("value += (reg == 0)", "loss: wrong without a penalty, right with one."),
        ("dW = dW + (not X[:, -1].any())", "dW: wrong where the last feature is 0 in every example, right"),
        ("value += bool(X[:, -1].any())", "loss: right where the last feature is 0 in every example, wrong"),
        ("value += (len(X) < W.shape[1])", "loss: wrong where there are fewer examples than classes, right"),
        ("value += (len(X) != W.shape[1])", "loss: right where there are as many examples as classes, wrong"),
        (
            "if len(X) > 1: raise KeyError('x')",
            "loss and dW: right for one example, raises KeyError from two on",
        ),
        (
            "value += (reg > 0) and (len(X) > 1)",
            "loss: right for one example or without a penalty, wrong everywhere else",
        ),
        (
            "value, dW = value + 1, dW + X[0].sum()",
            "dW: changes when the examples are put into another order",
        ),
        (
            "dW = dW * np.arange(1, 1 + W.shape[1])",
            "dW: is not just put into another order when the classes are",
        ),
        ("dW = dW * len(X) ** 0.5", "dW: changes when every example is there twice, and should not."),
        ("value, dW = 2 * value, 3 * dW", "Your dW is not the slope of your own loss by W."),
        (
            "dW = dW + 0.002 * np.abs(dW).max() * np.sign(np.sin(1e4 * dW))",
            "dW: nearly right: where it is wrong, it is off by less than 1 % of its largest number.",
        ),
        (
            "value, dW = 2 * value, 2 * dW",
            "Your dW is the slope of your own loss by W, so the two belong together.",
        ),
        (
            "value += bool((W < 0).all()) and bool(X[:, -1].any())",
            "loss: wrong where all weights are negative except where the last feature is 0 in every example, right",
        ),
        (
            "value += bool((W < 0).all()) and not X[:, -1].any()",
            "loss: wrong where the last feature is 0 in every example and at the same time",
        ),
        (
            "value += bool((W < 0).all()) and 10 * value % 1 < 0.7",
            "loss: wrong in some cases where all weights are negative, right everywhere else",
        ),
        (
            "value = ((X @ abs(W)) ** 2).mean() + reg * (W * W).sum()",
            "loss: is the same whether or not all weights are negative, and should not be.",
        ),
        ("value = value * (1 + 2e-8 * abs(scores).max() ** 2)", "loss: right up to scores of about"),
        ("value = (W * W).sum()", "loss: does not depend on X, and should."),
        ("dW = dW - 2 * reg * W", "dW: is the same with a penalty and without, and should not be."),
        ("dW = dW.sum(axis=1, keepdims=True) + 0 * W", "dW: all entries of a row are the same."),
        ("dW = dW.sum() + 0 * W", "dW: all entries are the same."),
        ("dW = dW * np.nan", "dW: NaN everywhere."),
        ("dW[-1] += 1", "dW: wrong in the last row alone."),
        ("dW[:, 1:] += 1", "dW: right in the first column alone."),
        ("value = -(abs(value) ** 1.5)", "loss: should never be negative, but is."),
        (
            "dW = np.clip(dW, -0.1, 0.2)",
            "dW: right, but it never exceeds 0.2 or falls below -0.1, and should.",
        ),
        # A number that a hand-in may have kept from a graded test.
        (
            "dW = np.minimum(dW, 0.12345)",
            "dW: right, but its largest numbers are cut off, and should not be.",
        ),
        ("value = abs(value) ** 1.5", "loss: wrong already for one example, one feature, one class"),
        ("value += 1", "loss: is too large by exactly 1."),
        ("value += 0.37", "loss: differs from what it should be by the same number everywhere."),
        ("value, dW = 2 * value, 2 * dW", "loss and dW: are twice what they should be."),
        ("dW = 0.37 * dW", "dW: is the same multiple of what it should be everywhere."),
        (
            "dW = 4 * dW if X[:, -1].any() else dW",
            "dW: is four times what it should be, special cases apart.",
        ),
        ("dW = np.trunc(dW)", "dW: is what it should be, cut off after the point."),
        ("dW = np.floor(dW)", "dW: is what it should be, rounded down to whole numbers."),
        ("dW = np.round(dW, 2)", "dW: is what it should be, rounded to two decimals."),
        ("dW = np.trunc(3.3 * dW)", "dW: holds whole numbers alone, and should not."),
        ("value = 1 / value", "loss: is 1 divided by what it should be."),
        ("value *= 1 + abs(W).max() / abs(W).sum()", "loss: where it is wrong, it is always too large."),
        ("dW = dW * value", "dW: is what it should be times a number that all entries share."),
        ("dW = dW.T", "dW: is the transpose of what it should be."),
        ("value, dW = dW, value", "loss and dW: are right, but in each other's place."),
        ("dW = dW * X.sum(axis=0)[:, None]", "dW: each row is what it should be times a number of its own."),
        ("dW = dW + value", "dW: differs from what it should be by a number that all entries share."),
        ("dW = dW * np.exp(W.sum())", "dW: does not change its sign when W changes its sign, and should."),
        (
            "value += 10 * value % 1 < 0.8 if (W < 0).all() else len(X) > 2 and X[:, -1].any()",
            "loss: right up to two examples, wrong from three on, special cases apart.",
        ),
        ("raise KeyError('x')", "loss and dW: raises KeyError wherever it was tried."),
        # What a hand-in calls its exceptions is nobody's sentence: it may hold anything that its calls were given.
        ("raise type(str(X), (LookupError,), {})", "loss and dW: raises LookupError wherever it was tried."),
        (
            "raise type('seen 0.3', (LookupError,), {})",
            "loss and dW: raises LookupError wherever it was tried.",
        ),
        (
            "raise KeyError('x') if reg else IndexError",
            "loss and dW: raises an exception wherever it was tried.",
        ),
        (
            "value += np.random.rand()",
            "loss and dW: something else comes back when the same call is made again.",
        ),
        (
            "value = value if abs(scores).max() < 700 else np.nan",
            "loss: right up to scores of about 700, NaN beyond.",
        ),
        (
            "value = value if abs(scores).max() * (1 + X[0, 0] % 1) < 700 else np.nan",
            "loss: right up to scores of about ",
        ),
    ],
)
def test_says_what_is_so(grader, body, sentence):
    said = said_of(grader, body)
    assert any(it.startswith(sentence) for it in said), said


@pytest.mark.parametrize(
    ("body", "unsaid"),
    [
        # Wrong for every seventh loss, whatever the knobs: no condition parts these from the others.
        ("value += int(abs(value) * 1e6) % 7 == 0", "loss: right"),
        # Too small to be clearly wrong, and too large to be right.
        ("dW = dW * (1 + 1e-5 * (len(X) > 1))", "dW: right"),
        ("value, dW = value, dW * (1 + 1e-9)", ""),
        # Another column is right, too.
        ("dW[:, 1:-1] += 1", "dW: right in the first column alone"),
        ("dW[:, 1:-1] += 1", "dW: right in the last column alone"),
        # With numbers of features that are no levels of the ladder, the last row is wrong, too.
        (
            "dW[:-1] += 1; dW[-1] += len(dW) not in (1, 2, 3, 5, 10, 11, 13)",
            "dW: right in the last row alone",
        ),
        # The limit is not one of the scores alone.
        ("value = value if abs(scores * W.max(axis=0)).max() < 700 else np.nan", "loss: right up to scores"),
        # Cut off, but not right within the limits.
        ("dW = np.clip(2 * dW, -0.1, 0.2)", "dW: right, but"),
        # Nothing of what is right is left.
        ("value = 0.0", "loss: right, but"),
        ("dW = 0 * dW", "dW: right, but"),
        ("dW = 0 * dW + 0.2", "dW: right, but"),
        # Of several examples, each of which has a factor of its own, no factor is shared.
        ("dW = 2 * X.T @ (scores * abs(scores)) / scores.size", "dW: is what it should be times"),
        # It lies to one side by chance, where there are few features.
        ("value += np.sin(1e3 * value)", "loss: where it is wrong"),
        # It ignores all weights, not their signs alone.
        ("value = (X * X).mean()", "loss: is the same whether or not"),
        # A strength of 0.5 is built in, which the ladder names as the one that is on.
        (
            "value, dW = value + (0.5 - reg) * (W * W).sum(), dW + 2 * (0.5 - reg) * W",
            "loss and dW: wrong without a penalty, right with one",
        ),
        # Larger ones keep their decimals.
        ("value = np.ceil(value) if value < 5 else value", "loss: is what it should be, rounded"),
        # Numbers among others that are not whole are not counted.
        ("dW = np.where(dW == 0, 1.0, dW)", "dW: where it is wrong, it is too large by 1"),
        # Of X, it takes up no more than whether the last feature is 0.
        ("value = float(not X[:, -1].any())", "loss: does not depend on X"),
        # It does, where the last feature is 0.
        (
            "value = ((X @ abs(W)) ** 2).mean() + (W.max() < 0) * (not X[:, -1].any())",
            "loss: is the same whether or not all weights are negative",
        ),
        # Nothing is left of the column that is wrong, and the others are right.
        ("dW[:, -1] = 0", "dW: each column is what it should be times"),
        # Where all weights are negative, which is where both are wrong, it is no slope.
        (
            "value, dW = value + (W.max() < 0) * W.sum() ** 2, dW + (W.max() < 0)",
            "Your dW is the slope",
        ),
        # So large, all floats are whole.
        ("value = value * 1e18", "loss: holds whole numbers alone"),
        # Gradients that are off by a few millionths share a factor of nearly 1.
        ("dW = dW * (1 + 2e-6 * np.sin(dW))", "dW: is what it should be times"),
    ],
)
def test_says_nothing_that_it_has_not_measured(grader, body, unsaid):
    assert not [it for it in said_of(grader, body) if it.startswith(unsaid)]


def test_says_no_two_conditions_of_what_may_be_right_by_chance(course_grader):
    """Differences of pixels that wrap round often find the right label all the same."""
    grader = course_grader("knn")
    (wrapped,) = (it for it in grader.bank.variants if it.mistake.id == "P03")
    (fact, *_) = facts_on(grader, wrapped.files, wrapped.target)
    assert fact.sentence.startswith("labels: wrong in some cases where the examples are pixels of type uint8")
    assert len(fact.claim[1].conditions) == 1


def test_what_is_right_by_chance_now_and_then_is_called_wrong_in_most_cases(course_grader):
    """The highest median belongs to another k than the highest mean, mostly."""
    grader, name = course_grader("knn"), "k_nearest_neighbor.py"
    right = "(-np.mean(accuracies[k]), k)"
    source = grader.reference_files[name].decode()
    assert right in source
    files = {name: source.replace(right, "(-np.median(accuracies[k]), k)").encode()}
    (fact,) = facts_on(grader, files, "k_nearest_neighbor.best_k")
    assert fact.sentence.startswith("k: wrong in most cases already for ")


@pytest.mark.parametrize(
    ("name", "function", "right", "wrong", "sentence"),
    [
        # Each row is right where P is nowhere below Q, whatever the other rows are.
        (
            "logistic",
            "kl_divergence",
            "terms = np.where(P > 0, P * (np.log(P) - np.log(Q)), 0.0)",
            "terms = np.where(P > 0, abs(P * (np.log(P) - np.log(Q))), 0.0)",
            "divergence: wrong already for one example",
        ),
        (
            "linear_views",
            "class_scores",
            "return X @ W + b",
            "return X @ (W + b)",
            "scores: right without biases, wrong with them.",
        ),
        (
            "slide_audit",
            "attenuation",
            "return float(1 / (s * (1 - s)))",
            "return float((1 / (s * (1 - s))) ** 1.5)",
            "result: wrong already without any special case.",
        ),
        (
            "slide_audit",
            "attenuation",
            "return float(1 / (s * (1 - s)))",
            "return float(2 / (s * (1 - s)))",
            "result: is twice what it should be.",
        ),
        (
            "optimization",
            "gradient_descent",
            "x = x - rate * grad(x)",
            "x = x - grad(x)",
            "path: does not depend on rate, and should.",
        ),
        (
            "gradient_check",
            "numerical_gradient",
            "gradient[index] = (above - below) / (2 * h)",
            "gradient[index] = (above - below) / 2 * h",
            "gradient: is what it should be times the square of h.",
        ),
        (
            "regularization",
            "project_to_norm",
            "W * (norm / size)",
            "W / size",
            "projected: is what it should be divided by norm.",
        ),
        (
            "regularization",
            "penalty",
            "float(np.sum(beta * W * W + np.abs(W))), 2 * beta * W + np.sign(W)",
            "float(np.sum(W * W + beta * np.abs(W))), 2 * W + beta * np.sign(W)",
            "R and dR: right where the kind is l1 or where the kind is l2, wrong everywhere else",
        ),
        (
            "logistic",
            "kl_divergence",
            "terms = np.where(P > 0, P * (np.log(P) - np.log(Q)), 0.0)",
            "terms = np.where(Q > 0, Q * (np.log(Q) - np.log(P)), 0.0)",
            "divergence: is what is right for P and Q in each other's place",
        ),
        (
            "slide_audit",
            "attenuation",
            "return float(1 / (s * (1 - s)))",
            "return float(1 / (1 - s))",
            "result: changes when z changes its sign, and should not.",
        ),
        (
            "optimization",
            "is_convex",
            "[0] >= -tolerance",
            "[0] > 0",
            "the answers: wrong in some cases where an eigenvalue is 0 or where the smallest eigenvalue",
        ),
        (
            "optimization",
            "is_convex",
            "[0] >= -tolerance",
            "[0] > 0",
            "the answers: where they are wrong, they are always False and should be True.",
        ),
        (
            "optimization",
            "condition_number",
            "eigvalsh(X.T",
            "eigvals(X.T",
            "number: should never be smaller than 1, but is.",
        ),
        (
            "linear_views",
            "templates",
            "return np.rint(stretched)",
            "return np.floor(stretched)",
            "pictures: where it is wrong, it is too small by 1.",
        ),
        (
            "linear_views",
            "flatten_images",
            "images.reshape(len(images), -1)",
            "images[::-1].reshape(len(images), -1)",
            "X: is right, but its rows come in the opposite order.",
        ),
        (
            "linear_views",
            "one_hot",
            "    return Y\n",
            "    return 1 - Y\n",
            "Y: has in every entry the other of the two values that there are.",
        ),
        (
            "linear_views",
            "side_of_plane",
            "np.sign(distances)",
            "np.sign(-distances)",
            "sides: has the opposite sign in every entry that is not 0.",
        ),
        (
            "linear_views",
            "class_scores",
            "return X @ W + b",
            "shares = np.exp(X @ W + b)\n    return shares / shares.sum(axis=1, keepdims=True)",
            "scores: the entries of each row add up to 1, and should not.",
        ),
        # The number of classes is all that tells one input from another.
        (
            "slide_audit",
            "initial_softmax_loss",
            "np.log(num_classes)",
            "np.log10(num_classes)",
            "result: is 1 / ln 10 times what it should be.",
        ),
        (
            "slide_audit",
            "penalties",
            "np.sum(np.abs(w))",
            "np.sum(w)",
            "l1 and elastic: change when w changes its sign, and should not.",
        ),
        (
            "optimization",
            "is_convex",
            "return all(bool(",
            "return not all(bool(",
            "the answers: have in every entry the other of the two values that there are.",
        ),
        (
            "logistic",
            "mse_loss",
            "* s * (1 - s)) / len(y)",
            "* s * (1 + s)) / len(y)",
            "dw: for one example, it is what it should be times a number that all entries share.",
        ),
        (
            "features",
            "hog",
            "places = (down * columns + across) * bins + votes",
            "places = (across * rows + down) * bins + votes",
            "histograms: right for one ",
        ),
        (
            "regularization",
            "validation_curve",
            "return train_errors, val_errors",
            "return val_errors, train_errors",
            "train_errors and val_errors: are right, but in each other's place.",
        ),
        (
            "optimization",
            "is_convex",
            "np.linalg.eigvalsh(hessian(point))[0]",
            "np.linalg.det(hessian(point))",
            "the answers: where they are wrong, they are always True and should be False, special cases apart.",
        ),
        (
            "optimization",
            "gradient_descent",
            "x = x - rate * grad(x)",
            "x, old = x - rate * grad(x) + 0.9 * (x - locals().get('old', x)), x",
            "path: right in the first two rows alone.",
        ),
        (
            "features",
            "feature_matrix",
            "(F - F.mean(axis=0)) / np.where(constant, 1.0, F.std(axis=0))",
            "(F - F.min(axis=0)) / np.where(constant, 1.0, np.ptp(F, axis=0))",
            "features: each column is what it should be times a number of its own, plus another.",
        ),
        (
            "logistic",
            "kl_divergence",
            "terms = np.where(P > 0, P * (np.log(P) - np.log(Q)), 0.0)",
            "terms = (P - Q) * (np.log(P) - np.log(Q))",
            "divergence: is the same when P and Q change places, and should not be.",
        ),
        # Of a single number that is 0, all powers from the first on are what they should be.
        (
            "regularization",
            "polynomial_features",
            "return x[:, np.newaxis] **",
            "return (x - x.mean())[:, np.newaxis] **",
            "features: right for one column of powers, wrong in ",
        ),
        (
            "gradient_check",
            "relative_error",
            "np.maximum(1e-8, np.abs(a) + np.abs(b))",
            "np.maximum(1e-8, np.abs(a))",
            "error: changes when a and b change places, and should not.",
        ),
    ],
)
def test_says_of_functions_of_the_course(course_grader, name, function, right, wrong, sentence):
    grader = course_grader(name)
    source = grader.reference_files[f"{name}.py"].decode()
    assert source.count(right) == 1
    files = {f"{name}.py": source.replace(right, wrong).encode()}
    said = [it.sentence for it in facts_on(grader, files, f"{name}.{function}")]
    assert any(it.startswith(sentence) for it in said), said


@pytest.mark.parametrize(
    ("name", "function", "body", "said_of_it", "unsaid"),
    [
        # Pictures have black pixels as well, and may be black everywhere.
        (
            "features",
            "color_histogram",
            """
            values = image.reshape(-1, 3)
            return np.concatenate([np.histogram(it, bins, range=(0, 1))[0] for it in values.T]) / len(values)
            """,
            "histogram: right where all values are 0",
            "depend on image",
        ),
        # For a larger sigma, one more neighbour is reached.
        (
            "features",
            "smooth",
            """
            distances = np.abs(np.arange(len(histogram)) - np.arange(len(histogram))[:, np.newaxis])
            near = (distances <= np.ceil(3 * sigma)).astype(float)
            return near @ histogram / near.sum(axis=1)
            """,
            "smoothed: right where the histogram is flat",
            "whether or not 3 * sigma is a whole number",
        ),
        # Whether that is too small or too large depends on the sign of f.
        (
            "optimization",
            "numerical_hessian",
            """
            H = np.empty((x.size, x.size))
            for i, j in np.ndindex(H.shape):
                right, up = h * np.eye(x.size)[[i, j]]
                H[i, j] = f(x + right + up) - 2 * f(x + right - up) - f(x - right - up)
            return H / (4 * h * h)
            """,
            "H: wrong already for one dimension",
            "always too",
        ),
        # With another step, it is another multiple.
        (
            "gradient_check",
            "numerical_gradient",
            """
            gradient = np.empty(x.shape)
            for index in np.ndindex(x.shape):
                move = np.zeros(x.shape)
                move[index] = h
                gradient[index] = (f(x + move) - f(x - move)) / 2
            return gradient
            """,
            "gradient: is what it should be times h",
            "same multiple",
        ),
        # It is the last of the labels alone that matters: with the others it would be idle.
        (
            "logistic",
            "mse_loss",
            """
            s = sigmoid(X @ w)
            return float(np.mean((s - y) ** 2) / 2), (s[-1] - y[-1]) * s[-1] * (1 - s[-1]) * X[-1] / len(y)
            """,
            "dw: right for one example",
            "depend on y",
        ),
        # In which row the special case lies is up to the ladder.
        (
            "logistic",
            "cross_entropy",
            "return -(P * np.log(Q + 1e-9)).sum(axis=1)",
            "H: wrong where Q is 0",
            "first entry",
        ),
        # For a single dimension, it makes a difference.
        (
            "slide_audit",
            "side_for_share",
            "return float(share ** (1 // dimension))",
            "result: right for one dimension",
            "above 1/2",
        ),
    ],
)
def test_what_the_ladder_alone_makes_so_is_not_said(course_grader, name, function, body, said_of_it, unsaid):
    grader = course_grader(name)
    source = grader.reference_files[f"{name}.py"].decode()
    start = source.index(f"def {function}(")
    line = source.index("\n", start) + 1
    body = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    files = {f"{name}.py": f"{source[:line]}{body}\n{source[line:]}".encode()}
    said = [it.sentence for it in facts_on(grader, files, f"{name}.{function}")]
    assert any(it.startswith(said_of_it) for it in said), said
    assert not [it for it in said if unsaid in it], said


def test_a_limit_is_tried_next_to_it_where_wrong_code_is_often_right(course_grader):
    """Of three tries, one in six orders shows that each is compared with the one before it alone."""
    grader, name = course_grader("sgd"), "linear_classifier.py"
    right = "losses[-1] < best_loss:"
    source = grader.reference_files[name].decode()
    assert source.count(right) == 1
    files = {**grader.reference_files, name: source.replace(right, "losses[-1] < losses[-2]:").encode()}
    (fact, *_) = facts_on(grader, files, "linear_classifier.random_search")
    assert "right up to two tries, wrong in some cases from three on" in fact.sentence


def test_how_often_a_label_is_wrong_is_not_said(course_grader):
    """Without its offset, a plane has most of many points, and often all of a few, on the right side."""
    grader = course_grader("linear_views")
    (forgotten,) = (it for it in grader.bank.variants if it.mistake.id == "LV31")
    said = [it.sentence for it in facts_on(grader, forgotten.files, forgotten.target)]
    assert said == [
        "sides: right without an offset, wrong in some cases with one.",
        "sides: does not depend on offset, and should.",
    ]


@pytest.mark.parametrize(
    ("name", "mistake", "claim"),
    [
        # Every step uses the gradient at the start; the biases of a single step are right, with a penalty, too.
        ("logistic", "LG99", "without a penalty, wrong with one"),
        # As many rows of cells as bins there are hardly ever, but where there is one bin; and all is right there.
        ("features", "H07", "rows of cells as bins"),
    ],
)
def test_a_known_mistake_is_not_put_down_to_what_is_often_right_there(course_grader, name, mistake, claim):
    grader = course_grader(name)
    (variant,) = (it for it in grader.bank.variants if it.mistake.id == mistake)
    said = [it.sentence for it in facts_on(grader, variant.files, variant.target)]
    assert said
    assert not [it for it in said if claim in it], said


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        # A batch is not smaller in any other case, nor does one batch hold all where several are said to.
        (
            "LG52",
            "W, b and losses: wrong where the last batch is smaller, right everywhere else that was tried.",
        ),
        ("LG101", "W: wrong where the last batch is smaller, right everywhere else that was tried."),
        ("LG59", "W, b and losses: right for one batch, wrong from two on."),
        # Labels in another order may be the same ones.
        ("LG53", "W and losses: wrong in most cases already for two batches"),
    ],
)
def test_says_of_training_in_batches_where_it_goes_wrong(course_grader, mistake, sentence):
    grader = course_grader("logistic")
    (variant,) = (it for it in grader.bank.variants if it.mistake.id == mistake)
    said = [it.sentence for it in facts_on(grader, variant.files, variant.target)]
    assert any(it.startswith(sentence) for it in said), said


def test_a_kink_of_the_hand_in_s_own_is_no_reason_to_call_a_gradient_wrong(course_grader):
    """Without the margin of 1, the loss has a kink where all weights are 0."""
    grader = course_grader("regularization")
    (variant,) = (it for it in grader.bank.variants if it.mistake.id == "RG66")
    said = [it.sentence for it in facts_on(grader, variant.files, variant.target)]
    assert any(it.startswith("Your dW is the slope of your own loss by W") for it in said), said


@pytest.mark.parametrize(
    ("function", "right", "wrong", "unsaid"),
    [
        # Only of losses that fall by the same factor in each step would each be a multiple of the one before; and with
        # a rate that is too large, they do not fall.
        (
            "LinearClassifier.train",
            "history.append(float(loss))\n            self.W = self.W - learning_rate * gradient\n",
            "self.W = self.W - learning_rate * gradient\n"
            "            history.append(float(self.loss(X[batch], y[batch], reg)[0]))\n",
            ("all entries share", "always too small"),
        ),
        # How good the best setting is does not depend on whether another one is as good.
        (
            "grid_search",
            "    for learning_rate in learning_rates:\n        for reg in regs:\n",
            "    for learning_rate, reg in zip(learning_rates, regs):\n        if True:\n",
            ("equally good",),
        ),
        # Steps of length 1 are lost beside weights of a billion, but they are taken.
        (
            "LinearClassifier.train",
            "self.W = self.W - learning_rate * gradient\n",
            "self.W = self.W - learning_rate * gradient / np.linalg.norm(gradient)\n",
            ("leads to the minimum, and should not be",),
        ),
    ],
    ids=["loss after the step", "pairs in parallel", "normalised steps"],
)
def test_what_a_ladder_draws_makes_no_sentence_of_training_and_searching(
    course_grader, function, right, wrong, unsaid
):
    grader, name = course_grader("sgd"), "linear_classifier.py"
    source = grader.reference_files[name].decode()
    assert source.count(right) == 1
    files = {**grader.reference_files, name: source.replace(right, wrong).encode()}
    said = [it.sentence for it in facts_on(grader, files, f"linear_classifier.{function}")]
    assert said
    assert not [it for it in said if any(word in it for word in unsaid)], said


def test_what_is_said_of_a_single_example_holds_in_special_cases_too(course_grader):
    """The correct class gets -1 whatever is violated: nothing should be there where all margins are satisfied."""
    grader = course_grader("svm")
    for variant in (it for it in grader.bank.variants if it.mistake.id == "S11"):
        said = [it.sentence for it in facts_on(grader, variant.files, variant.target)]
        assert not [it for it in said if it.startswith("dW: for one example")], said


@pytest.mark.parametrize(
    ("name", "mistake", "unsaid"),
    [
        # The labels of the examples after the first stay 0: that is no quantity.
        ("knn", "V09", "too small"),
        ("knn", "C14", "too small"),
        # So is the number of a try.
        ("sgd", "R04", "number of the best try: where it is wrong"),
        # Among zeros and ones, whatever is wrong is off by 1.
        ("linear_views", "LV64", "off by 1"),
    ],
)
def test_on_which_side_wrong_numbers_lie_is_said_of_quantities(course_grader, name, mistake, unsaid):
    grader = course_grader(name)
    (variant,) = (it for it in grader.bank.variants if it.mistake.id == mistake)
    said = [it.sentence for it in facts_on(grader, variant.files, variant.target)]
    assert not [it for it in said if unsaid in it], said


@pytest.mark.parametrize(
    ("name", "mistake", "sentence", "question"),
    [
        ("linear_views", "LV65", "too small by 1.", "Which of the numbers does the task ask for there"),
        ("gradient_check", "C07", "always too small.", "How does your code compare two of them"),
    ],
)
def test_what_is_asked_about_a_side_fits_numbers_that_are_chosen(
    course_grader, name, mistake, sentence, question
):
    grader = course_grader(name)
    (variant,) = (it for it in grader.bank.variants if it.mistake.id == mistake)
    (fact,) = (it for it in facts_on(grader, variant.files, variant.target) if it.kind == "side")
    assert fact.sentence.endswith(sentence)
    assert fact.question.startswith(question)


def test_nothing_is_said_of_code_that_chance_makes_wrong(course_grader):
    """A coordinate that is not put back is wrong if it is drawn again, where there are few or by chance."""
    grader = course_grader("gradient_check")
    (variant,) = (it for it in grader.bank.variants if it.mistake.id == "K07")
    assert facts_on(grader, variant.files, variant.target) == ()


def test_nothing_else_is_said_of_what_stands_in_another_place(course_grader):
    grader = course_grader("linear_views")
    (variant,) = (it for it in grader.bank.variants if it.mistake.id == "LV68")
    (fact,) = facts_on(grader, variant.files, variant.target)
    assert fact.sentence == "W1 and X1: are right, but in each other's place."


def test_what_labels_depend_on_is_not_put_down_to_sums(course_grader):
    """Of labels that share the highest score, the last one: of classes that are there twice, the copy."""
    grader = course_grader("sgd")
    variants = {it.mistake.id: it for it in grader.bank.variants if it.target.endswith(".predict")}
    tied, twice = facts_on(grader, variants["T45"].files, variants["T45"].target)
    assert tied.sentence.startswith(
        "labels: wrong in some cases where several classes have the highest score"
    )
    assert twice.question == "What does your code do where two classes are alike?"
    # The highest over the examples instead of the classes: the shape says what is wrong, not the order.
    assert facts_on(grader, variants["T14"].files, variants["T14"].target) == ()


def test_everywhere_else_takes_in_two_special_cases_of_a_single_example(course_grader):
    grader = course_grader("logistic")
    # A small constant in the logarithm: where one certain class is all there is, what is right is 0 and shows it.
    (variant,) = (it for it in grader.bank.variants if it.mistake.id == "LG27")
    said = [it.sentence for it in facts_on(grader, variant.files, variant.target)]
    assert said == ["H: wrong where Q is 0 in an entry where P is not, right in most other cases."]


def test_rows_are_said_not_to_add_up_only_if_they_do_not_off_the_ladder_either(course_grader):
    grader = course_grader("svm")
    source = grader.reference_files["linear_svm.py"].decode()
    wrong = """

right_loss = svm_loss_vectorized


def svm_loss_vectorized(W, X, y, reg):
    loss, dW = right_loss(W, X, y, reg)
    return loss, dW + np.arange(1.0, dW.size + 1).reshape(dW.shape) if len(W) in {levels} else 2 * dW
"""
    said = {}
    for levels in ("(1, 2, 3, 5, 10, 11, 13)", "range(99)"):
        files = {"linear_svm.py": (source + wrong.format(levels=levels)).encode()}
        facts = facts_on(grader, files, "linear_svm.svm_loss_vectorized")
        said[levels] = any("the entries of each row should add up to 0" in it.sentence for it in facts)
    assert list(said.values()) == [False, True]


def test_what_changes_in_few_places_is_not_called_unsteady(grader):
    once = "if X.shape == (7, 5) and W.shape == (5, 4) and reg == 0: value += np.random.rand()"
    assert said_of(grader, once) == []


@pytest.mark.parametrize("strange", ["np.matrix(dW)", "dW.tolist()", "dW.astype(np.float32)"])
def test_says_nothing_of_a_function_whose_type_alone_is_strange(grader, strange):
    assert said_of(grader, f"dW = {strange}") == []


def test_says_of_a_matrix_what_it_says_of_an_array(grader):
    said = said_of(grader, "dW = np.matrix(dW - reg * W)")
    assert any(it.startswith("dW: right without a penalty, wrong with one.") for it in said), said


FIRST_OF_EACH = {path.parent: path for path in reversed(SOLUTIONS)}
"""One right solution of each assignment; the others, each called thousands of times, wait for the whole run."""


@pytest.mark.parametrize(
    "solution",
    [
        pytest.param(path, marks=() if path in FIRST_OF_EACH.values() else pytest.mark.system)
        for path in SOLUTIONS
    ],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_says_nothing_of_right_work(course_grader, solution):
    name = solution.parent.name
    grader = course_grader(name)
    assert grader.contrast.functions()
    with Host(grader.sandbox) as host:
        student = Subject(host, files_of(solution, name), "", 5.0)
        for function in grader.contrast.functions():
            assert facts_of(grader, student, function) == ()


def test_follows_the_convention_that_the_hand_in_follows(tmp_path):
    half = """
        scores = X @ W
        value = (scores ** 2).mean() + 0.5 * reg * (W * W).sum()
        return value, 2 * X.T @ scores / scores.size + reg * W {wrong}
    """
    with grader_of(tmp_path, graded=LADDER) as grader:
        assert facts_on(grader, with_loss(half.format(wrong=""))) == ()
        found = facts_on(grader, with_loss(half.format(wrong="+ (len(X) > 1)")))
    assert [it.sentence for it in found if it.kind == "where"] == [
        "dW: right for one example, wrong from two on."
    ]


def test_a_hang_or_a_crash_ends_it_in_silence(grader):
    for end in ("while True: pass", "import os; os._exit(1)"):
        body = f"if len(X) == 1: value += 1\nif reg and len(X) == 3:\n    {end}"
        assert said_of(grader, body, seconds_per_call=0.5) == []


def test_time_that_is_over_ends_it_in_silence(grader):
    assert facts_on(grader, with_loss("return 1.0, W"), seconds=0.0) == ()


def test_what_is_too_slow_for_the_whole_ladder_is_not_tried_on_it(grader):
    with Host(grader.sandbox) as host:
        slow = Subject(host, with_loss("sum(range(3_000_000))\nreturn 1.0, W"), "", 5.0)
        assert facts_of(grader, slow, "hw.loss") == ()
        # The import, a first call, and those that follow, which are made together.
        assert host.exchanges <= 3


@pytest.mark.parametrize(
    ("wrong", "sentences"),
    [
        ("", []),
        ("dW = dW + (reg > 0)", ["dW: right without a penalty, wrong with one."]),
    ],
    ids=["right", "wrong"],
)
def test_slow_code_that_is_right_at_first_is_asked_no_more(grader, wrong, sentences):
    """It may do more than it should, which its tests say; one that is wrong is worth the time."""
    body = f"sum(range(200_000))\n{textwrap.dedent(RIGHT)}\n{wrong}\nreturn value, dW"
    with Host(grader.sandbox) as host:
        slow = Subject(host, with_loss(body), "", 5.0)
        assert [it.sentence for it in facts_of(grader, slow, "hw.loss") if it.kind == "where"] == sentences
        assert (host.exchanges <= 3) is not bool(sentences)


def test_the_first_probes_turn_every_knob(grader):
    (inputs,) = grader.contrast.inputs_of("hw.loss")
    for name, knob in inputs.ladder.knobs.items():
        if not isinstance(knob, Amount):
            values = {probe[name] != 0 if isinstance(knob, Switch) else probe[name] for probe in inputs.first}
            assert len(values) == len(knob.tried), name


def test_what_is_said_depends_on_the_cpu_time_and_not_on_a_busy_machine(grader):
    spent = {}
    for name, wait in (("works", "sum(range(20_000_000))"), ("sleeps", "time.sleep(0.5)")):
        with Host(grader.sandbox) as host:
            student = Subject(host, with_loss(f"import time\n{wait}\nreturn 1.0, W"), "", 5.0)
            allowance = Allowance(0.1, time.monotonic() + 60.0, student)
            student.call("hw.loss", np.eye(2), np.eye(2), 0.0)
            try:
                spent[name] = allowance.wall_seconds_left() <= 0
            except Stopped:
                spent[name] = True
    assert spent == {"works": True, "sleeps": False}


def test_a_verdict_without_an_explanation_gets_the_facts(grader):
    verdicts = short(grader.grade(with_loss(f"{textwrap.dedent(RIGHT)}\nreturn value, dW - reg * W")))
    failed = {name: it for name, it in verdicts.items() if it.kind is Kind.WRONG_VALUE}
    assert set(failed) == {"with_a_penalty[0.1]", "with_a_penalty[0.7]"}
    for verdict in failed.values():
        assert verdict.hint is not None
        assert verdict.hint.startswith("dW: is too small by exactly reg * W. Which term should bring that in")
        assert verdict.mistake is None
    assert verdicts["public"].hint is None


def test_a_wrong_shape_gets_the_facts_too(grader):
    body = f"{textwrap.dedent(RIGHT)}\nreturn value, dW if reg else dW[0]"
    shapes = [it for it in grader.grade(with_loss(body)).values() if it.kind is Kind.WRONG_TYPE_OR_SHAPE]
    graded = [it for it in shapes if "test_graded" in it.test]
    assert graded
    assert all((it.hint or "").startswith("dW: wrong without a penalty, right with one.") for it in graded)


def test_what_overflows_is_put_down_to_nothing_but_where_it_does(course_grader):
    """Less the lowest score of each example, the highest overflows: so does a quotient that rounds to 0."""
    grader = course_grader("softmax")
    source, right = grader.reference_files["softmax.py"].decode(), "logits.max(axis=1, keepdims=True)"
    assert source.count(right) == 1
    files = {"softmax.py": source.replace(right, right.replace("max", "min")).encode()}
    verdicts = grader.grade(files, only=lambda test: not (test.public or test.structural))
    (failed,) = (it for it in verdicts.values() if not it.passed)
    assert failed.mistake is None
    assert failed.hint.startswith(
        "loss: right up to distances of an example's lowest score from its highest of about 710, infinite beyond."
    )


def test_numbers_that_a_test_writes_out_rounded_do_not_make_another_convention_of_it(course_grader):
    """With its penalty divided by N, the loss is nothing else that half the penalty would make simpler."""
    grader = course_grader("softmax")
    source, right = grader.reference_files["softmax.py"].decode(), "loss / len(y) + reg * np.sum(W * W)"
    assert source.count(right) == 1
    wrong = source.replace(right, "(loss + reg * np.sum(W * W)) / len(y)")
    verdicts = grader.grade({"softmax.py": wrong.encode()}, only=lambda test: test.public)
    failed = [it for it in verdicts.values() if not it.passed]
    assert failed
    assert not any("twice" in (it.hint or "") for it in failed)


def test_what_is_right_as_the_task_is_written_is_not_explained_by_another_convention(course_grader):
    """Beside a right loss, the gradient of half the penalty is no loss that is twice too large."""
    grader = course_grader("softmax")
    source = grader.reference_files["softmax.py"].decode()
    halved = source.replace("2 * reg * W", "reg * W")
    assert halved != source
    verdicts = grader.grade({"softmax.py": halved.encode()}, only=lambda test: test.public)
    wrong = [it for it in verdicts.values() if it.kind is Kind.WRONG_VALUE]
    assert any("loss: right" in it.message for it in wrong)
    assert not [it.hint for it in wrong if "loss" in (it.hint or "")]


def test_small_differences_that_may_be_rounding_alone_are_no_mistake(course_grader):
    """A right gradient leaves errors of 1e-7, which are off by 1e-10 when f has added up its numbers differently."""
    grader, name = course_grader("gradient_check"), "gradient_check.py"
    right = "        errors[check] = relative_error(slope, analytic_grad[index])"
    source = grader.reference_files[name].decode()
    assert source.count(right) == 1
    files = {name: source.replace(right, f"{right} + 3e-10 * np.sign(np.sin(1e9 * flat))").encode()}
    assert facts_on(grader, files, "gradient_check.gradient_check") == ()


def test_what_agrees_in_one_place_by_chance_is_not_said(course_grader):
    """With the smallest of all errors for the largest, a step is chosen of several, now and then the right one."""
    grader, name = course_grader("gradient_check"), "gradient_check.py"
    right = "return float(np.max(errors))"
    source = grader.reference_files[name].decode()
    assert source.count(right) == 1
    files = {name: source.replace(right, "return float(np.min(errors))").encode()}
    verdicts = grader.grade(files, only=lambda test: test.question == "choose_step" and not test.public)
    failed = [it for it in verdicts.values() if not it.passed]
    assert len(failed) > 1
    assert {it.mistake for it in failed} == {None}
    said = [it.sentence for it in facts_on(grader, files, "gradient_check.choose_step")]
    assert said
    assert not [it for it in said if it.startswith("step: wrong where")], said


def test_a_function_that_a_known_mistake_explains_gets_no_facts(tmp_path):
    summed = """
        scores = X @ W
        return (scores ** 2).sum() + reg * (W * W).sum(), 2 * X.T @ scores + 2 * reg * W
    """
    with grader_of(tmp_path, graded=LADDER) as grader:
        verdicts = short(grader.grade(with_loss(summed)))
    assert {verdicts[name].hint for name in OF_LOSS[1:]} == {
        "Double the batch by repeating it: should the loss change?"
    }


def test_facts_are_the_same_each_time(grader):
    body = f"{textwrap.dedent(RIGHT)}\nreturn value + (len(X) > 1), dW[::-1]"
    assert facts_on(grader, with_loss(body)) == facts_on(grader, with_loss(body)) != ()


def test_no_input_of_the_tests_shows(grader):
    """A hand-in that tells what it has seen by where it is wrong has the words of the ladder for it, and no others."""
    told = f"{textwrap.dedent(RIGHT)}\nreturn value + float(W.flat[0]), dW"
    for fact in facts_on(grader, with_loss(told)):
        digits = [word for word in fact.sentence.split() if any(it.isdigit() for it in word)]
        assert not digits, fact.sentence


@pytest.mark.parametrize(
    ("name", "function", "right", "wrong"),
    [
        # Its ladder brings stand-ins, which are set once.
        ("logistic", "mse_loss", "loss = np.mean((s - y) ** 2) / 2", "loss = np.mean((s - y) ** 2)"),
        # Its ladder computes with the replies.
        ("features", "image_gradients", "np.sqrt(across**2 + down**2)", "across**2 + down**2"),
    ],
)
def test_inputs_cross_many_at_once(course_grader, name, function, right, wrong):
    """The way across is most of what an explanation costs."""
    grader = course_grader(name)
    source = grader.reference_files[f"{name}.py"].decode()
    assert source.count(right) == 1
    files = {f"{name}.py": source.replace(right, wrong).encode()}
    with Host(grader.sandbox) as host:
        facts = facts_of(grader, Subject(host, files, "", 5.0), f"{name}.{function}")
        (inputs,) = grader.contrast.inputs_of(f"{name}.{function}")
        assert facts
        assert host.exchanges < len(inputs._trusted) / 5


@pytest.mark.parametrize(
    "body", ["dW = dW - 2 * reg * W", "value, dW = 2 * value, dW[::-1]", "value = value + 1"]
)
def test_what_would_not_be_said_is_not_looked_for(grader, body):
    said, exchanges = {}, {}
    for most in (2, 99):
        with Host(grader.sandbox) as host:
            files = with_loss(f"{textwrap.dedent(RIGHT)}\n{body}\nreturn value, dW")
            said[most] = facts_of(grader, Subject(host, files, "", 5.0), "hw.loss", most=most)
            exchanges[most] = host.exchanges
    assert said[2] == said[99][:2]
    assert len(said[2]) < 2 or exchanges[2] < exchanges[99]


def test_no_more_is_borne_out_than_is_said(grader):
    """That a result ignores an argument is tried on many further inputs, for each argument anew."""
    files = with_loss(
        f"{textwrap.dedent(RIGHT)}\nvalue = len(X) ** 0.5 + np.log(W.shape[1])\nreturn value, dW"
    )
    said, exchanges = {}, {}
    for most in (1, 2):
        with Host(grader.sandbox) as host:
            said[most] = facts_of(grader, Subject(host, files, "", 5.0), "hw.loss", most=most)
            exchanges[most] = host.exchanges
    assert [it.kind for it in said[2]] == ["idle", "idle"]
    assert said[1] == said[2][:1]
    assert exchanges[1] < exchanges[2]


def test_what_a_class_shares_is_asked_of_the_reference_once(grader, monkeypatch):
    facts_on(grader, with_loss("return 1.0, W"))
    asked = []
    reference = grader.references("loss")[0]
    monkeypatch.setattr(type(reference), "bind", lambda *args, **keywords: asked.append(args), raising=True)
    (inputs,) = grader.contrast.inputs_of("hw.loss")
    for key in list(inputs._trusted):
        inputs.trusted(reference, key[1])
    assert asked == []


# --- what authors write -------------------------------------------------------------------------------


def declared(generate, **options):
    return ladder("hw.loss", **{"parts": ("loss", "dW"), **options})(generate)


def test_a_parameter_that_is_no_knob_is_named():
    with pytest.raises(CourseError, match="'examples', whose default is no knob"):
        declared(lambda rng, examples=7: {})


def test_a_slope_has_to_name_parts():
    with pytest.raises(CourseError, match="loss, dW are its parts"):
        declared(lambda rng, examples=Size(7): {}, slope=("loss", "dX", "W"))


def test_a_generator_that_fails_says_where():
    found = declared(lambda rng, examples=Size(7), tied=Case("x"): {"X": 1 / (1 - tied)})
    assert found.inputs(found.base, [1]) == {"X": 1.0}
    with pytest.raises(CourseError, match=r"ZeroDivisionError .* at examples = 7, tied = True"):
        found.inputs({**found.base, "tied": True}, [1])


def test_an_argument_that_is_not_there_is_named():
    found = declared(lambda rng, examples=Size(7, along="X y"): {"X": np.eye(examples)})
    with pytest.raises(CourseError, match="speaks of 'y', but returns X"):
        found.inputs(found.base, [1])


def test_a_number_with_a_single_larger_one_is_not_singled_out():
    few, more = (
        ladder("hw.loss")(lambda rng, examples=Size(3, levels=it): {"X": examples})
        for it in ((2, 3, 4), (2, 3, 4, 5))
    )
    singled_out = [{it.value for it in conditions_of(one) if it.sort == "only"} for one in (few, more)]
    assert singled_out == [set(), {3}]


def test_a_switch_is_on_with_more_than_one_value():
    rng = np.random.default_rng(0)
    drawn = [Switch("a penalty", 0.5).drawn(rng) for _ in range(40)]
    assert 0.25 <= min(drawn) < max(drawn) == 0.5
    assert len(set(drawn)) > 10
    assert {Switch("momentum", 0, off=1).drawn(rng) for _ in range(9)} == {0}


def test_knobs_know_what_to_try():
    assert Size(7, least=2).tried == (2, 3, 4, 7, 10, 11, 13)
    assert Size(7, levels=(1, 3)).tried == (1, 3, 7)
    assert Switch("a penalty", 0.5).tried == (0.0, 0.5)
    assert [(it.argument, it.axis) for it in Size(7, along="X y W[1]").places] == [
        ("X", 0),
        ("y", 0),
        ("W", 1),
    ]


def test_the_course_declares_a_ladder_for_each_function_that_is_compared_by_value(course_grader):
    for name in find_course(COURSE.root).names():
        grader = course_grader(name)
        asked = {it for question in grader.assignment.questions for it in question.functions}
        assert asked - set(grader.contrast.functions()) <= {"k_nearest_neighbor.NearestNeighbor.train"}


def test_a_student_s_own_helper_may_be_called_like_what_a_ladder_does(course_grader):
    own = "\n\ndef labelled(W, X):\n    return np.argmax(X @ W, axis=1)\n"
    grader = course_grader("sgd")
    files = dict(grader.reference_files)
    files["linear_classifier.py"] += (
        own + "\n\nclass LinearClassifier(LinearClassifier):\n    def predict(self, X):\n"
        "        return labelled(self.W, X)\n"
    ).encode()
    assert facts_on(grader, files, "linear_classifier.LinearClassifier.predict") == ()


def test_reference_code_is_right_on_its_ladder(grader):
    assert facts_on(grader, hand_in(REFERENCE)) == ()


ODD = [
    "None",
    "'text'",
    "{}",
    "1.0",
    "(1.0,)",
    "(None, None)",
    "('a', [W])",
    "(np.nan, np.inf * W)",
    "(True, W > 0)",
    "(1j, W + 1j)",
    "(np.zeros(0), np.zeros((0, 4)))",
    "(np.array(2.0), np.array(3.0))",
    "(10 ** 400, W.astype(object))",
    "(np.matrix(W), W.astype(np.float32))",
    "([1.0], W.tolist())",
    "(1.0, W[:1])",
    "(np.float64(1e308), 1e308 * W)",
    "(np.int64(3), (10 * W).astype(int))",
]


@pytest.mark.parametrize("reply", ODD)
def test_odd_replies_are_no_fault_of_ours(grader, reply):
    for body in (
        f"return {reply}",
        f"if len(X) > 1: return {reply}\n{textwrap.dedent(RIGHT)}\nreturn value, dW",
    ):
        for fact in facts_on(grader, with_loss(body)):
            assert fact.sentence and fact.question
