"""Sums and loops written out; elimination by hand; moves x itself and puts it back; power iteration nowhere."""

import numpy as np


def gradient_descent(grad, x0, rate, steps):
    path = np.zeros((steps + 1, len(x0)))
    for d in range(len(x0)):
        path[0, d] = x0[d]
    for k in range(1, steps + 1):
        slope = grad(path[k - 1])
        for d in range(len(x0)):
            path[k, d] = path[k - 1, d] - rate * slope[d]
    return path


def numerical_hessian(f, x, h=1e-4):
    H = np.zeros((len(x), len(x)))
    here = f(x)
    for i in range(len(x)):
        for j in range(len(x)):
            old_i, old_j = float(x[i]), float(x[j])
            if i == j:
                x[i] = old_i + h
                above = f(x)
                x[i] = old_i - h
                below = f(x)
                x[i] = old_i
                H[i, i] = (above - 2 * here + below) / h**2
                continue
            total = 0.0
            for s in (1, -1):
                for t in (1, -1):
                    x[i] = old_i + s * h
                    x[j] = old_j + t * h
                    total += s * t * f(x)
            x[i], x[j] = old_i, old_j
            H[i, j] = total / (4 * h**2)
    return H


def is_convex(hessian, points, tolerance=1e-8):
    for p in range(points.shape[0]):
        values, _ = np.linalg.eigh(hessian(points[p]))
        for value in values:
            if value < -tolerance:
                return False
    return True


def stability_limit(H):
    steepest = max(np.linalg.eig(H)[0].real)
    if steepest <= 0:
        return float("inf")
    return 2.0 / steepest


def solved(A, b):
    A, b = np.array(A, dtype=float), np.array(b, dtype=float)
    n = len(b)
    for column in range(n):
        pivot = column + int(np.argmax(np.abs(A[column:, column])))
        A[[column, pivot]] = A[[pivot, column]]
        b[[column, pivot]] = b[[pivot, column]]
        for row in range(column + 1, n):
            factor = A[row, column] / A[column, column]
            A[row] -= factor * A[column]
            b[row] -= factor * b[column]
    x = np.zeros(n)
    for row in reversed(range(n)):
        x[row] = (b[row] - A[row, row + 1 :] @ x[row + 1 :]) / A[row, row]
    return x


def newton(grad, hessian, x0, steps):
    path = np.empty((steps + 1, len(x0)))
    path[0] = x0
    for k in range(steps):
        path[k + 1] = path[k] + solved(hessian(path[k]), -grad(path[k]))
    return path


def zscore_fit(X):
    N, D = X.shape
    mean, std = np.zeros(D), np.zeros(D)
    for d in range(D):
        column = X[:, d]
        if all(value == column[0] for value in column):
            mean[d], std[d] = column[0], 1.0
            continue
        mean[d] = sum(column) / N
        std[d] = (sum((value - mean[d]) ** 2 for value in column) / N) ** 0.5
    return mean, std


def zscore_apply(X, mean, std):
    Z = X.copy()
    for d in range(X.shape[1]):
        Z[:, d] = (Z[:, d] - mean[d]) / std[d]
    return Z


def whiten_fit(X):
    N, D = X.shape
    S = np.zeros((D, D))
    for x in X:
        S += np.outer(x, x)
    # The inverse of a Cholesky factor whitens, too: it is triangular.
    L = np.linalg.cholesky(S / N)
    return np.linalg.solve(L, np.eye(D))


def whiten_apply(X, T):
    return np.array([T @ x for x in X])


def condition_number(X):
    s = np.linalg.svd(X, compute_uv=False)
    return (s[0] / s[-1]) ** 2
