"""Claims of lecture slides, each computed by a small function."""

import numpy as np


def linear_score(w, x, b):
    """Return the score of one class for one example."""
    return float(np.dot(w, x) + b)


def mean_hinge(scores, y):
    """Return the mean hinge loss."""
    rows = np.arange(len(y))
    margins = np.maximum(0, scores - scores[rows, y][:, np.newaxis] + 1)
    margins[rows, y] = 0
    return float(margins.sum() / len(y))


def hinge_after_scaling(scores, y, factor):
    """Return the mean hinge loss of scaled scores."""
    rows = np.arange(len(y))
    scaled = factor * scores
    margins = np.maximum(0, scaled - scaled[rows, y][:, np.newaxis] + 1)
    margins[rows, y] = 0
    return float(margins.sum() / len(y))


def slack(scores, y):
    """Return by how much the correct class may fall without a loss."""
    rivals = np.delete(scores, y)
    return float(scores[y] - rivals.max() - 1)


def negative_log(p):
    """Return the loss of a probability."""
    return float(-np.log(p))


def softmax(scores):
    """Return the probabilities that belong to scores."""
    exponentials = np.exp(scores - np.max(scores))
    return exponentials / exponentials.sum()


def initial_softmax_loss(num_classes):
    """Return the loss of equally likely classes."""
    return float(np.log(num_classes))


def log_likelihood(probabilities):
    """Return the logarithm of the product."""
    return float(np.sum(np.log(probabilities)))


def equivalent_reg(reg, data_factor):
    """Return the strength of the penalty that keeps the minimum where it is."""
    return float(reg * data_factor)


def full_loss(data_losses, W, reg):
    """Return mean loss and penalty."""
    return float(np.mean(data_losses) + reg * np.sum(W * W))


def penalties(w, beta):
    """Return L2, L1 and elastic-net penalty."""
    l2, l1 = np.sum(w * w), np.sum(np.abs(w))
    return float(l2), float(l1), float(beta * l2 + l1)


def divergence(p, q):
    """Return how far q is from p."""
    seen = p > 0
    return float(np.sum(p[seen] * np.log(p[seen] / q[seen])))


def log_loss_of(p, y):
    """Return the log-loss of one example."""
    return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)))


def attenuation(z):
    """Return slope of the log-loss over slope of the squared error."""
    s = 1 / (1 + np.exp(-z))
    return float(1 / (s * (1 - s)))


def mean_cross_entropy(P, Y):
    """Return the mean cross-entropy."""
    return float(-np.sum(Y * np.log(P)) / len(P))


def bias_gradient(P, Y):
    """Return the slopes for the biases."""
    return (P - Y).mean(axis=0)


def second_moment(X):
    """Return the uncentred second moment."""
    return X.T @ X / len(X)


def hessian_entries(num_weights):
    """Return how many numbers the matrix of second derivatives holds."""
    return int(num_weights) ** 2


def safe_rate(H):
    """Return one over the steepest curvature."""
    return float(1 / np.linalg.eigvalsh(H)[-1])


def smallest_eigenvalue(H):
    """Return the smallest curvature."""
    return float(np.linalg.eigvalsh(H)[0])


def end_of_descent(grad, x0, rate, steps):
    """Return where gradient descent ends."""
    x = np.array(x0, dtype=np.float64)
    for _ in range(steps):
        x = x - rate * grad(x)
    return x


def contraction(errors):
    """Return the factor of the last step."""
    return float(errors[-1] / errors[-2])


def expected_new_bests(tries):
    """Return how many of independent tries beat all before them."""
    return float(sum(1 / k for k in range(1, tries + 1)))


def side_for_share(share, dimension):
    """Return the side of the cube that holds a share of the unit cube."""
    return float(share ** (1 / dimension))
