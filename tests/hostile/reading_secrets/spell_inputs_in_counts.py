"""Has the feedback on graded tests say hidden inputs, as the number of times that a line ran.

Mechanism: the counts are made in the worker, and are repeated to the student: three numbers of 60 bits.
Must happen: counts are told in few words, as a multiple of the number of examples.
Aims at: the boundary
Earns: loss 9
"""

import numpy as np

from autograder.sandbox.worker import counting

SEEN = []
COUNTS = []


def count(self, call, student_files):
    call()
    COUNTS.append(0)
    number = int(abs(SEEN[0]) * 10**11) + len(COUNTS) * 10**14
    return [("ridge.py:loss:line:1 for line 1", "ridge.py", 1, number)]


counting.EventCounter.count = count


def loss(w, X, y, reg):
    SEEN.append(float(X[0, 0]))  # an input of this test
    error = X @ w - y
    return float(error @ error / len(y) + reg * (w @ w)), 2 * (X.T @ error / len(y) + reg * w)
