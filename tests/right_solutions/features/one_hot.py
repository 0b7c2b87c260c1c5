"""Weights from a table of distances, one-hot votes and a matrix product per image, histogram2d for the votes."""

import numpy as np


def color_histogram(image, bins=8):
    H, W, _ = image.shape
    edges = np.linspace(0, 256, bins + 1)
    flat = image.reshape(H * W, 3)
    return np.concatenate([np.histogram(flat[:, c], edges)[0] / (H * W) for c in (0, 1, 2)])


def smooth(histogram, sigma):
    n, reach = histogram.size, np.ceil(3.0 * sigma)
    d = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    w = np.where(d <= reach, np.exp(-(d**2) / 2 / sigma / sigma), 0)
    w /= np.sum(w, axis=1, keepdims=True)
    return np.einsum("ij,j->i", w, histogram)


def image_gradients(gray):
    padded = np.pad(gray, 1, mode="reflect", reflect_type="odd")
    dy = (padded[2:, 1:-1] - padded[:-2, 1:-1]) / 2
    dx = (padded[1:-1, 2:] - padded[1:-1, :-2]) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        angle = np.degrees(np.arctan(dy / dx))
    angle = np.nan_to_num(angle)
    angle = np.where(angle < 0, 180 + angle, angle)
    return np.sqrt(dx * dx + dy * dy), np.where(angle == 180, 0, angle)


def hog(gray, cell=8, bins=9):
    magnitude, angle = image_gradients(gray)
    rows, cols = gray.shape[0] // cell, gray.shape[1] // cell
    votes = (angle // (180 / bins))[..., None] == np.arange(bins)
    weighted = (votes * magnitude[..., None])[: rows * cell, : cols * cell]
    H = weighted.reshape(rows, cell, cols, cell, bins).sum((1, 3))
    return H / (np.sqrt((H * H).sum(-1, keepdims=True)) + 1e-12)


def polar(X):
    x, y = X.T
    return np.c_[np.hypot(x, y), np.arctan2(y, x)]


def feature_matrix(images, functions):
    F = np.vstack([np.hstack([np.ravel(f(image)) for f in functions]) for image in images]).astype(float)
    centred = F - F.mean(0)
    constant = (F == F[:1]).all(0)
    centred[:, constant] = 0
    std = np.sqrt((centred**2).mean(0))
    std[constant] = 1
    return np.append(centred / std, np.ones((len(F), 1)), axis=1)


def feature_matrix_like(images, functions, training_images):
    both = np.concatenate([training_images, images])
    F = np.vstack([np.hstack([np.ravel(f(image)) for f in functions]) for image in both]).astype(float)
    n = len(training_images)
    train, rest = F[:n], F[n:]
    std = train.std(0)
    constant = train.max(0) == train.min(0)
    Z = (rest - train.mean(0)) / np.where(constant, 1, std) * ~constant
    return np.append(Z, np.ones((len(Z), 1)), axis=1)
