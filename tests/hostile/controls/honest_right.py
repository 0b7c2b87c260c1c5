"""An honest hand-in that is right.

Mechanism: none.
Must happen: it keeps full marks under every tier.
Aims at: the boundary
Earns: loss 10
Verdicts: passed
"""

import numpy as np


def loss(w, X, y, reg):
    error = X.dot(w) - y
    value = np.mean(error**2) + reg * np.sum(w**2)
    return value, 2 * X.T.dot(error) / len(y) + 2 * reg * w
