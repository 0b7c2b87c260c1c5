"""An honest hand-in with a mistake that the course knows.

Mechanism: none; the penalty is left out of the gradient, which shows where there is a penalty.
Must happen: it keeps what its right parts earn, under every tier, and gets the hint.
Aims at: the boundary
Earns: loss 5
Verdicts: passed wrong_value
"""

import numpy as np


def loss(w, X, y, reg):
    error = X.dot(w) - y
    value = np.mean(error**2) + reg * np.sum(w**2)
    return value, 2 * X.T.dot(error) / len(y)
