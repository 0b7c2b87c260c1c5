"""Opens files until no more can be opened.

Mechanism: `os.dup` and `os.open` on `/dev/null` in a loop, then an honest answer.
Must happen: only its own table is full; it may still answer.
Aims at: the boundary
Earns: loss 10
"""

import os

import numpy as np


def loss(w, X, y, reg):
    opened = []
    try:
        while True:
            opened.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    for descriptor in opened:
        os.close(descriptor)
    error = X @ w - y
    return float(error @ error / len(y) + reg * (w @ w)), 2.0 * (X.T @ error / len(y) + reg * w)
