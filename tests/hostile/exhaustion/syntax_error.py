"""Hands in a file that is not Python.

Mechanism: a syntax error in the last line.
Must happen: the sentence says where; other files are not concerned.
Verdicts: raised
"""


def hand_in(folder, honest):
    honest["ridge.py"] = honest["ridge.py"] + b"\ndef (:\n"
    for name, content in honest.items():
        (folder / name).write_bytes(content)
    return folder
