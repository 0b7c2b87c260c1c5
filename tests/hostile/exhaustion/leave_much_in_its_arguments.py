"""Returns right values and leaves as much in an argument as a reply may hold.

Mechanism: arguments that a call changed are sent along, and a test keeps everything that came: a race keeps many.
Must happen: no value counts whose call makes its arguments many times as large.
Verdicts: wrong_type_or_shape
"""


def loss(w, X, y, reg):
    error = X @ w - y
    right = float(error @ error / len(y) + reg * (w @ w)), 2 * (X.T @ error / len(y) + reg * w)
    w.resize(7_500_000, refcheck=False)
    return right
