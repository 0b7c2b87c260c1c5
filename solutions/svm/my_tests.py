"""Tests that catch every wrong version: a loss worked out on paper, and slopes of the loss beside the gradient."""

import numpy as np
from linear_svm import svm_loss_vectorized

TWO_PICTURES = np.array([[2.0, 4.5, 0.5], [1.0, 3.5, 3.0]])
CLASSES = np.array([0, 1])


def test_two_pictures_on_paper():
    """With the unit matrix as weights the scores are the examples: margins of 3.5 and 0.5 are violated."""
    loss, _ = svm_loss_vectorized(np.eye(3), TWO_PICTURES, CLASSES, 0.0)
    assert np.isclose(loss, (3.5 + 0.5) / 2)


def test_gradient_is_the_slope_of_the_loss():
    """One weight after the other is moved a little to both sides."""
    weights, penalty, little = np.array([[0.3, -0.2, 0.1], [0.0, 0.4, -0.5], [0.2, 0.1, 0.6]]), 0.5, 1e-6
    _, gradient = svm_loss_vectorized(weights, TWO_PICTURES, CLASSES, penalty)
    for place in np.ndindex(weights.shape):
        losses = []
        for moved in (little, -little):
            nearby = weights.copy()
            nearby[place] += moved
            losses.append(svm_loss_vectorized(nearby, TWO_PICTURES, CLASSES, penalty)[0])
        assert np.isclose(gradient[place], (losses[0] - losses[1]) / (2 * little), atol=1e-5)


def test_penalty_counts_every_weight():
    """What the penalty adds to the loss is known whatever the examples are."""
    weights = np.array([[1.0, -2.0, 3.0], [0.5, 0.0, 1.5], [-1.0, 2.0, 0.5]])
    without, with_it = (svm_loss_vectorized(weights, TWO_PICTURES, CLASSES, it)[0] for it in (0.0, 0.25))
    assert np.isclose(with_it - without, 0.25 * 21.75)
