"""Describes images by what they show: colours and edges in histograms, and a matrix for classifiers to learn from."""

import numpy as np


def color_histogram(image, bins=8):
    """Return the shares of each channel's bins, red first."""
    values = image.reshape(-1, 3).astype(np.int64)
    counts = [np.bincount(channel * bins // 256, minlength=bins) for channel in values.T]
    return np.concatenate(counts) / len(values)


def smooth(histogram, sigma):
    """Return Gaussian means of neighbouring bins, whose weights add up to 1 at the ends, too."""
    bins = np.arange(len(histogram))
    distances = bins - bins[:, np.newaxis]
    weights = np.exp(-(distances**2) / (2 * sigma**2))
    weights[np.abs(distances) > np.ceil(3 * sigma)] = 0
    return weights @ histogram / weights.sum(axis=1)


def image_gradients(gray):
    """Return the lengths of all gradients and their unsigned directions in degrees."""
    down, across = np.gradient(gray)
    magnitude = np.sqrt(across**2 + down**2)
    angle = np.degrees(np.arctan2(down, across)) % 180
    # A tiny negative angle is rounded to 180 by the remainder.
    return magnitude, np.where(angle < 180, angle, 0.0)


def hog(gray, cell=8, bins=9):
    """Return the (rows, columns, bins) histograms of all cells, counted at once."""
    magnitude, angle = image_gradients(gray)
    rows, columns = gray.shape[0] // cell, gray.shape[1] // cell
    down, across = np.indices((rows * cell, columns * cell)) // cell
    inside = np.s_[: rows * cell, : columns * cell]
    votes = (angle[inside] * bins / 180).astype(np.int64)
    places = (down * columns + across) * bins + votes
    sums = np.bincount(places.ravel(), magnitude[inside].ravel(), minlength=rows * columns * bins)
    H = sums.reshape(rows, columns, bins)
    return H / (np.sqrt(np.sum(H**2, axis=2, keepdims=True)) + 1e-12)


def polar(X):
    """Return radius and angle of every point."""
    radius = np.sqrt(X[:, 0] ** 2 + X[:, 1] ** 2)
    angle = np.arctan2(X[:, 1], X[:, 0])
    return np.column_stack([radius, angle])


def feature_matrix(images, functions):
    """Return all features side by side, standardised, with a last column of ones."""
    rows = [np.concatenate([np.ravel(function(image)) for function in functions]) for image in images]
    F = np.array(rows, dtype=np.float64)
    constant = F.max(axis=0) == F.min(axis=0)
    Z = np.where(constant, 0.0, (F - F.mean(axis=0)) / np.where(constant, 1.0, F.std(axis=0)))
    return np.column_stack([Z, np.ones(len(Z))])


def feature_matrix_like(images, functions, training_images):
    """Return the same for other images, with the means and standard deviations of the training images."""
    F, training = (
        np.array(
            [np.concatenate([np.ravel(function(image)) for function in functions]) for image in some],
            dtype=np.float64,
        )
        for some in (images, training_images)
    )
    constant = training.max(axis=0) == training.min(axis=0)
    mean, std = training.mean(axis=0), np.where(constant, 1.0, training.std(axis=0))
    Z = np.where(constant, 0.0, (F - mean) / std)
    return np.column_stack([Z, np.ones(len(Z))])
