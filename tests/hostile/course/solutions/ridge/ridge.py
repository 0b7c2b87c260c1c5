"""Ridge regression, the reference."""

import numpy as np

MARK = "reference-mark-27182818"


def loss(w, X, y, reg):
    """Return the mean squared error with penalty, and its gradient."""
    error = X @ w - y
    penalty = reg * (w @ w)
    return float(error @ error / len(y) + penalty), 2.0 * (X.T @ error / len(y) + reg * w)
