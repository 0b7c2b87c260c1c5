"""Graded tests of ridge regression."""

import numpy as np
import pytest


def line(num_points):
    """Points on t = 2 x."""
    x = np.linspace(-1.0, 1.0, num_points)[:, np.newaxis]
    return x, 2.0 * x[:, 0]


@pytest.mark.question("ridge_loss")
def test_matches_the_reference(compare, rng):
    X, w = rng.standard_normal((11, 6)), rng.standard_normal(6)
    compare("ridge.ridge_loss", w, X, rng.standard_normal(11), 0.25, names=("loss", "dw"))


@pytest.mark.question("fit")
def test_fits_the_line(compare):
    def script(code, X, t):
        model = code.new("ridge.Ridge")
        model.call("fit", X, t, 1e-3)
        return model.call("predict", X)

    compare(script, *line(9))
