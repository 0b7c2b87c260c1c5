"""Returns an array that takes NumPy's functions over.

Mechanism: a subclass of ndarray with `__array_function__`, `__array_ufunc__` and `__array_finalize__`.
Must happen: a subclass does not cross as an array.
Verdicts: wrong_type_or_shape wrong_value
"""

import numpy as np


class Always(np.ndarray):
    def __array_function__(self, function, types, arguments, keywords):
        return True

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        return np.zeros(1)

    def __array_finalize__(self, other):
        pass


def loss(w, X, y, reg):
    return 0.0, np.zeros(w.shape).view(Always)
