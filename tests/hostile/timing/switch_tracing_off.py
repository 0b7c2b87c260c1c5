"""Switches off what counts its loops.

Mechanism: `sys.settrace(None)` and `sys.monitoring` before the loop, and back again after it.
Must happen: that it did so is noticed, and costs the points for structure; the race sees the loop as well.
Earns: loss 8
"""

import sys

import numpy as np


def slowly(w, X, y, reg):
    value, gradient = reg * float(w @ w), 2.0 * reg * w
    for row, target in zip(X, y, strict=True):
        error = float(np.sum(row * w) - target)
        value += error**2 / len(y)
        gradient = gradient + 2.0 * error * row / len(y)
    return value, gradient


def loss(w, X, y, reg):
    trace = sys.gettrace()
    sys.settrace(None)
    frame = sys._getframe()
    frame.f_trace = None
    if hasattr(sys, "monitoring"):
        for tool in range(6):
            try:
                sys.monitoring.set_events(tool, 0)
            except ValueError:
                continue
    result = slowly(w, X, y, reg)
    sys.settrace(trace)
    return result
