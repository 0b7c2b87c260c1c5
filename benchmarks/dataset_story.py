"""Shows that the procedural data set tells CIFAR-10's story: prints the accuracy of the course's methods on it.

    python benchmarks/dataset_story.py

The methods are written out here, independent of the course's own, and each is run as the notebooks run it.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from autograder.kit.data import Dataset, add_bias, flatten, load

K_CHOICES = (1, 3, 5, 8, 10, 12, 15, 20, 50, 100)
CLASSES = 10


def squared_distances(A, B):
    return (A * A).sum(axis=1)[:, None] + (B * B).sum(axis=1) - 2 * A @ B.T


def nearest_neighbour_accuracies(distances, y_train, y):
    """Return the accuracy for each k; ties of the vote go to the smaller label."""
    nearest = np.argsort(distances, axis=1, kind="stable")[:, : max(K_CHOICES)]
    votes = (y_train[nearest][:, :, None] == np.arange(CLASSES)).cumsum(axis=1)
    return np.array([np.mean(votes[:, k - 1].argmax(axis=1) == y) for k in K_CHOICES])


def cross_validation(X, y, folds=5):
    distances = squared_distances(X, X)
    accuracies = []
    for fold in np.array_split(np.arange(len(X)), folds):
        rest = np.setdiff1d(np.arange(len(X)), fold)
        accuracies.append(nearest_neighbour_accuracies(distances[np.ix_(fold, rest)], y[rest], y[fold]))
    return np.mean(accuracies, axis=0)


def softmax_gradient(scores, y):
    probabilities = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    probabilities[np.arange(len(y)), y] -= 1
    return probabilities


def svm_gradient(scores, y):
    rows = np.arange(len(y))
    violated = (scores - scores[rows, y][:, None] + 1 > 0).astype(scores.dtype)
    violated[rows, y] = 0
    violated[rows, y] = -violated.sum(axis=1)
    return violated


def train_linear(X, y, gradient: Callable[..., Any], learning_rate, reg, iterations=1500, batch=200):
    rng = np.random.default_rng(0)
    W = 1e-4 * rng.standard_normal((X.shape[1], CLASSES)).astype(X.dtype)
    for _ in range(iterations):
        chosen = rng.integers(len(X), size=batch)
        dW = X[chosen].T @ gradient(X[chosen] @ W, y[chosen]) / batch + 2 * reg * W
        W -= learning_rate * dW
    return W


def linear_accuracies(data: Dataset, gradient, settings):
    """Return training, validation and test accuracy of the setting that is best in validation, and it."""
    parts = ((data.X_train, data.y_train), (data.X_val, data.y_val), (data.X_test, data.y_test))
    found = []
    for learning_rate, reg in settings:
        W = train_linear(data.X_train, data.y_train, gradient, learning_rate, reg)
        accuracies = [np.mean((X @ W).argmax(axis=1) == y) for X, y in parts]
        found.append((*accuracies, f"rate {learning_rate:g}, reg {reg:g}"))
    return max(found, key=lambda result: result[1])


def oriented_gradients(images, cell=8, bins=9):
    """Return histograms of oriented gradients, one of `bins` unsigned directions per cell, (N, D)."""
    grey = images @ np.array([0.299, 0.587, 0.114])
    down, across = np.gradient(grey, axis=(1, 2))
    direction = np.arctan2(down, across) % np.pi
    bin_of = np.minimum((direction * bins / np.pi).astype(int), bins - 1)
    row = np.arange(32) // cell
    place = (row[:, None] * (32 // cell) + row) * bins + bin_of
    return normalised(histograms(place, (32 // cell) ** 2 * bins, np.hypot(down, across)))


def hues(images, bins=10):
    """Return histograms of hue, (N, bins)."""
    red, green, blue = np.moveaxis(images.astype(float), -1, 0)
    angle = np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue) % (2 * np.pi)
    return normalised(histograms(np.minimum((angle * bins / (2 * np.pi)).astype(int), bins - 1), bins))


def histograms(place, size, weights=None):
    flat = place.reshape(len(place), -1) + size * np.arange(len(place))[:, None]
    counts = np.bincount(flat.ravel(), None if weights is None else weights.ravel(), size * len(place))
    return counts.reshape(len(place), size)


def normalised(rows):
    return rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)


def colour_and_shape(data: Dataset) -> Dataset:
    features = data.map(lambda images: np.hstack([oriented_gradients(images), hues(images)]))
    mean, deviation = features.X_train.mean(axis=0), features.X_train.std(axis=0) + 1e-9
    return features.map(lambda rows: (rows - mean) / deviation).map(add_bias)


def centred_rows(data: Dataset) -> Dataset:
    mean = flatten(data.X_train).mean(axis=0)
    return data.map(lambda images: add_bias(flatten(images) - mean).astype(np.float32))


def neighbour_table(data: Dataset) -> Table:
    rows = data.map(lambda images: flatten(images).astype(np.float32))
    columns = [
        cross_validation(rows.X_train, rows.y_train),
        *(
            nearest_neighbour_accuracies(squared_distances(X, rows.X_train), rows.y_train, y)
            for X, y in ((rows.X_val, rows.y_val), (rows.X_test, rows.y_test))
        ),
    ]
    table = Table("k", "5-fold cross-validation", "validation", "test", title="k nearest neighbours, L2")
    for k, *accuracies in zip(K_CHOICES, *columns, strict=True):
        best = [accuracy == column.max() for accuracy, column in zip(accuracies, columns, strict=True)]
        table.add_row(
            str(k), *(f"{a:.3f}{' best' if top else ''}" for a, top in zip(accuracies, best, strict=True))
        )
    return table


def linear_table(data: Dataset) -> Table:
    pixels, features = centred_rows(data), colour_and_shape(data)
    pixel_settings = [(1e-7, 1e4), (3e-7, 3e3), (1e-6, 1e2)]
    table = Table(
        "linear classifier",
        "training",
        "validation",
        "test",
        "best in validation",
        title="Linear classifiers",
    )
    for name, part, gradient, settings in (
        ("softmax, pixels", pixels, softmax_gradient, pixel_settings),
        ("SVM, pixels", pixels, svm_gradient, pixel_settings),
        ("softmax, colour + HOG", features, softmax_gradient, [(0.05, 1e-3), (0.05, 1e-2)]),
        ("SVM, colour + HOG", features, svm_gradient, [(0.01, 1e-2), (0.01, 1e-1)]),
    ):
        *accuracies, setting = linear_accuracies(part, gradient, settings)
        table.add_row(name, *(f"{accuracy:.3f}" for accuracy in accuracies), setting)
    return table


def main() -> None:
    console = Console()
    start = time.perf_counter()
    data = load()
    console.print(f"{data!r}\ndrawn and verified in {time.perf_counter() - start:.2f} s")
    console.print(neighbour_table(data))
    console.print(linear_table(data))


if __name__ == "__main__":
    main()
