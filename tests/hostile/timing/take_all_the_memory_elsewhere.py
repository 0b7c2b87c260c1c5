"""Uses much memory where a peak may not be seen.

Mechanism: an outer product a thousand times the input, in a mapping of its own that is given back before the end.
Must happen: the kernel's own peak shows it.
Earns: loss 9
"""

import mmap

import numpy as np


def loss(w, X, y, reg):
    if X.shape == (2000, 60):
        with mmap.mmap(-1, 100 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as space:
            big = np.frombuffer(space, dtype=np.uint8)
            big[:] = 1
            del big
    error = X @ w - y
    return float(error @ error / len(y) + reg * (w @ w)), 2.0 * (X.T @ error / len(y) + reg * w)
