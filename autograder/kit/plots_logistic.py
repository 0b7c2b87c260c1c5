"""Pictures for the notebook on logistic regression: losses of batches and the worst confusions.

Like those of `autograder.kit.plots`, all return the matplotlib `Axes` they drew on, a new one unless `axes` is given.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from autograder.kit.plots import (
    BLUE,
    GREY,
    VERMILION,
    _describe,
    _new_axes,
    _refuse_nothing,
    _show_rows,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def batch_losses(
    epochs: Sequence[ArrayLike], validation: Sequence[float] = (), axes: "Axes | None" = None
) -> "Axes":
    """Show the loss of every batch, epoch by epoch.

    Parameters
    ----------
    epochs : sequence of (batches,) arrays
        The losses of each epoch, as `train_epoch` returns them.
    validation : sequence of float
        The loss on other examples after each epoch.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("epochs", epochs)
    axes = _new_axes(axes)
    ends = np.cumsum([len(np.asarray(losses)) for losses in epochs])
    axes.plot(
        np.concatenate([np.asarray(losses, float) for losses in epochs]),
        color=BLUE,
        linewidth=0.8,
        label="batch",
    )
    if len(validation):
        axes.plot(ends, validation, "s--", color=VERMILION, label="validation")
    for end in ends[:-1]:
        axes.axvline(end, color=GREY, linewidth=0.6, linestyle=":")
    _describe(axes, f"Loss of every batch in {len(ends)} epochs", "batch", "loss")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    return axes


def worst_confusions(
    images: ArrayLike,
    y: ArrayLike,
    predicted: ArrayLike,
    counts: ArrayLike,
    class_names: Sequence[str],
    pairs: int = 4,
    per_pair: int = 8,
    axes: "Axes | None" = None,
) -> "Axes":
    """Show images of the most frequent mistakes, one kind of mistake per row.

    Parameters
    ----------
    images : (N, height, width[, 3]) uint8 array
    y, predicted : (N,) integer array
    counts : (C, C) integer array
        Their confusion matrix; it decides which mistakes are the most frequent.
    class_names : sequence of C str
    pairs, per_pair : int
        Kinds of mistakes, and images of each at the most.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("counts", counts)
    matrix = np.array(counts)
    np.fill_diagonal(matrix, 0)
    order = np.argsort(-matrix, axis=None, kind="stable")[:pairs]
    worst = [(int(i), int(j)) for i, j in np.transpose(np.unravel_index(order, matrix.shape)) if matrix[i, j]]
    _refuse_nothing("the mistakes", worst)
    pictures, truth, guesses = np.asarray(images), np.asarray(y), np.asarray(predicted)
    chosen = [np.flatnonzero((truth == i) & (guesses == j))[:per_pair] for i, j in worst]
    axes = _new_axes(axes, 0.75 * per_pair + 2.2, 0.8 * len(worst) + 0.4)
    labels = [f"{class_names[i]} taken for {class_names[j]} ({matrix[i, j]})" for i, j in worst]
    _show_rows(axes, pictures, chosen, labels, per_pair)
    axes.set_title("The most frequent mistakes")
    return axes
