"""The procedural data set: ten classes of small colour images, drawn by integer arithmetic alone.

Every number comes from the raw 64-bit output of NumPy's counter-based Philox generator with an explicit
key, the one thing about a generator that NumPy promises never to change, and is turned into pixels by integer
operations only. So the same bytes appear on every platform and every NumPy version, and `SHA256` proves it.

Lengths are in quarter pixels, coverage in eighths of a pixel, colours in grey levels. The spreads and the seed
are chosen so that the usual methods rank as they do on CIFAR-10; `benchmarks/dataset_story.py` shows it.
"""

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from autograder.kit.data.examples import DataError, Examples

CLASS_NAMES = (
    *("disc", "ring", "square", "triangle", "cross", "diamond"),
    *("rows", "columns", "checkerboard", "dots"),
)
IMAGES = 6_000
TEST_IMAGES = 500
SIDE = 32
SEED = 3
SHA256 = "9b015ad30f15221663953277c1446658cfc064e9bdaced6878e2e543624c1ddd"

SCHEMES = 14  # colour schemes of a class: a figure colour and a ground colour each
SCHEME_SPREAD = 80
LOYALTY = 60  # of a hundred images, those that surely wear one of their own class's schemes
TINT_SPREAD = 24
LIGHT_SPREAD = 25
GRADIENT = 40
CLUTTER = 2  # rectangles that belong to no class
CLUTTER_SPREAD = 50

# How far a class's figures and grounds lean from the middle of all colours: (red, green, blue) of both.
LEANINGS = (
    ((20, -14, -20), (-12, 0, 16)),
    ((-17, 0, 20), (13, 10, -3)),
    ((23, 14, -20), (-9, -3, -15)),
    ((-14, 11, -11), (19, 3, 0)),
    ((14, -11, 14), (0, 13, 3)),
    ((-20, 11, 14), (10, -6, -12)),
    ((25, 0, -20), (-12, -6, 10)),
    ((-3, -3, 20), (16, 16, -3)),
    ((6, 17, -11), (3, -9, 6)),
    ((11, -6, -11), (-9, 10, 10)),
)

Integers = NDArray[np.int32]


