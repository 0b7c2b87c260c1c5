"""Losses for notebooks whose own are still missing: simpler ones, which judge every class against all others.

Their gradients come from difference quotients of each score's cost.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def hinge_of_each_class(W: Floats, X: Floats, y: NDArray[np.integer], reg: float) -> tuple[float, Floats]:
    """a simpler loss (each score should be above 1 for its own class and below -1 for others)

    Parameters
    ----------
    W : (D, C) array
    X : (N, D) array
    y : (N,) integer array
    reg : float
        Weight of the sum of squares of `W`.

    Returns
    -------
    loss : float
    dW : (D, C) array
    """
    return _loss(lambda wanted: np.maximum(0, 1 - wanted), W, X, y, reg)


def logistic_of_each_class(W: Floats, X: Floats, y: NDArray[np.integer], reg: float) -> tuple[float, Floats]:
    """a simpler loss (how improbable each score makes it that an example is of its class, or not)

    Parameters and results are those of `hinge_of_each_class`.
    """
    return _loss(lambda wanted: np.logaddexp(0, -wanted), W, X, y, reg)


def _loss(
    cost: Callable[[Floats], Floats],
    W: Floats,
    X: Floats,
    y: NDArray[np.integer],
    reg: float,
    h: float = 1e-4,
) -> tuple[float, Floats]:
    """Return the mean over the examples of the costs of all scores, with signs as they are wanted, and its slope."""
    signs = np.where(np.arange(W.shape[1]) == y[:, np.newaxis], 1.0, -1.0)
    wanted = signs * (X @ W)
    slopes = signs * (cost(wanted + h) - cost(wanted - h)) / (2 * h)
    loss = float(cost(wanted).sum()) / len(X) + reg * float(np.vdot(W, W))
    return loss, X.T @ slopes / len(X) + 2 * reg * W
