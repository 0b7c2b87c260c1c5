"""Nearest-neighbour classifiers and the choice of k by cross-validation."""

import numpy as np


class KNearestNeighbor:
    """Classifier that lets the k nearest training examples vote, by Euclidean distance.

    `train` and `predict` are complete; the methods after them are yours.
    """

    def train(self, X, y):
        """Remember the training examples.

        Parameters
        ----------
        X : ndarray, shape (num_train, D)
            Training examples, one per row: float64, or uint8 pixels as image files hold them.
        y : ndarray of int, shape (num_train,)
            Their labels.
        """
        self.X_train = X
        self.y_train = y

    def predict(self, X, k=1, num_loops=0):
        """Return the predicted label of every row of X, an ndarray of int of shape (num_test,).

        Parameters
        ----------
        X : ndarray, shape (num_test, D)
            Examples to classify.
        k : int
            Number of neighbours that vote.
        num_loops : int
            Which of the three ways to compute the distances: 0, 1 or 2 loops.
        """
        if num_loops == 0:
            dists = self.compute_distances_no_loops(X)
        elif num_loops == 1:
            dists = self.compute_distances_one_loop(X)
        elif num_loops == 2:
            dists = self.compute_distances_two_loops(X)
        else:
            raise ValueError(f"num_loops is {num_loops}; it has to be 0, 1 or 2")
        return self.predict_labels(dists, k=k)

    def compute_distances_two_loops(self, X):
        """Return the Euclidean distance of every test example to every training example, pair by pair.

        The distance of two examples is the square root of the sum, over the features, of their squared
        differences. ``np.linalg.norm`` is not allowed.

        Parameters
        ----------
        X : ndarray, shape (num_test, D)
            Test examples, float64 or uint8 pixels (whose differences would wrap around at 256 if they were
            taken in uint8). Must be left unchanged, and so must the training examples.

        Returns
        -------
        dists : ndarray of float64, shape (num_test, num_train)
            ``dists[i, j]`` is the distance of ``X[i]`` to ``self.X_train[j]``.

        Examples
        --------
        >>> model = KNearestNeighbor()
        >>> model.train(np.array([[0.0, 0.0], [6.0, 8.0]]), np.array([0, 1]))
        >>> model.compute_distances_two_loops(np.array([[0.0, 0.0]]))
        array([[ 0., 10.]])
        """
        raise NotImplementedError("fill in compute_distances_two_loops in k_nearest_neighbor.py")

    def compute_distances_one_loop(self, X):
        """Return what `compute_distances_two_loops` returns, with a loop over one of the two sets only.

        Inside the loop, work on all examples of the other set, and all features, at once: no loop goes over the
        features, not even the only one. ``np.linalg.norm`` is not allowed.

        Parameters
        ----------
        X : ndarray, shape (num_test, D)
            Test examples, float64 or uint8 pixels. Must be left unchanged, and so must the training
            examples.

        Returns
        -------
        dists : ndarray of float64, shape (num_test, num_train)
            ``dists[i, j]`` is the distance of ``X[i]`` to ``self.X_train[j]``.
        """
        raise NotImplementedError("fill in compute_distances_one_loop in k_nearest_neighbor.py")

    def compute_distances_no_loops(self, X):
        """Return what `compute_distances_two_loops` returns, on whole arrays.

        Not allowed: ``np.linalg.norm``, and a Python loop or comprehension over the examples or the features, in any
        disguise (``np.vectorize``, ``np.frompyfunc``, ``np.apply_along_axis``, ``np.fromiter``, ``map``,
        ``itertools``, ``functools.reduce``, Python's ``sum`` or ``max`` of an array). No array may hold
        more than a few times as many numbers as the inputs and the result: an array of all differences, of
        shape (num_test, num_train, D), does not fit into memory for 500 x 5000 pictures of 3072 pixels.

        Parameters
        ----------
        X : ndarray, shape (num_test, D)
            Test examples, float64 or uint8 pixels. Some may equal a training example: their distance is 0,
            up to rounding, and never NaN. Must be left unchanged, and so must the training examples.

        Returns
        -------
        dists : ndarray of float64, shape (num_test, num_train)
            ``dists[i, j]`` is the distance of ``X[i]`` to ``self.X_train[j]``.
        """
        raise NotImplementedError("fill in compute_distances_no_loops in k_nearest_neighbor.py")

    def predict_labels(self, dists, k=1):
        """Return the label that most of the k nearest training examples have, for every test example.

        Parameters
        ----------
        dists : ndarray of float64, shape (num_test, num_train)
            ``dists[i, j]`` is the distance of test example i to training example j. Must be left unchanged.
        k : int
            Number of neighbours that vote, ``1 <= k <= num_train``.

        Returns
        -------
        labels : ndarray of int, shape (num_test,)
            Labels as they occur in ``self.y_train``, which may be any integers from 0 upwards. Where labels
            are tied, the smallest of them.

        Examples
        --------
        >>> model = KNearestNeighbor()
        >>> model.train(np.zeros((4, 2)), np.array([7, 5, 5, 12]))
        >>> model.predict_labels(np.array([[0.1, 0.2, 0.3, 9.0]]), k=3)
        array([5])
        """
        raise NotImplementedError("fill in predict_labels in k_nearest_neighbor.py")


