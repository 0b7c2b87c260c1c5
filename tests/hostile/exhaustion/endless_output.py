"""Prints without end.

Mechanism: long lines, no lines, and raw bytes on descriptors 1 and 2.
Must happen: what is kept is bounded, and the call runs out of time.
Aims at: the boundary
Verdicts: timed_out
"""

import os


def loss(w, X, y, reg):
    while True:
        print("x" * 1_000_000)
        print("", end="")
        os.write(1, b"y" * 1_000_000)
        os.write(2, b"z" * 1_000_000)
