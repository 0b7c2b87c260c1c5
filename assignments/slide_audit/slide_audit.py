"""Claims of lecture slides, each computed by a small function."""

import numpy as np

# --- scores -----------------------------------------------------------------------------------------------


def linear_score(w, x, b):
    """Return the score of one class for one example: the product of weights and features, plus the bias.

    Parameters
    ----------
    w, x : ndarray of float64, shape (D,)
    b : float

    Returns
    -------
    score : float
    """
    raise NotImplementedError("fill in linear_score in slide_audit.py")


def mean_hinge(scores, y):
    """Return the mean over the examples of their hinge losses.

    An example costs the sum, over all classes but its own, of ``max(0, that class's score - own class's score + 1)``.

    Parameters
    ----------
    scores : ndarray of float64, shape (N, C)
        One row per example.
    y : ndarray of int, shape (N,)
        Correct classes.

    Returns
    -------
    loss : float
        Not rounded.
    """
    raise NotImplementedError("fill in mean_hinge in slide_audit.py")


def hinge_after_scaling(scores, y, factor):
    """Return the mean hinge loss after all weights and biases have been multiplied by a factor.

    Parameters
    ----------
    scores : ndarray of float64, shape (N, C)
        As they were before.
    y : ndarray of int, shape (N,)
    factor : float
        Larger than 0.

    Returns
    -------
    loss : float
    """
    raise NotImplementedError("fill in hinge_after_scaling in slide_audit.py")


def slack(scores, y):
    """Return by how much the correct score of one example may fall before its hinge loss begins to rise from 0.

    Where there is a loss already, the result is negative: the amount by which the correct score would have to rise,
    with a minus sign.

    Parameters
    ----------
    scores : ndarray of float64, shape (C,)
        At least two classes.
    y : int
        The correct class.

    Returns
    -------
    slack : float
    """
    raise NotImplementedError("fill in slack in slide_audit.py")


# --- the softmax ------------------------------------------------------------------------------------------


def negative_log(p):
    """Return what the softmax loss charges for an example whose correct class has the probability p.

    Parameters
    ----------
    p : float
        Larger than 0, at most 1.

    Returns
    -------
    loss : float
        Minus the natural logarithm of p.
    """
    raise NotImplementedError("fill in negative_log in slide_audit.py")


def softmax(scores):
    """Return the softmax probabilities of the scores of one example.

    Parameters
    ----------
    scores : ndarray of float64, shape (C,)
        A few units in size.

    Returns
    -------
    probabilities : ndarray of float64, shape (C,)
        Not rounded. They add up to 1.
    """
    raise NotImplementedError("fill in softmax in slide_audit.py")


def initial_softmax_loss(num_classes):
    """Return the softmax loss of a classifier whose weights and biases are all 0.

    Parameters
    ----------
    num_classes : int
        2 or more.

    Returns
    -------
    loss : float
    """
    raise NotImplementedError("fill in initial_softmax_loss in slide_audit.py")


def log_likelihood(probabilities):
    """Return the natural logarithm of the product of all probabilities.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (N,)
        Larger than 0, and perhaps so many of them that a float64 cannot hold their product.

    Returns
    -------
    log_likelihood : float
    """
    raise NotImplementedError("fill in log_likelihood in slide_audit.py")


# --- penalties --------------------------------------------------------------------------------------------


def equivalent_reg(reg, data_factor):
    """Return the strength of the penalty that makes up for a data loss that is measured in another unit.

    ``data loss + reg * R(W)`` is smallest at some W. Now the data loss is multiplied by a factor (1 / N, where a sum
    becomes a mean). Which strength of the penalty leaves the smallest value at the same W?

    Parameters
    ----------
    reg : float
        The strength before.
    data_factor : float
        What the data loss is multiplied by; larger than 0.

    Returns
    -------
    reg : float
    """
    raise NotImplementedError("fill in equivalent_reg in slide_audit.py")


def full_loss(data_losses, W, reg):
    """Return the mean of the examples' losses plus ``reg`` times the sum of the squares of all weights.

    Parameters
    ----------
    data_losses : ndarray of float64, shape (N,)
    W : ndarray of float64, shape (D, C)
    reg : float

    Returns
    -------
    loss : float
    """
    raise NotImplementedError("fill in full_loss in slide_audit.py")


def penalties(w, beta):
    """Return three penalties of the same weights.

    Parameters
    ----------
    w : ndarray of float64, shape (D,)
    beta : float
        How much L2 there is in the elastic net.

    Returns
    -------
    l2 : float
        The sum of the squares.
    l1 : float
        The sum of the absolute values.
    elastic : float
        The sum over all weights of ``beta`` times the square plus the absolute value.
    """
    raise NotImplementedError("fill in penalties in slide_audit.py")


# --- cross-entropy ----------------------------------------------------------------------------------------


def divergence(p, q):
    """Return the Kullback-Leibler divergence of a predicted distribution q from the true distribution p.

    It is the sum over the classes of ``p * ln(p / q)``, where a class with p = 0 adds nothing: the cross-entropy of
    the two less the entropy of p.

    Parameters
    ----------
    p : ndarray of float64, shape (C,)
        Adds up to 1; entries may be 0.
    q : ndarray of float64, shape (C,)
        Adds up to 1; larger than 0.

    Returns
    -------
    divergence : float
    """
    raise NotImplementedError("fill in divergence in slide_audit.py")


