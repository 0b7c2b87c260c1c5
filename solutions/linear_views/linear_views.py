"""A linear classifier seen three ways: as numbers, as pictures, and as planes."""

import numpy as np


def flatten_images(images):
    """Return images (N, H, W, 3) as rows (N, H * W * 3) of float64."""
    return images.reshape(len(images), -1).astype(np.float64)


def one_hot(y, num_classes):
    """Return an (N, C) matrix with a 1 in the column of each label."""
    if np.any((y < 0) | (y >= num_classes)):
        raise ValueError(f"labels must lie in 0..{num_classes - 1}")
    Y = np.zeros((len(y), num_classes))
    Y[np.arange(len(y)), y] = 1
    return Y


def class_scores(W, b, X):
    """Return the scores (N, C)."""
    return X @ W + b


def fold_bias(W, b, X):
    """Return W with the biases as its last row, and X with a last column of ones."""
    W1 = np.vstack([W, b])
    X1 = np.hstack([X, np.ones((len(X), 1))])
    return W1, X1


def side_of_plane(normal, offset, X):
    """Return 1, 0 or -1 for every point."""
    distances = X @ normal + offset
    return np.sign(distances).astype(int)


def boundary(W, b, i, j):
    """Return normal and offset of the plane where classes i and j tie, positive where i leads."""
    normal = W[:, i] - W[:, j]
    offset = b[i] - b[j]
    return normal, float(offset)


def one_vs_all(train_binary, X, y, num_classes):
    """Return W and b, one binary classifier per column."""
    W = np.zeros((X.shape[1], num_classes))
    b = np.zeros(num_classes)
    for c in range(num_classes):
        t = (y == c).astype(np.float64)
        W[:, c], b[c] = train_binary(X, t)
    return W, b


def templates(W, shape=(32, 32, 3)):
    """Return each column of W stretched to 0..255, as a picture."""
    low = W.min(axis=0)
    span = W.max(axis=0) - low
    stretched = 255 * (W - low) / np.where(span > 0, span, 1)
    return np.rint(stretched).astype(np.uint8).T.reshape(-1, *shape)
