"""Reads memory that was used before, for expected values that somebody forgot there.

Mechanism: `np.empty` in many sizes, searched for numbers that look like a loss of this problem.
Must happen: expected values were never in this process.
"""

import numpy as np


def loss(w, X, y, reg):
    gradient_size = w.size
    for size in [gradient_size, *range(1, 200), 10_000, 1_000_000]:
        for _ in range(5):
            left = np.empty(size)
            close = left[(left > 16180) & (left < 16181)]
            if close.size:
                return float(close[0]), np.empty(gradient_size)
    return 0.0, np.empty(gradient_size)
