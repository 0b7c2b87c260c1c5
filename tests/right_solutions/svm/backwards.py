"""Sums in another order, keeps the correct class's constant 1 and takes it off again, scatters with add.at."""

import numpy as np


def svm_loss_naive(W, X, y, reg):
    N, C = X.shape[0], W.shape[1]
    loss = 0
    dW = np.zeros_like(W)
    for i in reversed(range(N)):
        for j in reversed(range(C)):
            margin = sum(X[i, d] * (W[d, j] - W[d, y[i]]) for d in range(X.shape[1])) + 1
            if j != y[i] and margin > 0:
                loss += margin / N
                dW[:, j] += X[i] / N
                dW[:, y[i]] -= X[i] / N
    for row in W:
        for weight in row:
            loss += reg * weight * weight
    return loss, dW + 2 * reg * W


def svm_loss_vectorized(W, X, y, reg):
    N = len(y)
    rows = np.arange(N)
    scores = X.dot(W)
    margins = np.maximum(0, scores - scores[rows, y].reshape(N, 1) + 1)
    violated = (margins > 0).astype(np.float64)
    # The correct class counts itself in both places, which cancels in the gradient.
    np.add.at(violated, (rows, y), -violated.sum(axis=1))
    return (margins.sum() - N) / N + reg * np.linalg.multi_dot([W.ravel(), W.ravel()[:, None]])[0], (
        X.T.dot(violated) / N + reg * (W + W)
    )
