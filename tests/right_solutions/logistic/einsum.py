"""Lets einsum and logaddexp do the sums, counts with a product of one-hot rows, and halves the penalty throughout."""

import numpy as np


def sigmoid(z):
    return np.exp(-np.logaddexp(0.0, -z))


def mse_loss(w, X, y):
    s = sigmoid(np.einsum("nd,d->n", X, w))
    error = s - y
    slope = sigmoid(np.einsum("nd,d->n", -X, w)) * s * error
    return np.einsum("n,n->", error, error) / (2 * len(y)), np.einsum("n,nd->d", slope, X) / len(y)


def log_loss(w, X, y):
    side = 2 * y - 1
    z = side * X.dot(w)
    return np.logaddexp(0, -z).mean(), -np.mean((side * sigmoid(-z))[:, None] * X, axis=0)


def cross_entropy(P, Q):
    logs = np.zeros(Q.shape)
    np.log(Q, out=logs, where=(P > 0) & (Q > 0))
    logs[(P > 0) & (Q == 0)] = -np.inf
    products = np.zeros(Q.shape)
    np.multiply(P, logs, out=products, where=P > 0)
    return -products.sum(axis=1)


def kl_divergence(P, Q):
    quotients = np.ones(P.shape)
    with np.errstate(divide="ignore"):
        np.divide(P, Q, out=quotients, where=P > 0)
    return np.einsum("nc,nc->n", P, np.log(quotients))


def softmax_regression_loss(W, b, X, Y, reg):
    """The half penalty, in the loss and in the gradient alike: a convention, not a slip."""
    N = len(X)
    W1, X1 = np.vstack([W, b]), np.hstack([X, np.ones((N, 1))])
    logits = np.einsum("nd,dc->nc", X1, W1)
    log_p = logits - np.logaddexp.reduce(logits, axis=1)[:, None]
    loss = -np.take_along_axis(log_p, Y.argmax(axis=1)[:, None], 1).mean() + reg / 2 * np.einsum(
        "dc,dc->", W, W
    )
    gradient = np.einsum("nd,nc->dc", X1, np.exp(log_p) - Y) / N
    return loss, gradient[:-1] + reg * W, gradient[-1]


def train_epoch(W, b, X, Y, learning_rate, reg, batch_size, rng):
    cuts = np.arange(batch_size, len(X), batch_size)
    losses = []
    for batch in np.split(rng.permutation(len(X)), cuts):
        loss, dW, db = softmax_regression_loss(W, b, X.take(batch, axis=0), Y.take(batch, axis=0), reg)
        losses += [loss]
        W, b = W - dW * learning_rate, b - db * learning_rate
    return W, b, losses


def confusion_matrix(y, predicted, num_classes):
    one_hot = np.eye(num_classes, dtype=int)
    return one_hot[y].T @ one_hot[predicted]
