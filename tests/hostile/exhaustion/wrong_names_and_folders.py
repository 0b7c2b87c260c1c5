"""Hands in its files deep in folders, under names that browsers make.

Mechanism: `ridge (1).py` in three folders, `__MACOSX` beside it.
Must happen: they are found, with a note, and keep their points.
Earns: loss 10
"""


def hand_in(folder, honest):
    deep = folder / "my hand-in" / "final" / "really"
    deep.mkdir(parents=True)
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "._ridge.py").write_bytes(b"\x00\x05\x16\x07")
    (deep / "ridge (1).py").write_bytes(honest.pop("ridge.py"))
    for name, content in honest.items():
        (deep / name).write_bytes(content)
    return folder
