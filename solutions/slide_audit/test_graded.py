"""Graded tests of the audit: every function is called with other numbers than those on the slides."""

import numpy as np
import pytest

from autograder.grading.ladder import Case, Size, Switch, ladder

RESULT = ("result",)
THREE = ("l2", "l1", "elastic")


def scores_and_labels(rng, examples, classes, margin=0.02):
    """Draw scores whose margins stay clear of 0, also where they are doubled, and labels that are right or wrong."""
    while True:
        scores, y = rng.normal(scale=2.0, size=(examples, classes)), rng.integers(classes, size=examples)
        margins = scores - scores[np.arange(examples), y][:, np.newaxis]
        if all(np.abs(factor * margins + 1).min() > margin for factor in (0.3, 0.5, 1, 2, 3)):
            return scores, y


def scores_of_one(rng, classes, leads):
    """Draw the scores of an example and its correct class, which leads by more than 1 or is behind."""
    scores, y = rng.normal(size=classes), int(rng.integers(classes))
    others = np.delete(scores, y)
    scores[y] = others.max() + 1 + rng.uniform(0.5, 3.0) if leads else others.min() + 0.3 * np.ptp(others)
    return scores, y


def distribution(rng, classes, absent=0):
    """Draw probabilities that add up to 1; so many of them are 0."""
    p = rng.uniform(0.2, 1.0, size=classes)
    p[:absent] = 0
    return rng.permutation(p / p.sum())


def predictions(rng, examples, classes):
    """Draw probabilities with one row for each example, and one-hot labels."""
    P = rng.uniform(0.05, 1.0, size=(examples, classes))
    return P / P.sum(axis=1, keepdims=True), np.eye(classes)[rng.integers(classes, size=examples)]


