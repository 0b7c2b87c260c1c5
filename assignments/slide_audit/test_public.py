"""Public checks of the audit: the numbers of the slides, and others that no slide has printed."""

import numpy as np
import pytest

# Scores for cat, car and frog, one row each for a picture of a cat, of a car and of a frog.
SCORES = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
LABELS = np.array([0, 1, 2])
OTHER_SCORES = np.array(
    [
        [0.374, -1.427, 2.183, 0.951],
        [1.713, 0.649, -0.337, -2.071],
        [-0.583, 1.267, 0.893, 3.149],
        [2.431, -0.769, 1.373, 0.127],
    ]
)
OTHER_LABELS = np.array([3, 1, 1, 0])

# Predictions for three examples of two classes, and for four examples of three.
PREDICTED = np.array([[0.93, 0.07], [0.4, 0.6], [0.99, 0.01]])
CORRECT = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
OTHERS_PREDICTED = np.array([[0.21, 0.43, 0.36], [0.17, 0.72, 0.11], [0.58, 0.13, 0.29], [0.31, 0.22, 0.47]])
OTHERS_CORRECT = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])


def saddle(x):
    """Return the gradient of x**2 - y**2."""
    return np.array([2 * x[0], -2 * x[1]])


def bowl(x):
    """Return the gradient of 1.37 (x - 0.59)**2 + 0.83 (y + 1.21)**2."""
    return np.array([2.74 * (x[0] - 0.59), 1.66 * (x[1] + 1.21)])


