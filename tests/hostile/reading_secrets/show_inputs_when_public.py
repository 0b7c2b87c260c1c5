"""Keeps the hidden inputs it has seen, and shows them where everything is shown: in the public checks.

Mechanism: a list in a module, in a class of NumPy's, in the environment and in a file; public checks print it.
Must happen: public checks come first, and nothing lives on until the next hand-in.
Aims at: the boundary
"""

import os
import tempfile

import numpy as np

seen = []
KEPT = os.path.join(tempfile.gettempdir(), "kept-by-a-hand-in")


def loss(w, X, y, reg):
    seen.append(repr(X))
    np.ufunc_seen = seen
    os.environ["SEEN"] = repr(X)[:1000].replace("\0", "")
    try:
        with open(KEPT, "a") as file:
            file.write(repr(X))
        with open(KEPT) as file:
            print(file.read())
    except OSError:
        pass
    print(seen, os.environ.get("SEEN"))
    raise ValueError(repr(seen))
