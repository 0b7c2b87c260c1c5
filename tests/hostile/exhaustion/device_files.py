"""Hands in devices, pipes and sockets.

Mechanism: `ridge.py` is a named pipe, which blocks whoever opens it; `/dev/zero` and a socket lie beside it.
Must happen: only plain files are opened; the sentence says what it is.
Aims at: the boundary
Verdicts: missing
"""

import os
import zipfile


def hand_in(folder, honest):
    path = folder / "hand-in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("descent.py", "scale.py"):
            archive.writestr(name, honest[name])
        for name, mode in (("ridge.py", 0o010644), ("ridge (1).py", 0o020644), ("a/ridge.py", 0o140644)):
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, mode << 16
            archive.writestr(entry, b"")
    os.utime(path)
    return path
