"""Uses what is not allowed, in a file that the worker can compile and the grader cannot parse.

Mechanism: how deep an expression may nest depends on how deep the Python stack is already; the grader's is deeper than the worker's, and a file that it cannot parse may count as one that uses nothing.
Must happen: what is not allowed earns nothing in the tests of structure.
Earns: loss 6
"""


def hand_in(folder, honest):
    source = (
        b"""import numpy as np
import operator

DEEP = """
        + b"-" * 2_950
        + b"""1


def loss(w, X, y, reg):
    y = np.array(list(map(operator.pos, y.tolist())))
    error = X @ w - y
    return float(error @ error / len(y) + reg * (w @ w)), 2 * (X.T @ error / len(y) + reg * w)
"""
    )
    for name, content in {**honest, "ridge.py": source}.items():
        (folder / name).write_bytes(content)
    return folder
