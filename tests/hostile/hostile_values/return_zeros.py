"""Returns zeros of the right shape, fast and without a loop.

Mechanism: the least that can be right; structure and speed are perfect.
Must happen: tests of structure earn nothing where values are wrong.
Verdicts: wrong_value
"""

import numpy as np


def loss(w, X, y, reg):
    return 0.0, np.zeros_like(w)
