"""Uses what is not allowed, in a file with a number that Python does not read until it is told to.

Mechanism: one file lifts the limit on digits where it is imported, and then imports another; the grader's own limit stays, and a file that it cannot parse may count as one that uses nothing.
Must happen: what cannot be checked earns nothing in the tests of structure.
Earns: loss 6
"""


def hand_in(folder, honest):
    helper = b"import operator\nDIGITS = " + b"1" * 5_000 + b"\n"
    helper += b"def read(y):\n    return list(map(operator.pos, y.tolist()))\n\n"
    source = b"""import sys
import numpy as np

sys.set_int_max_str_digits(0)
import scale


def loss(w, X, y, reg):
    y = np.array(scale.read(y))
    error = X @ w - y
    return float(error @ error / len(y) + reg * (w @ w)), 2 * (X.T @ error / len(y) + reg * w)
"""
    files = {**honest, "ridge.py": source, "scale.py": helper + honest["scale.py"]}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder
