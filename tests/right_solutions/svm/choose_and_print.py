"""Picks the correct scores with np.choose, which takes 63 choices at most, and prints whole arrays on the way."""

import numpy as np


def svm_loss_naive(W, X, y, reg):
    loss, dW = 0.0, np.zeros(W.shape)
    for i in range(len(X)):
        scores = X[i] @ W
        for j in range(W.shape[1]):
            if j != y[i] and scores[j] - scores[y[i]] + 1 > 0:
                loss += scores[j] - scores[y[i]] + 1
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    return loss / len(X) + reg * np.sum(W**2), dW / len(X) + 2 * reg * W


def svm_loss_vectorized(W, X, y, reg):
    scores = X @ W
    print(scores)
    correct = np.choose(y, scores.T)
    margins = np.maximum(0, scores - correct[:, np.newaxis] + 1)
    chosen = np.arange(W.shape[1]) == y[:, np.newaxis]
    margins[chosen] = 0
    print("margins:", margins, f"of {correct}")
    slopes = (margins > 0).astype(float)
    slopes[chosen] = -slopes.sum(axis=1)
    return margins.sum() / len(X) + reg * np.sum(W**2), X.T @ slopes / len(X) + 2 * reg * W
