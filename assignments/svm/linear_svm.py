"""Multiclass SVM loss of a linear classifier and its gradient: once with loops, once without."""

import numpy as np


def svm_loss_naive(W, X, y, reg):
    """Return the multiclass SVM (hinge) loss and its gradient, worked out example by example.

    The scores of example ``i`` are ``X[i] @ W``, one per class. Every wrong class ``j`` has a margin::

        margin_j = score_j - score_of_the_correct_class + 1

    and costs ``max(0, margin_j)``; the correct class costs nothing. The loss is the mean over the examples of
    their total costs, plus the penalty ``reg * sum(W * W)`` over all entries of W, its bias row included.

    Loops over examples and classes are welcome here: write it the way you would work it out by hand. Not allowed:
    ``np.linalg.norm``, and libraries other than NumPy and the standard library.

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
        Gradient of that loss with respect to W, penalty included. Where a margin is exactly 0, the slope of
        the hinge may be taken as 0 or as 1.

    Examples
    --------
    With all weights 0, each of the two wrong classes misses its margin by exactly 1:

    >>> loss, dW = svm_loss_naive(np.zeros((4, 3)), np.ones((2, 4)), np.array([0, 2]), reg=0.0)
    >>> float(loss)
    2.0
    >>> dW.shape
    (4, 3)
    """
    raise NotImplementedError("fill in svm_loss_naive in linear_svm.py")


def svm_loss_vectorized(W, X, y, reg):
    """Return what `svm_loss_naive` returns, computed on whole arrays.

    Not allowed: a Python loop or comprehension over the examples, the features or the classes, in any disguise
    (``np.vectorize``, ``np.frompyfunc``, ``np.apply_along_axis``, ``np.fromiter``, ``map``, ``itertools``,
    ``functools.reduce``, Python's ``sum`` or ``max`` of an array); and, as before, ``np.linalg.norm`` and other
    libraries.

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
    The loss is a mean, so listing every example twice does not change it:

    >>> W, X, y = np.eye(3), np.array([[2.0, 0.5, 0.0], [1.0, 1.5, 0.0]]), np.array([0, 0])
    >>> once, _ = svm_loss_vectorized(W, X, y, reg=0.0)
    >>> twice, _ = svm_loss_vectorized(W, np.vstack([X, X]), np.hstack([y, y]), reg=0.0)
    >>> bool(np.isclose(once, twice))
    True
    """
    raise NotImplementedError("fill in svm_loss_vectorized in linear_svm.py")
