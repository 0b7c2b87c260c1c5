"""Gradient descent."""


class Descent:
    """Takes steps against a gradient that its caller computes."""

    def __init__(self, rate):
        self.rate = rate
        self.seen = []

    def fit(self, w, gradient, steps):
        """Return the weights after `steps` steps; `gradient(w)` gives the direction to leave.

        Parameters
        ----------
        w : (D,) float64
        gradient : function (D,) -> (D,)
        steps : int
        """
        raise NotImplementedError
