"""Returns objects that say yes to every comparison.

Mechanism: `__eq__`, `__sub__`, `__abs__`, `__le__`, `__bool__` and `__float__` of a class of its own, of a float and of a tuple.
Must happen: such an object does not cross; its type is all that is known of it.
Verdicts: wrong_type_or_shape
"""


class Liar:
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __abs__ = lambda self, *other: 0.0
    __le__ = __lt__ = __ge__ = __bool__ = lambda self, *other: True
    __float__ = lambda self: 0.0  # noqa: E731
    __hash__ = None
    shape = (4,)
    dtype = float


class LyingFloat(float, Liar):
    __eq__ = Liar.__eq__
    __hash__ = None


class LyingTuple(tuple):
    def __eq__(self, other):
        return True

    __hash__ = None


calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    return (Liar(), (LyingFloat(0.0), Liar()), LyingTuple((0.0, 0.0 * w)))[calls % 3]
