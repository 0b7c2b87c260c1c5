"""Writes everything out where it is needed, with masks and bincount, and the half penalty in the epoch, too."""

import numpy as np


def sigmoid(z):
    s = np.empty_like(z)
    positive = z >= 0
    s[positive] = 1.0 / (1.0 + np.exp(-z[positive]))
    exponentials = np.exp(z[~positive])
    s[~positive] = exponentials / (1.0 + exponentials)
    return s


def mse_loss(w, X, y):
    s = 0.5 * (1 + np.tanh(X @ w / 2))
    # 1 - s and s without cancellation, however sure the prediction is
    slope = 0.25 / np.cosh(np.clip(X @ w / 2, -300, 300)) ** 2
    return 0.5 * np.mean(np.square(s - y)), ((s - y) * slope) @ X / X.shape[0]


def log_loss(w, X, y):
    z = X @ w
    loss = np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))
    return loss, (0.5 * (1 + np.tanh(z / 2)) - y) @ X / X.shape[0]


def cross_entropy(P, Q):
    with np.errstate(all="ignore"):
        terms = P * np.log(Q)
    terms[P == 0] = 0
    return -np.sum(terms, axis=1)


def kl_divergence(P, Q):
    with np.errstate(all="ignore"):
        terms = P * np.log(P / Q)
    return np.nansum(terms, axis=1)


def softmax_regression_loss(W, b, X, Y, reg):
    scores = W.T.dot(X.T) + b[:, np.newaxis]  # (C, N): one column per example
    scores = scores - np.amax(scores, axis=0)
    totals = np.sum(np.exp(scores), axis=0)
    loss = np.mean(np.log(totals) - np.sum(scores * Y.T, axis=0)) + 0.5 * reg * np.sum(np.square(W))
    slopes = np.exp(scores) / totals - Y.T
    return loss, slopes.dot(X).T / len(X) + reg * W, np.mean(slopes, axis=1)


def train_epoch(W, b, X, Y, learning_rate, reg, batch_size, rng):
    V, c = np.array(W), np.array(b)
    order = rng.permutation(X.shape[0])
    losses = []
    while order.size:
        now, order = order[:batch_size], order[batch_size:]
        scores = X[now] @ V + c
        scores = scores - scores.max(axis=1)[:, None]
        P = np.exp(scores) / np.exp(scores).sum(axis=1)[:, None]
        losses.append(-np.log(P[Y[now] == 1]).mean() + 0.5 * reg * (V**2).sum())
        G = (P - Y[now]) / now.size
        V, c = V - learning_rate * (X[now].T @ G + reg * V), c - learning_rate * G.sum(axis=0)
    return V, c, losses


def confusion_matrix(y, predicted, num_classes):
    flat = np.bincount(y * num_classes + predicted, minlength=num_classes**2)
    return flat.reshape(num_classes, num_classes)
