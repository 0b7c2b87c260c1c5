"""Loops in a thread, which a trace function does not follow.

Mechanism: the loop runs in a thread made by the C function below `threading`, and the call waits for it.
Must happen: that it took itself out of sight is noticed, and the race sees the loop.
Earns: loss 8
"""

import _thread

import numpy as np


def slowly(w, X, y, reg):
    value, gradient = reg * float(w @ w), 2.0 * reg * w
    for row, target in zip(X, y, strict=True):
        error = float(np.sum(row * w) - target)
        value += error**2 / len(y)
        gradient = gradient + 2.0 * error * row / len(y)
    return value, gradient


def loss(w, X, y, reg):
    result = []
    done = _thread.allocate_lock()
    done.acquire()

    def work():
        result.append(slowly(w, X, y, reg))
        done.release()

    _thread.start_new_thread(work, ())
    done.acquire()
    return result[0]
