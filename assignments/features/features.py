"""Describes images by what they show: colours and edges in histograms, and a matrix for classifiers to learn from."""

import numpy as np


def color_histogram(image, bins=8):
    """Return how the values of each colour channel are distributed.

    The values 0, 1, ..., 255 are divided into `bins` equal parts of the range from 0 to 256: a value belongs to bin
    ``floor(value * bins / 256)``.

    Parameters
    ----------
    image : ndarray of uint8, shape (H, W, 3)
        Red, green and blue of every pixel. Must be left unchanged.
    bins : int
        Number of bins for each channel, from 1 to 256.

    Returns
    -------
    histogram : ndarray of float64, shape (3 * bins,)
        First the bins of red, then those of green, then those of blue. Each is the share of the pixels whose value
        belongs to it, so that the bins of one channel add up to 1.

    Examples
    --------
    One orange pixel:

    >>> color_histogram(np.array([[[255, 128, 0]]], dtype=np.uint8), bins=2)
    array([0., 1., 0., 1., 1., 0.])
    """
    raise NotImplementedError("fill in color_histogram in features.py")


def smooth(histogram, sigma):
    """Return a histogram in which every bin is a weighted mean of itself and its neighbours.

    A neighbour d bins away weighs ``exp(-d**2 / (2 * sigma**2))`` as long as d is at most ``ceil(3 * sigma)``, and
    nothing beyond. Each bin of the result is the weighted sum of the bins that exist within that distance, divided by
    the sum of their weights; so the weights of every bin add up to 1, those of the bins at either end too.

    Parameters
    ----------
    histogram : ndarray of float64, shape (B,)
        Must be left unchanged.
    sigma : float
        Width of the weights, in bins, larger than 0.

    Returns
    -------
    smoothed : ndarray of float64, shape (B,)

    Examples
    --------
    >>> smooth(np.array([0.0, 0.0, 1.0, 0.0, 0.0, 0.0]), sigma=0.6).round(3)
    array([0.003, 0.166, 0.664, 0.166, 0.003, 0.   ])
    """
    raise NotImplementedError("fill in smooth in features.py")


def image_gradients(gray):
    """Return how strongly, and in which direction, the brightness changes at every pixel.

    Inside the image, the slope along an axis is the difference of the two neighbours, divided by 2; at the border it
    is the difference of the border pixel and its only neighbour.

    Parameters
    ----------
    gray : ndarray of float64, shape (H, W)
        Brightness; H and W are 2 or more. Must be left unchanged.

    Returns
    -------
    magnitude : ndarray of float64, shape (H, W)
        Length of the vector of both slopes.
    angle : ndarray of float64, shape (H, W)
        Direction of that vector in degrees: 0 where the brightness changes from left to right, 90 where it changes
        from top to bottom. A change from dark to light and one from light to dark have the same direction, so that
        every angle is at least 0 and less than 180. Where nothing changes, it is 0; it is never NaN.

    Examples
    --------
    >>> magnitude, angle = image_gradients(np.array([[0.0, 3.0], [3.0, 6.0]]))
    >>> magnitude.round(3)
    array([[4.243, 4.243],
           [4.243, 4.243]])
    >>> angle
    array([[45., 45.],
           [45., 45.]])
    """
    raise NotImplementedError("fill in image_gradients in features.py")


