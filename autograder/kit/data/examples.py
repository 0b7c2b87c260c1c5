"""What every source of images returns, and the error that it raises."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograder.errors import AutograderError

Examples: TypeAlias = tuple[NDArray[np.uint8], NDArray[np.int64]]
"""Images (N, height, width[, 3]) and their labels (N,)."""


class DataError(AutograderError):
    """A data set cannot be read as asked; the sentence says which file, what is wrong and what to do."""
