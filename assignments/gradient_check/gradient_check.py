"""Checks an analytic gradient against difference quotients of the function itself."""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    """Return the gradient of `f` at `x`, one centred difference quotient per entry.

    The entry for coordinate ``i`` is the slope of the line through two points of `f`::

        (f(x with h added to coordinate i) - f(x with h subtracted from it)) / (distance between the two points)

    Parameters
    ----------
    f : callable
        Takes an ndarray of float64 of x's shape and returns a number. It is called exactly twice for every entry
        of x, each time with an array that differs from x in one entry only.
    x : ndarray of float64, float32 or int, any shape
        Where the gradient is wanted. Whatever its dtype, compute in float64. It must be left exactly as it was,
        to the last bit: adding h and taking it away again may leave a rounding error behind.
    h : float
        Half the distance between the two points, larger than 0.

    Returns
    -------
    gradient : ndarray of float64, shape of x

    Examples
    --------
    >>> numerical_gradient(lambda x: float(np.sum(x**2)), np.array([1.0, -2.0, 0.5])).round(6)
    array([ 2., -4.,  1.])
    """
    raise NotImplementedError("fill in numerical_gradient in gradient_check.py")


def relative_error(a, b):
    """Return the largest relative error between the entries of two arrays.

    The error of one pair of entries is ``|a - b| / max(1e-8, |a| + |b|)``: 0 where both are equal, even if
    both are 0, and 1 where they have opposite signs or only one of them is 0 (unless both are tiny).

    Parameters
    ----------
    a, b : ndarray of float64 or int, same shape; or two numbers
        Must be left unchanged.

    Returns
    -------
    error : float
        Between 0 and 1.

    Raises
    ------
    ValueError
        If the shapes are unequal, even if NumPy could broadcast them.

    Examples
    --------
    >>> float(relative_error(np.array([1.0, 0.0, 3.0]), np.array([1.0, 0.0, 5.0])))
    0.25
    """
    raise NotImplementedError("fill in relative_error in gradient_check.py")


def gradient_check(f, analytic_grad, x, num_checks=10, h=1e-5, rng=None):
    """Compare an analytic gradient with centred difference quotients at coordinates drawn at random.

    A complete numerical gradient takes two evaluations per entry, too many where there are many entries. A few
    entries, drawn uniformly and with replacement from all of x, tell nearly as much.

    Parameters
    ----------
    f : callable
        Takes an ndarray of float64 of x's shape and returns a number. It is called exactly ``2 * num_checks``
        times, each time with an array that differs from x in one entry only.
    analytic_grad : ndarray of float64, shape of x
        The gradient to be checked. Must be left unchanged.
    x : ndarray of float64, any shape
        Where it is checked. Must be left exactly as it was.
    num_checks : int
        Number of coordinates to draw, 1 or larger; it may exceed the number of entries of x.
    h : float
        Half the distance between the two points of each difference quotient.
    rng : numpy.random.Generator or None
        What the coordinates are drawn with; None means a new ``np.random.default_rng()``.

    Returns
    -------
    errors : ndarray of float64, shape (num_checks,)
        The relative error at each coordinate, as `relative_error` defines it, in the order they were drawn.

    Examples
    --------
    A gradient that is twice what it should be:

    >>> x = np.array([[1.0, -2.0], [3.0, 0.5]])
    >>> gradient_check(lambda x: float(np.sum(x**2)), 4 * x, x, num_checks=3).round(6)
    array([0.333333, 0.333333, 0.333333])
    """
    raise NotImplementedError("fill in gradient_check in gradient_check.py")


def choose_step(f, analytic_grad, x, steps):
    """Return the step whose numerical gradient comes closest to the analytic one.

    A large step measures a slope over a neighbourhood; a small one drowns it in rounding. Which of the given
    steps is best is found by trying: the one with the smallest `relative_error` between
    `numerical_gradient` and the analytic gradient; among steps with equal errors, the largest.

    Parameters
    ----------
    f : callable
        Takes an ndarray of float64 of x's shape and returns a number.
    analytic_grad : ndarray of float64, shape of x
        A gradient known to be right. Must be left unchanged.
    x : ndarray of float64, any shape
        Must be left exactly as it was.
    steps : list of float
        The values of h to try, in any order, at least one.

    Returns
    -------
    step : float
        One of `steps`.

    Examples
    --------
    >>> choose_step(lambda x: float(np.sum(x**3)), np.array([3.0]), np.array([1.0]), [0.1, 0.001, 0.01])
    0.001
    """
    raise NotImplementedError("fill in choose_step in gradient_check.py")
