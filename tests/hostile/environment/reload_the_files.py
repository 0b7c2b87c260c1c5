"""Replaces the other files of its hand-in while they are graded.

Mechanism: puts modules of its own under their names in `sys.modules`, and replaces the worker's copies of their text.
Must happen: what counts for a question is what its own file says, asked in a process of its own.
"""

import gc
import sys
import types

other = types.ModuleType("scale")
other.standardize = lambda X: X


def loss(w, X, y, reg):
    sys.modules["scale"] = other
    for thing in gc.get_objects():
        if type(thing).__name__ == "Space":
            thing.sources["scale"] = b"def standardize(X):\n    return X\n"
    return 0.0, 0.0 * w
