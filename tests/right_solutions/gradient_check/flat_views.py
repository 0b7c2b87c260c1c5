"""Moves x itself through a flat view and puts every coordinate back; draws one random index per axis."""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    if x.dtype != np.float64:
        x = x.astype(np.float64)
    flat = x.reshape(-1)
    gradient = np.zeros(x.size)
    for i in range(x.size - 1, -1, -1):
        old = flat[i]
        flat[i] = old - h
        below = f(x)
        flat[i] = old + h
        above = f(x)
        flat[i] = old
        gradient[i] = above / (2 * h) - below / (2 * h)
    return gradient.reshape(x.shape)


def relative_error(a, b):
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes differ")
    worst = 0.0
    for p, q in zip(np.ravel(a).tolist(), np.ravel(b).tolist(), strict=True):
        worst = max(worst, abs(p - q) / max(1e-8, abs(p) + abs(q)))
    return worst


def gradient_check(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    errors = []
    for _ in range(num_checks):
        ix = tuple(int(rng.integers(n)) for n in x.shape)
        old = x[ix]
        x[ix] = old + h
        above = f(x)
        x[ix] = old - h
        below = f(x)
        x[ix] = old
        errors.append(relative_error((above - below) / (2 * h), analytic_grad[ix]))
    return np.array(errors)


def choose_step(f, analytic_grad, x, steps):
    best, best_error = None, np.inf
    for h in sorted(steps, reverse=True):
        error = relative_error(numerical_gradient(f, x, h), analytic_grad)
        if error < best_error:
            best, best_error = h, error
    return best
