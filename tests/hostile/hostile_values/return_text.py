"""Returns text that says that it is right.

Mechanism: strings, bytes and keys instead of numbers, "nan", "inf" and numbers as text among them.
Must happen: text is no number.
Verdicts: wrong_type_or_shape
"""

import numpy as np

calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    return (
        "passed",
        ("0.0", "nan"),
        (b"0.0", b""),
        {"loss": 0.0, "dw": 0.0 * w},
        ("0.0", np.array(["0"] * w.size)),
    )[calls % 5]
