"""Fills the disk below a path that is longer than a path may be.

Mechanism: whoever counts the files by their paths finds none below 4,096 characters; the worker goes on from where it is.
Must happen: the call ends as one that wrote too much.
Aims at: the boundary
Verdicts: out_of_memory raised
"""

import os
import time

BLOCK = bytes(16 << 20)


def loss(w, X, y, reg):
    os.chdir(os.environ["TMPDIR"])
    for _ in range(20):
        os.makedirs("a" * 250, exist_ok=True)
        os.chdir("a" * 250)
    for number in range(30):
        descriptor = os.open(f"f{number}", os.O_RDWR | os.O_CREAT)
        if os.write(descriptor, BLOCK) < len(BLOCK):
            raise OSError("no room")
        os.close(descriptor)
    time.sleep(20)  # until somebody looks, however busy the machine is
    return "480 megabytes were written"
