"""Hands in the course's own files.

Mechanism: `assignment.toml` with other points, `grading.toml`, `misconceptions.py`, `plan.json`, `results.json` and `bundle.json`.
Must happen: only the files that are due are opened; an honest file keeps its points.
Aims at: the boundary
Earns: loss 10
"""

FILES = ("assignment.toml", "bundle.json", "grading.toml", "misconceptions.py", "plan.json", "results.json", "solutions/ridge/ridge.py.txt")  # fmt: skip
SOURCE = "import os\nos._exit(0)\n"


def hand_in(folder, honest):
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SOURCE)
    for name, content in honest.items():
        (folder / name).write_bytes(content)
    return folder
