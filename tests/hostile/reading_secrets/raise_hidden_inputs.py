"""Raises the hidden inputs, so that the feedback may show them.

Mechanism: the text of an exception, of its causes, its notes and its arguments.
Must happen: of a graded test only the exception's type and the line are shown.
Verdicts: raised
"""


def loss(w, X, y, reg):
    error = ValueError(repr(X), repr(y))
    error.add_note(repr(X))
    raise error from RuntimeError(repr(X))
