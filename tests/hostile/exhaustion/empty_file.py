"""Hands in an empty file.

Mechanism: no bytes at all.
Must happen: the function is missing.
Verdicts: missing
"""


def hand_in(folder, honest):
    honest["ridge.py"] = b""
    for name, content in honest.items():
        (folder / name).write_bytes(content)
    return folder
