"""Hands in packages named like the grader and its libraries.

Mechanism: folders `autograder`, `msgspec` and `numpy` with an `__init__.py` that ends the process.
Must happen: only the files that are due are opened; an honest file keeps its points.
Aims at: the boundary
Earns: loss 10
"""

FILES = ("autograder/__init__.py", "autograder/sandbox/__init__.py", "msgspec/__init__.py", "numpy/__init__.py")  # fmt: skip
SOURCE = "import os\nos._exit(0)\n"


def hand_in(folder, honest):
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SOURCE)
    for name, content in honest.items():
        (folder / name).write_bytes(content)
    return folder