class IntegerStream:
    """Integers from a seed, the same on every platform: Philox-4x64 raw words, scaled by multiplication."""

    def __init__(self, seed: int) -> None:
        self._words = np.random.Philox(key=seed)

    def integers(self, low: int, high: int, *shape: int) -> Integers:
        """Return int32 integers from `low` to `high` inclusive: the top half of a word times the span."""
        words: NDArray[np.uint64] = self._words.random_raw(int(np.prod(shape))).reshape(shape)
        scaled = (words >> np.uint64(32)) * np.uint64(high - low + 1) >> np.uint64(32)
        return scaled.astype(np.int32) + np.int32(low)

    def around_zero(self, spread: int, *shape: int) -> Integers:
        """Return int32 integers between plus and minus `spread`, small ones more often (a triangle)."""
        return (self.integers(-spread, spread, *shape) + self.integers(-spread, spread, *shape)) >> 1

    def noise(self, *shape: int) -> NDArray[np.int16]:
        """Return int16 noise from -15 to 15, a triangle: the difference of a byte's two halves."""
        count = int(np.prod(shape))
        words = self._words.random_raw(-(-count // 8)).astype("<u8")
        octets = words.view(np.uint8)[:count].reshape(shape)
        return (octets & 15).astype(np.int16) - (octets >> 4)


def _edge(depth: Integers) -> Integers:
    """Return coverage 0..8 from the depth inside the outline: edges are two pixels soft."""
    return np.clip(depth, -4, 4) + 4


def _fold(position: Integers, period: Integers) -> Integers:
    """Return the distance to the middle of a repeating band."""
    distance: Integers = np.abs(position % (2 * period) - period)
    return distance


def _disc(x: Integers, y: Integers, size: Integers) -> Integers:
    return _edge((size * size - x * x - y * y) // (2 * size))


def _ring(x: Integers, y: Integers, size: Integers) -> Integers:
    depth = (size * size - x * x - y * y) // (2 * size)
    return _edge(size // 5 - np.abs(depth - size // 5))


def _square(x: Integers, y: Integers, size: Integers) -> Integers:
    return _edge(size * 7 // 8 - np.maximum(np.abs(x), np.abs(y)))


def _triangle(x: Integers, y: Integers, size: Integers) -> Integers:
    return np.minimum(_edge(size - y - size // 3), _edge((size + y - 2 * np.abs(x)) >> 1))


def _cross(x: Integers, y: Integers, size: Integers) -> Integers:
    across, down = np.abs(x), np.abs(y)
    bars = np.maximum(_edge(size // 3 - across), _edge(size // 3 - down))
    return np.minimum(bars, _edge(size - np.maximum(across, down)))


def _diamond(x: Integers, y: Integers, size: Integers) -> Integers:
    return _edge((size * 5 // 4 - np.abs(x) - np.abs(y)) * 3 >> 2)


def _rows(x: Integers, y: Integers, size: Integers) -> Integers:
    period = size // 2 + 8
    return _edge(_fold(y, period) - period // 2)


def _columns(x: Integers, y: Integers, size: Integers) -> Integers:
    return _rows(y, x, size)


def _checkerboard(x: Integers, y: Integers, size: Integers) -> Integers:
    return ((_rows(x, y, size) - 4) * (_columns(x, y, size) - 4) >> 2) + 4


def _dots(x: Integers, y: Integers, size: Integers) -> Integers:
    period = size // 2 + 8
    across, down = _fold(x, period), _fold(y, period)
    return _edge((period * period * 2 // 5 - across * across - down * down) // period)


_COVERAGE: tuple[Callable[[Integers, Integers, Integers], Integers], ...] = (
    *(_disc, _ring, _square, _triangle, _cross, _diamond),
    *(_rows, _columns, _checkerboard, _dots),
)


def _figures(label: int, count: int, stream: IntegerStream) -> NDArray[np.int16]:
    """Return how much of each pixel the figure covers, (count, 32, 32), 0..8: moved, sized and slanted."""
    centres = [stream.integers(42, 86, count, 1, 1) for _ in range(2)]
    sizes = stream.integers(26, 51, count, 1, 1)
    slant = stream.integers(-6, 6, count, 1, 1)
    axis = np.arange(2, 4 * SIDE, 4, dtype=np.int32)
    y = axis[:, None] - centres[0]
    x = axis - centres[1] + (slant * y >> 4)
    return _COVERAGE[label](x, y + 0 * x, sizes).astype(np.int16)


def _colours(label: int, count: int, stream: IntegerStream, schemes: Integers) -> tuple[Integers, Integers]:
    """Return figure and ground colours, (count, 3) each: leaning + scheme + tint + common light."""
    loyal = stream.integers(1, 100, count) <= LOYALTY
    owner = np.where(loyal, label, stream.integers(0, len(CLASS_NAMES) - 1, count))
    choice = stream.integers(0, SCHEMES - 1, count)
    tint = stream.around_zero(TINT_SPREAD, count, 2, 3)
    light = stream.integers(-LIGHT_SPREAD, LIGHT_SPREAD, count, 1, 1)
    colours = 128 + np.array(LEANINGS[label], np.int32) + schemes[owner, choice] + tint + light
    return colours[:, 0], colours[:, 1]


def _boxes(count: int, stream: IntegerStream) -> NDArray[np.bool_]:
    """Return the inside of one rectangle per image, (count, 32, 32)."""
    pixels = np.arange(SIDE, dtype=np.int32)
    inside = []
    for _ in range(2):
        start = stream.integers(-6, 29, count, 1)
        stop = start + stream.integers(4, 15, count, 1)
        inside.append((pixels >= start) & (pixels < stop))
    return inside[0][:, :, None] & inside[1][:, None, :]


def _images(label: int, count: int, stream: IntegerStream, schemes: Integers) -> NDArray[np.uint8]:
    """Return `count` images of one class, (count, 32, 32, 3)."""
    coverage = _figures(label, count, stream)
    figure, ground = _colours(label, count, stream, schemes)
    gain = stream.integers(50, 255, count, 1)
    contrast = ((figure - ground) * gain >> 8).astype(np.int16)
    slopes = stream.integers(-GRADIENT, GRADIENT, 2, count, 3).astype(np.int16)
    tints = stream.around_zero(CLUTTER_SPREAD, CLUTTER, count, 3).astype(np.int16)
    boxes = [_boxes(count, stream) for _ in range(CLUTTER)]
    loudness = stream.integers(4, 19, count, 1, 1).astype(np.int16)
    centred = np.arange(SIDE, dtype=np.int16) - SIDE // 2
    image = np.empty((count, SIDE, SIDE, 3), np.uint8)
    for channel in range(3):
        per_image = np.s_[:, channel, None, None]
        plane = coverage * contrast[per_image] >> 3
        down, across = slopes[0][per_image] * centred[:, None], slopes[1][per_image] * centred
        plane += ground[per_image].astype(np.int16) + (down >> 5) + (across >> 5)
        for box, tint in zip(boxes, tints, strict=True):
            plane += box * tint[per_image]
        plane += stream.noise(count, SIDE, SIDE) * loudness >> 3
        image[..., channel] = np.clip(plane, 0, 255)
    return image


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
    images : (count, 32, 32, 3) uint8 array
    labels : (count,) int64 array
        Indices into `CLASS_NAMES`, in random order.
    """
    stream = IntegerStream(seed)
    labels = stream.integers(0, len(CLASS_NAMES) - 1, count).astype(np.int64)
    schemes = stream.integers(-SCHEME_SPREAD, SCHEME_SPREAD, len(CLASS_NAMES), SCHEMES, 2, 3)
    images = np.empty((count, SIDE, SIDE, 3), np.uint8)
    for label in range(len(CLASS_NAMES)):
        members = np.flatnonzero(labels == label)
        images[members] = _images(label, len(members), stream, schemes)
    return images, labels


def checksum(images: NDArray[np.uint8], labels: NDArray[np.int64]) -> str:
    """Return the sha256 of the labels (one byte each) followed by the images' bytes."""
    digest = hashlib.sha256(labels.astype(np.uint8).tobytes())
    digest.update(images.tobytes())
    return digest.hexdigest()


def divided(name: str, drawn: Examples, expected: str, test_images: int) -> tuple[Examples, Examples]:
    """Return the training and the test images of a data set that was drawn here, if its checksum is as expected.

    Raises
    ------
    DataError
        If the bytes drawn here are not the published ones.
    """
    images, labels = drawn
    if checksum(images, labels) != expected:
        raise DataError(
            f"the data set '{name}' came out differently on this computer than its checksum says: "
            "results would not be comparable; tell your instructor the NumPy version "
            f"({np.__version__}) and the platform."
        )
    cut = len(labels) - test_images
    return (images[:cut], labels[:cut]), (images[cut:], labels[cut:])
