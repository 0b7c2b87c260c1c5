"""Takes memory without end.

Mechanism: arrays that are written to, kept in a list.
Must happen: it runs out of memory of its own, at its limit, and the grader does not.
Aims at: the boundary
Verdicts: out_of_memory
"""

import numpy as np


def loss(w, X, y, reg):
    kept = []
    while True:
        kept.append(np.ones(1_000_000))
