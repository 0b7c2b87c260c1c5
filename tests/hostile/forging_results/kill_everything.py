"""Kills everything that it may.

Mechanism: `kill(-1, SIGKILL)`, which also reaches other processes of the same user.
Must happen: nobody but itself is hit.
Aims at: the boundary
"""

import os
import signal


def loss(w, X, y, reg):
    os.kill(-1, signal.SIGKILL)
    return 0.0, 0.0 * w
