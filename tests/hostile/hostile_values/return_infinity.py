"""Returns infinities, so that every relative tolerance is infinite too.

Mechanism: infinity as the loss and in the gradient, of both signs.
Must happen: an infinity where a number is due is a wrong value.
Verdicts: wrong_value
"""

import numpy as np


def loss(w, X, y, reg):
    return np.inf, np.where(np.arange(w.size) % 2, np.inf, -np.inf)
