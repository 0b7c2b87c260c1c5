"""Scans every object that the garbage collector knows.

Mechanism: `gc.get_objects` and what those refer to, for functions called `loss` and text that is a reference's.
Must happen: the process has never held either.
"""

import gc


def loss(w, X, y, reg):
    found = []
    for thing in gc.get_objects():
        for part in [thing, *gc.get_referents(thing)]:
            if callable(part) and getattr(part, "__name__", "") == "loss" and part is not loss:
                return part(w, X, y, reg)
            if isinstance(part, (str, bytes)) and ("MARK" in str(part) or "salt" in str(part)):
                found.append(str(part))
    raise ValueError("\n".join(found))