def log_loss_of(p, y):
    """Return the log-loss of one example with two classes.

    Parameters
    ----------
    p : float
        The predicted probability of class 1, between 0 and 1, neither of them reached.
    y : int
        The correct class, 0 or 1.

    Returns
    -------
    loss : float
        Minus the natural logarithm of the probability of the correct class.
    """
    raise NotImplementedError("fill in log_loss_of in slide_audit.py")


def attenuation(z):
    """Return how many times steeper the log-loss is than the squared error, for one example of class 0.

    The example has the score z and the prediction ``s = 1 / (1 + exp(-z))``. The log-loss is ``-ln(1 - s)``, the
    squared error ``s**2 / 2``. Work out both slopes with respect to z on paper, and divide the first by the second.

    Parameters
    ----------
    z : float
        Between -15 and 15.

    Returns
    -------
    ratio : float
    """
    raise NotImplementedError("fill in attenuation in slide_audit.py")


def mean_cross_entropy(P, Y):
    """Return the mean over the examples of their cross-entropies.

    Parameters
    ----------
    P : ndarray of float64, shape (N, C)
        Predicted probabilities, one row per example; all larger than 0.
    Y : ndarray of float64, shape (N, C)
        The correct classes, one-hot.

    Returns
    -------
    loss : float
    """
    raise NotImplementedError("fill in mean_cross_entropy in slide_audit.py")


def bias_gradient(P, Y):
    """Return the gradient of the mean cross-entropy of a softmax with respect to the biases.

    Each example contributes its predicted probabilities less its one-hot label.

    Parameters
    ----------
    P : ndarray of float64, shape (N, C)
    Y : ndarray of float64, shape (N, C)

    Returns
    -------
    db : ndarray of float64, shape (C,)
    """
    raise NotImplementedError("fill in bias_gradient in slide_audit.py")


# --- curvature --------------------------------------------------------------------------------------------


def second_moment(X):
    """Return the mean over the examples of x times x transposed, uncentred: no mean is taken off first.

    Parameters
    ----------
    X : ndarray of float64, shape (N, D)
        Examples, one per row.

    Returns
    -------
    M : ndarray of float64, shape (D, D)
    """
    raise NotImplementedError("fill in second_moment in slide_audit.py")


def hessian_entries(num_weights):
    """Return how many numbers an array holds that has a second derivative for every pair of weights.

    Parameters
    ----------
    num_weights : int

    Returns
    -------
    entries : int
        All of them, also those that are equal by symmetry.
    """
    raise NotImplementedError("fill in hessian_entries in slide_audit.py")


def safe_rate(H):
    """Return the learning rate 1 / L for a quadratic function with this Hessian.

    L is the Lipschitz constant of the function's *gradient*: the largest curvature along any direction.

    Parameters
    ----------
    H : ndarray of float64, shape (D, D)
        Symmetric, all eigenvalues positive.

    Returns
    -------
    rate : float
    """
    raise NotImplementedError("fill in safe_rate in slide_audit.py")


def smallest_eigenvalue(H):
    """Return the smallest curvature along any direction; it tells whether a function is convex.

    Parameters
    ----------
    H : ndarray of float64, shape (D, D)
        Symmetric.

    Returns
    -------
    eigenvalue : float
    """
    raise NotImplementedError("fill in smallest_eigenvalue in slide_audit.py")


# --- descent and chance -----------------------------------------------------------------------------------


def end_of_descent(grad, x0, rate, steps):
    """Return where gradient descent arrives: in each step, x moves by the rate times the gradient, downhill.

    Parameters
    ----------
    grad : callable
        Takes an ndarray of float64, shape (D,), and returns the gradient there, same shape.
    x0 : ndarray of float64, shape (D,)
        The start. Must be left unchanged.
    rate : float
    steps : int
        0 or more.

    Returns
    -------
    x : ndarray of float64, shape (D,)
    """
    raise NotImplementedError("fill in end_of_descent in slide_audit.py")


def contraction(errors):
    """Return what the last step has multiplied the error by.

    Parameters
    ----------
    errors : ndarray of float64, shape (K,)
        The error after each step, at least two, none of them 0.

    Returns
    -------
    factor : float
    """
    raise NotImplementedError("fill in contraction in slide_audit.py")


def expected_new_bests(tries):
    """Return how often, on average, a random search meets a new best.

    All tries are independent and alike, and no two are equal, so the k-th is the best so far with probability 1 / k.
    The first try is always a new best.

    Parameters
    ----------
    tries : int
        1 or more.

    Returns
    -------
    number : float
    """
    raise NotImplementedError("fill in expected_new_bests in slide_audit.py")


def side_for_share(share, dimension):
    """Return the side of a cube that takes up this share of the volume of a cube with side 1.

    Parameters
    ----------
    share : float
        Between 0 and 1.
    dimension : int
        1 or more.

    Returns
    -------
    side : float
    """
    raise NotImplementedError("fill in side_for_share in slide_audit.py")
