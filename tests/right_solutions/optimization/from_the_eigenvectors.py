"""Newton's step along eigenvectors, whitening with signs and order turned round, Hessians from slopes of slopes."""

import numpy as np


def gradient_descent(grad, x0, rate, steps):
    x = x0.astype(float)
    points = [x.tolist()]
    for _ in range(steps):
        x = x - grad(x) * rate
        points.append(x.tolist())
    return np.asarray(points)


def numerical_hessian(f, x, h=1e-4):
    D = x.size
    H = np.full((D, D), np.nan)
    for i in range(D):
        for j in range(i, D):
            values = {}
            for s in (-1, 1):
                for t in (-1, 1):
                    point = np.copy(x)
                    point[i] += s * h
                    point[j] += t * h
                    values[s, t] = f(point)
            H[i, j] = H[j, i] = sum(s * t * value for (s, t), value in values.items()) / (2 * h) / (2 * h)
    return H


def is_convex(hessian, points, tolerance=1e-8):
    D = points.shape[1]
    return bool(min(np.linalg.eigvalsh(hessian(p) + tolerance * np.eye(D))[0] for p in points) >= 0)


def stability_limit(H):
    largest = np.linalg.eigvalsh(-H)[0] * -1
    with np.errstate(divide="ignore"):
        return float(np.divide(2.0, max(largest, 0.0)))


def newton(grad, hessian, x0, steps):
    x, path = np.copy(x0), [np.copy(x0)]
    for _ in range(steps):
        eigenvalues, vectors = np.linalg.eigh(hessian(x))
        along = vectors.T @ grad(x) / eigenvalues
        x = x - vectors @ along
        path.append(x.copy())
    return np.array(path)


def zscore_fit(X):
    constant = (X == X[0]).all(axis=0)
    return np.mean(X, axis=0), np.where(constant, 1, np.sqrt(np.var(X, axis=0)))


def zscore_apply(X, mean, std):
    return X * (1 / std) - mean / std


def whiten_fit(X):
    eigenvalues, vectors = np.linalg.eigh(np.cov(X.T, bias=True) + np.outer(X.mean(axis=0), X.mean(axis=0)))
    order = np.argsort(-eigenvalues)
    return -np.diag(eigenvalues[order] ** -0.5) @ vectors[:, order].T


def whiten_apply(X, T):
    return (T @ X.T).T


def condition_number(X):
    values = np.linalg.eigvals(X.T @ X).real
    return values.max() / values.min()
