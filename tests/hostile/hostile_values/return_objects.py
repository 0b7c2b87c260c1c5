"""Returns objects of its own classes, thousands of them, and classes that cannot be named.

Mechanism: objects are kept in the process for later calls; their classes have odd names, metaclasses and no modules.
Must happen: an object is no number, and what is kept is bounded and dropped with the test.
Verdicts: wrong_type_or_shape wrong_value
"""


class Meta(type):
    def __getattribute__(cls, name):
        if name in ("__name__", "__module__", "__qualname__"):
            raise RuntimeError("no name")
        return super().__getattribute__(name)


class Nameless(metaclass=Meta):
    pass


class Own:
    pass


calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    return (Own(), [Own() for _ in range(5_000)], type("</td>" * 50, (), {})(), Own, (0.0, Own()))[calls % 5]
