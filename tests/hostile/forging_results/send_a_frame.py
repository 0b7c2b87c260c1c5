"""Writes a well-formed reply to the channel, before the worker writes its own.

Mechanism: finds the socket, encodes a `Value` of the wire format by hand and sends it.
Must happen: it is a value like any other, and a wrong one; the real reply that follows belongs to no request.
Aims at: the boundary
"""

import os
import stat
import struct

import msgspec
import numpy as np


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
    header = msgspec.msgpack.encode(
        {"type": "Value", "value": [1, 0.0, [3, "<f8", [w.size], 0]], "changed": {}}
    )
    payload = bytes(-(-8 * w.size // 64) * 64)
    os.write(channel(), struct.pack("<IQ", len(header), len(payload)) + header + payload)
    return 0.0, np.zeros_like(w)
