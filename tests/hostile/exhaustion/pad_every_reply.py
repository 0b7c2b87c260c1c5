"""Sends as many bytes beside each right value as a reply may hold.

Mechanism: an array that came is a view of the whole payload, and a test keeps everything that came in it: a race keeps up to 75 payloads.
Must happen: a broken protocol: every byte that comes belongs to a value.
Aims at: the boundary
Verdicts: protocol_broken
"""

import numpy as np

from autograder.sandbox.wire.channel import Channel

PAD = np.zeros(60 << 20, np.uint8)
SEND = Channel.send


def send(self, message, arrays=(), deadline=None):
    if arrays:
        arrays = [*arrays, PAD]
    return SEND(self, message, arrays, deadline)


Channel.send = send


def loss(w, X, y, reg):
    error = X @ w - y
    return float(error @ error / len(y) + reg * (w @ w)), 2 * (X.T @ error / len(y) + reg * w)
