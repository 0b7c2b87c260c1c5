"""Recurses instead of looping.

Mechanism: each call takes one example and calls itself for the rest, in parts, so that the stack holds it.
Must happen: the count or the race sees it.
Earns: loss 8
"""

import numpy as np


def total(w, X, y):
    if len(y) == 1:
        error = float((X[0] * w).sum() - y[0])
        return error**2, 2.0 * error * X[0]
    half = len(y) // 2
    left, right = total(w, X[:half], y[:half]), total(w, X[half:], y[half:])
    return left[0] + right[0], left[1] + right[1]


def loss(w, X, y, reg):
    value, gradient = total(w, X, y)
    return value / len(y) + reg * float(w @ w), gradient / len(y) + 2.0 * reg * w
