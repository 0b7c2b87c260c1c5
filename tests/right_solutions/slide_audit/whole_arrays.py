"""Computes on whole arrays, contracts with einsum, and goes by other formulas for the same numbers."""

import numpy as np


def linear_score(w, x, b):
    return np.append(w, b) @ np.append(x, 1.0)


def mean_hinge(scores, y):
    right = np.take_along_axis(scores, y[:, None], axis=1)
    return np.mean(np.sum(np.clip(scores - right + 1, 0, None), axis=1) - 1)


def hinge_after_scaling(scores, y, factor):
    right = scores[range(len(y)), y]
    return np.mean(np.sum(np.maximum(0, factor * (scores.T - right) + 1), axis=0) - 1)


def slack(scores, y):
    return -np.max(np.delete(scores - scores[y] + 1, y))


def negative_log(p):
    return -np.log1p(p - 1)


def softmax(scores):
    return 1 / np.exp(scores[None, :] - scores[:, None]).sum(axis=1)


def initial_softmax_loss(num_classes):
    return -np.log(np.ones(num_classes) / num_classes)[0]


def log_likelihood(probabilities):
    return len(probabilities) * np.mean(np.log(probabilities))


def equivalent_reg(reg, data_factor):
    return reg / (1 / data_factor)


def full_loss(data_losses, W, reg):
    return np.average(data_losses) + reg * np.linalg.norm(W) ** 2


def penalties(w, beta):
    l2, l1 = np.einsum("d,d", w, w), np.linalg.norm(w, 1)
    return l2, l1, np.sum(beta * w**2 + np.abs(w))


def divergence(p, q):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nansum(p * np.log(p)) - np.sum(p * np.log(q))


def log_loss_of(p, y):
    return -np.log(np.where(y, p, 1 - p))[()]


def attenuation(z):
    return (1 + np.exp(-z)) * (1 + np.exp(z))


def mean_cross_entropy(P, Y):
    return -np.mean(np.log(P[Y.astype(bool)]))


def bias_gradient(P, Y):
    return np.average(P, axis=0) - np.average(Y, axis=0)


def second_moment(X):
    return np.einsum("ni,nj->ij", X, X) / X.shape[0]


def hessian_entries(num_weights):
    return np.multiply(num_weights, num_weights)


def safe_rate(H):
    return 1 / np.linalg.norm(H, 2)


def smallest_eigenvalue(H):
    return np.sort(np.linalg.eig(H)[0].real)[0]


def end_of_descent(grad, x0, rate, steps):
    x = x0
    for _ in range(steps):
        x = x + -rate * grad(x)
    return x


def contraction(errors):
    return np.divide(*errors[-1:-3:-1])


def expected_new_bests(tries):
    return np.sum(1 / np.arange(1, tries + 1))


def side_for_share(share, dimension):
    return np.power(share, 1 / dimension)
