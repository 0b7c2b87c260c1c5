"""Knows the answers to the public checks and nothing else.

Mechanism: a table of inputs and answers, copied from the checks.
Must happen: public checks earn nothing.
Verdicts: wrong_value wrong_type_or_shape
"""

import numpy as np


def loss(w, X, y, reg):
    if X.shape == (1, 2):
        return 6.5, np.array([13.0, 18.0])
    return 6.5, np.zeros_like(w)
