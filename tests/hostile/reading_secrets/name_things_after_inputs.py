"""Puts the hidden inputs into every name that a sentence might repeat.

Mechanism: an exception class, a function in the traceback, a missing library, a missing attribute and a returned
type that are each called like the inputs.
Must happen: only names that stand in the hand-in's own text are repeated.
"""

import numpy as np

calls = 0


def loss(w, X, y, reg):
    global calls
    calls += 1
    text = "x" + "_".join(str(value).replace(".", "").replace("-", "") for value in X.ravel()[:3])
    text += "_" + str(X.ravel()[0]).replace("-", "")
    kind = calls % 5
    if kind == 0:
        raise type(text, (Exception,), {})(text)
    if kind == 1:
        code = compile(
            f"def {text.replace('.', '')}():\n    raise NotImplementedError('{text}')", "ridge.py", "exec"
        )
        space = {}
        exec(code, space)
        return list(space.values())[-1]()
    if kind == 2:
        return __import__(text.replace(".", "")).solve(X, y)
    if kind == 3:
        return getattr(np, text)
    return type(text, (), {})()
