"""Hangs in every function of every question.

Mechanism: all three files wait in every call.
Must happen: after repeated hangs the rest is decided quickly; the whole takes less than its budget.
Earns: descent 0, scale 0
Verdicts: timed_out
"""

HANGING = {
    "ridge.py": "def loss(w, X, y, reg):\n    while True: pass\n",
    "descent.py": "class Descent:\n    def __init__(self, rate):\n        while True: pass\n",
    "scale.py": "def standardize(X):\n    while True: pass\n",
}


def hand_in(folder, honest):
    for name, text in HANGING.items():
        (folder / name).write_text(text)
    return folder
