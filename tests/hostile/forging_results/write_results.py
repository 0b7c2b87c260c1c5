"""Writes results.json itself.

Mechanism: writes full marks to every place where results may lie, and to descriptors that may be open on it.
Must happen: none can be written.
Aims at: the boundary
"""

import os

import numpy as np

FULL = '{"score": 18.0, "tests": [{"name": "all", "score": 18.0, "max_score": 18.0, "status": "passed"}]}'
PLACES = (
    "/autograder/results/results.json",
    "/autograder/results.json",
    "results/results.json",
    "../results/results.json",
    "results.json",
    "/autograder/results/stdout",
)


def write():
    for path in PLACES:
        try:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with open(path, "w") as file:
                file.write(FULL)
        except OSError:
            continue
    for descriptor in (1, 2):
        try:
            os.write(descriptor, FULL.encode())
        except OSError:
            continue


write()


def loss(w, X, y, reg):
    write()
    return 0.0, np.zeros_like(w)
