"""Hands in packages named like the grader and its libraries.

Mechanism: folders `autograder`, `msgspec` and `numpy` with an `__init__.py` that ends the process.
Must happen: only the files that are due are opened; an honest file keeps its points.
Aims at: the boundary
Earns: loss 10
"""

from attack import ENDING, beside

FILES = (
    "autograder/__init__.py",
    "autograder/sandbox/__init__.py",
    "msgspec/__init__.py",
    "numpy/__init__.py",
)


def hand_in(folder, honest):
    return beside(folder, honest, dict.fromkeys(FILES, ENDING))
