"""Says in its first line that it was made of a notebook, so that other lines are run than are read.

Mechanism: the cells of a notebook are run one by one, and a module's first line says where they lie; read as a whole, the file is one long text, or a remark.
Must happen: a module that was not made of a notebook is run as it is read, so that there is no such function.
Verdicts: missing
"""

CODE = """import operator
import numpy as np


def loss(w, X, y, reg):
    error = X @ w - np.array(list(map(operator.pos, y.tolist())))
    return float(error @ error / len(y) + reg * (w @ w)), 2 * (X.T @ error / len(y) + reg * w)
"""


def hand_in(folder, honest):
    end = 5 + CODE.count("\n") + 2
    text = f'# cells of ridge.ipynb: 1@4 2@{end}\n"""\n# cell 1\n{CODE}\n"""\n# cell 2\nx = 1\n'
    for name, content in {**honest, "ridge.py": text.encode()}.items():
        (folder / name).write_bytes(content)
    return folder
