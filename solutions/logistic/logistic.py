"""Logistic and softmax regression: probabilities, what wrong ones cost, training by epochs, and a confusion matrix."""

import numpy as np


def sigmoid(z):
    """Return `1 / (1 + exp(-z))`, written such that the exponential is never larger than 1."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def mse_loss(w, X, y):
    """Return half the mean squared error of the probabilities, and its gradient."""
    s = sigmoid(X @ w)
    loss = np.mean((s - y) ** 2) / 2
    dw = X.T @ ((s - y) * s * (1 - s)) / len(y)
    return loss, dw


def log_loss(w, X, y):
    """Return the log-loss, as `ln(1 + exp(z)) - y * z`, and its gradient."""
    z = X @ w
    loss = np.mean(np.logaddexp(0, z) - y * z)
    dw = X.T @ (sigmoid(z) - y) / len(y)
    return loss, dw


def cross_entropy(P, Q):
    """Return `-sum p ln q` for each row."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(P > 0, -P * np.log(Q), 0.0)
    return terms.sum(axis=1)


def kl_divergence(P, Q):
    """Return `sum p ln(p / q)` for each row."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(P > 0, P * (np.log(P) - np.log(Q)), 0.0)
    return terms.sum(axis=1)


def softmax_regression_loss(W, b, X, Y, reg):
    """Return the mean cross-entropy plus the penalty, and the gradients for weights and biases."""
    logits = X @ W + b
    logits -= logits.max(axis=1, keepdims=True)
    log_P = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss = -np.sum(Y * log_P) / len(Y) + reg * np.sum(W * W)
    slopes = (np.exp(log_P) - Y) / len(Y)
    dW = X.T @ slopes + 2 * reg * W
    db = slopes.sum(axis=0)
    return loss, dW, db


def train_epoch(W, b, X, Y, learning_rate, reg, batch_size, rng):
    """Take one step for each batch of a permutation of the examples."""
    W, b = W.copy(), b.copy()
    order = rng.permutation(len(X))
    losses = []
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        loss, dW, db = softmax_regression_loss(W, b, X[batch], Y[batch], reg)
        losses.append(float(loss))
        W -= learning_rate * dW
        b -= learning_rate * db
    return W, b, losses


def confusion_matrix(y, predicted, num_classes):
    """Count the pairs of correct and predicted class."""
    counts = np.zeros((num_classes, num_classes), dtype=int)
    np.add.at(counts, (y, predicted), 1)
    return counts
