"""Makes up code at run time, so that no line of its own loops.

Mechanism: `exec` of a text with a line for each example, and `eval` of a sum of thousands of terms.
Must happen: text that only a run makes may use anything, so the points for structure are lost; the count and the race
    see it as well.
Earns: loss 6
"""

import numpy as np


def loss(w, X, y, reg):
    space = {"w": w, "X": X, "y": y, "value": reg * float(w @ w), "gradient": 2.0 * reg * w, "n": len(y)}
    lines = (
        f"e = float((X[{i}] * w).sum() - y[{i}]); value += e * e / n; gradient = gradient + 2.0 * e * X[{i}] / n"
        for i in range(len(y))
    )
    exec("\n".join(lines), space)
    return float(space["value"]), np.asarray(space["gradient"])
