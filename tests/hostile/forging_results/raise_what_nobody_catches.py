"""Raises what `except Exception` does not catch.

Mechanism: KeyboardInterrupt, GeneratorExit, SystemExit, StopIteration, a BaseException of its own, a group.
Must happen: each is an exception like any other, and ends neither worker nor grader.
Verdicts: raised
"""


class Own(BaseException):
    def __str__(self):
        raise KeyboardInterrupt

    def __reduce__(self):
        raise SystemExit


calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    raise (
        KeyboardInterrupt, GeneratorExit, SystemExit(0), StopIteration, Own, StopAsyncIteration,
        BaseExceptionGroup("both", [Own(), KeyboardInterrupt()]),
    )[calls % 7]  # fmt: skip
