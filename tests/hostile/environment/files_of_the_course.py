"""Hands in the course's own files.

Mechanism: `assignment.toml` with other points, `grading.toml`, `mistakes.py`, `plan.json`, `results.json` and `bundle.json`.
Must happen: only the files that are due are opened; an honest file keeps its points.
Aims at: the boundary
Earns: loss 10
"""

from attack import beside

TEXTS = {
    "assignment.toml": 'title = "Mine"\nversion = "9"\n[[questions]]\nid = "loss"\npoints = 1000\n',
    "bundle.json": '{"assignment": "mine"}',
    "grading.toml": 'salt = "mine"\n',
    "mistakes.py": "import os\nos._exit(0)\n",
    "plan.json": '{"tests": []}',
    "results.json": '{"score": 1000, "tests": []}',
    "solutions/ridge/ridge.py.txt": "import os\nos._exit(0)\n",
}


def hand_in(folder, honest):
    return beside(folder, honest, TEXTS)
