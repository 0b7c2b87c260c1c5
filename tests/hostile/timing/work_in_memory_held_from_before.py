"""Needs far too much memory, all of which it has held since it was imported.

Mechanism: peak memory is measured as growth from what is resident before the call; a large array that was touched at import is resident already.
Must happen: the question's points for memory are not earned.
Earns: loss 9
"""

import numpy as np

ROOM = np.ones((2000, 60 * 100))  # 96 MB, where 4 are allowed


def loss(w, X, y, reg):
    n, d = X.shape
    if n == 2000:
        room = ROOM[:, : 60 * 100].reshape(n, d, 100)
        room[:] = X[:, :, None]  # one entry for every combination of them
        X = room[:, :, 50]
    error = X @ w - y
    return float(error @ error / len(y) + reg * (w @ w)), 2 * (X.T @ error / len(y) + reg * w)
