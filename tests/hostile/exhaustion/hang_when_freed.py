"""Hangs when its result is freed, or while it is being read.

Mechanism: `__del__`, `__eq__` and `__repr__` that never end.
Must happen: the call runs out of time, or its value is of no use.
Verdicts: timed_out wrong_type_or_shape wrong_value
"""


class Sticky:
    def __del__(self):
        while True:
            pass

    __repr__ = __str__ = __eq__ = __del__
    __hash__ = None


def loss(w, X, y, reg):
    return 0.0, [Sticky(), w]
