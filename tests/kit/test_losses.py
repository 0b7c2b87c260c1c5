"""The losses that stand in for a student's own are losses, and have the slopes that they say."""

import numpy as np
import pytest

from autograder.kit import losses


@pytest.mark.parametrize("loss", [losses.hinge_of_each_class, losses.logistic_of_each_class])
@pytest.mark.parametrize("reg", [0.0, 0.3])
def test_the_gradient_is_the_slope_and_leads_down(loss, reg):
    rng = np.random.default_rng(0)
    W, X, y = rng.normal(size=(5, 3)), rng.normal(size=(20, 5)), rng.integers(3, size=20)
    value, gradient = loss(W, X, y, reg)
    direction = rng.normal(size=W.shape)
    h = 1e-6
    slope = (loss(W + h * direction, X, y, reg)[0] - loss(W - h * direction, X, y, reg)[0]) / (2 * h)
    assert np.vdot(gradient, direction) == pytest.approx(slope, rel=1e-4)
    assert loss(W - 0.1 * gradient, X, y, reg)[0] < value


def test_an_example_with_all_scores_as_wanted_costs_nothing():
    value, gradient = losses.hinge_of_each_class(np.eye(2) * 4 - 2, np.eye(2), np.array([0, 1]), 0.0)
    assert value == 0 and not gradient.any()
