"""Works number by number in plain Python where that is allowed, and solves by least squares with more rows."""

import math

import numpy as np


def penalty(W, kind, beta=0.5):
    total, slopes = 0.0, np.zeros(W.shape)
    if kind not in ("l2", "l1", "elastic"):
        raise ValueError(kind)
    squares = {"l2": 1.0, "l1": 0.0, "elastic": beta}[kind]
    absolutes = 0.0 if kind == "l2" else 1.0
    for index, w in reversed(list(np.ndenumerate(W))):
        total += squares * w**2 + absolutes * abs(w)
        slopes[index] = 2 * squares * w + absolutes * (int(w > 0) - int(w < 0))
    return total, slopes


def squared_hinge_loss(W, X, y, reg):
    N = X.shape[0]
    scores = W.T.dot(X.T)  # (C, N): one column per example
    correct = np.take_along_axis(scores, y[np.newaxis, :], axis=0)
    hinge = np.clip(scores - correct + 1, 0, None)
    hinge[y, np.arange(N)] = 0
    loss = np.square(hinge).sum(axis=0).mean() + reg * np.square(W).sum()
    slope = 2 * hinge
    np.subtract.at(slope, (y, np.arange(N)), slope.sum(axis=0))
    return loss, slope.dot(X).T / N + 2 * reg * W


def scale_to_zero_loss(scores, y):
    factor = 0.0
    for row, label in zip(scores.tolist(), y.tolist(), strict=True):
        rival = max(score for j, score in enumerate(row) if j != label)
        if row[label] <= rival:
            return math.inf
        factor = max(factor, 1 / (row[label] - rival))
    return factor


def project_to_norm(W, norm=1.0):
    length = np.linalg.norm(W)
    if length == 0.0:
        raise ValueError("no direction")
    return norm * W / length


def polynomial_features(x, degree):
    rows = []
    for number in x:
        row = [1.0]
        for _ in range(degree):
            row.append(row[-1] * number)
        rows.append(row)
    return np.array(rows)


def ridge_fit(X, y, reg):
    N, D = X.shape
    rows = np.vstack([X / math.sqrt(N), math.sqrt(reg) * np.eye(D)])
    targets = np.concatenate([y / math.sqrt(N), np.zeros(D)])
    return np.linalg.lstsq(rows, targets, rcond=None)[0]


def validation_curve(x_train, y_train, x_val, y_val, degree, regs):
    train_errors, val_errors = np.zeros(len(regs)), np.zeros(len(regs))
    for i, reg in enumerate(regs):
        w = ridge_fit(polynomial_features(x_train, degree), y_train, reg)
        for x, y, errors in ((x_train, y_train, train_errors), (x_val, y_val, val_errors)):
            for a, b in zip(x, y, strict=True):
                errors[i] += (sum(w[p] * a**p for p in range(degree + 1)) - b) ** 2 / len(x)
    return train_errors, val_errors
