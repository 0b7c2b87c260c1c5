"""Loops by means of a function that is not allowed, under the private name that another module has for it.

Mechanism: `collections` keeps `itertools.starmap` as `_starmap`, and `_functools` is where `functools.reduce` comes from.
Must happen: what a name is decides, not how it is spelled; as for any hidden loop, the points for structure are lost.
Earns: loss 6
"""

import _functools
import collections

import numpy as np


def error_of(row, target, w):
    return float((row * w).sum() - target)


def loss(w, X, y, reg):
    errors = np.array(
        list(collections._starmap(error_of, ((row, target, w) for row, target in zip(X, y, strict=True))))
    )
    gradient = _functools.reduce(np.add, (error * row for error, row in zip(errors, X, strict=True)))
    return float(errors @ errors / len(y) + reg * (w @ w)), 2.0 * (gradient / len(y) + reg * w)
