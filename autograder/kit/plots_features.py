"""Pictures for the notebook about features, in the manner of `plots`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from autograder.kit.plots import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    SKY,
    VERMILION,
    _describe,
    _new_axes,
    _refuse_nothing,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CHANNELS = (("red", VERMILION), ("green", GREEN), ("blue", BLUE))


def color_histogram(raw: ArrayLike, smoothed: Sequence[ArrayLike] = (), axes: "Axes | None" = None) -> "Axes":
    """Show the histograms of three channels side by side, and smoothed ones as lines over them.

    Parameters
    ----------
    raw : (3 * bins,) array
        As `color_histogram` returns it.
    smoothed : sequence of three (bins,) arrays, optional
        The same channels, smoothed.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("raw", raw)
    axes = _new_axes(axes)
    channels = np.asarray(raw, float).reshape(3, -1)
    bins = channels.shape[1]
    for channel, (name, colour) in enumerate(CHANNELS):
        places = channel * (bins + 1) + np.arange(bins)
        axes.bar(places, channels[channel], width=1, color=colour, alpha=0.45, label=name)
        if len(smoothed):
            _refuse_nothing("smoothed", smoothed[channel])
            label = "smoothed" if channel == 0 else None
            axes.plot(places, smoothed[channel], ".-", color="black", linewidth=1.2, label=label)
    axes.set_xticks([])
    _describe(axes, "Colour histogram", "bins, from dark to bright", "share of the pixels")
    axes.legend(frameon=False)
    return axes


def hog_glyphs(gray: ArrayLike, histograms: ArrayLike, axes: "Axes | None" = None) -> "Axes":
    """Show the histogram of each cell over the image: a stroke along the edges of each bin, long where it is full.

    Parameters
    ----------
    gray : (H, W) array
    histograms : (rows, columns, bins) array
        As `hog` returns it, for square cells.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("histograms", histograms)
    from matplotlib.collections import LineCollection

    image, cells = np.asarray(gray, float), np.asarray(histograms, float)
    rows, columns, bins = cells.shape
    cell = min(image.shape[0] // rows, image.shape[1] // columns)
    axes = _new_axes(axes, 4.0, 4.0)
    axes.imshow(image, cmap="gray", alpha=0.6)
    # An edge runs at a right angle to its gradient.
    along = np.radians((np.arange(bins) + 0.5) * 180 / bins + 90)
    strokes = 0.5 * cell * cells[..., np.newaxis] * np.stack([np.cos(along), np.sin(along)], axis=1)
    down, across = np.mgrid[:rows, :columns]
    centres = (np.stack([across, down], axis=-1)[:, :, np.newaxis] + 0.5) * cell - 0.5
    segments = np.stack([centres - strokes, centres + strokes], axis=3).reshape(-1, 2, 2)
    axes.add_collection(LineCollection(list(segments), colors=VERMILION, linewidths=1.6))
    for edge in range(1, rows):
        axes.axhline(edge * cell - 0.5, color=SKY, linewidth=0.5)
    for edge in range(1, columns):
        axes.axvline(edge * cell - 0.5, color=SKY, linewidth=0.5)
    axes.set(xticks=[], yticks=[], title="Edges by cell")
    return axes


def accuracies(found: Mapping[str, Mapping[str, float]], axes: "Axes | None" = None) -> "Axes":
    """Show the accuracies that a classifier reaches with each kind of features.

    Parameters
    ----------
    found : {features: {part: accuracy}}
        For example `{"pixels": {"training": 0.43, "test": 0.33}}`; the same parts, four at most, for all
        features.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("found", found)
    axes = _new_axes(axes)
    parts = list(next(iter(found.values())))
    width = 0.8 / len(parts)
    for number, (part, colour) in enumerate(zip(parts, (SKY, BLUE, ORANGE, GREEN), strict=False)):
        places = np.arange(len(found)) + (number - (len(parts) - 1) / 2) * width
        heights = [by_part[part] for by_part in found.values()]
        axes.bar(places, heights, width, color=colour, label=part)
        for place, height in zip(places, heights, strict=True):
            axes.annotate(f"{height:.2f}", (place, height), (0, 2), textcoords="offset points", ha="center")
    axes.axhline(0.1, color=GREY, linestyle=":", label="guessing")
    axes.set_xticks(range(len(found)), list(found))
    axes.margins(y=0.15)
    _describe(axes, "What a linear classifier makes of each kind of features", "", "accuracy")
    axes.legend(frameon=False, loc="upper left")
    return axes
