"""Returns masked arrays, of which nothing is left to compare.

Mechanism: a fully masked array, one whose fill value is a lie, and the constant `np.ma.masked`.
Must happen: a masked array is no array; the message says what to return.
Verdicts: wrong_type_or_shape wrong_value
"""

import numpy as np

calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    masked = np.ma.masked_array(np.zeros(w.shape), mask=True)
    return (masked, (0.0, masked), (np.ma.masked, masked))[calls % 3]
