"""Tests that catch every wrong version: a loss worked out on paper, and slopes of the loss beside the gradient."""

import numpy as np
from linear_svm import svm_loss_vectorized

SCORES = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
LABELS = np.array([0, 1, 2])


def test_three_pictures_of_the_handout():
    """With the unit matrix as weights, the scores are the examples themselves."""
    loss, _ = svm_loss_vectorized(np.eye(3), SCORES, LABELS, 0.0)
    assert np.isclose(loss, 15.8 / 3)


def test_gradient_is_the_slope_of_the_loss():
    """One entry of W after the other is moved a little to both sides."""
    W, reg, step = np.array([[0.3, -0.2, 0.1], [0.0, 0.4, -0.5], [0.2, 0.1, 0.6]]), 0.5, 1e-6
    _, dW = svm_loss_vectorized(W, SCORES, LABELS, reg)
    for place in np.ndindex(W.shape):
        higher, lower = W.copy(), W.copy()
        higher[place] += step
        lower[place] -= step
        rise = (
            svm_loss_vectorized(higher, SCORES, LABELS, reg)[0]
            - svm_loss_vectorized(lower, SCORES, LABELS, reg)[0]
        )
        assert np.isclose(dW[place], rise / (2 * step), atol=1e-5)
