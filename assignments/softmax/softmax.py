"""Softmax (cross-entropy) loss of a linear classifier and its gradient: once with loops, once without."""

import numpy as np


def softmax_loss_naive(W, X, y, reg):
    """Return the softmax loss and its gradient, worked out example by example.

    The logits of example ``i`` are ``X[i] @ W``, one per class. The softmax turns them into probabilities::

        p_j = exp(logit_j) / (exp(logit_0) + exp(logit_1) + ... + exp(logit_{C-1}))

    and the example costs ``-ln(p_y)``, where ``y`` is its correct class and ``ln`` the natural logarithm. The
    loss is the mean over the examples of these costs, plus the penalty ``reg * sum(W * W)`` over all entries of
    W, its bias row included.

    The result must also be right, and never NaN or infinite, where logits are in the hundreds, positive or
    negative: ``exp(800)`` is more than a float64 can hold and ``exp(-800)`` is rounded to 0.

    Loops over examples and classes are welcome here: write it the way you would work it out by hand.

    Parameters
    ----------
    W : ndarray of float64, shape (D, C)
        Weights, one column per class. Must be left unchanged.
    X : ndarray of float64, shape (N, D)
        Examples, one per row. A bias is an ordinary feature that is 1 in every row. Must be left unchanged.
    y : ndarray of int, shape (N,)
        Correct classes, ``0 <= y[i] < C``. A batch need not contain every class. Must be left unchanged.
    reg : float
        Strength of the penalty, 0 or larger.

    Returns
    -------
    loss : float
        The loss, penalty included.
    dW : ndarray of float64, shape (D, C)
        Gradient of that loss with respect to W, penalty included.

    Examples
    --------
    With all weights 0, each of the three classes has probability 1/3:

    >>> loss, dW = softmax_loss_naive(np.zeros((4, 3)), np.ones((2, 4)), np.array([0, 2]), reg=0.0)
    >>> bool(np.isclose(loss, np.log(3)))
    True
    >>> dW.shape
    (4, 3)
    """
    raise NotImplementedError("fill in softmax_loss_naive in softmax.py")


def softmax_loss_vectorized(W, X, y, reg):
    """Return what `softmax_loss_naive` returns, computed on whole arrays.

    It must be just as safe with logits in the hundreds.

    Not allowed: a Python loop or comprehension over the examples, the features or the classes, in any disguise
    (``np.vectorize``, ``np.frompyfunc``, ``np.apply_along_axis``, ``np.fromiter``, ``map``, ``itertools``,
    ``functools.reduce``, Python's ``sum`` or ``max`` of an array).

    Parameters
    ----------
    W : ndarray of float64, shape (D, C)
        Weights, one column per class. Must be left unchanged.
    X : ndarray of float64, shape (N, D)
        Examples, one per row. Must be left unchanged.
    y : ndarray of int, shape (N,)
        Correct classes, ``0 <= y[i] < C``. Must be left unchanged.
    reg : float
        Strength of the penalty, 0 or larger.

    Returns
    -------
    loss : float
        The loss, penalty included.
    dW : ndarray of float64, shape (D, C)
        Gradient of that loss with respect to W, penalty included.

    Examples
    --------
    A logit that is 800 above the correct one costs 800:

    >>> W, X, y = np.array([[0.0, 800.0]]), np.array([[1.0]]), np.array([0])
    >>> loss, dW = softmax_loss_vectorized(W, X, y, reg=0.0)
    >>> float(loss)
    800.0
    >>> dW
    array([[-1.,  1.]])
    """
    raise NotImplementedError("fill in softmax_loss_vectorized in softmax.py")