class NearestNeighbor:
    """Classifier that copies the label of the nearest training example, by L1 distance."""

    def train(self, X, y):
        """Remember the training examples.

        Parameters
        ----------
        X : ndarray, shape (num_train, D)
            Training examples, one per row: float64 or uint8 pixels.
        y : ndarray of int, shape (num_train,)
            Their labels.
        """
        raise NotImplementedError("fill in NearestNeighbor.train in k_nearest_neighbor.py")

    def predict(self, X):
        """Return the label of the training example nearest to each row of X.

        The L1 distance of two examples is the sum, over the features, of the absolute values of their
        differences. ``np.linalg.norm`` is not allowed; loops are.

        Parameters
        ----------
        X : ndarray, shape (num_test, D)
            Examples to classify, float64 or uint8 pixels. Must be left unchanged.

        Returns
        -------
        labels : ndarray of int, shape (num_test,)
            The labels; of equally near training examples, the one that was first in `train` counts.

        Examples
        --------
        >>> model = NearestNeighbor()
        >>> model.train(np.array([[0.0, 0.0], [9.0, 9.0]]), np.array([4, 2]))
        >>> model.predict(np.array([[8.0, 7.0], [1.0, 2.0]]))
        array([2, 4])
        """
        raise NotImplementedError("fill in NearestNeighbor.predict in k_nearest_neighbor.py")


def cross_validate(X, y, k_choices, num_folds=5):
    """Return the accuracy of `KNearestNeighbor` on every fold, for every k.

    The examples are cut into `num_folds` contiguous folds in the order they come in, as
    ``np.array_split(X, num_folds)`` cuts them: no shuffling, and the first folds are one example longer where
    N is not a multiple of `num_folds`. Each fold in turn is the validation set while all others are the training set.

    Parameters
    ----------
    X : ndarray of float64, shape (N, D)
        Examples. Must be left unchanged.
    y : ndarray of int, shape (N,)
        Their labels. Must be left unchanged.
    k_choices : list of int
        The values of k to try, in any order.
    num_folds : int
        Number of folds, ``2 <= num_folds <= N``.

    Returns
    -------
    accuracies : dict of int to list of float
        For each k a list of `num_folds` accuracies: entry i is the fraction of fold i that is predicted
        correctly, between 0 and 1.

    Examples
    --------
    >>> X, y = np.array([[0.0], [5.0], [1.0], [6.0]]), np.array([0, 1, 0, 1])
    >>> cross_validate(X, y, [1], num_folds=2)
    {1: [1.0, 1.0]}
    """
    raise NotImplementedError("fill in cross_validate in k_nearest_neighbor.py")


def best_k(accuracies):
    """Return the k with the highest mean accuracy; of equally good ones, the smallest.

    Parameters
    ----------
    accuracies : dict of int to list of float
        What `cross_validate` returns; the keys are in no particular order.

    Returns
    -------
    k : int

    Examples
    --------
    >>> best_k({1: [0.5, 0.5], 9: [0.75, 0.5]})
    9
    """
    raise NotImplementedError("fill in best_k in k_nearest_neighbor.py")
