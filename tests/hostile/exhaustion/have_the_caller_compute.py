"""Calls the function that a test passed in with an array that makes it compute far more than it was made for.

Mechanism: small integers, broadcast against the test's own arrays, become float64 many times over on the trusted side, which no limit holds.
Must happen: the call ends before the function is called.
Verdicts: wrong_type_or_shape
Handed in as: descent.py
"""

import numpy as np

HUGE = np.ones((300_000, 4, 7), np.int8)


class Descent:
    def __init__(self, rate):
        self.rate = rate
        self.seen = []

    def fit(self, w, gradient, steps):
        for _ in range(steps):
            try:
                gradient(HUGE)
            except Exception:
                pass
            direction = gradient(w)
            self.seen.append(float(max(abs(direction))))
            w = w - self.rate * direction
        return w
