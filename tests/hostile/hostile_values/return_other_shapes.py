"""Returns what broadcasts against the right shape.

Mechanism: a scalar, (1,), (D, 1), (1, D), (D, D) and an empty array where (D,) is due; an array for the scalar.
Must happen: another shape is another shape.
Verdicts: wrong_type_or_shape wrong_value
"""

import numpy as np

calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    size = w.size
    return (
        (0.0, 0.0), (0.0, np.zeros(1)), (0.0, np.zeros((size, 1))), (0.0, np.zeros((1, size))),
        (0.0, np.zeros((size, size))), (0.0, np.zeros(0)), (np.zeros(size), np.zeros(size)), np.zeros(2), (),
    )[calls % 9]  # fmt: skip
