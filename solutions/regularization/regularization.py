"""Penalties on weights, a loss that needs one, and the fit of a curve that shows what they are for."""

import numpy as np


def penalty(W, kind, beta=0.5):
    """Return the L2, L1 or elastic-net penalty on W and its slope."""
    if kind == "l2":
        return float(np.sum(W * W)), 2 * W
    if kind == "l1":
        return float(np.sum(np.abs(W))), np.sign(W)
    if kind == "elastic":
        return float(np.sum(beta * W * W + np.abs(W))), 2 * beta * W + np.sign(W)
    raise ValueError(f"there is no penalty {kind!r}: choose 'l2', 'l1' or 'elastic'")


def squared_hinge_loss(W, X, y, reg):
    """Return the squared hinge loss and its gradient with two matrix products and one (N, C) array."""
    rows = np.arange(len(y))
    # Both products are taken with the few classes as rows: with thousands of features that is twice as fast.
    margins = np.ascontiguousarray((W.T @ X.T).T)
    margins -= margins[rows, y][:, np.newaxis] - 1
    margins[rows, y] = 0
    np.maximum(margins, 0, out=margins)
    loss = np.vdot(margins, margins) / len(y) + reg * np.vdot(W, W)

    # From here on the same array holds the slope of the loss with respect to each score.
    slopes = np.multiply(margins, 2, out=margins)
    slopes[rows, y] = -slopes.sum(axis=1)
    dW = (slopes.T @ X).T
    dW /= len(y)
    dW += 2 * reg * W
    return loss, dW


def scale_to_zero_loss(scores, y):
    """Return 1 over the smallest lead of a correct class, or infinity if one of them does not lead."""
    rows = np.arange(len(y))
    leads = scores[rows, y][:, np.newaxis] - scores
    leads[rows, y] = np.inf
    smallest = leads.min()
    if smallest <= 0:
        return float("inf")
    return float(1 / smallest)


def project_to_norm(W, norm=1.0):
    """Return W scaled to the Frobenius norm `norm`."""
    size = np.sqrt(np.sum(W * W))
    if size == 0:
        raise ValueError("W is 0 everywhere: it has no direction in which it could be stretched")
    return W * (norm / size)


def polynomial_features(x, degree):
    """Return the powers 0 to `degree` of `x`, one column each."""
    return x[:, np.newaxis] ** np.arange(degree + 1)


def ridge_fit(X, y, reg):
    """Return the minimum of the penalised mean squared error, where its gradient is 0."""
    N, D = X.shape
    A = X.T @ X / N + reg * np.eye(D)
    return np.linalg.solve(A, X.T @ y / N)


def validation_curve(x_train, y_train, x_val, y_val, degree, regs):
    """Return the mean squared errors on both sets of the fits to the training set, one for each of `regs`."""
    X_train, X_val = polynomial_features(x_train, degree), polynomial_features(x_val, degree)
    train_errors, val_errors = [], []
    for reg in regs:
        w = ridge_fit(X_train, y_train, reg)
        train_errors.append(float(np.mean((X_train @ w - y_train) ** 2)))
        val_errors.append(float(np.mean((X_val @ w - y_val) ** 2)))
    return train_errors, val_errors
