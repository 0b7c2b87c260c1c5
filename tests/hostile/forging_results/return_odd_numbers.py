"""Returns numbers that break what writes or reads them.

Mechanism: NaN, infinities, 1e999, integers of ten thousand digits, negative zero, keys that are equal but not the same.
Must happen: each is a wrong value; results.json holds none of them.
Verdicts: wrong_value wrong_type_or_shape
"""

import numpy as np

calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    odd = (
        float("nan"),
        float("inf"),
        -1e999,
        10**10_000,
        -0.0,
        complex("nan+infj"),
        np.float16(70000),
        2**64,
    )
    if calls % 9 == 8:
        return {float("nan"): 1, float("nan"): 2, 1: 3, True: 4, "": 5}
    return odd[calls % 9], np.full_like(w, np.nan)
