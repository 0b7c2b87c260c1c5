"""Overwrites the tests and the reference with some that it passes.

Mechanism: writes to where tests, plan and reference lie, relative to itself and absolute; swaps folders by rename.
Must happen: all of them stay as they are.
Aims at: the boundary
"""

import os

import numpy as np

EASY = "def test_nothing():\n    pass\n"
ROOTS = (
    "/autograder/source",
    "/autograder/kit/course",
    "..",
    "../..",
    ".",
    os.path.dirname(os.path.abspath("x")),
)


def loss(w, X, y, reg):
    for root in ROOTS:
        for name in ("solutions/ridge/test_graded.py", "solutions/ridge/ridge.py", "plan.json"):
            path = os.path.join(root, name)
            try:
                with open(path, "r+") as file:
                    file.truncate()
                    file.write(EASY)
            except OSError:
                pass
            try:
                os.rename(os.path.dirname(path), os.path.dirname(path) + ".old")
            except OSError:
                pass
    return 0.0, np.zeros_like(w)