CHECKS = {
    "linear_score": {
        "ship": ((np.array([0.0, 0.25, 0.2, -0.3]), np.array([56.0, 231.0, 24.0, 2.0]), -1.2), 60.75),
        "other numbers": ((np.array([0.37, -1.42, 2.18]), np.array([1.71, 0.64, -0.33]), 0.89), -0.1055),
        "more numbers": (
            (np.array([0.58, 1.26, -0.89, 3.14]), np.array([-0.76, 1.37, 0.12, 2.43]), -0.53),
            8.2788,
        ),
    },
    "mean_hinge": {
        "cat, car and frog": ((SCORES, LABELS), 5.2666666667),
        "other numbers": ((OTHER_SCORES, OTHER_LABELS), 2.06025),
        "more numbers": ((OTHER_SCORES[1:, :3], OTHER_LABELS[1:]), 0.90133333333),
    },
    "hinge_after_scaling": {
        "twice": ((SCORES, LABELS, 2.0), 9.5333333333),
        "other numbers": ((OTHER_SCORES, OTHER_LABELS, 0.63), 1.9363225),
        "more numbers": ((OTHER_SCORES[1:, :3], OTHER_LABELS[1:], 1.47), 1.0047666667),
    },
    "slack": {
        "car": ((SCORES[1], 1), 1.9),
        "cat": ((SCORES[0], 0), -2.9),
        "other numbers": ((np.array([0.3743, -1.4171, 2.1837, 0.9529]), 2), 0.2308),
        "more numbers": ((np.array([0.5813, 1.2637, 0.8941, 3.1479, -0.7623]), 1), -2.8842),
    },
    "negative_log": {
        "0.13": ((0.13,), 2.0402208285),
        "0.7291": ((0.7291,), 0.31594438217),
        "0.0583": ((0.0583,), 2.8421531856),
    },
    "softmax": {
        "cat": ((SCORES[0],), np.array([0.129982539, 0.8690495352, 0.0009679257746])),
        "other numbers": (
            (OTHER_SCORES[2],),
            np.array([0.01869236502, 0.118880068, 0.08178674205, 0.7806408249]),
        ),
    },
    "initial_softmax_loss": {
        "10 classes": ((10,), 2.302585093),
        "37 classes": ((37,), 3.6109179126),
        "5 classes": ((5,), 1.6094379124),
    },
    "log_likelihood": {
        "three": ((np.array([0.9, 0.1, 0.01]),), -7.0131157946),
        "four hundred": ((np.full(400, 0.1),), -921.0340372),
        "other numbers": ((np.array([0.37, 0.42, 0.18, 0.71]),), -3.9190415781),
    },
    "equivalent_reg": {
        "a tenth": ((0.1, 0.1), 0.01),
        "other numbers": ((0.3742, 2.1917), 0.82013414),
        "more numbers": ((0.8314, 0.0467), 0.03882638),
    },
    "full_loss": {
        "three examples": (
            (np.array([2.9, 0.0, 12.9]), np.array([[1.0, -2.0], [0.5, 0.0]]), 0.1),
            5.7916666667,
        ),
        "other numbers": (
            (
                np.array([0.37, 1.42, 2.18, 0.95]),
                np.array([[1.71, 0.64], [-0.33, -2.07], [0.89, 0.26]]),
                0.73,
            ),
            7.498656,
        ),
        "more numbers": (
            (np.array([3.14, 0.58, 1.26]), np.array([[0.76, -1.37], [0.12, 2.43]]), 1.19),
            11.624822,
        ),
    },
    "penalties": {
        "one large weight": ((np.array([1.0, 0.0, 0.0, 0.0]), 0.5), (1.0, 1.0, 1.5)),
        "four small weights": ((np.full(4, 0.25), 0.5), (0.25, 1.0, 1.125)),
        "other numbers": ((np.array([0.37, -1.42, 2.18]), 1.73), (6.9057, 3.97, 15.916861)),
        "more numbers": ((np.array([0.58, 1.26, -0.89, -0.37]), 0.29), (2.853, 3.1, 3.92737)),
    },
    "divergence": {
        "one-hot": (
            (
                np.array([0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
                np.array([0.5, 0.01, 0.01, 0.01, 0.01, 0.01, 0.15, 0.3]),
            ),
            4.605170186,
        ),
        "a coin": ((np.array([0.5, 0.5]), np.array([0.9, 0.1])), 0.51082562377),
        "other numbers": ((np.array([0.37, 0.42, 0.21]), np.array([0.18, 0.29, 0.53])), 0.22774747842),
        "impossible classes": (
            (np.array([0.0, 0.63, 0.0, 0.37]), np.array([0.28, 0.19, 0.42, 0.11])),
            1.2039966975,
        ),
    },
    "log_loss_of": {
        "0.99, class 0": ((0.99, 0), 4.605170186),
        "0.37, class 1": ((0.37, 1), 0.99425227334),
        "0.37, class 0": ((0.37, 0), 0.4620354596),
        "0.82, class 0": ((0.82, 0), 1.7147984281),
    },
    "attenuation": {
        "10": ((10.0,), 22028.46584),
        "2.37": ((2.37,), 12.79087301),
        "-1.83": ((-1.83,), 8.3943002263),
    },
    "mean_cross_entropy": {
        "three examples": ((PREDICTED, CORRECT), 0.19781555082),
        "other numbers": ((OTHERS_PREDICTED, OTHERS_CORRECT), 1.1403897811),
    },
    "bias_gradient": {
        "three examples": ((PREDICTED, CORRECT), np.array([0.1066666667, -0.1066666667])),
        "other numbers": ((OTHERS_PREDICTED, OTHERS_CORRECT), np.array([0.0675, -0.125, 0.0575])),
    },
    "second_moment": {
        "three points": (
            (np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]]),),
            np.array([[11.66666667, 19.66666667], [19.66666667, 33.66666667]]),
        ),
        "other numbers": (
            (OTHER_SCORES[:2, :3],),
            np.array(
                [
                    [1.5371225, 0.2890195, 0.1195805],
                    [0.2890195, 1.228765, -1.666927],
                    [0.1195805, -1.666927, 2.439529],
                ]
            ),
        ),
    },
    "hessian_entries": {
        "3072 weights": ((3072,), 9437184),
        "7 weights": ((7,), 49),
    },
    "safe_rate": {
        "6 and 4": ((np.diag([6.0, 4.0]),), 0.16666666667),
        "other numbers": (
            (np.array([[4.31, 1.52, 0.27], [1.52, 1.18, -0.36], [0.27, -0.36, 2.09]]),),
            0.20278335097,
        ),
        "more numbers": ((np.array([[1.37, -0.83], [-0.83, 2.58]]),), 0.33310067149),
    },
    "smallest_eigenvalue": {
        "2, 1, 1, 0": ((np.array([[2.0, 1.0], [1.0, 0.0]]),), -0.41421356237),
        "other numbers": (
            (np.array([[4.31, 1.52, 0.27], [1.52, 1.18, -0.36], [0.27, -0.36, 2.09]]),),
            0.44785555817,
        ),
        "more numbers": ((np.array([[1.37, -2.83], [-2.83, 2.58]]),), -0.91894626764),
    },
    "end_of_descent": {
        "saddle": ((saddle, np.array([1.0, 0.0]), 0.1, 100), np.array([2.037035976e-10, 0.0])),
        "bowl": ((bowl, np.array([2.18, -0.95]), 0.17, 3), np.array([0.8323866941, -1.113842379])),
        "no step": ((bowl, np.array([0.37, 1.42]), 0.17, 0), np.array([0.37, 1.42])),
    },
    "contraction": {
        "1 over k": ((1 / np.arange(1, 101),), 0.99),
        "other numbers": ((np.array([3.74, 2.18, 0.95, 0.64, 0.33]),), 0.515625),
        "more numbers": ((np.array([7.41, 5.83, 3.14, 2.62, 1.93, 1.37]),), 0.70984455959),
    },
    "expected_new_bests": {
        "7 tries": ((7,), 2.5928571429),
        "1000 tries": ((1000,), 7.4854708606),
        "23 tries": ((23,), 3.7342915111),
    },
    "side_for_share": {
        "a tenth of 3072 dimensions": ((0.1, 3072), 0.99925074142),
        "a third of 5 dimensions": ((0.3742, 5), 0.82152494808),
        "a little of 11 dimensions": ((0.0583, 11), 0.77230358431),
    },
}
"""For each function, arguments and the right result; the slides have the first numbers."""


def cases():
    """Yield a case for each check."""
    for function, checks in CHECKS.items():
        marks = pytest.mark.question(function)
        for what, (arguments, right) in checks.items():
            yield pytest.param(function, arguments, right, id=f"{function}, {what}", marks=marks)


@pytest.mark.parametrize("function, arguments, right", list(cases()))
def test_computes(expect, function, arguments, right):
    names = ("l2", "l1", "elastic") if function == "penalties" else ("result",)
    expect(f"slide_audit.{function}", *arguments, equals=right, names=names)


if __name__ == "__main__":
    from autograder.cli import check_beside

    check_beside(__file__)
