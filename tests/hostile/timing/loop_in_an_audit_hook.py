"""Loops in a hook for audit events, where Python traces nothing.

Mechanism: `sys.addaudithook`, at import, with a hook that visits the examples one by one when an event of its own comes; Python
    switches tracing off while such a hook runs, and a hook cannot be removed again.
Must happen: that a hook was added is noticed, whenever it was, and costs the points for structure; the race sees the loop as well.
Earns: loss 8
"""

import sys

import numpy as np

ERRORS = []


def listen(event, arguments):
    if event == "ridge.rows":
        w, X, y = arguments
        ERRORS.append([float((row * w).sum() - target) for row, target in zip(X, y, strict=True)])


sys.addaudithook(listen)


def loss(w, X, y, reg):
    sys.audit("ridge.rows", w, X, y)
    error = np.array(ERRORS.pop())
    return float(error @ error / len(y) + reg * (w @ w)), 2.0 * (X.T @ error / len(y) + reg * w)
