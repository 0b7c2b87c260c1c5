"""The picture of a table of scores, in the manner of `plots`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from autograder.kit.plots import BLUE, _new_axes, _refuse_nothing

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def score_table(
    numbers: ArrayLike,
    y: ArrayLike,
    shades: ArrayLike,
    class_names: Sequence[str],
    example_names: Sequence[str],
    title: str = "Scores",
    axes: "Axes | None" = None,
) -> "Axes":
    """Show a number for each example and each class as a table with one column per example.

    Parameters
    ----------
    numbers : (N, C) array
        What is written into the cells.
    y : (N,) integer array
        The cells of the correct classes are framed.
    shades : (N, C) array
        What colours the cells: the larger, the darker; 0 and below stay light.
    class_names : sequence of C str
    example_names : sequence of N str
        They stand below the columns, in several lines if you like.
    title : str, optional
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("numbers", numbers)
    _refuse_nothing("shades", shades)
    from matplotlib.patches import Rectangle

    written, coloured = np.asarray(numbers, float).T, np.asarray(shades, float).T
    classes, examples = written.shape
    axes = _new_axes(axes, 1.6 + 1.15 * examples, 1.2 + 0.34 * classes)
    darkest = 1.3 * max(coloured.max(), np.finfo(float).tiny)  # the darkest colours would hide the numbers
    axes.imshow(coloured, cmap="Oranges", vmin=0, vmax=darkest, aspect="auto")
    for (row, column), number in np.ndenumerate(written):
        colour = "white" if coloured[row, column] > 0.6 * darkest else "black"
        axes.text(column, row, f"{number:.4g}".replace("-", "−"), ha="center", va="center", color=colour)
    for column, label in enumerate(np.asarray(y)):
        corner = (column - 0.47, label - 0.44)
        axes.add_patch(Rectangle(corner, 0.94, 0.88, fill=False, edgecolor=BLUE, linewidth=2.5))
    axes.set_xticks(range(examples), example_names)
    axes.set_yticks(range(classes), class_names)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(title)
    return axes
