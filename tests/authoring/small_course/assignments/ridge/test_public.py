"""Public checks of ridge regression."""

import numpy as np
import pytest


def line(num_points):
    """Points on t = 2 x."""
    x = np.linspace(-1.0, 1.0, num_points)[:, np.newaxis]
    return x, 2.0 * x[:, 0]


@pytest.mark.question("ridge_loss")
def test_no_loss_on_the_line(expect):
    X, t = line(5)
    expect("ridge.ridge_loss", np.array([2.0]), X, t, 0.0, equals=(0.0, np.zeros(1)), names=("loss", "dw"))
