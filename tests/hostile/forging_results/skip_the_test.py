"""Skips the test from inside.

Mechanism: raises what unittest, pytest and nose call a skip, and classes that are only called so.
Must happen: it is an exception like any other; a skip is never a pass.
Verdicts: raised not_allowed
"""

import unittest

calls = 0


class Skipped(BaseException):
    __module__ = "_pytest.outcomes"
    allow_module_level = True
    msg = "skipped"


def loss(w, X, y, reg):
    global calls
    calls += 1
    if calls % 3 == 0:
        raise unittest.SkipTest("not today")
    if calls % 3 == 1:
        raise Skipped("not today")
    import pytest

    pytest.skip("not today", allow_module_level=True)
