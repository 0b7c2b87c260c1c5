"""Pictures of searches for good weights and of learning rates that fall, in the manner of `plots`."""

from collections.abc import Mapping
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from autograder.kit.plots import DASHES, PALETTE, _describe, _new_axes, _refuse_nothing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def best_so_far(losses: Mapping[str, ArrayLike], axes: "Axes | None" = None) -> "Axes":
    """Show the smallest loss that each search has met against the number of its evaluations.

    Parameters
    ----------
    losses : {label: (evaluations,) array}
        The loss of every try, in order, as `random_search` returns it. Tries without a number are passed over.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("losses", losses)
    axes = _new_axes(axes, 6.8, 4.2)
    for (label, tries), colour, dashes in zip(losses.items(), cycle(PALETTE), cycle(DASHES)):
        _refuse_nothing(label, tries)
        lowest = np.fmin.accumulate(np.asarray(tries, float))
        numbers = np.arange(1, len(lowest) + 1)
        axes.step(numbers, lowest, dashes, where="post", color=colour, linewidth=2, label=label)
    axes.set_xscale("log")
    axes.grid(alpha=0.3)
    _describe(
        axes, "The best that each search has found", "evaluations of the loss (logarithmic)", "smallest loss"
    )
    axes.legend(framealpha=0.9, edgecolor="none")
    return axes


def by_iteration(curves: Mapping[str, ArrayLike], every: int, axes: "Axes | None" = None) -> "Axes":
    """Show what was noted after every so many iterations of each training: a loss, or the learning rate.

    Parameters
    ----------
    curves : {label: (K,) array}
    every : int
        Iterations between two numbers of a curve; the first was noted after as many.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("curves", curves)
    axes = _new_axes(axes)
    for (label, values), colour, dashes in zip(curves.items(), cycle(PALETTE), cycle(DASHES)):
        _refuse_nothing(label, values)
        heights = np.asarray(values, float)
        iterations = every * np.arange(1, len(heights) + 1)
        axes.plot(iterations, heights, dashes, color=colour, linewidth=1.6, label=label)
    axes.grid(alpha=0.3)
    _describe(axes, "Training over its iterations", "iteration", "loss")
    axes.legend(framealpha=0.9, edgecolor="none")
    return axes
