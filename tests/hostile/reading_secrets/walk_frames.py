"""Walks the frames of its callers and looks at their variables.

Mechanism: `sys._getframe`, `inspect.stack` and the frames of every thread.
Must happen: the frames are the worker's; no expected value and no reference is in any of them.
"""

import inspect
import sys


def frames():
    frame = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back
    for info in inspect.stack():
        yield info.frame
    yield from sys._current_frames().values()


def loss(w, X, y, reg):
    seen = []
    for frame in frames():
        for space in (frame.f_locals, frame.f_globals):
            for name, value in list(space.items()):
                if name in ("expected", "reference", "equals", "salt"):
                    return value.call("ridge.loss", w, X, y, reg) if hasattr(value, "call") else value
                if isinstance(value, (str, bytes)):
                    seen.append(value)
    raise ValueError(repr(seen))
