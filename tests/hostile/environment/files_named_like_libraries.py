"""Hands in files named like what the grader imports.

Mechanism: `numpy.py`, `random.py`, `json.py`, `msgspec.py`, `typing.py` and `pytest.py` that end the process.
Must happen: only the files that are due are opened; an honest file keeps its points.
Aims at: the boundary
Earns: loss 10
"""

FILES = ("json.py", "msgspec.py", "numpy.py", "pytest.py", "random.py", "socket.py", "typing.py")  # fmt: skip
SOURCE = "import os\nos._exit(0)\n"


def hand_in(folder, honest):
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SOURCE)
    for name, content in honest.items():
        (folder / name).write_bytes(content)
    return folder
