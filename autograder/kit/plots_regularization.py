"""Pictures for the notebook on regularization: fits, errors and weights against lambda, and penalties as contours.

Like those of `autograder.kit.plots`, all return the matplotlib `Axes` they drew on, a new one unless `axes` is given.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from autograder.kit.plots import (
    BLUE,
    DASHES,
    GREEN,
    GREY,
    PALETTE,
    VERMILION,
    _describe,
    _new_axes,
    _refuse_nothing,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STRENGTH = "strength of the penalty, lambda (reg)"


def fits(
    training: tuple[ArrayLike, ArrayLike],
    fresh: tuple[ArrayLike, ArrayLike],
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]],
    axes: "Axes | None" = None,
) -> "Axes":
    """Show fitted curves with the points that they were fitted to and with fresh ones.

    Parameters
    ----------
    training, fresh : (x, y), (N,) arrays
    curves : {label: (x, y)}
        Where a curve leaves the range of the points, it leaves the picture.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("curves", curves)
    axes = _new_axes(axes)
    axes.plot(*fresh, "o", color=GREY, markersize=4, mfc="none", label="fresh points")
    axes.plot(*training, "o", color="black", label="training points")
    for (label, curve), colour, dashes in zip(curves.items(), cycle(PALETTE), cycle(DASHES)):
        axes.plot(*curve, dashes, color=colour, label=label)
    heights = np.concatenate([np.asarray(training[1], float), np.asarray(fresh[1], float)])
    room = 0.35 * np.ptp(heights)
    axes.set_ylim(heights.min() - room, heights.max() + room)
    _describe(axes, "Fits that differ in nothing but their penalty", "x", "y")
    axes.legend(frameon=False, fontsize=9)
    return axes


def validation_curve(
    regs: Sequence[float], train_errors: ArrayLike, val_errors: ArrayLike, axes: "Axes | None" = None
) -> "Axes":
    """Show training and validation error against the strength of the penalty, and where the latter is smallest.

    Parameters
    ----------
    regs : sequence of float
        Larger than 0: the axes are logarithmic.
    train_errors, val_errors : (len(regs),) array
        As `validation_curve` returns them.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("train_errors", train_errors)
    axes = _new_axes(axes)
    validation = np.asarray(val_errors, float)
    axes.loglog(regs, train_errors, color=BLUE, label="training points")
    axes.loglog(regs, validation, "--", color=VERMILION, label="validation points")
    best = int(validation.argmin())
    axes.axvline(regs[best], color=GREY, linestyle=":", label=f"smallest: lambda = {regs[best]:.2g}")
    axes.set_ylim(bottom=axes.get_ylim()[0] / 2)  # room for the words
    axes.text(0.02, 0.03, "← over-fitting", transform=axes.transAxes, color=GREY)
    axes.text(0.98, 0.03, "under-fitting →", transform=axes.transAxes, color=GREY, ha="right")
    _describe(axes, "The training error cannot tell which lambda is best", STRENGTH, "mean squared error")
    axes.legend(frameon=False)
    return axes


def weight_paths(regs: Sequence[float], weights: ArrayLike, axes: "Axes | None" = None) -> "Axes":
    """Show every weight against the strength of the penalty.

    Parameters
    ----------
    regs : sequence of float
        Larger than 0: their axis is logarithmic.
    weights : (len(regs), D) array
        The weights of one fit per row; column p belongs to the power p. Small and large weights are both shown:
        beyond 1 and -1 their axis is logarithmic.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("weights", weights)
    axes = _new_axes(axes, 7.2)
    for power, path in enumerate(np.asarray(weights, float).T):
        colour, dashes = PALETTE[power % len(PALETTE)], DASHES[power // len(PALETTE) % len(DASHES)]
        axes.plot(regs, path, dashes, color=colour, linewidth=1.4, label=f"{power}")
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_xscale("log")
    axes.set_yscale("symlog", linthresh=1.0)
    _describe(axes, "A strong penalty draws every weight to 0", STRENGTH, "weight")
    axes.legend(title="power", loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    return axes


def penalty_contours(
    grid: ArrayLike,
    penalties: ArrayLike,
    errors: ArrayLike,
    best: tuple[float, float],
    title: str = "",
    axes: "Axes | None" = None,
) -> "Axes":
    """Show a penalty and an error of the same two weights as contours, and where the error is smallest on one of them.

    Parameters
    ----------
    grid : (G,) array
        Values of either weight.
    penalties, errors : (G, G) array
        One row for each value of the second weight, one column for each of the first.
    best : (w1, w2)
        Smallest error among the weights of the same penalty; the contours through it are drawn bold.
    title : str
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("penalties", penalties)
    axes = _new_axes(axes, 4.4, 4.4)
    values, R, E = np.asarray(grid, float), np.asarray(penalties, float), np.asarray(errors, float)
    column, row = (int(np.abs(values - it).argmin()) for it in best)
    levels = R[row, column] * np.array([0.25, 1.0, 2.25])
    axes.contour(values, values, R, levels, colors=BLUE, linewidths=[0.8, 2.2, 0.8])
    through = E[row, column]
    rings = np.unique(through * np.array([0.1, 0.4, 1.0, 2.0]))
    axes.contour(values, values, E, rings, colors=VERMILION, linewidths=1.0, linestyles="--")
    axes.plot(*best, "s", color=GREEN, markersize=8)
    axes.plot([], [], color=BLUE, label="penalty")
    axes.plot([], [], "--", color=VERMILION, label="error")
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_aspect("equal")
    _describe(axes, title, "$w_1$", "$w_2$")
    axes.legend(framealpha=0.9, edgecolor="none", loc="lower left")
    return axes
