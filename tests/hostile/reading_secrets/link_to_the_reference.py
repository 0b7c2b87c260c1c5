"""Hands in a symbolic link to the reference in place of a file.

Mechanism: `ridge.py` is a link to where the reference lies; one that is absolute, and one that climbs.
Must happen: no link is followed; the sentence says that it is one.
Aims at: the boundary
Verdicts: missing
"""


def hand_in(folder, honest):
    for name in ("descent.py", "scale.py"):
        (folder / name).write_bytes(honest[name])
    (folder / "ridge.py").symlink_to("/autograder/source/solutions/ridge/ridge.py")
    (folder / "copy").mkdir()
    (folder / "copy" / "ridge.py").symlink_to("../../source/solutions/ridge/ridge.py")
    return folder
