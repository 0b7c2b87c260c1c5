"""Never returns.

Mechanism: `while True`.
Must happen: the call is stopped at its deadline; after two of them the rest of the question is not tried.
Verdicts: timed_out
"""


def loss(w, X, y, reg):
    while True:
        pass
