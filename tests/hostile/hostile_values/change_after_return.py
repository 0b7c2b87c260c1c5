"""Changes what it has returned while it is under way.

Mechanism: a thread goes on writing to the returned array, in the hope that it holds the right values when it counts.
Must happen: what was sent is what is compared; the thread ends with its process.
Aims at: the boundary
"""

import threading

import numpy as np


def loss(w, X, y, reg):
    gradient = np.zeros(w.shape)

    def go_on():
        for value in range(1_000_000):
            gradient[:] = value

    threading.Thread(target=go_on, daemon=True).start()
    return 0.0, gradient
