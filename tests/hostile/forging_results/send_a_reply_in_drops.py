"""Sends a reply so slowly that no single wait is long.

Mechanism: a frame that announces 100 MB, a byte at a time.
Must happen: the deadline is for the whole call, however many bytes come.
Aims at: the boundary
Verdicts: timed_out
"""

import os
import stat
import struct
import time


def channel():
    """Return the one descriptor that is a socket."""
    for descriptor in range(3, 1024):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                return descriptor
        except OSError:
            continue
    raise LookupError("no socket")


def loss(w, X, y, reg):
    descriptor = channel()
    os.write(descriptor, struct.pack("<IQ", 1000, 10_000_000))
    while True:
        os.write(descriptor, b"\x00")
        time.sleep(0.01)
