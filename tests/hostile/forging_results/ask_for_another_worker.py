"""Asks the process that it was forked from for another worker, one that nobody confines.

Mechanism: the server's code is in its memory; it sends the request to fork, with descriptors of its own, on whatever socket it or the server's objects have.
Must happen: no process starts; there is no way back to the server, and the channel takes nothing but replies.
Aims at: the boundary
Verdicts: raised timed_out died protocol_broken wrong_value not_allowed
"""

import gc
import os
import socket
import sys

import numpy as np


def sockets():
    found = [it for it in gc.get_objects() if isinstance(it, socket.socket)]
    frame = sys._getframe()
    while frame is not None:
        found += [it for it in frame.f_locals.values() if isinstance(it, socket.socket)]
        frame = frame.f_back
    for module in list(sys.modules.values()):
        found += [it for it in vars(module).values() if isinstance(it, socket.socket)]
    for descriptor in range(3, 1024):
        try:
            found.append(socket.socket(fileno=os.dup(descriptor)))
        except OSError:
            continue
    return found


def started_by_a_fork():
    forks = sys.modules.get("autograder.sandbox.worker.forks")
    if forks is None:
        return
    for server in gc.get_objects():
        if isinstance(server, forks.ForkServer):
            server._fork()


def loss(w, X, y, reg):
    gc.unfreeze()  # what the server held is among its objects again
    for stream in sockets():
        try:
            socket.send_fds(stream, [b"fork"], [0, 1])
        except (OSError, ValueError):
            continue
    started_by_a_fork()
    return 0.0, np.zeros_like(w)
