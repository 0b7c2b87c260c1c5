"""A data set divided for training, validation and test, and the steps that prepare it for a classifier."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Labelled examples in three disjoint parts.

    Attributes
    ----------
    name : str
    X_train, X_val, X_test : arrays with one example per row
        Images as (N, height, width[, 3]) uint8, or rows as (N, D) float64.
    y_train, y_val, y_test : (N,) int64 arrays
        Indices into `class_names`.
    class_names : tuple of str
    """

    name: str
    X_train: NDArray[Any]
    y_train: NDArray[np.int64]
    X_val: NDArray[Any]
    y_val: NDArray[np.int64]
    X_test: NDArray[Any]
    y_test: NDArray[np.int64]
    class_names: tuple[str, ...]

    def __repr__(self) -> str:
        shape = " x ".join(str(length) for length in self.X_train.shape[1:])
        return (
            f"<{self.name}: {len(self.y_train)} training, {len(self.y_val)} validation and {len(self.y_test)} "
            f"test examples of {shape} {self.X_train.dtype} in {len(self.class_names)} classes>"
        )

    def map(self, step: Callable[[NDArray[Any]], NDArray[Any]]) -> "Dataset":
        """Return the data set with `step` applied to `X_train`, `X_val` and `X_test`.

        >>> from autograder.kit.data import load
        >>> rows = load().map(flatten).map(add_bias)
        >>> rows
        <shapes: 5000 training, 500 validation and 500 test examples of 3073 float64 in 10 classes>
        """
        return replace(self, X_train=step(self.X_train), X_val=step(self.X_val), X_test=step(self.X_test))


def flatten(images: NDArray[Any]) -> NDArray[np.float64]:
    """Return images (N, height, width[, channels]) of any type as float64 rows (N, D)."""
    return np.asarray(images, np.float64).reshape(len(images), int(np.prod(images.shape[1:])))


def subtract_mean(X_train: NDArray[Any], *others: NDArray[Any]) -> tuple[NDArray[np.float64], ...]:
    """Return all arrays less the mean example of the first.

    Parameters
    ----------
    X_train : (N, ...) array
        The examples that the mean is taken over; the others must not influence it.
    *others : arrays of examples of the same shape

    Returns
    -------
    tuple of float64 arrays
        One for each argument.
    """
    mean = X_train.mean(axis=0, dtype=np.float64)
    return tuple(X - mean for X in (X_train, *others))


def add_bias(X: NDArray[Any]) -> NDArray[np.float64]:
    """Return rows (N, D) with a last column of ones, (N, D + 1): its weight is the bias."""
    return np.column_stack([np.asarray(X, np.float64), np.ones(len(X))])
