"""Returns NaN everywhere, which compares false both ways.

Mechanism: NaN as the loss and in the gradient, so that no difference is larger than the tolerance.
Must happen: NaN where a number is due is a wrong value.
Verdicts: wrong_value
"""

import numpy as np


def loss(w, X, y, reg):
    return np.nan, np.full(w.shape, np.nan)
