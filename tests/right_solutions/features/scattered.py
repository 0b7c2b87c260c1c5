"""One-hot comparisons, np.add.at, slopes by slicing, complex numbers, padded convolution, einsum."""

import numpy as np


def color_histogram(image, bins=8):
    index = (image.astype(float) * bins / 256).astype(int)
    hot = index[..., np.newaxis] == np.arange(bins)
    return hot.mean(axis=(0, 1)).reshape(-1)


def smooth(histogram, sigma):
    radius = int(np.ceil(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    n = len(histogram)
    sums = np.convolve(histogram, kernel)[radius : radius + n]
    return sums / np.convolve(np.ones(n), kernel)[radius : radius + n]


def slopes(g):
    d = np.empty_like(g)
    d[1:-1] = 0.5 * g[2:] - 0.5 * g[:-2]
    d[0], d[-1] = g[1] - g[0], g[-1] - g[-2]
    return d


def image_gradients(gray):
    z = slopes(gray.T).T + 1j * slopes(gray)
    angle = np.angle(z, deg=True)
    angle = np.where(angle < 0, angle + 180, angle)
    angle[angle >= 180] = 0
    return np.abs(z), angle


def hog(gray, cell=8, bins=9):
    magnitude, angle = image_gradients(gray)
    rows, cols = np.array(gray.shape) // cell
    magnitude, angle = magnitude[: rows * cell, : cols * cell], angle[: rows * cell, : cols * cell]
    r = np.repeat(np.arange(rows), cell)[:, None]
    c = np.repeat(np.arange(cols), cell)[None, :]
    H = np.zeros((rows, cols, bins))
    np.add.at(H, (r, c, np.floor(angle * bins / 180).astype(int)), magnitude)
    return H / (np.sqrt(np.einsum("rcb,rcb->rc", H, H))[..., None] + 1e-12)


def polar(X):
    z = X[:, 0] + 1j * X[:, 1]
    return np.stack([np.abs(z), np.angle(z)], axis=-1)


def feature_matrix(images, functions):
    return feature_matrix_like(images, functions, images)


def feature_matrix_like(images, functions, training_images):
    def raw(some):
        blocks = [np.stack([np.ravel(f(image)) for image in some]) for f in functions]
        return np.concatenate(blocks, axis=1).astype(np.float64)

    T, F = raw(training_images), raw(images)
    spread = np.ptp(T, axis=0)
    varies = spread > 0
    Z = np.zeros((len(F), F.shape[1] + 1))
    Z[:, :-1][:, varies] = (F - T.mean(axis=0))[:, varies] / T.std(axis=0)[varies]
    Z[:, -1] = 1
    return Z
