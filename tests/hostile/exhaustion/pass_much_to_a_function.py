"""Passes a megabyte to a function of the test, again and again.

Mechanism: a test may keep what its functions are given, and each call alone is small enough.
Must happen: what is passed in one test counts together, and ends the call when it is too much.
Handed in as: descent.py
Earns: descent 0
"""

import numpy as np


class Descent:
    def __init__(self, rate):
        self.rate = rate
        self.seen = []

    def fit(self, w, gradient, steps):
        for _ in range(5_000):
            try:
                gradient(np.ones((120_000, 1)))
            except RuntimeError:
                pass
        return w
