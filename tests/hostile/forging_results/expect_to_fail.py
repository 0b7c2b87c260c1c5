"""Says that it is expected to fail.

Mechanism: marks itself with attributes that pytest and unittest read, and raises pytest's own outcomes.
Must happen: nothing of the kind is read from a hand-in.
Verdicts: raised
"""


class XFailed(Exception):
    pass


class Exit(BaseException):
    returncode = 0


calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    raise (XFailed if calls % 2 else Exit)("as expected")


loss.__unittest_expecting_failure__ = True
loss.__unittest_skip__ = True
loss.pytestmark = ["xfail"]
loss.__test__ = False
