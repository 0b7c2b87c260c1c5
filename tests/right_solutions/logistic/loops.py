"""Works example by example and class by class with plain numbers, and lets overflows warn where they do no harm."""

import math

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def mse_loss(w, X, y):
    N, D = X.shape
    loss, dw = 0.0, [0.0] * D
    for i in reversed(range(N)):
        s = float(sigmoid(sum(X[i, d] * w[d] for d in range(D))))
        loss += 0.5 * (s - y[i]) ** 2 / N
        for d in range(D):
            dw[d] += (s - y[i]) * s * (1 - s) * X[i, d] / N
    return loss, np.array(dw)


def log_loss(w, X, y):
    losses, dw = [], np.zeros(len(w))
    for example, label in zip(X, y):
        z = float(example @ w)
        wrong_by = -z if label == 1 else z
        losses.append(
            wrong_by + math.log1p(math.exp(-wrong_by)) if wrong_by > 0 else math.log1p(math.exp(wrong_by))
        )
        dw += (sigmoid(z) - label) * example
    return math.fsum(losses) / len(losses), dw / len(losses)


def cross_entropy(P, Q):
    rows = []
    for p_row, q_row in zip(P.tolist(), Q.tolist()):
        total = 0.0
        for p, q in zip(p_row, q_row):
            if p > 0:
                total += math.inf if q == 0 else -p * math.log(q)
        rows.append(total)
    return np.array(rows)


def kl_divergence(P, Q):
    entropy = cross_entropy(P, P)
    return cross_entropy(P, Q) - entropy


def softmax_regression_loss(W, b, X, Y, reg):
    (N, D), C = X.shape, len(b)
    loss, dW, db = 0.0, 2 * reg * W, np.zeros(C)
    for i in range(N):
        logits = [math.fsum(X[i, d] * W[d, c] for d in range(D)) + b[c] for c in range(C)]
        top = max(logits) + 2.0
        total = math.fsum(math.exp(logit - top) for logit in logits)
        label = int(np.argmax(Y[i]))
        loss += (math.log(total) + top - logits[label]) / N
        for c in range(C):
            slope = (math.exp(logits[c] - top) / total - (c == label)) / N
            dW[:, c] += slope * X[i]
            db[c] += slope
    return loss + reg * math.fsum(float(w) ** 2 for w in W.ravel()), dW, db


def train_epoch(W, b, X, Y, learning_rate, reg, batch_size, rng):
    N = X.shape[0]
    order = rng.permutation(N)
    X, Y = X[order], Y[order]
    losses = np.zeros(math.ceil(N / batch_size))
    for k in range(len(losses)):
        here = slice(k * batch_size, (k + 1) * batch_size)
        losses[k], dW, db = softmax_regression_loss(W, b, X[here], Y[here], reg)
        W = W - learning_rate * dW
        b = b - learning_rate * db
    return W, b, losses


def confusion_matrix(y, predicted, num_classes):
    table = [[0 for _ in range(num_classes)] for _ in range(num_classes)]
    for true, guess in zip(y, predicted):
        table[true][guess] += 1
    return np.array(table)
