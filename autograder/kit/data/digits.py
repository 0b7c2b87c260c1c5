"""The procedural digits: ten classes of small grey images, written with jittered strokes by integer arithmetic alone.

They stand in for MNIST where its files are not at hand, in its size, with light strokes on black, and about as hard
for a linear classifier: it reaches about 90 % on the test images, and confuses 3 with 5 and 4 with 6 and 9.

Numbers come from the same stream as those of `shapes`, so the same bytes appear on every platform and every NumPy
version, and `SHA256` proves it. Lengths are in quarter pixels; the origin is the middle of the image.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from autograder.kit.data.examples import Examples
from autograder.kit.data.shapes import Integers, IntegerStream

CLASS_NAMES = tuple("0123456789")
IMAGES = 6_500
TEST_IMAGES = 1_000
SIDE = 28
SEED = 1
SHA256 = "1aeca4189dcf4ce4c4ce15fd1a6b8cc999cd4dd3c28c160f73079babcd646f4f"

WOBBLE = 8  # how far each point of a stroke strays
SHIFT = 8
SLANT = 9  # sixteenths of the height
TURN = 4  # sixteenths of the width
WIDTHS = (4, 8)  # from the middle of a stroke to its edge
STRETCH = (12, 17)  # sixteenths

Point = tuple[int, int]
Stroke = tuple[Point, ...]

_LOOP: Stroke = ((0, -38), (-18, -24), (-23, 0), (-18, 24), (0, 38), (18, 24), (23, 0), (18, -24), (0, -38))

# The ways to write each digit: strokes, as points (right, down) that straight lines connect.
WAYS: tuple[tuple[tuple[Stroke, ...], ...], ...] = (
    ((_LOOP,),),
    (
        (((0, -38), (0, 0), (0, 38)),),
        (((-13, -24), (2, -38), (2, 0), (2, 38)), ((-14, 38), (16, 38))),
    ),
    (
        (((-20, -22), (-10, -36), (8, -37), (19, -24), (12, -4), (-6, 18), (-22, 36)), ((-22, 36), (22, 36))),
        (
            (
                *((-18, -26), (-4, -38), (14, -32), (16, -14), (2, 8), (-16, 28)),
                *((-22, 36), (-10, 26), (4, 34), (22, 34)),
            ),
        ),
    ),
    (
        (
            (
                *((-19, -30), (-2, -38), (16, -30), (16, -14), (-4, -3)),
                *((15, 6), (20, 20), (10, 35), (-8, 38), (-21, 29)),
            ),
        ),
        (((-18, -36), (18, -36), (-2, -8)), ((-2, -8), (16, 2), (19, 20), (4, 37), (-20, 32))),
    ),
    (
        (((6, -38), (-10, -14), (-23, 12), (24, 12)), ((8, -10), (8, 38))),
        (((-18, -36), (-21, -8), (-6, 2), (18, -2)), ((19, -38), (17, 0), (14, 38))),
    ),
    (
        (
            ((-15, -36), (18, -36)),
            ((-15, -36), (-17, -6), (2, -12), (19, 2), (18, 24), (2, 38), (-20, 31)),
        ),
    ),
    (
        (
            (
                *((14, -37), (-6, -24), (-19, 2), (-18, 26), (0, 38), (17, 27)),
                *((17, 10), (2, 0), (-17, 12)),
            ),
        ),
    ),
    (
        (((-21, -35), (21, -35), (8, -4), (-6, 38)),),
        (((-21, -33), (20, -36), (6, 0), (-4, 38)), ((-12, 2), (18, 0))),
    ),
    (
        (
            (
                *((0, -2), (-15, -14), (-14, -30), (0, -38), (14, -30), (15, -14), (0, -2)),
                *((-18, 12), (-17, 30), (0, 38), (17, 30), (18, 12), (0, -2)),
            ),
        ),
    ),
    (
        (
            ((17, -20), (6, -37), (-12, -34), (-18, -18), (-8, -3), (10, -6), (17, -20)),
            ((17, -20), (16, 8), (8, 38)),
        ),
        (
            ((15, -26), (-4, -38), (-18, -24), (-12, -5), (8, -4), (16, -24)),
            ((16, -24), (17, 14), (2, 37), (-16, 32)),
        ),
    ),
)


def _points(
    strokes: tuple[Stroke, ...], count: int, stream: IntegerStream
) -> list[tuple[Integers, Integers]]:
    """Return the points of each stroke as every image has them, (count, points) right and down."""
    wide, high = (stream.integers(*STRETCH, count, 1) for _ in range(2))
    slant, turn = (stream.around_zero(most, count, 1) for most in (SLANT, TURN))
    right_shift, down_shift = (stream.around_zero(SHIFT, count, 1) for _ in range(2))
    placed = []
    for stroke in strokes:
        across, down = np.array(stroke, np.int32).T
        x = (across * wide >> 4) + stream.around_zero(WOBBLE, count, len(stroke))
        y = (down * high >> 4) + stream.around_zero(WOBBLE, count, len(stroke))
        placed.append((x - (slant * y >> 4) + right_shift, y + (turn * x >> 4) + down_shift))
    return placed


def _squared_distances(x: Integers, y: Integers, start: list[Integers], stop: list[Integers]) -> Integers:
    """Return the squared distance of each pixel to a straight line of each image, (count, 28, 28)."""
    right, down = stop[0] - start[0], stop[1] - start[1]
    length = np.maximum(right * right + down * down, 1)
    from_x, from_y = x - start[0], y - start[1]
    along = from_x * right + from_y * down
    foot = np.clip(along, 0, length)  # where on the line the nearest point lies
    distances: Integers = from_x * from_x + from_y * from_y - foot * (2 * along - foot) // length
    return distances


def _images(strokes: tuple[Stroke, ...], count: int, stream: IntegerStream) -> NDArray[np.uint8]:
    """Return `count` images of one way to write a digit, (count, 28, 28)."""
    centres = np.arange(2, 4 * SIDE, 4, dtype=np.int32) - 2 * SIDE
    x, y = centres, centres[:, None]
    nearest = np.full((count, SIDE, SIDE), 4 * SIDE * SIDE, np.int32)
    for right, down in _points(strokes, count, stream):
        ends = [[it[:, point, None, None] for it in (right, down)] for point in range(right.shape[1])]
        for start, stop in pairwise(ends):
            np.minimum(nearest, _squared_distances(x, y, start, stop), out=nearest)
    widths = stream.integers(*WIDTHS, count, 1, 1)
    light = stream.integers(160, 255, count, 1, 1)
    depth = (widths * widths - nearest) // (2 * widths)  # inside the stroke; its edges are two pixels soft
    images: NDArray[np.uint8] = (light * (np.clip(depth, -4, 4) + 4) >> 3).astype(np.uint8)
    return images


def draw(seed: int = SEED, count: int = IMAGES) -> Examples:
    """Draw a data set.

    Parameters
    ----------
    seed : int
        Key of the generator; `SEED` gives the data set that `SHA256` describes.
    count : int
        Number of images.

    Returns
    -------
    images : (count, 28, 28) uint8 array
    labels : (count,) int64 array
        The digits, in random order.
    """
    stream = IntegerStream(seed)
    labels = stream.integers(0, len(WAYS) - 1, count).astype(np.int64)
    choices = stream.integers(0, 1, count)
    images = np.empty((count, SIDE, SIDE), np.uint8)
    for label, ways in enumerate(WAYS):
        for number, strokes in enumerate(ways):
            members = np.flatnonzero((labels == label) & (choices % len(ways) == number))
            images[members] = _images(strokes, len(members), stream)
    return images, labels
