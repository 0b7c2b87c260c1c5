"""Logistic and softmax regression: probabilities, what wrong ones cost, training by epochs, and a confusion matrix."""

import numpy as np


def sigmoid(z):
    """Return the probability that belongs to each logit, ``1 / (1 + exp(-z))``.

    The result must be right, and never NaN, for logits as large as 1000 or -1000. A warning about an overflow
    on the way costs nothing, a wrong number does.

    Parameters
    ----------
    z : ndarray of float64, any shape
        Logits. Must be left unchanged.

    Returns
    -------
    s : ndarray of float64, shape of z
        Between 0 and 1.

    Examples
    --------
    >>> sigmoid(np.array([0.0, 2.0])).round(4)
    array([0.5   , 0.8808])
    """
    raise NotImplementedError("fill in sigmoid in logistic.py")


def mse_loss(w, X, y):
    """Return half the mean squared error of logistic regression, and its gradient.

    The probability of class 1 is ``s = sigmoid(X[i] @ w)``, and the example costs ``(s - y[i]) ** 2 / 2``. The
    loss is the mean over the examples. There is no penalty.

    Parameters
    ----------
    w : ndarray of float64, shape (D,)
        Weights. Must be left unchanged.
    X : ndarray of float64, shape (N, D)
        Examples, one per row. Must be left unchanged.
    y : ndarray of int, shape (N,)
        Classes, 0 or 1. Must be left unchanged.

    Returns
    -------
    loss : float
        The loss.
    dw : ndarray of float64, shape (D,)
        Gradient of that loss with respect to w.

    Examples
    --------
    >>> loss, dw = mse_loss(np.zeros(2), np.array([[1.0, 3.0]]), np.array([1]))
    >>> float(loss), dw
    (0.125, array([-0.125, -0.375]))
    """
    raise NotImplementedError("fill in mse_loss in logistic.py")


def log_loss(w, X, y):
    """Return the log-loss of logistic regression, and its gradient.

    The probability of class 1 is ``s = sigmoid(X[i] @ w)``, and the example costs ``-ln(s)`` if its class is 1
    and ``-ln(1 - s)`` if it is 0. The loss is the mean over the examples. There is no penalty.

    The result must also be right, and never NaN or infinite, for logits as large as 800 or -800, where s or 1 - s is
    rounded to 0.

    Parameters
    ----------
    w : ndarray of float64, shape (D,)
        Weights. Must be left unchanged.
    X : ndarray of float64, shape (N, D)
        Examples, one per row. Must be left unchanged.
    y : ndarray of int, shape (N,)
        Classes, 0 or 1. Must be left unchanged.

    Returns
    -------
    loss : float
        The loss.
    dw : ndarray of float64, shape (D,)
        Gradient of that loss with respect to w.

    Examples
    --------
    A logit of 800 for an example of class 0 costs 800:

    >>> loss, dw = log_loss(np.array([800.0]), np.array([[1.0]]), np.array([0]))
    >>> float(loss), dw
    (800.0, array([1.]))
    """
    raise NotImplementedError("fill in log_loss in logistic.py")


def cross_entropy(P, Q):
    """Return the cross-entropy of each pair of distributions, ``-sum of p * ln(q)``.

    Where p is 0, the term is 0, even if q is 0, too. Where p is larger than 0 and q is 0, the cross-entropy is
    infinite.

    Parameters
    ----------
    P : ndarray of float64, shape (N, C)
        One distribution per row: what is true. Must be left unchanged.
    Q : ndarray of float64, shape (N, C)
        One distribution per row: what is believed. Must be left unchanged.

    Returns
    -------
    H : ndarray of float64, shape (N,)
        In nats, the unit of the natural logarithm.

    Examples
    --------
    >>> cross_entropy(np.array([[0.0, 1.0], [0.5, 0.5]]), np.array([[0.5, 0.5], [1.0, 0.0]])).round(6)
    array([0.693147,      inf])
    """
    raise NotImplementedError("fill in cross_entropy in logistic.py")


def kl_divergence(P, Q):
    """Return the Kullback-Leibler divergence of each pair of distributions, ``sum of p * ln(p / q)``.

    Where p is 0, the term is 0, even if q is 0, too. Where p is larger than 0 and q is 0, the divergence is
    infinite.

    Parameters
    ----------
    P : ndarray of float64, shape (N, C)
        One distribution per row: what is true. Must be left unchanged.
    Q : ndarray of float64, shape (N, C)
        One distribution per row: what is believed. Must be left unchanged.

    Returns
    -------
    divergence : ndarray of float64, shape (N,)
        In nats; 0 where both distributions are the same.

    Examples
    --------
    >>> kl_divergence(np.array([[0.0, 1.0], [0.5, 0.5]]), np.array([[0.5, 0.5], [1.0, 0.0]])).round(6)
    array([0.693147,      inf])
    """
    raise NotImplementedError("fill in kl_divergence in logistic.py")


