"""Fills every result entry by entry, and goes without loops only where that is asked for."""

import numpy as np


def flatten_images(images):
    N, H, W, channels = images.shape
    X = np.zeros((N, H * W * channels))
    for n in range(N):
        for i in range(H):
            for j in range(W):
                start = (i * W + j) * channels
                X[n, start : start + channels] = images[n, i, j]
    return X


def one_hot(y, num_classes):
    if y.min() < 0 or y.max() > num_classes - 1:
        raise ValueError
    return np.eye(num_classes)[y]


def class_scores(W, b, X):
    return np.dot(X, W) + b.reshape(1, -1)


def fold_bias(W, b, X):
    D, C = W.shape
    W1 = np.zeros((D + 1, C))
    X1 = np.ones((X.shape[0], D + 1))
    for d in range(D):
        W1[d] = W[d]
        X1[:, d] = X[:, d]
    for c in range(C):
        W1[D, c] = b[c]
    return W1, X1


def side_of_plane(normal, offset, X):
    sides = []
    for x in X:
        total = sum(n * value for n, value in zip(normal, x)) + offset
        if total > 0:
            sides.append(1)
        elif total < 0:
            sides.append(-1)
        else:
            sides.append(0)
    return np.array(sides)


def boundary(W, b, i, j):
    normal = np.zeros(W.shape[0])
    for d in range(W.shape[0]):
        normal[d] = W[d, i] - W[d, j]
    return normal, b[i] - b[j]


def one_vs_all(train_binary, X, y, num_classes):
    columns, biases = [], []
    for c in range(num_classes):
        t = np.zeros(len(y))
        for n in range(len(y)):
            if y[n] == c:
                t[n] = 1.0
        w, bias = train_binary(X, t)
        columns.append(w)
        biases.append(bias)
    return np.array(columns).T, np.array(biases)


def templates(W, shape=(32, 32, 3)):
    C = W.shape[1]
    pictures = np.zeros((C, *shape), dtype=np.uint8)
    for c in range(C):
        w = W[:, c]
        if w.max() == w.min():
            continue
        levels = (w - w.min()) / (w.max() - w.min()) * 255
        pictures[c] = (levels + 0.5).astype(np.uint8).reshape(shape)
    return pictures
