"""Makes its values at the time of the comparison, when the right ones may be at hand.

Mechanism: `__array__`, `__iter__`, `__len__`, properties and generators that look around where they are called.
Must happen: they are never called on the other side; what is no plain value does not cross.
Verdicts: not_allowed wrong_type_or_shape wrong_value
"""

import sys


class Late:
    def _look(self):
        frame = sys._getframe()
        while frame is not None:
            for name in ("expected", "wanted"):
                if name in frame.f_locals:
                    return frame.f_locals[name]
            frame = frame.f_back
        return 0.0

    def __array__(self, *arguments, **keywords):
        return self._look()

    __iter__ = __float__ = __index__ = __len__ = __array__
    shape = dtype = property(_look)
    __array_interface__ = property(_look)


def loss(w, X, y, reg):
    return 0.0, Late()
