"""Fills the disk with files that have no name.

Mechanism: a file that was unlinked stays, with all of its 16 MB, as long as it is open or one page of it is mapped; no folder lists it.
Must happen: the call ends as one that wrote too much.
Aims at: the boundary
Verdicts: out_of_memory raised
"""

import ctypes
import os
import time

BLOCK = bytes(16 << 20)
libc = ctypes.CDLL(None)


def write(name, stays_open):
    descriptor = os.open(name, os.O_RDWR | os.O_CREAT)
    os.unlink(name)
    if os.write(descriptor, BLOCK) < len(BLOCK):
        raise OSError("no room")
    if not stays_open:
        # mmap.mmap would keep the descriptor.
        libc.mmap(None, ctypes.c_size_t(4096), 1, 1, descriptor, ctypes.c_long(0))
        os.close(descriptor)


def loss(w, X, y, reg):
    for number in range(30):
        write(os.path.join(os.environ["TMPDIR"], "f"), stays_open=len(y) % 2 and number < 15)
    time.sleep(20)  # until somebody looks, however busy the machine is
    return "480 megabytes were written"
