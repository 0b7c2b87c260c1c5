"""Returns an array of many axes, each of six entries.

Mechanism: NumPy leaves out the middle of long axes only when it prints, so that the trusted side writes out all 50 million entries before it cuts the text.
Must happen: a wrong shape, in the time that the call has.
"""

import numpy as np

LARGE = np.ones((6,) * 9 + (5,), np.int8)


def loss(w, X, y, reg):
    return LARGE
