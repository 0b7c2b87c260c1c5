"""Returns an object that runs code where it is unpacked.

Mechanism: `__reduce__`, `__getstate__` and `__setstate__`, in a subclass of ndarray, in a list and as an exception.
Must happen: nothing is pickled; the object does not cross.
"""

import os

import numpy as np


class Bomb(np.ndarray):
    def __reduce__(self):
        return os.system, ("echo 18 > /autograder/results/results.json",)

    __getstate__ = __setstate__ = __reduce__


calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    bomb = np.zeros(w.shape).view(Bomb)
    return (bomb, [0.0, bomb], (0.0, {"dw": bomb}))[calls % 3]
