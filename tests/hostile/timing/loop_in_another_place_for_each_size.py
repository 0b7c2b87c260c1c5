"""Has a loop of its own for every range of sizes.

Mechanism: no line runs more often at 2n and at 4n as well, because each size has its own copy of the loop, and a
    counterweight keeps the largest count the same.
Must happen: growth from each size to the next counts, wherever it is.
Earns: loss 8
"""

import numpy as np


def loss(w, X, y, reg):
    few, value, gradient = len(y), 0.0, np.zeros(len(w))
    if few < 40:
        for i in range(few):
            error = float((X[i] * w).sum() - y[i])
            value, gradient = value + error**2, gradient + error * X[i]
    elif few < 80:
        for j in range(few):
            error = float((X[j] * w).sum() - y[j])
            value, gradient = value + error**2, gradient + error * X[j]
    else:
        for k in range(few):
            error = float((X[k] * w).sum() - y[k])
            value, gradient = value + error**2, gradient + error * X[k]
    for _ in range(2000 - few):
        pass
    penalty = reg * float((w**2).sum())
    return value / len(y) + penalty, 2.0 * (gradient / len(y) + reg * w)
