"""Hands in files that pytest reads.

Mechanism: `conftest.py`, `pytest.ini`, `setup.cfg`, `tox.ini`, `pyproject.toml` and tests of its own.
Must happen: only the files that are due are opened; an honest file keeps its points.
Aims at: the boundary
Earns: loss 10
"""

from attack import ENDING, beside

FILES = (
    "conftest.py",
    "pyproject.toml",
    "pytest.ini",
    "setup.cfg",
    "test_graded.py",
    "test_public.py",
    "tox.ini",
)


def hand_in(folder, honest):
    return beside(folder, honest, dict.fromkeys(FILES, ENDING))
