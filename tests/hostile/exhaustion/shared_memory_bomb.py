"""Takes memory that limits on data do not count.

Mechanism: shared anonymous mappings, mappings of `/dev/zero`, files without names, and pipes filled to the brim.
Must happen: all of it together stays near the limit.
Aims at: the boundary
Verdicts: out_of_memory raised died timed_out
"""

import fcntl
import mmap
import os


def loss(w, X, y, reg):
    kept = []
    for _ in range(20):
        try:
            reading, writing = os.pipe()
            fcntl.fcntl(writing, 1031, 1 << 20)
            os.set_blocking(writing, False)
            os.write(writing, bytes(1 << 20))
            kept.append(reading)
        except OSError:
            break
    size = 64 << 20
    while True:
        space = mmap.mmap(-1, size)
        for start in range(0, size, 4096):
            space[start] = 1
        kept.append(space)
        if len(kept) * size > 1 << 30:
            os._exit(3)
