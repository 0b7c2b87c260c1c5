"""Decompositions of X itself, einsum, least squares, half steps in the differences of differences."""

import numpy as np


def gradient_descent(grad, x0, rate, steps):
    path = [np.array(x0)]
    while len(path) <= steps:
        path.append(path[-1] - np.multiply(rate, grad(path[-1].copy())))
    return np.stack(path)


def numerical_hessian(f, x, h=1e-4):
    def slope(point):
        E = np.eye(len(x)) * h / 2
        return np.array([(f(point + e) - f(point - e)) / h for e in E])

    E = np.eye(len(x)) * h / 2
    H = np.array([(slope(x + e) - slope(x - e)) / h for e in E])
    return (H + H.T) / 2


def is_convex(hessian, points, tolerance=1e-8):
    smallest = np.array([np.linalg.eigvalsh(hessian(point)).min() for point in points])
    return np.all(smallest >= -tolerance)


def stability_limit(H):
    eigenvalues = np.linalg.eigvalsh(H)
    positive = eigenvalues[eigenvalues > 0]
    return np.min(2 / positive) if positive.size else np.float64("inf")


def newton(grad, hessian, x0, steps):
    path = [np.array(x0)]
    for _ in range(steps):
        x = path[-1]
        path.append(x - np.linalg.lstsq(hessian(x), grad(x), rcond=None)[0])
    return np.vstack(path)


def zscore_fit(X):
    mean = np.einsum("nd->d", X) / X.shape[0]
    std = np.sqrt(np.einsum("nd,nd->d", X - mean, X - mean) / X.shape[0])
    std[np.ptp(X, axis=0) == 0] = 1
    return mean, std


def zscore_apply(X, mean, std):
    return np.divide(np.subtract(X, mean), std)


def whiten_fit(X):
    _, singular, rows = np.linalg.svd(X / np.sqrt(len(X)), full_matrices=False)
    # Symmetric: turned back to where the features were.
    return np.einsum("ki,k,kj->ij", rows, 1 / singular, rows)


def whiten_apply(X, T):
    return np.einsum("ij,nj->ni", T, X)


def condition_number(X):
    eigenvalues = np.linalg.eigh(np.einsum("ni,nj->ij", X, X) / X.shape[0])[0]
    return max(eigenvalues) / min(eigenvalues)
