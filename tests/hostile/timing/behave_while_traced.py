"""Is vectorized only as long as somebody counts.

Mechanism: asks `sys.gettrace` and `sys.getprofile`, and loops where nobody looks.
Must happen: it may pass the count, which is of a vectorized solution; the race sees the loop.
Earns: loss 9
"""

import sys

import numpy as np


def slowly(w, X, y, reg):
    value, gradient = reg * float(w @ w), 2.0 * reg * w
    for row, target in zip(X, y, strict=True):
        error = float(np.sum(row * w) - target)
        value += error**2 / len(y)
        gradient = gradient + 2.0 * error * row / len(y)
    return value, gradient


def loss(w, X, y, reg):
    if sys.gettrace() is None and sys.getprofile() is None:
        return slowly(w, X, y, reg)
    error = X @ w - y
    return float(error @ error / len(y) + reg * (w @ w)), 2.0 * (X.T @ error / len(y) + reg * w)