def signed(rng, *shape):
    """Draw numbers of both signs that do not cancel."""
    numbers = rng.uniform(0.3, 2.0, size=shape)
    numbers.flat[: numbers.size // 3] *= -1
    return rng.permuted(numbers)


def hessian(rng, lowest, *others, tilted=True):
    """Draw a symmetric matrix with these eigenvalues, along the axes or along other directions."""
    eigenvalues = np.array([lowest, *others])
    if not tilted:
        return np.diag(rng.permutation(eigenvalues))
    axes = np.linalg.qr(rng.normal(size=(len(eigenvalues), len(eigenvalues))))[0]
    H = axes * eigenvalues @ axes.T
    return (H + H.T) / 2


def bowl(rng, features):
    """Draw the gradient of a quadratic function, and a start."""
    H, centre = hessian(rng, *rng.uniform(0.5, 2.0, size=features)), rng.normal(size=features)
    return lambda x: H @ (x - centre), rng.normal(scale=2.0, size=features)


def falling(rng, steps):
    """Draw errors that fall by another factor in each step."""
    return rng.uniform(1.0, 5.0) * np.cumprod(rng.uniform(0.4, 0.9, size=steps))


def weights(rng, features):
    return rng.normal(size=features), rng.normal(size=features), float(rng.uniform(1.0, 3.0))


ARGUMENTS = {
    "linear_score": {
        "five features": lambda rng: weights(rng, 5),
        "negative bias": lambda rng: (*weights(rng, 8)[:2], -float(rng.uniform(1.0, 3.0))),
    },
    "mean_hinge": {
        "five examples": lambda rng: scores_and_labels(rng, 5, 4),
        "nine examples": lambda rng: scores_and_labels(rng, 9, 6),
    },
    "hinge_after_scaling": {
        "larger": lambda rng: (*scores_and_labels(rng, 6, 4), 3.0),
        "smaller": lambda rng: (*scores_and_labels(rng, 4, 5), 0.3),
    },
    "slack": {
        "right": lambda rng: scores_of_one(rng, 5, leads=True),
        "wrong": lambda rng: scores_of_one(rng, 4, leads=False),
    },
    "negative_log": {
        "unlikely": lambda rng: (float(rng.uniform(0.01, 0.1)),),
        "likely": lambda rng: (float(rng.uniform(0.6, 0.9)),),
    },
    "softmax": {
        "four classes": lambda rng: (rng.normal(scale=2.0, size=4),),
        "seven classes": lambda rng: (rng.normal(size=7) - 3,),
    },
    "initial_softmax_loss": {
        "few classes": lambda rng: (int(rng.integers(12, 36)),),
        "many classes": lambda rng: (int(rng.integers(200, 900)),),
    },
    "log_likelihood": {
        "few factors": lambda rng: (rng.uniform(0.05, 0.9, size=6),),
        "many factors": lambda rng: (rng.uniform(0.01, 0.2, size=600),),
    },
    "equivalent_reg": {
        "smaller": lambda rng: (float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.01, 0.2))),
        "larger": lambda rng: (float(rng.uniform(0.2, 0.8)), float(rng.uniform(5.0, 50.0))),
    },
    "full_loss": {
        "four examples": lambda rng: (rng.uniform(1.0, 9.0, size=4), rng.normal(size=(3, 2)), 0.3),
        "strong penalty": lambda rng: (rng.uniform(1.0, 9.0, size=7), rng.normal(size=(2, 5)), 2.5),
    },
    "penalties": {
        "five weights": lambda rng: (signed(rng, 5), float(rng.uniform(0.2, 0.8))),
        "large beta": lambda rng: (signed(rng, 8), float(rng.uniform(2.0, 5.0))),
    },
    "divergence": {
        "every class possible": lambda rng: (distribution(rng, 4), distribution(rng, 4)),
        "impossible classes": lambda rng: (distribution(rng, 6, absent=3), distribution(rng, 6)),
    },
    "log_loss_of": {
        "class 1": lambda rng: (float(rng.uniform(0.1, 0.4)), 1),
        "class 0": lambda rng: (float(rng.uniform(0.6, 0.9)), 0),
    },
    "attenuation": {
        "wrong": lambda rng: (float(rng.uniform(4.0, 9.0)),),
        "right": lambda rng: (-float(rng.uniform(1.0, 3.0)),),
    },
    "mean_cross_entropy": {
        "five examples": lambda rng: predictions(rng, 5, 3),
        "seven examples": lambda rng: predictions(rng, 7, 4),
    },
    "bias_gradient": {
        "five examples": lambda rng: predictions(rng, 5, 3),
        "seven examples": lambda rng: predictions(rng, 7, 4),
    },
    "second_moment": {
        "more examples": lambda rng: (rng.normal(1, 1, size=(6, 3)),),
        "more features": lambda rng: (rng.normal(-1, 2, size=(2, 5)),),
    },
    "hessian_entries": {
        "few weights": lambda rng: (int(rng.integers(8, 90)),),
        "many weights": lambda rng: (int(rng.integers(10_000, 90_000)),),
    },
    "safe_rate": {
        "axes": lambda rng: (hessian(rng, *rng.uniform(0.5, 1.0, size=2), 4.5, tilted=False),),
        "tilted": lambda rng: (hessian(rng, *rng.uniform(0.2, 0.5, size=3), rng.uniform(5.0, 9.0)),),
    },
    "smallest_eigenvalue": {
        "convex": lambda rng: (hessian(rng, *rng.uniform(0.2, 0.5, size=2), 3.5),),
        "saddle": lambda rng: (hessian(rng, rng.uniform(-3.0, -1.0), 0.7, rng.uniform(2.0, 4.0), 1.3),),
    },
    "end_of_descent": {
        "several steps": lambda rng: (*bowl(rng, 3), 0.2, int(rng.integers(4, 9))),
    },
    "contraction": {
        "six steps": lambda rng: (falling(rng, 6),),
        "thirty steps": lambda rng: (falling(rng, 30),),
    },
    "expected_new_bests": {
        "few tries": lambda rng: (int(rng.integers(24, 60)),),
        "many tries": lambda rng: (int(rng.integers(2000, 4000)),),
    },
    "side_for_share": {
        "few dimensions": lambda rng: (float(rng.uniform(0.05, 0.3)), 3),
        "many dimensions": lambda rng: (float(rng.uniform(0.05, 0.3)), int(rng.integers(200, 900))),
    },
}
"""For each function, ways to draw its arguments."""


def cases():
    """Yield a case for each way to draw arguments."""
    for function, ways in ARGUMENTS.items():
        names = THREE if function == "penalties" else RESULT
        marks = [pytest.mark.question(function), pytest.mark.weight(0.5 * len(names))]
        for way, arguments in ways.items():
            yield pytest.param(function, arguments, names, id=f"{function}, {way}", marks=marks)


@pytest.mark.parametrize("function, arguments, names", cases())
def test_other_numbers(compare, rng, function, arguments, names):
    compare(f"slide_audit.{function}", *arguments(rng), names=names)


