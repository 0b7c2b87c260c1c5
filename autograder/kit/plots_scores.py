"""The picture of what different losses say of the same scores, in the manner of `plots`."""

from collections.abc import Callable, Mapping
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.kit.plots import DASHES, GREY, PALETTE, _describe, _new_axes, _refuse_nothing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Loss = Callable[[NDArray[np.float64], int], Any]


def losses_along(
    losses: Mapping[str, Loss],
    examples: Mapping[str, tuple[ArrayLike, int]],
    at: ArrayLike,
    axes: "Axes | None" = None,
) -> "Axes":
    """Show what each loss says of each example while its scores change: a colour per example, dashes per loss.

    Parameters
    ----------
    losses : {name: loss}
        Each takes the scores of one example, shape (C,), and its correct class, and returns a number.
    examples : {name: ((P, C) array, correct class)}
        The scores of one example at each of the P places.
    at : (P,) array
        What changes, from left to right.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("losses", losses)
    _refuse_nothing("examples", examples)
    axes = _new_axes(axes, 6.8, 4.4)
    for (example, (scores, label)), colour in zip(examples.items(), cycle(PALETTE)):
        rows = np.asarray(scores, float)
        for number, (loss, dashes) in enumerate(zip(losses.values(), cycle(DASHES))):
            heights = [float(loss(row, label)) for row in rows]
            axes.plot(at, heights, dashes, color=colour, label="_" * number + example)
    for name, dashes in zip(losses, cycle(DASHES)):
        axes.plot([], [], dashes, color=GREY, label=name)
    _describe(axes, "Losses of the same scores", "", "loss of the example")
    axes.legend(framealpha=0.9, edgecolor="none")
    return axes
