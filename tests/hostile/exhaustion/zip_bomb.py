"""Hands in an archive that unpacks to gigabytes.

Mechanism: a member of 8 GB of zeros, compressed a thousandfold, called as a file that is due.
Must happen: no more is read than a file may have; the sentence says so.
Earns: descent 0, scale 0
Verdicts: missing
"""

import zipfile


def hand_in(folder, honest):
    path = folder / "hand-in.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in honest:
            with archive.open(name, "w", force_zip64=True) as member:
                for _ in range(64):
                    member.write(bytes(1 << 20))
    return path
