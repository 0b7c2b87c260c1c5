"""Ignores every signal that may be ignored, and every exception.

Mechanism: handlers for SIGTERM, SIGALRM, SIGXCPU, SIGINT and SIGHUP; `except BaseException` around a loop.
Must happen: it ends by a signal that cannot be ignored.
Aims at: the boundary
Verdicts: timed_out
"""

import signal


def loss(w, X, y, reg):
    for number in signal.valid_signals():
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
