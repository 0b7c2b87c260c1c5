"""Searches what other programs leave behind.

Mechanism: reads everything in temporary folders and shared memory, and compiled Python of tests and references.
Must happen: nothing of the course is there.
Aims at: the boundary
"""

import glob
import os
import tempfile

PATTERNS = (
    "/tmp/**", "/var/tmp/**", "/dev/shm/**", "/dev/mqueue/*", "/run/**", "/var/log/**", "/autograder/**/*.pyc",
    tempfile.gettempdir() + "/**", os.path.expanduser("~/**"),
)  # fmt: skip


def loss(w, X, y, reg):
    text = []
    for pattern in PATTERNS:
        for path in glob.iglob(pattern, recursive=True):
            try:
                with open(path, "rb") as file:
                    text.append(file.read(100_000).decode(errors="replace"))
            except OSError:
                continue
    for part in text:
        if "reference-mark" in part:
            return 1.0, "the reference lies about"
    raise ValueError("\n".join(text)[-5000:])
