"""Checks an analytic gradient against difference quotients of the function itself."""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    """Return the centred difference quotients of `f` at `x`, in the shape of `x`."""
    x = np.array(x, dtype=np.float64)
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        old = x[index]
        x[index] = old + h
        above = f(x)
        x[index] = old - h
        below = f(x)
        x[index] = old
        gradient[index] = (above - below) / (2 * h)
    return gradient


def relative_error(a, b):
    """Return the largest `|a - b| / max(1e-8, |a| + |b|)` over all entries."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError(f"a has shape {a.shape}, but b has shape {b.shape}")
    errors = np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))
    return float(np.max(errors))


def gradient_check(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
    """Return the relative errors of `analytic_grad` at coordinates drawn uniformly, with replacement."""
    rng = np.random.default_rng() if rng is None else rng
    x = np.array(x, dtype=np.float64)
    errors = np.empty(num_checks)
    for check, flat in enumerate(rng.integers(x.size, size=num_checks)):
        index = np.unravel_index(flat, x.shape)
        old = x[index]
        x[index] = old + h
        above = f(x)
        x[index] = old - h
        below = f(x)
        x[index] = old
        slope = (above - below) / (2 * h)
        errors[check] = relative_error(slope, analytic_grad[index])
    return errors


def choose_step(f, analytic_grad, x, steps):
    """Return the step with the smallest relative error, the largest of equals."""

    def error_then_size(step):
        return relative_error(numerical_gradient(f, x, step), analytic_grad), -step

    return float(min(steps, key=error_then_size))