@pytest.mark.question("end_of_descent")
@pytest.mark.weight(0.5)
def test_the_start_stays_where_it_was(unchanged, rng):
    unchanged("slide_audit.end_of_descent", *bowl(rng, 2), 0.1, int(rng.integers(12, 20)), names=RESULT)


# --- what the grader tries on a wrong function ------------------------------------------------------------


@ladder("slide_audit.linear_score", parts=RESULT)
def single_scores(
    rng, features=Size(5, along="w x"), bias=Switch("a bias", 1.3), black=Case("all features are 0")
):
    w, x, _ = weights(rng, features)
    return dict(w=w, x=x * (not black), b=bias)


@ladder("slide_audit.mean_hinge", parts=RESULT)
def hinge_losses(
    rng,
    examples=Size(5, along="scores y", levels=(1, 2, 5)),
    classes=Size(4, one="class", least=2, along="scores[1]", labels="y", levels=(2, 3, 4)),
    satisfied=Case("every margin is satisfied"),
):
    scores, y = scores_with_a_loss(rng, examples, classes)
    if satisfied:
        scores[np.arange(examples), y] = scores.max() + 2
    return dict(scores=scores, y=y)


def scores_with_a_loss(rng, examples, classes):
    """Draw scores, not all of whose margins are satisfied, and labels."""
    while True:
        scores, y = scores_and_labels(rng, examples, classes)
        margins = scores - scores[np.arange(examples), y][:, np.newaxis] + 1
        if (margins > 0).sum() > examples:
            return scores, y


@ladder("slide_audit.hinge_after_scaling", parts=RESULT)
def scaled_losses(
    rng,
    examples=Size(5, along="scores y", levels=(1, 2, 5)),
    classes=Size(4, one="class", least=2, along="scores[1]", labels="y", levels=(2, 3, 4)),
    unscaled=Case("the factor is 1"),
):
    scores, y = scores_with_a_loss(rng, examples, classes)
    return dict(scores=scores, y=y, factor=1.0 if unscaled else float(rng.uniform(2.0, 4.0)))


@ladder("slide_audit.slack", parts=RESULT)
def slacks(
    rng,
    classes=Size(4, one="class", least=3, along="scores", labels="y", levels=(3, 4, 5)),
    wrong=Case("the correct class is behind"),
):
    scores, y = scores_of_one(rng, classes, leads=not wrong)
    return dict(scores=scores, y=y)


@ladder("slide_audit.negative_log", parts=RESULT)
def logarithms(rng, certain=Case("p is 1"), likely=Case("p is above 1/2")):
    if certain and likely:
        return None
    return dict(p=1.0 if certain else float(rng.uniform(0.6, 0.9) if likely else rng.uniform(0.05, 0.4)))


@ladder("slide_audit.softmax", parts=RESULT)
def probabilities(
    rng, classes=Size(4, one="class", along="scores", levels=(2, 3, 4)), equal=Case("all scores are equal")
):
    scores = rng.normal(size=classes)
    return dict(scores=np.full(classes, scores[0]) if equal else scores)


@ladder("slide_audit.initial_softmax_loss", parts=RESULT)
def first_losses(rng, classes=Size(6, one="class", least=2)):
    return dict(num_classes=classes)


@ladder("slide_audit.log_likelihood", parts=RESULT)
def likelihoods(rng, factors=Size(5, along="probabilities"), many=Case("a float64 cannot hold the product")):
    if many and factors == 1:
        return None
    return dict(probabilities=rng.uniform(0.05, 0.9, size=factors) * (1e-200 if many else 1))


@ladder("slide_audit.equivalent_reg", parts=RESULT)
def strengths(rng, same=Case("data_factor is 1"), large=Case("reg is above 1")):
    reg = float(rng.uniform(2.0, 3.0) if large else rng.uniform(0.2, 0.8))
    return dict(reg=reg, data_factor=1.0 if same else float(rng.uniform(0.05, 0.5)))


@ladder("slide_audit.full_loss", parts=RESULT)
def full_losses(
    rng,
    examples=Size(4, along="data_losses"),
    features=Size(3, along="W"),
    reg=Switch("a penalty", 0.3),
):
    return dict(data_losses=rng.uniform(1.0, 9.0, size=examples), W=rng.normal(size=(features, 2)), reg=reg)


@ladder("slide_audit.penalties", parts=THREE)
def three_penalties(
    rng,
    weights=Size(5, along="w", levels=(1, 3, 5)),
    one=Case("beta is 1"),
    positive=Case("all weights are positive"),
):
    w = signed(rng, weights)
    if not positive:
        w[0] = -abs(w[0])
    return dict(w=np.abs(w) if positive else w, beta=1.0 if one else float(rng.uniform(0.2, 0.7)))


