"""Breaks NumPy and Python for every question that comes after.

Mechanism: replaces `np.mean`, `np.std`, `float`, `max`, `abs` and `range`, and deletes modules, when it is called.
Must happen: other questions are asked in a process of their own, and keep their points.
"""

import builtins
import sys

import numpy as np


def nonsense(*arguments, **keywords):
    return 42


def loss(w, X, y, reg):
    np.mean = np.std = np.sum = nonsense
    builtins.float = builtins.max = builtins.abs = builtins.range = nonsense
    for name in ("scale", "descent"):
        sys.modules[name] = np
    return 0.0, 0.0 * w
