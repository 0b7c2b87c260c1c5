"""Pictures for the notebook on nearest neighbours: what prediction costs, and what many dimensions do to distances.

Like those of `autograder.kit.plots`, all return the matplotlib `Axes` they drew on, a new one unless `axes` is given.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from autograder.kit.plots import BLUE, DASHES, GREY, PALETTE, _describe, _new_axes, _refuse_nothing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def times_by_size(
    sizes: Sequence[int], seconds: Mapping[str, Sequence[float]], axes: "Axes | None" = None
) -> "Axes":
    """Show how long something takes against the number of training examples, on logarithmic axes.

    Parameters
    ----------
    sizes : sequence of int
        Numbers of training examples, in ascending order.
    seconds : {name: seconds for each size}
        Larger than 0. A grey line amid the times of the last name is what would be exactly proportional.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("seconds", seconds)
    axes = _new_axes(axes)
    for (name, times), colour, dashes, marker in zip(
        seconds.items(), cycle(PALETTE), cycle(DASHES), cycle("os^")
    ):
        axes.loglog(sizes, times, dashes, marker=marker, color=colour, label=name)
    each = np.exp(np.mean(np.log(np.divide(times, sizes))))  # of one example: the mean of the logarithms
    axes.loglog(
        sizes, each * np.asarray(sizes), color=GREY, linewidth=0.8, label="twice as many, twice as long"
    )
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    _describe(axes, "What remembering costs, and what asking costs", "training examples N", "time (s)")
    axes.legend(frameon=False)
    return axes


def sides_of_cubes(
    dimensions: Sequence[int], sides: ArrayLike, share: float, axes: "Axes | None" = None
) -> "Axes":
    """Show how long the sides of a cube have to be to hold a share of all points, against the number of dimensions.

    Parameters
    ----------
    dimensions : sequence of int
    sides : (len(dimensions),) array
        As shares of the side of the cube that holds all points.
    share : float
        The share of the points inside.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("sides", sides)
    axes = _new_axes(axes)
    axes.semilogx(dimensions, sides, "o-", color=BLUE)
    axes.axhline(1, color=GREY, linestyle=":")
    axes.set_ylim(0, 1.08)
    title = f"A cube around the middle that holds {share:.0%} of the points"
    _describe(axes, title, "dimensions D", "its side, as a share of the whole")
    return axes


def spread_of_distances(
    dimensions: Sequence[int],
    nearest: ArrayLike,
    farthest: ArrayLike,
    others: Mapping[str, tuple[int, float, float]] | None = None,
    axes: "Axes | None" = None,
) -> "Axes":
    """Show how far the nearest and the farthest of many points are, against the number of dimensions.

    Parameters
    ----------
    dimensions : sequence of int
    nearest, farthest : (len(dimensions),) array
        Smallest and largest distance, as shares of the mean distance.
    others : {name: (dimensions, nearest, farthest)}, optional
        The same of other points, drawn as one bar each.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("nearest", nearest)
    axes = _new_axes(axes)
    low, high = np.asarray(nearest, float), np.asarray(farthest, float)
    axes.fill_between(dimensions, low, high, color=BLUE, alpha=0.15, linewidth=0)
    axes.semilogx(dimensions, high, "o-", color=BLUE, label="farthest point")
    axes.semilogx(dimensions, low, "s--", color=BLUE, label="nearest point")
    axes.axhline(1, color=GREY, linestyle=":", label="mean distance")
    for (name, (dimension, shortest, longest)), colour in zip((others or {}).items(), cycle(PALETTE[1:])):
        axes.errorbar(
            dimension, 1, [[1 - shortest], [longest - 1]], color=colour, capsize=5, linewidth=2.5, label=name
        )
    axes.set_ylim(bottom=0)
    _describe(axes, "Distances to random points", "dimensions D", "distance, as a share of the mean")
    axes.legend(frameon=False)
    return axes
