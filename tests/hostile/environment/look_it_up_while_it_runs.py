"""Finds out only while it runs which function it calls.

Mechanism: the name is put together from a text that no reading of the source can know.
Must happen: the lookup reaches the standard library, so it counts as a use of what it may find; the sentence says to write the
    name.
Earns: loss 6
"""

import importlib

import numpy as np


def loss(w, X, y, reg):
    fold = getattr(importlib.import_module("".join(["func", "tools"])), "".join(reversed("ecuder")))
    error = X @ w - y
    squares = fold(lambda total, part: total + part.sum(), np.array_split(error**2, 2), 0.0)
    return float(squares / len(y) + reg * (w @ w)), 2.0 * (X.T @ error / len(y) + reg * w)
