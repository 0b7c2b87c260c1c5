"""Hands in two of three files.

Mechanism: `ridge.py` is not there.
Must happen: the sentence says which is missing and what is there; the other questions keep their points.
Verdicts: missing
"""


def hand_in(folder, honest):
    for name in ("descent.py", "scale.py"):
        (folder / name).write_bytes(honest[name])
    return folder
