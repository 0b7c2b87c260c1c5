"""Recurses without end.

Mechanism: Python frames beyond the recursion limit, with the limit raised so far that the C stack overflows.
Must happen: an exception, or a process that has died; never more.
Aims at: the boundary
Verdicts: raised died out_of_memory timed_out
"""

import sys

calls = 0


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")


def loss(w, X, y, reg):
    global calls
    calls += 1
    if calls % 2:
        return loss(w, X, y, reg)
    sys.setrecursionlimit(10**9)
    return Deep().loss
