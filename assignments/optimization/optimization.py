"""Gradient descent and Newton's method, the curvature that decides between them, and data that make it round."""

import numpy as np


def gradient_descent(grad, x0, rate, steps):
    """Return every point that gradient descent visits.

    One step goes against the gradient, taken where the step begins::

        x_next = x - rate * grad(x)

    Parameters
    ----------
    grad : callable
        Takes an ndarray of float64, shape (D,), and returns the gradient there, of the same shape.
    x0 : ndarray of float64, shape (D,)
        Where the path begins. Must be left unchanged.
    rate : float
        The learning rate, the same in all steps.
    steps : int
        How many steps to make, 0 or more.

    Returns
    -------
    path : ndarray of float64, shape (steps + 1, D)
        One point per row: `x0` first, then the point after each step.

    Examples
    --------
    >>> gradient_descent(lambda x: 2 * x, np.array([1.0, -3.0]), rate=0.25, steps=2)
    array([[ 1.  , -3.  ],
           [ 0.5 , -1.5 ],
           [ 0.25, -0.75]])
    """
    raise NotImplementedError("fill in gradient_descent in optimization.py")


def numerical_hessian(f, x, h=1e-4):
    """Return the Hessian of `f` at `x`, all its second derivatives, from central differences.

    Four values of `f` tell how the slope along one axis changes along another. Where s and t are -1 or +1 and
    ``f(s, t)`` is f at the point whose coordinate i is moved by ``s * h`` and then coordinate j by ``t * h``::

        H[i, j] = (f(+, +) - f(+, -) - f(-, +) + f(-, -)) / (4 * h**2)

    Where i and j are the same coordinate, it is moved twice. The usual second difference,
    ``(f(x + h) - 2 * f(x) + f(x - h)) / h**2``, does as well there: results are compared to about five digits.

    Parameters
    ----------
    f : callable
        Takes an ndarray of float64, shape (D,), and returns a number. Its second derivatives are continuous.
    x : ndarray of float64, shape (D,)
        Where the Hessian is wanted. It must be left exactly as it was, to the last bit.
    h : float
        By how much coordinates are moved, larger than 0.

    Returns
    -------
    H : ndarray of float64, shape (D, D)
        Symmetric.

    Examples
    --------
    >>> numerical_hessian(lambda x: float(x[0] ** 2 + 3 * x[0] * x[1]), np.array([0.5, 1.0])).round(4) + 0.0
    array([[2., 3.],
           [3., 0.]])
    """
    raise NotImplementedError("fill in numerical_hessian in optimization.py")


def is_convex(hessian, points, tolerance=1e-8):
    """Return whether a function curves downwards nowhere among some points.

    A function is convex where none of the eigenvalues of its Hessian is negative. An eigenvalue that is at least
    ``-tolerance`` does not count as negative, because rounding makes an exact 0 a little larger or smaller.

    Parameters
    ----------
    hessian : callable
        Takes an ndarray of float64, shape (D,), and returns the Hessian there, a symmetric ndarray of float64 of
        shape (D, D).
    points : ndarray of float64, shape (P, D)
        The points to look at, one per row, at least one. Must be left unchanged.
    tolerance : float
        How far below 0 an eigenvalue may lie, 0 or larger.

    Returns
    -------
    convex : bool
        True if it holds at every one of the points.

    Examples
    --------
    A saddle, x**2 - y**2:

    >>> bool(is_convex(lambda x: np.diag([2.0, -2.0]), np.zeros((1, 2))))
    False
    """
    raise NotImplementedError("fill in is_convex in optimization.py")


def stability_limit(H):
    """Return the learning rate beyond which gradient descent on a quadratic function runs away.

    Along an eigenvector of the Hessian, one step multiplies the distance from the stationary point by
    ``1 - rate * eigenvalue``. A direction of positive curvature is stable as long as that factor lies between -1
    and 1; the limit is the largest rate at which all of these directions are.

    Directions in which the function is flat or curves downwards have no say: no positive rate makes their distance
    shrink.

    Parameters
    ----------
    H : ndarray of float64, shape (D, D)
        The Hessian, symmetric. Must be left unchanged.

    Returns
    -------
    limit : float
        Larger than 0; infinity (``np.inf``) if no eigenvalue is positive.

    Examples
    --------
    >>> float(stability_limit(np.array([[4.0, 0.0], [0.0, 0.5]])))
    0.5
    """
    raise NotImplementedError("fill in stability_limit in optimization.py")


