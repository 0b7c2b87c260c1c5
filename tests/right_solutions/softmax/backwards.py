"""Works through classes and examples backwards with plain numbers, and shifts by more than the maximum."""

import math

import numpy as np


def softmax_loss_naive(W, X, y, reg):
    D, C = W.shape
    N = X.shape[0]
    losses = []
    dW = [[2 * reg * W[d, c] for c in range(C)] for d in range(D)]
    for i in range(N - 1, -1, -1):
        logits = [math.fsum(X[i, d] * W[d, c] for d in range(D)) for c in range(C)]
        top = max(logits) + 3.0
        total = math.fsum(math.exp(logit - top) for logit in reversed(logits))
        losses.append(math.log(total) + top - logits[y[i]])
        for c in range(C - 1, -1, -1):
            slope = math.exp(logits[c] - top) / total - (1 if c == y[i] else 0)
            for d in range(D):
                dW[d][c] += X[i, d] * slope / N
    penalty = math.fsum(float(w) ** 2 for w in W.ravel())
    return math.fsum(losses) / N + reg * penalty, np.array(dW)


def softmax_loss_vectorized(W, X, y, reg):
    N = X.shape[0]
    logits = W.T.dot(X.T)  # (C, N): one column per example
    logits = logits - np.amax(logits, axis=0)
    exponentials = np.exp(logits)
    totals = np.sum(exponentials, axis=0)
    loss = np.sum(np.log(totals) - logits[y, range(N)])
    P = exponentials / totals
    np.subtract.at(P, (y, np.arange(N)), 1)
    loss = loss / N + reg * np.sum(np.square(W))
    return loss, (P.dot(X)).T / N + 2 * reg * W
