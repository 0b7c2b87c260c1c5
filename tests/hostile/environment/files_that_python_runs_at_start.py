"""Hands in files that Python runs when it starts.

Mechanism: `sitecustomize.py`, `usercustomize.py`, a `.pth` file, `pyvenv.cfg` and `__init__.py`.
Must happen: only the files that are due are opened; an honest file keeps its points.
Aims at: the boundary
Earns: loss 10
"""

FILES = ("__init__.py", "__main__.py", "evil.pth", "pyvenv.cfg", "sitecustomize.py", "usercustomize.py")  # fmt: skip
SOURCE = "import os\nos._exit(0)\n"


def hand_in(folder, honest):
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SOURCE)
    for name, content in honest.items():
        (folder / name).write_bytes(content)
    return folder
