"""Ridge regression."""

import numpy as np


def loss(w, X, y, reg):
    """Return the mean squared error with penalty, and its gradient.

    Parameters
    ----------
    w : (D,) float64
    X : (N, D) float64
    y : (N,) float64
    reg : float

    Returns
    -------
    loss : float
    dw : (D,) float64
    """
    raise NotImplementedError
