"""Keeps the module that it is not to use in a list, from which nothing says what comes out.

Mechanism: `append` is a method like any other, and what is taken from the list might be anything.
Must happen: a module goes where it is not followed, so it counts as a use of what it holds; the sentence says to write the name.
Earns: loss 6
"""

import functools

import numpy as np

kept = []


def loss(w, X, y, reg):
    kept.append(functools)
    error = X @ w - y
    squares = kept[-1].reduce(lambda total, part: total + part.sum(), np.array_split(error**2, 2), 0.0)
    return float(squares / len(y) + reg * (w @ w)), 2.0 * (X.T @ error / len(y) + reg * w)
