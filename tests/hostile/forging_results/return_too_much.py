"""Returns more than fits anywhere.

Mechanism: an array of 2 GB that takes no memory here, a list in a list without end, a million parts, long text.
Must happen: it is said to be too large, before anything is allocated for it.
Aims at: the boundary
Verdicts: wrong_type_or_shape out_of_memory
"""

import numpy as np

calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    endless = []
    endless.append(endless)
    deep = 0.0
    for _ in range(100_000):
        deep = [deep]
    return (
        np.broadcast_to(np.float64(1.0), (250_000_000,)), endless, deep, [0.0] * 3_000_000, "x" * 60_000_000,
    )[calls % 5]  # fmt: skip
