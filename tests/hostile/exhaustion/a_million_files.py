"""Makes a million files.

Mechanism: empty files, folders, links and named pipes, wherever it may.
Must happen: so many may be made at most as are given, and all of them are gone afterwards; results are not late.
Aims at: the boundary
Verdicts: raised out_of_memory timed_out
"""

import os
import tempfile

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
MAKE = (os.mkdir, os.mkfifo, lambda path: os.symlink("x", path), lambda path: open(path, "x").close())


def loss(w, X, y, reg):
    made = 0
    for number in range(125_000):
        for place, folder in enumerate(FOLDERS):
            try:
                MAKE[number % 4](os.path.join(folder, f"left-{number}-{place}"))
                made += 1
            except OSError:
                continue
    if made > 100_000:
        return "a hundred thousand files were made"
    raise OSError("no room")
