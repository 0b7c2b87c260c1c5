"""Crashes the interpreter.

Mechanism: writes to address 0, jumps into bytes, frees what is in use; a core dump would be left behind.
Must happen: the process has died, and left no dump.
Aims at: the boundary
Verdicts: died
"""

import ctypes


def loss(w, X, y, reg):
    ctypes.string_at(0)
