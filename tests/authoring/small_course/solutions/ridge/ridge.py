"""Ridge regression: the loss, and its minimum in closed form."""

import numpy as np


def ridge_loss(w, X, t, reg):
    """Return the mean squared error plus the penalty, and the gradient of both.

    One pass over the residuals serves loss and gradient alike.
    """
    num_examples, num_features = np.shape(X)
    gradient = np.zeros(num_features, dtype=np.float64)
    residuals = X @ w - t
    # The factor 2 of the square stays, as in the handout.
    loss = residuals @ residuals / num_examples + reg * (w @ w)
    gradient += 2 * (X.T @ residuals) / num_examples + 2 * reg * w
    return loss, gradient


class Ridge:
    """A linear model."""

    def fit(self, X, t, reg):
        """Set `self.w` to the minimum of the loss."""
        self.w = np.linalg.solve(X.T @ X + len(X) * reg * np.eye(X.shape[1]), X.T @ t)

    def predict(self, X):
        """Return one prediction per example."""
        return np.asarray(X, dtype=np.float64) @ self.w
