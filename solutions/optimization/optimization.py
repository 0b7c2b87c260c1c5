"""Gradient descent and Newton's method, the curvature that decides between them, and data that make it round."""

import numpy as np


def gradient_descent(grad, x0, rate, steps):
    """Return the (steps + 1, D) points of gradient descent, x0 first."""
    x = np.array(x0, dtype=np.float64)
    path = [x]
    for _ in range(steps):
        x = x - rate * grad(x)
        path.append(x)
    return np.array(path)


def numerical_hessian(f, x, h=1e-4):
    """Return the (D, D) second derivatives of f at x, each from the four corners of a square around it."""
    H = np.zeros((x.size, x.size))
    moves = h * np.eye(x.size)
    for i, right in enumerate(moves):
        for j, up in enumerate(moves[: i + 1]):
            corners = f(x + right + up) - f(x + right - up) - f(x - right + up) + f(x - right - up)
            H[i, j] = H[j, i] = corners / (4 * h * h)
    return H


def is_convex(hessian, points, tolerance=1e-8):
    """Return whether the smallest eigenvalue at every point is at least -tolerance."""
    return all(bool(np.linalg.eigvalsh(hessian(point))[0] >= -tolerance) for point in points)


def stability_limit(H):
    """Return 2 / the largest eigenvalue, infinity where that is not positive."""
    largest = np.linalg.eigvalsh(H)[-1]
    return float(2 / largest) if largest > 0 else np.inf


def newton(grad, hessian, x0, steps):
    """Return the (steps + 1, D) points of Newton's method, x0 first."""
    x = np.array(x0, dtype=np.float64)
    path = [x]
    for _ in range(steps):
        x = x - np.linalg.solve(hessian(x), grad(x))
        path.append(x)
    return np.array(path)


def zscore_fit(X):
    """Return each feature's mean and standard deviation, 1 for constant ones."""
    mean = X.mean(axis=0)
    std = np.where(X.max(axis=0) == X.min(axis=0), 1.0, X.std(axis=0))
    return mean, std


def zscore_apply(X, mean, std):
    """Return the examples measured from the means in units of the standard deviations."""
    return (X - mean) / std


def whiten_fit(X):
    """Return the eigenvectors of X.T @ X / N as rows, each divided by the root of its eigenvalue."""
    eigenvalues, vectors = np.linalg.eigh(X.T @ X / len(X))
    return (vectors / np.sqrt(eigenvalues)).T


def whiten_apply(X, T):
    """Return T times every example."""
    return X @ T.T


def condition_number(X):
    """Return the largest eigenvalue of X.T @ X / N over the smallest."""
    eigenvalues = np.linalg.eigvalsh(X.T @ X / len(X))
    return float(eigenvalues[-1] / eigenvalues[0])
