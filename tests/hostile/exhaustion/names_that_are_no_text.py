"""Hands in an archive whose names are not the text that they say they are.

Mechanism: a name marked as UTF-8 that holds bytes which are none.
Must happen: it is refused in a sentence that says why, and every question is listed.
Earns: descent 0, scale 0
Verdicts: not_run missing
"""

import zipfile


def hand_in(folder, honest):
    path = folder / "hand-in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("latin-ä.py", b"")
        for name, content in honest.items():
            archive.writestr(name, content)
    path.write_bytes(path.read_bytes().replace("latin-ä".encode(), b"latin-\xff\xfe"))
    return path
