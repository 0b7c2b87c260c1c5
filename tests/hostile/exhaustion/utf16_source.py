"""Hands in a source file in UTF-16.

Mechanism: what Windows editors call Unicode; Python cannot read it.
Must happen: the sentence says how to save it.
Verdicts: missing raised
"""


def hand_in(folder, honest):
    honest["ridge.py"] = honest["ridge.py"].decode().encode("utf-16")
    for name, content in honest.items():
        (folder / name).write_bytes(content)
    return folder
