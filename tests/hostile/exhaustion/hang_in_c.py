"""Hangs where Python's own signal handlers cannot run.

Mechanism: an integer power that takes years, in one bytecode, with every signal blocked.
Must happen: the process is stopped from outside.
Aims at: the boundary
Verdicts: timed_out out_of_memory
"""

import signal


def loss(w, X, y, reg):
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    return 7 ** (7**9)
