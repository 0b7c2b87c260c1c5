"""Calls the function that it was given without end, and with arguments that do not fit.

Mechanism: the test's own function is called back on the trusted side; it is called with nothing, too much, text,
infinities, and again after its test is over.
Must happen: the caller is told off in its own process; the deadline holds; the grader is not at fault.
Handed in as: descent.py
"""

kept = []


class Descent:
    def __init__(self, rate):
        self.seen = []

    def fit(self, w, gradient, steps):
        for function in [*kept, gradient]:
            for arguments in (
                (),
                (1, 2, 3),
                ("text",),
                (float("inf"),),
                (w[:0],),
                ([[]],),
                (gradient,),
                (None,),
            ):
                try:
                    function(*arguments)
                except Exception:
                    continue
        kept.append(gradient)
        while True:
            gradient(w)
