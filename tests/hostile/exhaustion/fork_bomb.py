"""Starts as many processes as it can, each of which does the same.

Mechanism: `fork`, `vfork` and `clone` without end, by the C library and by number.
Must happen: none starts, or all of them end with the hand-in; what copies of the worker answer is a value like any other.
Aims at: the boundary
Verdicts: raised timed_out died protocol_broken wrong_type_or_shape wrong_value
"""

import ctypes
import os


def loss(w, X, y, reg):
    libc = ctypes.CDLL(None)
    while True:
        try:
            os.fork()
        except OSError:
            if libc.syscall(57) < 0 and libc.syscall(56, 17, 0, 0, 0, 0) < 0:
                raise
