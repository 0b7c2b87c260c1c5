"""Nests folders in the worker's own folder deeper than Python recurses.

Mechanism: 1,500 folders, each in the one before, are fewer files than are allowed; what walks or removes them one inside the other does not come to an end.
Must happen: nothing is left behind, and later gradings are not disturbed.
Aims at: the boundary
Verdicts: out_of_memory wrong_value
"""

import os

import numpy as np


def bury():
    os.chdir(os.environ["TMPDIR"])
    for _ in range(1500):
        os.makedirs("a", exist_ok=True)
        os.chdir("a")


def loss(w, X, y, reg):
    bury()
    return 0.0, np.zeros_like(w)
