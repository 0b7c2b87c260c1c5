"""Says that it raised an exception through hundreds of thousands of frames of a file with as many lines.

Mechanism: each frame is looked up in the hand-in's files by the trusted side, outside every deadline; where that counts
    the file's lines anew, four megabytes cost a minute.
Must happen: the reply is none of the protocol, which allows a dozen frames; grading stays within its budget.
Aims at: the boundary
Verdicts: protocol_broken not_run passed
"""

import os
import stat
import struct

import msgspec

HIGH = "\n" * 200_000


def channel():
    for descriptor in range(3, 1024):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                return descriptor
        except OSError:
            continue
    raise LookupError("no socket")


def loss(w, X, y, reg):
    frames = [["ridge.py", 1, "", ""]] * 200_000
    header = msgspec.msgpack.encode({"type": "Raised", "bases": ["ValueError"], "frames": frames})
    data = struct.pack("<IQ", len(header), 0) + header
    while data:
        data = data[os.write(channel(), data) :]
    os._exit(0)
