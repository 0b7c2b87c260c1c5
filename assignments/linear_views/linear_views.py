"""A linear classifier seen three ways: as numbers, as pictures, and as planes."""

import numpy as np


def flatten_images(images):
    """Return every image as one row of numbers that can be computed with.

    The pixels of an image are read as one reads a page: the top row from left to right, then the next one. Each
    pixel brings its red, green and blue along, in this order.

    Parameters
    ----------
    images : ndarray of uint8, shape (N, H, W, 3)
        At least one image; H and W need not be equal. Must be left unchanged.

    Returns
    -------
    X : ndarray of float64, shape (N, H * W * 3)
        The same values, 0 to 255, in a new array. In ``uint8``, 10 - 20 is 246; in the result it must be -10.

    Examples
    --------
    An image of one row and two pixels:

    >>> flatten_images(np.array([[[[1, 2, 3], [4, 5, 6]]]], dtype=np.uint8))
    array([[1., 2., 3., 4., 5., 6.]])
    """
    raise NotImplementedError("fill in flatten_images in linear_views.py")


def one_hot(y, num_classes):
    """Return a matrix with a single 1 in every row, in the column of the example's label.

    Not allowed: a Python loop or comprehension over the examples, in any disguise.

    Parameters
    ----------
    y : ndarray of int, shape (N,)
        Labels. The batch need not contain every class. Must be left unchanged.
    num_classes : int
        The number of classes, C.

    Returns
    -------
    Y : ndarray of float64, shape (N, C)
        Also where some of the classes do not occur in `y`.

    Raises
    ------
    ValueError
        If a label lies outside 0..C-1.

    Examples
    --------
    >>> one_hot(np.array([0, 2, 0]), 4)
    array([[1., 0., 0., 0.],
           [0., 0., 1., 0.],
           [1., 0., 0., 0.]])
    """
    raise NotImplementedError("fill in one_hot in linear_views.py")


def class_scores(W, b, X):
    """Return the score of every example for every class: the product with the class's weights, plus its bias.

    Not allowed: a Python loop or comprehension over the examples or the classes, in any disguise.

    Parameters
    ----------
    W : ndarray of float64, shape (D, C)
        Weights, one column per class. Must be left unchanged.
    b : ndarray of float64, shape (C,)
        Biases, one per class. Must be left unchanged.
    X : ndarray of float64, shape (N, D)
        Examples, one per row. Must be left unchanged.

    Returns
    -------
    scores : ndarray of float64, shape (N, C)

    Examples
    --------
    >>> W, b = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 2.0]]), np.array([0.5, 0.0, -1.0])
    >>> class_scores(W, b, np.array([[3.0, 4.0]]))
    array([[ 3.5,  4. , 13. ]])
    """
    raise NotImplementedError("fill in class_scores in linear_views.py")


def fold_bias(W, b, X):
    """Return weights and examples whose product alone gives the scores, biases included.

    Every example gets one more feature, which is always 1 and comes last; the biases become the weights of
    that feature. Then ``X1 @ W1`` equals ``X @ W + b``.

    Parameters
    ----------
    W : ndarray of float64, shape (D, C)
        Must be left unchanged.
    b : ndarray of float64, shape (C,)
        Must be left unchanged.
    X : ndarray of float64, shape (N, D)
        Must be left unchanged.

    Returns
    -------
    W1 : ndarray of float64, shape (D + 1, C)
        A new array.
    X1 : ndarray of float64, shape (N, D + 1)
        A new array.

    Examples
    --------
    >>> W, b, X = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0, 6.0]), np.array([[7.0, 8.0]])
    >>> W1, X1 = fold_bias(W, b, X)
    >>> bool(np.all(X1 @ W1 == X @ W + b))
    True
    """
    raise NotImplementedError("fill in fold_bias in linear_views.py")


