"""Closes the channel, or shuts down one half of it, and goes on.

Mechanism: `shutdown` and `close` on the descriptor, then a loop without end.
Must happen: the call has ended without an answer, and its process is gone.
Aims at: the boundary
Verdicts: died timed_out
"""

import os
import socket
import stat


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
    descriptor = channel()
    socket.socket(fileno=descriptor).shutdown(socket.SHUT_RDWR)
    while True:
        pass
