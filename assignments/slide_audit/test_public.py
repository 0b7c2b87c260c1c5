"""Public checks of the audit: the numbers of the slides, and others that no slide has printed."""

import numpy as np
import pytest

QUESTIONS = {
    "scores": ("linear_score", "mean_hinge", "hinge_after_scaling", "slack"),
    "softmax_loss": ("negative_log", "softmax", "initial_softmax_loss", "log_likelihood"),
    "penalty": ("equivalent_reg", "full_loss", "penalties"),
    "cross_entropy": ("divergence", "log_loss_of", "attenuation", "mean_cross_entropy", "bias_gradient"),
    "curvature": ("second_moment", "hessian_entries", "safe_rate", "smallest_eigenvalue"),
    "descent": ("end_of_descent", "contraction", "expected_new_bests", "side_for_share"),
}

# Scores for cat, car and frog, one row each for a picture of a cat, of a car and of a frog.
SCORES = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
LABELS = np.array([0, 1, 2])
OTHER_SCORES = np.array(
    [
        [0.37, -1.42, 2.18, 0.95],
        [1.71, 0.64, -0.33, -2.07],
        [-0.58, 1.26, 0.89, 3.14],
        [2.43, -0.76, 1.37, 0.12],
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
    },
    "mean_hinge": {
        "cat, car and frog": ((SCORES, LABELS), 5.2666666667),
        "other numbers": ((OTHER_SCORES, OTHER_LABELS), 2.065),
    },
    "hinge_after_scaling": {
        "twice": ((SCORES, LABELS, 2.0), 9.5333333333),
        "other numbers": ((OTHER_SCORES, OTHER_LABELS, 0.63), 1.939),
    },
    "slack": {
        "car": ((SCORES[1], 1), 1.9),
        "cat": ((SCORES[0], 0), -2.9),
        "other numbers": ((np.array([0.374, -1.417, 2.183, 0.952]), 2), 0.231),
    },
    "negative_log": {
        "0.13": ((0.13,), 2.0402208285),
        "0.729": ((0.729,), 0.31608154697),
    },
    "softmax": {
        "cat": ((SCORES[0],), np.array([0.129982539, 0.8690495352, 0.0009679257746])),
        "other numbers": (
            (OTHER_SCORES[2],),
            np.array([0.01889995906, 0.1190043154, 0.08220036612, 0.7798953594]),
        ),
    },
    "initial_softmax_loss": {
        "10 classes": ((10,), 2.302585093),
        "37 classes": ((37,), 3.6109179126),
    },
    "log_likelihood": {
        "three": ((np.array([0.9, 0.1, 0.01]),), -7.0131157946),
        "four hundred": ((np.full(400, 0.1),), -921.0340372),
        "other numbers": ((np.array([0.37, 0.42, 0.18, 0.71]),), -3.9190415781),
    },
    "equivalent_reg": {
        "a tenth": ((0.1, 0.1), 0.01),
        "other numbers": ((0.3742, 2.1917), 0.82013414),
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
    },
    "penalties": {
        "one large weight": ((np.array([1.0, 0.0, 0.0, 0.0]), 0.5), (1.0, 1.0, 1.5)),
        "four small weights": ((np.full(4, 0.25), 0.5), (0.25, 1.0, 1.125)),
        "other numbers": ((np.array([0.37, -1.42, 2.18]), 1.73), (6.9057, 3.97, 15.916861)),
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
    },
    "log_loss_of": {
        "0.99, class 0": ((0.99, 0), 4.605170186),
        "0.37, class 1": ((0.37, 1), 0.99425227334),
        "0.37, class 0": ((0.37, 0), 0.4620354596),
    },
    "attenuation": {
        "10": ((10.0,), 22028.46584),
        "2.37": ((2.37,), 12.79087301),
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
            np.array([[1.5305, 0.2845, 0.12115], [0.2845, 1.213, -1.6534], [0.12115, -1.6534, 2.43065]]),
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
    },
    "smallest_eigenvalue": {
        "2, 1, 1, 0": ((np.array([[2.0, 1.0], [1.0, 0.0]]),), -0.41421356237),
        "other numbers": (
            (np.array([[4.31, 1.52, 0.27], [1.52, 1.18, -0.36], [0.27, -0.36, 2.09]]),),
            0.44785555817,
        ),
    },
    "end_of_descent": {
        "saddle": ((saddle, np.array([1.0, 0.0]), 0.1, 100), np.array([2.037035976e-10, 0.0])),
        "bowl": ((bowl, np.array([2.18, -0.95]), 0.17, 3), np.array([0.8323866941, -1.113842379])),
    },
    "contraction": {
        "1 over k": ((1 / np.arange(1, 101),), 0.99),
        "other numbers": ((np.array([3.74, 2.18, 0.95, 0.64, 0.33]),), 0.515625),
    },
    "expected_new_bests": {
        "7 tries": ((7,), 2.5928571429),
        "1000 tries": ((1000,), 7.4854708606),
    },
    "side_for_share": {
        "a tenth of 3072 dimensions": ((0.1, 3072), 0.99925074142),
        "a third of 5 dimensions": ((0.37, 5), 0.81967246236),
    },
}
"""For each function, arguments and the right result; the slides have the first numbers."""


def cases():
    """Yield a case for each check, with its question."""
    for question, functions in QUESTIONS.items():
        for function in functions:
            for what, (arguments, right) in CHECKS[function].items():
                marks = pytest.mark.question(question)
                yield pytest.param(function, arguments, right, id=f"{function}, {what}", marks=marks)


@pytest.mark.parametrize("function, arguments, right", cases())
def test_computes(expect, function, arguments, right):
    names = ("l2", "l1", "elastic") if function == "penalties" else ("result",)
    expect(f"slide_audit.{function}", *arguments, equals=right, names=names)
