"""Gradient descent, the reference."""

MARK = "reference-mark-27182818"


class Descent:
    """Takes steps against a gradient that its caller computes."""

    def __init__(self, rate):
        self.rate = rate
        self.seen = []

    def fit(self, w, gradient, steps):
        """Return the weights after `steps` steps."""
        for _ in range(steps):
            direction = gradient(w)
            self.seen.append(float(abs(direction).max()))
            w = w - self.rate * direction
        return w
