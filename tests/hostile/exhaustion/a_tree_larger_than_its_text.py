"""Hands in three files of 2 MB of the shortest statements there are.

Mechanism: the syntax tree that the trusted side makes of each is several hundred times the text.
Must happen: the files are refused before anything makes a tree of them.
Verdicts: missing
Earns: descent 0, scale 0
"""


def hand_in(folder, honest):
    for name, content in honest.items():
        (folder / name).write_bytes(content + b"\n" + b"a;" * 990_000)
    return folder
