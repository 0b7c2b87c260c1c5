"""Loops over examples or over features, whichever are fewer.

Mechanism: a test that scales one axis leaves the other short, and so does the race; a loop over the short one looks like
    no loop at all.
Must happen: the tests of loops scale both axes together, where neither is short.
Earns: loss 9
"""

import numpy as np


def loss(w, X, y, reg):
    error, gradient = -y.astype(float), np.zeros(len(w))
    if X.shape[0] < X.shape[1]:
        for i in range(len(y)):
            error[i] += (X[i] * w).sum()
            gradient += error[i] * X[i]
    else:
        for j in range(len(w)):
            error += X[:, j] * w[j]
        for j in range(len(w)):
            gradient[j] = X[:, j] @ error
    value, penalty = float((error**2).sum()) / len(y), reg * float((w**2).sum())
    return value + penalty, 2.0 * (gradient / len(y) + reg * w)
