"""Hands in files that Python runs when it starts.

Mechanism: `sitecustomize.py`, `usercustomize.py`, a `.pth` file, `pyvenv.cfg` and `__init__.py`.
Must happen: only the files that are due are opened; an honest file keeps its points.
Aims at: the boundary
Earns: loss 10
"""

from attack import ENDING, beside

FILES = ("__init__.py", "__main__.py", "evil.pth", "pyvenv.cfg", "sitecustomize.py", "usercustomize.py")


def hand_in(folder, honest):
    return beside(folder, honest, dict.fromkeys(FILES, ENDING))
