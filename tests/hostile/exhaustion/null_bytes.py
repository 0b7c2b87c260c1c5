"""Hands in a file with NUL bytes in it.

Mechanism: NUL bytes, which some readers take for the end.
Must happen: it is refused or cannot be imported, in a sentence.
Verdicts: missing raised
"""


def hand_in(folder, honest):
    honest["ridge.py"] = honest["ridge.py"] + b"\x00\x00"
    for name, content in honest.items():
        (folder / name).write_bytes(content)
    return folder
