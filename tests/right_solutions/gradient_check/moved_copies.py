"""Makes all moved copies of x first and evaluates them afterwards; draws floats and scales them."""

import numpy as np


def moved(x, h):
    x = np.asarray(x, dtype=float)
    return [x + h * move.reshape(x.shape) for move in np.eye(x.size)]


def numerical_gradient(f, x, h=1e-5):
    above = np.array([f(point) for point in moved(x, h)])
    below = np.array([f(point) for point in moved(x, -h)])
    return ((above - below) / (h + h)).reshape(np.shape(x))


def relative_error(a, b):
    a, b = np.array(a, dtype=float), np.array(b, dtype=float)
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} is not {b.shape}")
    size = np.abs(a) + np.abs(b)
    return np.where(size > 1e-8, np.abs(a - b) / np.where(size > 1e-8, size, 1), np.abs(a - b) / 1e-8).max()


def gradient_check(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
    drawn = ((rng or np.random.default_rng()).random(num_checks) * x.size).astype(int)
    slopes = []
    for i in drawn:
        move = np.zeros(x.size)
        move[i] = h
        move = move.reshape(x.shape)
        slopes.append((f(x + move) - f(x - move)) / (2 * h))
    a, b = np.array(slopes), analytic_grad.ravel()[drawn]
    return np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))


def choose_step(f, analytic_grad, x, steps):
    errors = np.array([relative_error(numerical_gradient(f, x, h), analytic_grad) for h in steps])
    return np.max(np.array(steps)[errors == errors.min()])
