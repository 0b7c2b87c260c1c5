"""Gradient descent, right."""


class Descent:
    def __init__(self, rate):
        self.rate = rate
        self.seen = []

    def fit(self, w, gradient, steps):
        for _ in range(steps):
            direction = gradient(w)
            self.seen.append(float(max(abs(direction))))
            w = w - self.rate * direction
        return w
