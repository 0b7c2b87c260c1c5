"""Penalties on weights, a loss that needs one, and the fit of a curve that shows what they are for."""

import numpy as np


def penalty(W, kind, beta=0.5):
    """Return a penalty on weights and its slope.

    ============= ==================================
    kind          penalty
    ============= ==================================
    ``"l2"``      sum of w squared
    ``"l1"``      sum of |w|
    ``"elastic"`` sum of (beta * w squared + |w|)
    ============= ==================================

    Each sum runs over all entries w of W. There is no factor 1/2 in any of them, and beta plays a part in the
    elastic net alone.

    Parameters
    ----------
    W : ndarray of float64, any shape
        Weights. Must be left unchanged.
    kind : str
        ``"l2"``, ``"l1"`` or ``"elastic"``.
    beta : float
        Weight of the squares in the elastic net, 0 or larger.

    Returns
    -------
    R : float
        The penalty.
    dR : ndarray of float64, shape of W
        Its derivative with respect to each entry of W. At a weight of exactly 0, where |w| has a kink, the
        slope of |w| is taken as 0.

    Raises
    ------
    ValueError
        If `kind` is none of the three.

    Examples
    --------
    >>> R, dR = penalty(np.array([1.0, -3.0]), "l2")
    >>> float(R), dR
    (10.0, array([ 2., -6.]))
    """
    raise NotImplementedError("fill in penalty in regularization.py")


def squared_hinge_loss(W, X, y, reg):
    """Return the squared hinge loss of a linear classifier and its gradient.

    The scores of example ``i`` are ``X[i] @ W``, one per class. Every wrong class ``j`` has a margin::

        margin_j = score_j - score_of_the_correct_class + 1

    and costs ``max(0, margin_j) ** 2``; the correct class costs nothing. The loss is the mean over the examples of
    their total costs, plus the penalty ``reg * sum(W * W)`` over all entries of W, its bias row included.

    Not allowed: a Python loop or comprehension over the examples, the features or the classes, in any disguise
    (``np.vectorize``, ``np.frompyfunc``, ``np.apply_along_axis``, ``np.fromiter``, ``map``, ``itertools``,
    ``functools.reduce``, Python's ``sum`` or ``max`` of an array).

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
    With all weights 0, each of the two wrong classes misses its margin by exactly 1:

    >>> loss, dW = squared_hinge_loss(np.zeros((4, 3)), np.ones((2, 4)), np.array([0, 2]), reg=0.0)
    >>> float(loss)
    2.0
    >>> dW[0]
    array([-1.,  2., -1.])
    """
    raise NotImplementedError("fill in squared_hinge_loss in regularization.py")


def scale_to_zero_loss(scores, y):
    """Return the smallest factor for all scores at which the hinge loss is 0.

    The hinge loss (not squared) of scores that are all multiplied by c is 0 if in every example the correct class
    leads every other class by at least 1. The smallest ``c >= 0`` that achieves this is asked for.

    Parameters
    ----------
    scores : ndarray of float64, shape (N, C)
        Scores, one row per example; at least two classes. Must be left unchanged.
    y : ndarray of int, shape (N,)
        Correct classes, ``0 <= y[i] < C``. Must be left unchanged.

    Returns
    -------
    factor : float
        That factor; infinity where no factor is large enough.

    Examples
    --------
    >>> float(scale_to_zero_loss(np.array([[3.0, 1.0]]), np.array([0])))
    0.5
    >>> float(scale_to_zero_loss(np.array([[3.0, 1.0]]), np.array([1])))
    inf
    """
    raise NotImplementedError("fill in scale_to_zero_loss in regularization.py")


def project_to_norm(W, norm=1.0):
    """Return W, stretched or shrunk to a given size.

    The size of W is its Frobenius norm, the root of the sum of the squares of all its entries.

    Parameters
    ----------
    W : ndarray of float64, shape (D, C)
        Weights. Must be left unchanged.
    norm : float
        The size of the result, larger than 0.

    Returns
    -------
    projected : ndarray of float64, shape (D, C)
        A positive multiple of W, as a new array.

    Raises
    ------
    ValueError
        If all entries of W are 0.

    Examples
    --------
    >>> project_to_norm(np.array([[0.0, 2.0], [0.0, 0.0]]), norm=5.0)
    array([[0., 5.],
           [0., 0.]])
    """
    raise NotImplementedError("fill in project_to_norm in regularization.py")


def polynomial_features(x, degree):
    """Return the powers of each number, from 0 to the degree.

    ``np.vander`` is allowed.

    Parameters
    ----------
    x : ndarray of float64, shape (N,)
        Must be left unchanged.
    degree : int
        The highest power, 0 or larger.

    Returns
    -------
    features : ndarray of float64, shape (N, degree + 1)
        Column ``p`` holds x to the power p; column 0 holds ones, also where x is 0.

    Examples
    --------
    >>> polynomial_features(np.array([2.0, 5.0]), degree=2)
    array([[ 1.,  2.,  4.],
           [ 1.,  5., 25.]])
    """
    raise NotImplementedError("fill in polynomial_features in regularization.py")


def ridge_fit(X, y, reg):
    """Return the weights that minimise the mean squared error plus a penalty.

    What is minimised is::

        mean of (X @ w - y) ** 2  +  reg * sum of w ** 2

    over all w. The mean is taken over the examples, and every weight is penalised, that of a constant column too.
    ``np.linalg.solve`` and ``np.linalg.lstsq`` are allowed.

    Parameters
    ----------
    X : ndarray of float64, shape (N, D)
        Examples, one per row. Must be left unchanged.
    y : ndarray of float64, shape (N,)
        The numbers to be predicted. Must be left unchanged.
    reg : float
        Strength of the penalty, 0 or larger. Where it is 0, the columns of X are linearly independent.

    Returns
    -------
    w : ndarray of float64, shape (D,)

    Examples
    --------
    The straight line through (0, 1) and (2, 5), without a penalty:

    >>> ridge_fit(np.array([[1.0, 0.0], [1.0, 2.0]]), np.array([1.0, 5.0]), reg=0.0).round(6)
    array([1., 2.])
    """
    raise NotImplementedError("fill in ridge_fit in regularization.py")


def validation_curve(x_train, y_train, x_val, y_val, degree, regs):
    """Return training and validation errors of polynomial fits, one for each strength of the penalty.

    For every entry of `regs`, a polynomial is fitted to the training points with `polynomial_features` and
    `ridge_fit`, and judged on both sets by the mean squared error, without the penalty.

    Parameters
    ----------
    x_train, y_train : ndarray of float64, shape (N,)
        The points that are fitted. Must be left unchanged.
    x_val, y_val : ndarray of float64, shape (M,)
        Other points, which no fit has seen. Must be left unchanged.
    degree : int
        Degree of the polynomials.
    regs : list of float
        Strengths of the penalty, in any order.

    Returns
    -------
    train_errors, val_errors : list or ndarray of float, shape (len(regs),)
        Mean squared error on the training and on the validation points, in the order of `regs`.

    Examples
    --------
    A straight line goes through two points exactly; a third one lies 2 above it:

    >>> x, y = np.array([0.0, 1.0]), np.array([0.0, 1.0])
    >>> train, val = validation_curve(x, y, np.array([2.0]), np.array([4.0]), degree=1, regs=[0.0])
    >>> round(float(train[0]), 6), round(float(val[0]), 6)
    (0.0, 4.0)
    """
    raise NotImplementedError("fill in validation_curve in regularization.py")
