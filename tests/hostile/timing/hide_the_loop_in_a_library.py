"""Has a library do the looping, by names that are put together from two texts.

Mechanism: `getattr` with names put together at run time: `map`, `itertools.starmap`, `np.vectorize`.
Must happen: the names are put together where they are read, and count as what they are; the points for structure are lost.
Earns: loss 6
"""

import builtins

import numpy as np


def loss(w, X, y, reg):
    each = getattr(np, "vector" + "ize")
    apply = getattr(builtins, "m" + "ap")
    errors = each(lambda i: float((X[i] * w).sum() - y[i]))(np.arange(len(y)))
    gradient = sum(apply(lambda error, row: 2.0 * error * row, errors, X))
    return float(errors @ errors / len(y) + reg * (w @ w)), gradient / len(y) + 2.0 * reg * w
