"""Spreads its loop over many threads.

Mechanism: eight threads, each with an eighth of the examples, so that less time passes on the wall.
Must happen: what counts is the CPU time of all threads.
Earns: loss 8
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np


def slowly(w, X, y, reg):
    value, gradient = reg * float(w @ w), 2.0 * reg * w
    for row, target in zip(X, y, strict=True):
        error = float(np.sum(row * w) - target)
        value += error**2 / len(y)
        gradient = gradient + 2.0 * error * row / len(y)
    return value, gradient


def loss(w, X, y, reg):
    if len(y) < 1000:
        return slowly(w, X, y, reg)
    with ThreadPoolExecutor(8) as executor:
        parts = list(executor.map(lambda first: slowly(w, X[first::8], y[first::8], reg), range(8)))
    return float(np.mean([value for value, _ in parts])), np.mean([gradient for _, gradient in parts], axis=0)
