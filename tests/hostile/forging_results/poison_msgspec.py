"""Rewrites the libraries that speak on the channel.

Mechanism: replaces what encodes replies, in `msgspec`, in the channel and in the packer, by what says "right".
Must happen: the other side decodes with libraries of its own; what comes is a wrong value or no reply at all.
Verdicts: wrong_value wrong_type_or_shape died protocol_broken raised
"""

import sys

import msgspec
import numpy as np

wire = sys.modules["autograder.values.pack"]
messages = sys.modules["autograder.sandbox.wire.messages"]


def loss(w, X, y, reg):
    msgspec.msgpack.encode = lambda value: b"\xc3"
    wire.Packer.pack = lambda self, value, depth=0: True
    messages.Value.__eq__ = lambda self, other: True
    return 0.0, np.zeros_like(w)