def hog(gray, cell=8, bins=9):
    """Return a histogram of edge directions for each square cell of an image.

    The gradients are those of the whole image, as `image_gradients` returns them. Every pixel of a cell adds its
    magnitude to bin ``floor(angle * bins / 180)`` of the cell's histogram. Then each cell's histogram is divided by
    its Euclidean length plus 1e-12.

    Not allowed: a Python loop or comprehension over cells, or over the pixels in a cell, in any disguise
    (``np.vectorize``, ``np.frompyfunc``, ``np.apply_along_axis``, ``np.fromiter``, ``map``, ``itertools``,
    ``functools.reduce``, Python's ``sum`` or ``max`` of an array). A loop over the bins is fine.

    Parameters
    ----------
    gray : ndarray of float64, shape (H, W)
        Brightness; H and W are at least `cell`. Must be left unchanged.
    cell : int
        Side of a cell in pixels, 2 or more. Pixels at the bottom and on the right that do not fill a cell belong to
        none.
    bins : int
        Number of bins, from 0 to 180 degrees.

    Returns
    -------
    histograms : ndarray of float64, shape (H // cell, W // cell, bins)
        The histogram of the cell in row i and column j is ``histograms[i, j]``. A cell without any edge has zeros.

    Examples
    --------
    Brightness rises from left to right in both cells, which have the length of their histograms taken out:

    >>> hog(np.tile([0.0, 1.0, 2.0, 3.0, 9.0, 15.0, 21.0, 27.0], (4, 1)), cell=4, bins=3).round(6)
    array([[[1., 0., 0.],
            [1., 0., 0.]]])
    """
    raise NotImplementedError("fill in hog in features.py")


def polar(X):
    """Return points of the plane by their distance from the origin and their direction.

    Parameters
    ----------
    X : ndarray of float64, shape (N, 2)
        Points, one per row, none of them the origin. Must be left unchanged.

    Returns
    -------
    P : ndarray of float64, shape (N, 2)
        The distance of each point from the origin, then its angle from the direction of (1, 0), counter-clockwise, in
        radians: more than -pi and at most pi.

    Examples
    --------
    >>> polar(np.array([[0.0, 2.0], [-3.0, 0.0]])).round(4)
    array([[2.    , 1.5708],
           [3.    , 3.1416]])
    """
    raise NotImplementedError("fill in polar in features.py")


def feature_matrix(images, functions):
    """Return the features of training images, ready for a linear classifier.

    Every function is called with one image at a time. What the functions return for an image is laid out flat, side by
    side, in the order of the functions: a row for each image. Then each column is standardised: its mean over the
    images is subtracted, and it is divided by its standard deviation (the root of the mean squared deviation). A
    column whose largest and smallest value are equal becomes 0. A last column of ones follows, for the bias.

    Parameters
    ----------
    images : ndarray of uint8, shape (N, H, W, 3)
        Must be left unchanged.
    functions : list of callables
        At least one. Each takes an image, of shape (H, W, 3), and returns a number or an array, whose shape is the same
        for all images.

    Returns
    -------
    features : ndarray of float64, shape (N, D)
        D is the number of all features, and one for the column of ones.

    Examples
    --------
    >>> images = np.array([[[[10, 0, 0]]], [[[20, 0, 0]]]], dtype=np.uint8)
    >>> feature_matrix(images, [lambda image: image.max(), lambda image: image.mean(axis=(0, 1))])
    array([[-1., -1.,  0.,  0.,  1.],
           [ 1.,  1.,  0.,  0.,  1.]])
    """
    raise NotImplementedError("fill in feature_matrix in features.py")


def feature_matrix_like(images, functions, training_images):
    """Return the features of other images, standardised like those of the training images.

    The features are those of `feature_matrix`, but each column has the mean of the *training* images subtracted and is
    divided by their standard deviation. A column that is constant over the training images becomes 0, whatever it is
    here. A last column of ones follows.

    Parameters
    ----------
    images : ndarray of uint8, shape (N, H, W, 3)
        The images to describe, at least one. Must be left unchanged.
    functions : list of callables
        As for `feature_matrix`.
    training_images : ndarray of uint8, shape (M, H, W, 3)
        Must be left unchanged.

    Returns
    -------
    features : ndarray of float64, shape (N, D)

    Examples
    --------
    >>> training = np.array([[[[10, 0, 0]]], [[[20, 0, 0]]]], dtype=np.uint8)
    >>> others = np.array([[[[25, 9, 0]]]], dtype=np.uint8)
    >>> feature_matrix_like(others, [lambda image: image.mean(axis=(0, 1))], training)
    array([[2., 0., 0., 1.]])
    """
    raise NotImplementedError("fill in feature_matrix_like in features.py")
