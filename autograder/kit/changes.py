"""Changed pictures that are all equally far from the original, pixel by pixel."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

STRONGEST = 255.0
HALVINGS = 40


def pixels(picture: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Return a picture in the numbers that image files hold: rounded, and clipped to 0..255."""
    rounded: NDArray[np.uint8] = np.round(np.clip(picture, 0, 255)).astype(np.uint8)
    return rounded


def at_distance(
    change: Callable[[float], NDArray[np.floating[Any]]], original: NDArray[np.uint8], distance: float
) -> NDArray[np.uint8]:
    """Return the picture that a change makes of the original, as strong as it takes for a Euclidean distance.

    Parameters
    ----------
    change : callable
        Takes a strength from 0 to 255 and returns the changed picture, the farther from the original the larger
        the strength. Values need not lie within 0..255.
    original : (height, width[, 3]) uint8 array
    distance : float
        Of all pixels, wanted between the original and the result.

    Returns
    -------
    changed : uint8 array of the same shape
        Its distance is the wanted one up to the rounding of the pixels.

    Raises
    ------
    ValueError
        If even the strongest change remains nearer.
    """

    def reached(strength: float) -> float:
        return float(np.linalg.norm(pixels(change(strength)) - original.astype(float)))

    if reached(STRONGEST) < distance:
        raise ValueError(
            f"the change is too weak: at its strongest the distance is {reached(STRONGEST):.4g}, not {distance:.4g}."
        )
    low, high = 0.0, STRONGEST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if reached(middle) < distance else (low, middle)
    nearest = min((low, high), key=lambda strength: abs(reached(strength) - distance))
    return pixels(change(nearest))
