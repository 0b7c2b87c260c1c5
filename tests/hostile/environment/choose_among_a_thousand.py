"""Uses what is not allowed, in a file with a choice among a thousand.

Mechanism: each `elif` lies in the one before; what reads the file follows them recursively, and a file on which it runs out of stack may count as one that uses nothing.
Must happen: what is not allowed earns nothing in the tests of structure.
Earns: loss 6
"""


def hand_in(folder, honest):
    source = (
        b"""import numpy as np
import operator


def loss(w, X, y, reg):
    y = np.array(list(map(operator.pos, y.tolist())))
    error = X @ w - y
    return float(error @ error / len(y) + reg * (w @ w)), 2 * (X.T @ error / len(y) + reg * w)


if 0:
    pass
"""
        + b"elif 0:\n    pass\n" * 1100
    )
    for name, content in {**honest, "ridge.py": source}.items():
        (folder / name).write_bytes(content)
    return folder
