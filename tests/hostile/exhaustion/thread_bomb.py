"""Starts as many threads as it can.

Mechanism: threads that each sleep, until there can be no more, and then again in every call.
Must happen: their number is limited; the call ends in its own verdict.
Aims at: the boundary
Verdicts: raised timed_out died out_of_memory
"""

import threading
import time


def loss(w, X, y, reg):
    while True:
        threading.Thread(target=time.sleep, args=(600,)).start()
