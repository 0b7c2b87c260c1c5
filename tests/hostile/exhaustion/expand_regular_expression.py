"""Backtracks for years in a regular expression.

Mechanism: `(a+)+b` on a long text, which holds the interpreter's lock all the while.
Must happen: the process is stopped from outside.
Verdicts: timed_out
"""

import re


def loss(w, X, y, reg):
    return re.match(r"(a+)+b", "a" * 60)
