"""Walks over x with nditer, evaluates f on fresh copies, and chooses coordinates as a shuffled deck would not."""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    it = np.nditer(x, flags=["multi_index", "zerosize_ok"])
    for _ in it:
        index = it.multi_index
        right, left = x.astype(np.float64), x.astype(np.float64)
        right[index] += h
        left[index] -= h
        gradient[index] = (float(f(right)) - float(f(left))) / (2.0 * h)
    return gradient


def relative_error(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.ndim != b.ndim or any(m != n for m, n in zip(a.shape, b.shape, strict=True)):
        raise ValueError
    return np.amax(np.absolute(np.subtract(a, b)) / np.clip(np.absolute(a) + np.absolute(b), 1e-8, None))


def gradient_check(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
    generator = np.random.default_rng() if rng is None else rng
    coordinates = generator.choice(x.size, size=num_checks, replace=True)
    errors = np.zeros(num_checks)
    for number, coordinate in enumerate(coordinates):
        right, left = x.copy(), x.copy()
        right.flat[coordinate] += h
        left.flat[coordinate] -= h
        numeric = (f(right) - f(left)) / (2 * h)
        analytic = analytic_grad.flat[coordinate]
        errors[number] = abs(numeric - analytic) / max(1e-8, abs(numeric) + abs(analytic))
    return errors


def choose_step(f, analytic_grad, x, steps):
    return max(steps, key=lambda h: (-relative_error(numerical_gradient(f, x, h), analytic_grad), h))
