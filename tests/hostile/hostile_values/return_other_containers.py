"""Returns containers that only look like arrays.

Mechanism: `np.matrix`, `np.memmap`, `np.recarray`, lists, a `deque`, an `array.array`, a memoryview, a generator, a map.
Must happen: each is the wrong type, or a wrong value.
Verdicts: wrong_type_or_shape wrong_value raised
"""

import array
import collections

import numpy as np

calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    size = w.size
    kind = calls % 9
    if kind == 0:
        return 0.0, np.memmap(np.__file__, dtype="u1", mode="r", shape=(size,))
    return 0.0, (
        np.matrix(np.zeros(size)), np.zeros(size).view(np.recarray), [0.0] * size, collections.deque([0.0] * size),
        array.array("d", [0.0] * size), memoryview(np.zeros(size)), (0.0 for _ in range(size)), {0.0},
    )[kind - 1]  # fmt: skip
