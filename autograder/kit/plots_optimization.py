"""Pictures for the notebook about optimisation, in the manner of `plots`."""

from collections.abc import Callable, Mapping
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.kit.plots import DASHES, GREY, PALETTE, _describe, _new_axes, _refuse_nothing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVELS = 14
GRID = 81


def descent(
    f: Callable[[NDArray[np.float64]], Any],
    paths: Mapping[str, ArrayLike],
    limits: tuple[float, float, float, float],
    axes: "Axes | None" = None,
    grid: int = GRID,
) -> "Axes":
    """Show paths over the contours of a function of two variables.

    Parameters
    ----------
    f : callable
        Takes a point, an array of shape (2,), and returns a number.
    paths : {label: (steps + 1, 2) array}
        As `gradient_descent` and `newton` return them; a circle marks each start. A path that leaves the picture
        is cut off at its edge; several are told apart by a legend.
    limits : (left, right, bottom, top)
        What the picture shows.
    axes : matplotlib Axes, optional
    grid : int
        Points along each side at which f is evaluated for its contours.
    """
    _refuse_nothing("paths", paths)
    axes = _new_axes(axes, 6.4, 5.0)
    left, right, bottom, top = limits
    x, y = np.linspace(left, right, grid), np.linspace(bottom, top, grid)
    heights = np.array([[f(np.array([a, b])) for a in x] for b in y], float)
    low, high = heights.min(), heights.max()
    # Spaced like the heights of a bowl, so that its contours are equally far apart.
    levels = low + (high - low) * np.linspace(0, 1, LEVELS) ** 2
    axes.contour(x, y, heights, levels[1:], colors=GREY, alpha=0.5, linewidths=0.8, linestyles="solid")
    for (label, path), colour, dashes in zip(paths.items(), cycle(PALETTE), cycle(DASHES)):
        _refuse_nothing(label, path)
        points = np.asarray(path, float)
        axes.plot(*points.T, dashes, marker=".", color=colour, linewidth=1.4, label=label)
        axes.plot(*points[0], "o", color=colour, markersize=9, mfc="none", mew=1.5)
    axes.set(xlim=(left, right), ylim=(bottom, top))
    _describe(axes, "Paths over the contours of f", "x", "y")
    if len(paths) > 1:
        axes.legend(framealpha=0.9, edgecolor="none")
    return axes


def errors_by_step(errors: Mapping[str, ArrayLike], axes: "Axes | None" = None) -> "Axes":
    """Show on a logarithmic scale how far each method still is from its goal after every step.

    Parameters
    ----------
    errors : {label: (steps + 1,) array}
        Distances or excess losses; those below 1e-16 are drawn there, where float64 ends.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("errors", errors)
    axes = _new_axes(axes)
    for (label, values), colour, dashes in zip(errors.items(), cycle(PALETTE), cycle(DASHES)):
        _refuse_nothing(label, values)
        axes.semilogy(
            np.maximum(np.asarray(values, float), 1e-16), dashes, marker=".", color=colour, label=label
        )
    axes.grid(alpha=0.3)
    _describe(axes, "How far each method still has to go", "step", "distance from the goal")
    axes.legend(frameon=False)
    return axes
