"""Puts `map` into a table by a statement of its own, and calls nothing but C with it over the few features.

Mechanism: no definition of the table mentions it, only a call of the table's method at the top level does.
Must happen: such a call is read as part of the table; the points for structure are lost.
Earns: loss 6
"""

import numpy as np

HELPERS = []
HELPERS.append(lambda function, rows: list(map(function, rows)))


def loss(w, X, y, reg):
    error = X @ w - y
    slopes = np.array(HELPERS[0](error.dot, X.T))
    return float(error @ error / len(y) + reg * (w @ w)), 2.0 * (slopes / len(y) + reg * w)