@ladder("slide_audit.divergence", parts=RESULT)
def divergences(
    rng,
    classes=Size(4, one="class", along="p q", levels=(2, 3, 4)),
    certain=Case("p is one-hot"),
    missing=Case("p is 0 for a class, though not one-hot"),
    equal=Case("p and q are equal"),
):
    if certain + missing + equal > 1 or (missing and classes < 3):
        return None
    absent = classes - 1 if certain else int(missing)
    p, q = distribution(rng, classes, absent=absent), distribution(rng, classes)
    return dict(p=p, q=p if equal else q)


@ladder("slide_audit.log_loss_of", parts=RESULT)
def log_losses(rng, class_0=Case("the example belongs to class 0"), right=Case("the prediction is right")):
    p = float(rng.uniform(0.6, 0.9))
    return dict(p=p if right != class_0 else 1 - p, y=int(not class_0))


@ladder("slide_audit.attenuation", parts=RESULT)
def attenuations(rng, negative=Case("z is negative"), small=Case("z is close to 0")):
    z = float(rng.uniform(0.1, 0.2) if small else rng.uniform(3.0, 6.0))
    return dict(z=-z if negative else z)


@ladder("slide_audit.mean_cross_entropy", "slide_audit.bias_gradient", parts=RESULT)
def cross_entropies(
    rng,
    examples=Size(5, along="P Y", levels=(1, 2, 5)),
    classes=Size(3, one="class", along="P[1] Y[1]", levels=(2, 3, 4)),
):
    P, Y = predictions(rng, examples, classes)
    return dict(P=P, Y=Y)


@ladder("slide_audit.second_moment", parts=RESULT)
def moments(
    rng,
    examples=Size(6, along="X"),
    features=Size(3, along="X[1]", levels=(2, 3, 4)),
    centred=Case("the mean of the examples is 0"),
):
    if centred and examples == 1:
        return None
    X = rng.normal(1, 1, size=(examples, features))
    return dict(X=X - X.mean(axis=0) if centred else X)


@ladder("slide_audit.hessian_entries", parts=RESULT)
def sizes(rng, weights=Size(5, levels=(1, 2, 5, 100))):
    return dict(num_weights=weights)


@ladder("slide_audit.safe_rate", parts=RESULT)
def curvatures(
    rng,
    features=Size(3, along="", levels=(1, 2, 3)),
    tilted=Case("the matrix is not diagonal"),
):
    if tilted and features == 1:
        return None
    return dict(H=hessian(rng, *rng.uniform(0.5, 3.0, size=features), tilted=tilted))


@ladder("slide_audit.smallest_eigenvalue", parts=RESULT)
def smallest_curvatures(
    rng,
    features=Size(3, along="", levels=(1, 2, 3)),
    tilted=Case("the matrix is not diagonal"),
    saddle=Case("one eigenvalue is negative"),
):
    if tilted and features == 1:
        return None
    eigenvalues = rng.uniform(0.5, 3.0, size=features)
    if saddle:
        eigenvalues[rng.integers(features)] *= -1
    return dict(H=hessian(rng, *eigenvalues, tilted=tilted))


@ladder("slide_audit.end_of_descent", parts=RESULT)
def descents(
    rng,
    steps=Size(4, levels=(1, 2, 4)),
    features=Size(3, levels=(1, 2, 3)),
    resting=Case("no step is taken"),
):
    grad, x0 = bowl(rng, features)
    return dict(grad=grad, x0=x0, rate=0.2, steps=0 if resting else steps)


@ladder("slide_audit.contraction", parts=RESULT)
def contractions(
    rng,
    errors_=Size(6, many="errors", one="error", least=2, levels=(2, 3, 6)),
    steady=Case("every step has the same factor"),
):
    return dict(errors=3 * 0.7 ** np.arange(errors_) if steady else falling(rng, errors_))


@ladder("slide_audit.expected_new_bests", parts=RESULT)
def searches(rng, tries=Size(8, one="try")):
    return dict(tries=tries)


@ladder("slide_audit.side_for_share", parts=RESULT)
def cubes(rng, dimensions=Size(3), half=Case("the share is above 1/2")):
    return dict(share=float(rng.uniform(0.6, 0.9) if half else rng.uniform(0.05, 0.3)), dimension=dimensions)