def side_of_plane(normal, offset, X):
    """Return on which side of a plane each point lies.

    The plane consists of the points x with ``x @ normal + offset = 0``. (In two dimensions it is a line, in 3072
    dimensions it has 3071.)

    Parameters
    ----------
    normal : ndarray of float64, shape (D,)
        Must be left unchanged.
    offset : float
    X : ndarray of float64, shape (N, D)
        Points, one per row. Must be left unchanged.

    Returns
    -------
    sides : ndarray of int, shape (N,)
        1 where the sum is positive, which is the side that the normal points to; -1 where it is negative; 0 on
        the plane.

    Examples
    --------
    The line x + 2y = 4:

    >>> points = np.array([[4.0, 1.0], [0.0, 0.0], [2.0, 1.0]])
    >>> side_of_plane(np.array([1.0, 2.0]), -4.0, points).tolist()
    [1, -1, 0]
    """
    raise NotImplementedError("fill in side_of_plane in linear_views.py")


def boundary(W, b, i, j):
    """Return the plane on which the classes i and j have equal scores.

    The score of class i less that of class j is itself linear: it is ``x @ normal + offset``, with a normal that
    follows from two columns of W and an offset that follows from two biases. It is neither scaled nor turned
    round: at any x it is exactly the lead of class i over class j, positive where class i has the higher score.

    Parameters
    ----------
    W : ndarray of float64, shape (D, C)
        Must be left unchanged.
    b : ndarray of float64, shape (C,)
        Must be left unchanged.
    i, j : int
        Two different classes.

    Returns
    -------
    normal : ndarray of float64, shape (D,)
    offset : float

    Examples
    --------
    >>> W, b = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 2.0]]), np.array([0.5, 0.0, -1.0])
    >>> normal, offset = boundary(W, b, 0, 1)
    >>> normal.tolist(), float(offset)
    ([1.0, -1.0], 0.5)
    """
    raise NotImplementedError("fill in boundary in linear_views.py")


def one_vs_all(train_binary, X, y, num_classes):
    """Return a linear classifier for C classes that is made of C classifiers for one class each.

    For every class in order, 0 to C - 1, call ``train_binary(X, t)`` once, with a target for each example: 1.0 if
    it belongs to that class and 0.0 if it belongs to any other. What is returned, ``(w, b)``, are the weights of
    that class, shape (D,), and its bias, a float. A class that does not occur in `y` has its turn like all others.

    Parameters
    ----------
    train_binary : callable
        Takes X as it is and an ndarray of float64, shape (N,).
    X : ndarray of float64, shape (N, D)
        Must be left unchanged.
    y : ndarray of int, shape (N,)
        Labels, ``0 <= y[i] < C``. Must be left unchanged.
    num_classes : int
        The number of classes, C.

    Returns
    -------
    W : ndarray of float64, shape (D, C)
        One column per class.
    b : ndarray of float64, shape (C,)

    Examples
    --------
    A trainer whose weights are the mean of the examples to be recognised, and whose bias is how many there are:

    >>> X, y = np.array([[1.0, 2.0], [5.0, 0.0], [3.0, 4.0]]), np.array([0, 1, 0])
    >>> W, b = one_vs_all(lambda X, t: (t @ X / t.sum(), t.sum()), X, y, 2)
    >>> W
    array([[2., 5.],
           [3., 0.]])
    >>> b
    array([2., 1.])
    """
    raise NotImplementedError("fill in one_vs_all in linear_views.py")


def templates(W, shape=(32, 32, 3)):
    """Return the weights of every class as a picture.

    Each class is stretched by itself: its smallest weight becomes 0, its largest becomes 255, the others lie
    between them in proportion, rounded to the nearest whole number. If all weights of a class are equal, its
    picture is 0 everywhere.

    Parameters
    ----------
    W : ndarray of float64, shape (D, C)
        Weights without a bias row, one column per class, in the order of `flatten_images`. Must be left unchanged.
    shape : tuple of int
        The shape of one picture; its product is D.

    Returns
    -------
    pictures : ndarray of uint8, shape (C, *shape)

    Examples
    --------
    Two classes, pictures of one row, two pixels and one channel:

    >>> W = np.array([[-1.0, 0.3], [1.0, 0.1]])
    >>> templates(W, (1, 2, 1)).reshape(2, 2).tolist()
    [[0, 255], [255, 0]]
    """
    raise NotImplementedError("fill in templates in linear_views.py")
