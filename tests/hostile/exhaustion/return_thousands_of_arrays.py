"""Returns a list of tens of thousands of small arrays.

Mechanism: the trusted side writes all of them as text before it cuts the text; for each test, after the answer came, when no deadline runs.
Must happen: a wrong type, in the time that the call has.
"""

import numpy as np

MANY = [np.arange(50.0) / 7 for _ in range(45_000)]


def loss(w, X, y, reg):
    return MANY
