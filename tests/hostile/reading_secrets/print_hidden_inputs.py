"""Prints the hidden inputs on every way out.

Mechanism: `print`, `sys.__stdout__`, `sys.stderr`, descriptors 1 and 2, warnings, logging.
Must happen: nothing printed during a graded test is shown.
Aims at: the boundary
"""

import logging
import os
import sys
import warnings

import numpy as np


def loss(w, X, y, reg):
    text = f"{X!r} {X.ravel().tolist()}"
    print(text)
    print(text, file=sys.stderr)
    warnings.warn(text, stacklevel=1)
    logging.critical(text)
    for descriptor in (1, 2):
        try:
            os.write(descriptor, text.encode())
        except OSError:
            continue
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.write(text)
    return 0.0, np.zeros_like(w)
