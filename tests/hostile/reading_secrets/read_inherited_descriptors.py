"""Reads from every descriptor that the process has inherited.

Mechanism: `os.read`, `os.pread` and `os.listdir` on descriptors 0 to 1023, without waiting on any.
Must happen: there is the channel, which is empty while a call runs, and nothing else.
Aims at: the boundary
"""

import os


def loss(w, X, y, reg):
    text = []
    for descriptor in range(1024):
        try:
            os.set_blocking(descriptor, False)
            text.append(os.read(descriptor, 1 << 20))
        except OSError:
            pass
        else:
            os.set_blocking(descriptor, True)
        try:
            text += [name.encode() for name in os.listdir(descriptor)]
        except OSError:
            pass
    raise ValueError(b"\n".join(text).decode(errors="replace"))
