"""Sleeps instead of working.

Mechanism: `time.sleep`, which takes no CPU time.
Must happen: the deadline is one of the wall clock.
Verdicts: timed_out
"""

import time


def loss(w, X, y, reg):
    time.sleep(1e6)
