"""Hands in files named like what the grader imports.

Mechanism: `numpy.py`, `random.py`, `json.py`, `msgspec.py`, `typing.py` and `pytest.py` that end the process.
Must happen: only the files that are due are opened; an honest file keeps its points.
Aims at: the boundary
Earns: loss 10
"""

from attack import ENDING, beside

FILES = ("json.py", "msgspec.py", "numpy.py", "pytest.py", "random.py", "socket.py", "typing.py")


def hand_in(folder, honest):
    return beside(folder, honest, dict.fromkeys(FILES, ENDING))
