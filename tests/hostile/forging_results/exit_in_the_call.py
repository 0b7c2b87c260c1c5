"""Ends the process in the middle of a call.

Mechanism: `os._exit(0)`.
Must happen: the call has died; there is no result without an answer.
Aims at: the boundary
Verdicts: died
"""

import os


def loss(w, X, y, reg):
    os._exit(0)
