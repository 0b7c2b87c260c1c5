"""Hands in a notebook where a module is due.

Mechanism: `ridge.ipynb`, with a cell that would run, and nothing else for the question.
Must happen: its code cells are graded as a module is, and earn what they earn there.
Earns: loss 10
Verdicts: passed
"""

import json


def hand_in(folder, honest):
    for name in ("descent.py", "scale.py"):
        (folder / name).write_bytes(honest[name])
    cell = {"cell_type": "code", "source": honest["ridge.py"].decode(), "outputs": [], "metadata": {}}
    (folder / "ridge.ipynb").write_text(json.dumps({"cells": [cell], "nbformat": 4, "metadata": {}}))
    return folder
