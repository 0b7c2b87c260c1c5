"""Linear classifiers trained by stochastic gradient descent, and the search for what training cannot find."""

import numpy as np
from linear_svm import svm_loss_vectorized
from softmax import softmax_loss_vectorized


class LinearClassifier:
    """A classifier that scores classes by ``X @ W``; its subclasses define the loss.

    Attributes
    ----------
    W : ndarray of float64, shape (D, C), or None
        Weights, one column per class; None until the first training.
    """

    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        """Train by stochastic gradient descent on ``self.loss`` and return the losses along the way.

        If ``self.W`` is None, it starts from 0.001 times a standard normal array of shape (D, C), where C is the
        largest label plus 1, whether or not every smaller label occurs. Otherwise training continues from
        the existing weights, and the array that held them keeps its values: ``self.W`` becomes a new one.

        Each iteration draws a batch of ``batch_size`` examples with their labels, uniformly and with replacement
        (a batch may be larger than the training set), calls ``self.loss(X_batch, y_batch, reg)`` once, records
        the loss, and moves ``self.W`` by ``learning_rate`` against the gradient. ``self.loss`` looks at ``self.W``, so
        that must be up to date whenever it is called. Any of NumPy's random number generators will do.

        Parameters
        ----------
        X : ndarray of float64, shape (N, D)
            Training examples, one per row. Must be left unchanged.
        y : ndarray of int, shape (N,)
            Their labels, 0 or larger. Must be left unchanged.
        learning_rate : float
            Length of a step, in units of the gradient.
        reg : float
            Strength of the penalty, passed on to ``self.loss``.
        num_iters : int
            Number of iterations, 1 or larger.
        batch_size : int
            Number of examples in a batch, 1 or larger.
        verbose : bool
            Whether to print the loss now and then. What is printed is up to you.

        Returns
        -------
        loss_history : list of float
            The loss of each iteration, before its step; ``num_iters`` numbers.
        """
        raise NotImplementedError("fill in LinearClassifier.train in linear_classifier.py")

    def predict(self, X):
        """Return the label with the highest score for each example.

        Parameters
        ----------
        X : ndarray of float64 or int, shape (N, D)
            Examples, one per row. Must be left unchanged.

        Returns
        -------
        labels : ndarray of int, shape (N,)
            Where several labels share the highest score, the smallest of them.
        """
        raise NotImplementedError("fill in LinearClassifier.predict in linear_classifier.py")

    def loss(self, X_batch, y_batch, reg):
        """Return the loss on a batch and its gradient with respect to ``self.W``; subclasses define it.

        Parameters
        ----------
        X_batch : ndarray of float64, shape (N, D)
            Examples, one per row.
        y_batch : ndarray of int, shape (N,)
            Their labels.
        reg : float
            Strength of the penalty.

        Returns
        -------
        loss : float
            The loss, penalty included.
        dW : ndarray of float64, shape (D, C)
            Its gradient, penalty included.
        """
        raise NotImplementedError("a LinearClassifier has no loss of its own; train a LinearSVM or a Softmax")


class LinearSVM(LinearClassifier):
    """A linear classifier with the multiclass SVM loss."""

    def loss(self, X_batch, y_batch, reg):
        """Return what ``svm_loss_vectorized`` of ``linear_svm.py`` returns for ``self.W`` and this batch."""
        raise NotImplementedError("fill in LinearSVM.loss in linear_classifier.py")


class Softmax(LinearClassifier):
    """A linear classifier with the softmax loss."""

    def loss(self, X_batch, y_batch, reg):
        """Return what ``softmax_loss_vectorized`` of ``softmax.py`` returns for ``self.W`` and this batch."""
        raise NotImplementedError("fill in Softmax.loss in linear_classifier.py")


def random_search(loss, shape, num_tries, rng, scale=1e-4):
    """Try random weights and return the best of them.

    Parameters
    ----------
    loss : callable
        Takes an ndarray of float64 of this shape and returns a number of any size and sign. It is called once
        per try.
    shape : tuple of int
        Shape of the weights, for example (D, C).
    num_tries : int
        Number of tries, 1 or larger.
    rng : numpy.random.Generator
        Every try is ``rng.standard_normal(shape) * scale``.
    scale : float
        Standard deviation of the weights.

    Returns
    -------
    best_W : ndarray of float64, of this shape
        The weights with the smallest loss. Nothing else may refer to that array: a later try must not change it.
    best_loss : float
        Their loss.
    losses : list of float
        The losses of all tries, in order.
    """
    raise NotImplementedError("fill in random_search in linear_classifier.py")


def grid_search(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):
    """Train a new classifier for every pair of settings and return the one that does best on the validation set.

    Parameters
    ----------
    X_train, y_train : ndarray of float64, shape (N, D), and ndarray of int, shape (N,)
        What every classifier is trained on. Must be left unchanged.
    X_val, y_val : ndarray of float64, shape (M, D), and ndarray of int, shape (M,)
        What it is chosen by. Must be left unchanged.
    learning_rates, regs : list of float
        The settings; every learning rate is tried with every reg.
    make : callable
        ``make()`` returns a new, untrained classifier with the methods of a `LinearClassifier`. A class will do.
    **train_kwargs
        Further arguments of ``train`` by name, the same for every classifier.

    Returns
    -------
    results : dict
        ``results[(learning_rate, reg)] = (training accuracy, validation accuracy)``, each the fraction of labels
        that are predicted correctly, between 0 and 1.
    best_val : float
        The highest validation accuracy.
    best_model : classifier
        The trained classifier that reached it; among equals the first, with the learning rates taken in order
        and, for each of them, the regs in order.
    """
    raise NotImplementedError("fill in grid_search in linear_classifier.py")
