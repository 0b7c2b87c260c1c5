"""Hands in an archive that is broken.

Mechanism: a zip whose directory lies about sizes and offsets, cut in the middle.
Must happen: it is refused in one sentence, and every question is listed.
Earns: descent 0, scale 0
Verdicts: not_run missing
"""

import zipfile


def hand_in(folder, honest):
    path = folder / "hand-in.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in honest.items():
            archive.writestr(name, content * 20)
    data = bytearray(path.read_bytes())
    middle = len(data) // 3
    data[middle : middle + 400] = bytes(400)
    path.write_bytes(bytes(data[:-30]))
    return path
