"""np.histogram, loops where they are allowed, votes bin by bin over reshaped cells."""

import math

import numpy as np


def color_histogram(image, bins=8):
    parts = []
    for c in range(3):
        counts, _ = np.histogram(image[:, :, c].ravel(), bins=bins, range=(0, 256))
        parts.append(counts / counts.sum())
    return np.hstack(parts)


def smooth(histogram, sigma):
    reach = math.ceil(3 * sigma)
    out = np.zeros(len(histogram))
    for i in range(len(histogram)):
        total = weights = 0.0
        for j in range(max(0, i - reach), min(len(histogram), i + reach + 1)):
            w = math.exp(-((i - j) ** 2) / (2 * sigma**2))
            total += w * histogram[j]
            weights += w
        out[i] = total / weights
    return out


def image_gradients(gray):
    H, W = gray.shape
    magnitude, angle = np.zeros((H, W)), np.zeros((H, W))
    for y in range(H):
        for x in range(W):
            above, below = max(y - 1, 0), min(y + 1, H - 1)
            left, right = max(x - 1, 0), min(x + 1, W - 1)
            dy = (gray[below, x] - gray[above, x]) / (below - above)
            dx = (gray[y, right] - gray[y, left]) / (right - left)
            magnitude[y, x] = math.hypot(dx, dy)
            direction = math.degrees(math.atan2(dy, dx))
            if direction < 0:
                direction += 180
            angle[y, x] = 0.0 if direction >= 180 else direction
    return magnitude, angle


def hog(gray, cell=8, bins=9):
    dy, dx = np.gradient(gray)
    magnitude = np.hypot(dx, dy)
    angle = np.rad2deg(np.arctan2(dy, dx)) % 180
    vote = np.minimum(np.floor(angle / (180 / bins)).astype(int), bins - 1)
    rows, cols = gray.shape[0] // cell, gray.shape[1] // cell
    out = np.zeros((rows, cols, bins))
    for k in range(bins):
        part = np.where(vote == k, magnitude, 0)[: rows * cell, : cols * cell]
        out[..., k] = part.reshape(rows, cell, cols, cell).sum(axis=3).sum(axis=1)
    norms = np.linalg.norm(out, axis=-1)
    return out / (norms[..., None] + 1e-12)


def polar(X):
    return np.array([[math.hypot(x, y), math.atan2(y, x)] for x, y in X])


def raw(images, functions):
    rows = []
    for image in images:
        row = []
        for function in functions:
            row.extend(np.asarray(function(image), dtype=float).flatten().tolist())
        rows.append(row)
    return np.array(rows)


def standardise(F, T):
    Z = np.zeros(F.shape)
    for d in range(F.shape[1]):
        column = T[:, d]
        if column.max() > column.min():
            Z[:, d] = (F[:, d] - column.mean()) / np.sqrt(np.mean((column - column.mean()) ** 2))
    return np.hstack([Z, np.ones((len(F), 1))])


def feature_matrix(images, functions):
    F = raw(images, functions)
    return standardise(F, F)


def feature_matrix_like(images, functions, training_images):
    return standardise(raw(images, functions), raw(training_images, functions))
