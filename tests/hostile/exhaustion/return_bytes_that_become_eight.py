"""Returns an array of small integers as large as a reply may be.

Mechanism: the trusted side looks for a signature in it, for which it makes float64 of every byte.
Must happen: a wrong shape, at no more memory than the reply itself takes.
"""

import numpy as np


def loss(w, X, y, reg):
    return 0.0, np.ones(60_000_000, np.int8)
