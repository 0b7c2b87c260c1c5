"""Sends descriptors along with its bytes, and asks for signals whenever the channel moves.

Mechanism: `SCM_RIGHTS` in bulk, `F_SETOWN` to the parent with `O_ASYNC`, a receive buffer of no size.
Must happen: the parent takes bytes alone, and is sent no signal.
Aims at: the boundary
"""

import array
import fcntl
import os
import socket
import stat

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
    descriptor = channel()
    for owner in (os.getppid(), 1, -1):
        try:
            fcntl.fcntl(descriptor, fcntl.F_SETOWN, owner)
            fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_ASYNC)
        except OSError:
            continue
    stream = socket.socket(fileno=os.dup(descriptor))
    for _ in range(50):
        try:
            stream.sendmsg(
                [b"\x00"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor] * 50))]
            )
        except OSError:
            break
    return 0.0, np.zeros_like(w)