def newton(grad, hessian, x0, steps):
    """Return every point that Newton's method visits.

    Each step goes to where the gradient would vanish if the function were quadratic: it is the vector that the
    Hessian at the current point multiplies into the gradient there, taken away from that point. Find it by solving
    the linear system. The inverse matrix costs more, and where the Hessian is badly conditioned it gives a step
    that solves the system millions of times less exactly.

    Parameters
    ----------
    grad : callable
        Takes an ndarray of float64, shape (D,), and returns the gradient there, of the same shape.
    hessian : callable
        Takes the same and returns the Hessian there, a symmetric ndarray of float64 of shape (D, D). It can be
        solved with, but need not be positive definite.
    x0 : ndarray of float64, shape (D,)
        Where the path begins. Must be left unchanged.
    steps : int
        How many steps to make, 0 or more: always all of them, even where the gradient has vanished.

    Returns
    -------
    path : ndarray of float64, shape (steps + 1, D)
        One point per row: `x0` first, then the point after each step.

    Examples
    --------
    >>> newton(lambda x: 4 * x**3, lambda x: np.diag(12 * x**2), np.array([3.0]), steps=2)
    array([[3.        ],
           [2.        ],
           [1.33333333]])
    """
    raise NotImplementedError("fill in newton in optimization.py")


def zscore_fit(X):
    """Return the mean and the standard deviation of each feature.

    Parameters
    ----------
    X : ndarray of float64, shape (N, D)
        Training examples, one per row. Must be left unchanged.

    Returns
    -------
    mean : ndarray of float64, shape (D,)
    std : ndarray of float64, shape (D,)
        The root of the mean squared deviation: the sum is divided by N. A constant feature, one whose largest and
        smallest value are equal, gets exactly 1, so that dividing by it does nothing.

    Examples
    --------
    >>> mean, std = zscore_fit(np.array([[1.0, 7.0], [5.0, 7.0]]))
    >>> mean, std
    (array([3., 7.]), array([2., 1.]))
    """
    raise NotImplementedError("fill in zscore_fit in optimization.py")


def zscore_apply(X, mean, std):
    """Return examples measured from `mean` in units of `std`.

    Parameters
    ----------
    X : ndarray of float64, shape (N, D)
        Examples, one per row: those that `mean` and `std` come from, or others. Must be left unchanged.
    mean, std : ndarray of float64, shape (D,)
        As `zscore_fit` returns them. Must be left unchanged.

    Returns
    -------
    Z : ndarray of float64, shape (N, D)

    Examples
    --------
    >>> zscore_apply(np.array([[7.0, 8.0]]), np.array([3.0, 7.0]), np.array([2.0, 1.0]))
    array([[2., 1.]])
    """
    raise NotImplementedError("fill in zscore_apply in optimization.py")


def whiten_fit(X):
    """Return a matrix that makes the features uncorrelated and equally large.

    What counts is the matrix of second moments, ``X.T @ X / N``. The mean is not taken off. With ``Z = X @ T.T``,
    whose rows are the transformed examples, the second moments of Z must be the identity::

        Z.T @ Z / N = I

    Many matrices do this; any of them is right. One way leads through the eigenvectors of the second moments, the
    directions in which the features of X are uncorrelated, and their eigenvalues, the mean squares there.

    Parameters
    ----------
    X : ndarray of float64, shape (N, D)
        Training examples, one per row, N > D. No feature is a combination of the others. Must be left unchanged.

    Returns
    -------
    T : ndarray of float64, shape (D, D)

    Examples
    --------
    >>> X = np.array([[2.0, 2.0], [2.0, -2.0], [-2.0, 2.0], [-2.0, -2.0]])
    >>> Z = X @ whiten_fit(X).T
    >>> (Z.T @ Z / 4).round(9) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    raise NotImplementedError("fill in whiten_fit in optimization.py")


def whiten_apply(X, T):
    """Return examples transformed by `T`: each example, as a column vector, is multiplied by T from the left.

    Parameters
    ----------
    X : ndarray of float64, shape (N, D)
        Examples, one per row: those that `T` comes from, or others. Must be left unchanged.
    T : ndarray of float64, shape (D, D)
        As `whiten_fit` returns it; it need not be symmetric. Must be left unchanged.

    Returns
    -------
    Z : ndarray of float64, shape (N, D)
        The transformed examples, one per row.

    Examples
    --------
    >>> whiten_apply(np.array([[1.0, 2.0]]), np.array([[1.0, 1.0], [0.0, 2.0]]))
    array([[3., 4.]])
    """
    raise NotImplementedError("fill in whiten_apply in optimization.py")


def condition_number(X):
    """Return by how much the steepest direction of a least-squares bowl over these data is steeper than the flattest.

    That is the largest eigenvalue of ``X.T @ X / N`` divided by the smallest. The mean is not taken off.
    ``np.linalg.cond`` is not allowed here.

    Parameters
    ----------
    X : ndarray of float64, shape (N, D)
        Examples, one per row, N > D. No feature is a combination of the others. Must be left unchanged.

    Returns
    -------
    number : float
        1 or larger.

    Examples
    --------
    >>> float(condition_number(np.array([[3.0, 0.0], [0.0, 1.0], [-3.0, 0.0], [0.0, -1.0]])))
    9.0
    """
    raise NotImplementedError("fill in condition_number in optimization.py")
