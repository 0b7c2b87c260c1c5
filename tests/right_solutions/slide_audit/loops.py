"""Adds everything up in plain Python with the math module, as one would on paper."""

import math

import numpy as np


def linear_score(w, x, b):
    total = b
    for weight, feature in zip(w, x):
        total += weight * feature
    return total


def mean_hinge(scores, y):
    total = 0.0
    for row, label in zip(scores, y):
        for c in range(len(row)):
            if c != label:
                total += max(0.0, row[c] - row[label] + 1)
    return total / len(scores)


def hinge_after_scaling(scores, y, factor):
    return mean_hinge(np.array([[factor * s for s in row] for row in scores]), y)


def slack(scores, y):
    best = -math.inf
    for c, s in enumerate(scores):
        if c != y and s > best:
            best = s
    return (scores[y] - 1) - best


def negative_log(p):
    return math.log(1 / p)


def softmax(scores):
    e = np.array([math.e ** float(s) for s in scores])
    return e / sum(e)


def initial_softmax_loss(num_classes):
    return -math.log(1 / num_classes)


def log_likelihood(probabilities):
    return math.fsum(math.log(p) for p in probabilities)


def equivalent_reg(reg, data_factor):
    return data_factor * reg


def full_loss(data_losses, W, reg):
    penalty = 0
    for row in W:
        for w in row:
            penalty += w**2
    return sum(data_losses) / len(data_losses) + penalty * reg


def penalties(w, beta):
    l2 = sum(v**2 for v in w)
    l1 = sum(abs(v) for v in w)
    return l2, l1, sum(beta * v**2 + abs(v) for v in w)


def divergence(p, q):
    total = 0
    for a, b in zip(p, q):
        if a != 0:
            total += a * (math.log(a) - math.log(b))
    return total


def log_loss_of(p, y):
    return -math.log(p) if y == 1 else -math.log(1 - p)


def attenuation(z):
    s = 1 / (1 + math.exp(-z))
    log_slope = s
    squared_slope = s * s * (1 - s)
    return log_slope / squared_slope


def mean_cross_entropy(P, Y):
    return sum(-math.log(p[list(t).index(1)]) for p, t in zip(P, Y)) / len(P)


def bias_gradient(P, Y):
    db = np.zeros(P.shape[1])
    for p, t in zip(P, Y):
        db += (p - t) / len(P)
    return db


def second_moment(X):
    N, D = X.shape
    M = np.zeros((D, D))
    for x in X:
        M += np.outer(x, x)
    return M / N


def hessian_entries(num_weights):
    return num_weights * num_weights


def safe_rate(H):
    return 1.0 / max(np.linalg.eigvals(H).real)


def smallest_eigenvalue(H):
    return min(np.linalg.eigvals(H).real)


def end_of_descent(grad, x0, rate, steps):
    x = x0.copy()
    while steps > 0:
        x -= rate * np.asarray(grad(x))
        steps -= 1
    return x


def contraction(errors):
    *_, previous, last = errors
    return last / previous


def expected_new_bests(tries):
    total = 0.0
    for k in range(tries, 0, -1):
        total += 1.0 / k
    return total


def side_for_share(share, dimension):
    return math.exp(math.log(share) / dimension)
