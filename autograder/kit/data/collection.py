"""What every source of images returns, and the error that it raises."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograder.errors import AutograderError


class DataError(AutograderError):
    """A data set cannot be read as asked; the sentence says which file, what is wrong and what to do."""


@dataclass(frozen=True, eq=False)
class Collection:
    """Labelled images as their authors divide them.

    Attributes
    ----------
    name : str
    class_names : tuple of str
    training_images, test_images : (N, height, width[, 3]) uint8 arrays
    training_labels, test_labels : (N,) int64 arrays
    """

    name: str
    class_names: tuple[str, ...]
    training_images: NDArray[np.uint8]
    training_labels: NDArray[np.int64]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int64]
