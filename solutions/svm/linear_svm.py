"""Multiclass SVM loss of a linear classifier and its gradient: once with loops, once without."""

import numpy as np


def svm_loss_naive(W, X, y, reg):
    """Return the hinge loss and its gradient, summed example by example and class by class."""
    loss = 0.0
    dW = np.zeros(W.shape)
    for example, label in zip(X, y, strict=True):
        scores = example @ W
        for c in range(W.shape[1]):
            margin = scores[c] - scores[label] + 1
            if c != label and margin > 0:
                loss += margin
                dW[:, c] += example
                dW[:, label] -= example
    loss = loss / len(y) + reg * np.sum(W * W)
    dW /= len(y)
    dW += 2 * reg * W
    return loss, dW


def svm_loss_vectorized(W, X, y, reg):
    """Return the hinge loss and its gradient with two matrix products and one (N, C) array."""
    rows = np.arange(len(y))
    # Both products are taken with the few classes as rows: with thousands of features that is twice as fast.
    margins = np.ascontiguousarray((W.T @ X.T).T)
    margins -= margins[rows, y][:, np.newaxis] - 1
    margins[rows, y] = 0
    np.maximum(margins, 0, out=margins)
    loss = margins.sum() / len(y) + reg * np.vdot(W, W)

    # From here on the same array holds the slope of the loss with respect to each score.
    slopes = np.sign(margins, out=margins)
    slopes[rows, y] = -slopes.sum(axis=1)
    dW = (slopes.T @ X).T
    dW /= len(y)
    dW += 2 * reg * W
    return loss, dW