def softmax_regression_loss(W, b, X, Y, reg):
    """Return the loss of softmax regression and its gradients with respect to weights and biases.

    The logits of example ``i`` are ``X[i] @ W + b``; the softmax turns them into probabilities, and the example
    costs the cross-entropy of ``Y[i]`` and these probabilities. The loss is the mean over the examples, plus the
    penalty ``reg * sum(W * W)``. The biases are not penalised.

    The result must also be right, and never NaN or infinite, where logits are in the hundreds, positive or negative.

    Parameters
    ----------
    W : ndarray of float64, shape (D, C)
        Weights, one column per class. Must be left unchanged.
    b : ndarray of float64, shape (C,)
        Biases. Must be left unchanged.
    X : ndarray of float64, shape (N, D)
        Examples, one per row. Must be left unchanged.
    Y : ndarray of float64, shape (N, C)
        Correct classes, one-hot: each row holds a single 1, in the column of the example's class. A batch need
        not contain every class. Must be left unchanged.
    reg : float
        Strength of the penalty, 0 or larger.

    Returns
    -------
    loss : float
        The loss, penalty included.
    dW : ndarray of float64, shape (D, C)
        Gradient of that loss with respect to W.
    db : ndarray of float64, shape (C,)
        Gradient of that loss with respect to b.

    Examples
    --------
    >>> Y = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> loss, dW, db = softmax_regression_loss(np.zeros((3, 2)), np.zeros(2), np.ones((2, 3)), Y, reg=0.0)
    >>> bool(np.isclose(loss, np.log(2)))
    True
    >>> dW.shape, db.shape
    ((3, 2), (2,))
    """
    raise NotImplementedError("fill in softmax_regression_loss in logistic.py")


def train_epoch(W, b, X, Y, learning_rate, reg, batch_size, rng):
    """Return the weights and biases after one epoch of gradient descent on batches, and the losses on the way.

    An epoch shows every example exactly once. The order is drawn once, with ``rng.permutation(N)``; the first batch
    is its first `batch_size` examples, the second the next `batch_size`, and so on. If N is not a multiple of
    `batch_size`, the last batch is smaller. Every batch takes one step against the gradient of
    `softmax_regression_loss` on it, the penalty included.

    Parameters
    ----------
    W : ndarray of float64, shape (D, C)
        Weights to start from. Must be left unchanged.
    b : ndarray of float64, shape (C,)
        Biases to start from. Must be left unchanged.
    X : ndarray of float64, shape (N, D)
        Examples, one per row. Must be left unchanged.
    Y : ndarray of float64, shape (N, C)
        Correct classes, one-hot. Must be left unchanged.
    learning_rate : float
        How far a step goes: this multiple of the gradient.
    reg : float
        Strength of the penalty, 0 or larger.
    batch_size : int
        1 or larger; it may exceed N.
    rng : numpy.random.Generator
        What the order is drawn with.

    Returns
    -------
    W : ndarray of float64, shape (D, C)
        The weights after the last step, as a new array.
    b : ndarray of float64, shape (C,)
        The biases after the last step, as a new array.
    losses : list or ndarray of float, one for each batch
        The loss of each batch, penalty included, as it was before the batch's own step.

    Examples
    --------
    >>> X, Y = np.array([[1.0], [2.0], [-1.0]]), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    >>> rng = np.random.default_rng(0)
    >>> W, b, losses = train_epoch(np.zeros((1, 2)), np.zeros(2), X, Y, 0.1, 0.0, 2, rng)
    >>> W.shape, b.shape, len(losses)
    ((1, 2), (2,), 2)
    """
    raise NotImplementedError("fill in train_epoch in logistic.py")


def confusion_matrix(y, predicted, num_classes):
    """Return how many examples of each class were taken for each class.

    Parameters
    ----------
    y : ndarray of int, shape (N,)
        Correct classes, ``0 <= y[i] < num_classes``. Must be left unchanged.
    predicted : ndarray of int, shape (N,)
        Predicted classes, in the same range. Must be left unchanged.
    num_classes : int
        C; some of the classes may occur in neither array.

    Returns
    -------
    counts : ndarray of int, shape (C, C)
        The entry in row i and column j counts the examples of class i that were taken for class j.

    Examples
    --------
    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), num_classes=2)
    array([[1, 1],
           [0, 1]])
    """
    raise NotImplementedError("fill in confusion_matrix in logistic.py")
