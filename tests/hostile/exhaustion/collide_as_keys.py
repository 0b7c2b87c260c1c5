"""Sends a dictionary of 45,000 long integers that all have the same hash.

Mechanism: multiples of 2**61 - 1 have the hash 0; who builds the dictionary needs quadratic time, after the answer has come, when no deadline runs any more.
Must happen: a broken protocol, at once.
Aims at: the boundary
Verdicts: protocol_broken
"""

import os
import stat
import struct

import msgspec
import numpy as np


def channel():
    for descriptor in range(3, 1024):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                return descriptor
        except OSError:
            continue
    raise LookupError("no socket")


def loss(w, X, y, reg):
    node = [2]
    for number in range(1, 45_000):
        node += [[9, hex(number * (2**61 - 1))], 0]
    header = msgspec.msgpack.encode({"type": "Value", "value": node, "changed": {}})
    view = memoryview(struct.pack("<IQ", len(header), 0) + header)
    while view:
        view = view[os.write(channel(), view) :]
    os._exit(0)
