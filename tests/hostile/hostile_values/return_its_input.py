"""Returns its input, or a view of it, hoping that expected values are computed in place.

Mechanism: the gradient is `w` itself, a view of `X`, or a transposed view whose strides are 0.
Must happen: what comes is a copy of what was there, and wrong.
"""

import numpy as np

calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    return 0.0, (w, X[0], np.broadcast_to(w[:1], w.shape), X.T[:, 0])[calls % 4]
