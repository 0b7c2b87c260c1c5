"""Pictures of classifiers of points in the plane: the points, the lines between classes, and the regions they cut."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.kit.plots import BLUE, GREEN, ORANGE, PURPLE, VERMILION, _new_axes, _refuse_nothing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE)
"""Of the classes, as many as can be told apart by colour and marker."""
MARKERS = ("o", "s", "^", "D", "v")


def points(
    X: ArrayLike, y: ArrayLike, class_names: Sequence[str] = (), title: str = "", axes: "Axes | None" = None
) -> "Axes":
    """Show labelled points, one colour and one marker for each class.

    Parameters
    ----------
    X : (N, 2) array
    y : (N,) integer array
        Labels 0 to 4.
    class_names : sequence of str, optional
        With names there is a legend.
    title : str, optional
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("X", X)
    alone = axes is None
    axes = _new_axes(axes, 6.2, 4.6)
    places, labels = np.asarray(X, float), np.asarray(y)
    for label in range(labels.max() + 1):
        chosen = places[labels == label]
        name = class_names[label] if class_names else None
        marker, colour = MARKERS[label], COLOURS[label]
        axes.scatter(
            chosen[:, 0],
            chosen[:, 1],
            s=22,
            marker=marker,
            color=colour,
            edgecolor="white",
            linewidth=0.5,
            label=name,
        )
    middle, reach = (places.max(axis=0) + places.min(axis=0)) / 2, np.ptp(places, axis=0).max() * 0.58
    axes.set(xlim=(middle[0] - reach, middle[0] + reach), ylim=(middle[1] - reach, middle[1] + reach))
    axes.set(title=title, aspect="equal")
    if alone:  # in a row of panels, labels would take up their room
        axes.set(xlabel="$x_1$", ylabel="$x_2$")
    axes.spines[["top", "right"]].set_visible(False)
    if class_names:
        legend(axes)
    return axes


def legend(axes: "Axes") -> "Axes":
    """Put a legend beside the picture, where it hides no point; again after lines with labels have been added."""
    axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False)
    return axes


def wrong_points(X: ArrayLike, wrong: ArrayLike, axes: "Axes") -> "Axes":
    """Draw a ring around every point that is wrong.

    Parameters
    ----------
    X : (N, 2) array
    wrong : (N,) array of bool
    axes : matplotlib Axes
    """
    chosen = np.asarray(X, float)[np.asarray(wrong, bool)]
    axes.scatter(chosen[:, 0], chosen[:, 1], s=90, facecolor="none", edgecolor="black", linewidth=1.2)
    return axes


def line(normal: ArrayLike, offset: float, axes: "Axes", label: str = "", dashes: str = "-") -> "Axes":
    """Draw the line `normal @ x + offset = 0` across the picture, with an arrow along its normal.

    Parameters
    ----------
    normal : (2,) array
    offset : float
    axes : matplotlib Axes
        Its limits are kept; where the line passes outside of them, nothing is to be seen.
    label : str, optional
        For the legend.
    dashes : str, optional
        The style of the line.

    Raises
    ------
    ValueError
        If the normal is 0, which has no direction.
    """
    direction = np.asarray(normal, float)
    length = float(np.hypot(*direction))
    if not length:
        raise ValueError("there is no line to draw: the normal is 0 and has no direction.")
    limits = np.array([axes.get_xlim(), axes.get_ylim()])
    middle = limits.mean(axis=1)
    unit = direction / length
    foot = middle - (unit @ middle + offset / length) * unit  # the point of the line nearest to the middle
    along = np.array([-unit[1], unit[0]])
    axes.axline(tuple(foot), tuple(foot + along), color="black", linestyle=dashes, linewidth=1.4, label=label)
    if np.all((limits[:, 0] < foot) & (foot < limits[:, 1])):
        tip = foot + 0.12 * np.ptp(limits[0]) * unit
        axes.annotate(
            "", tip, foot, arrowprops={"arrowstyle": "-|>", "color": "black", "shrinkA": 0, "shrinkB": 0}
        )
    axes.set(xlim=tuple(limits[0]), ylim=tuple(limits[1]))
    return axes


def regions(
    predict: Callable[[NDArray[np.float64]], ArrayLike], axes: "Axes", resolution: int = 120
) -> "Axes":
    """Colour every place of the picture like the class that is predicted there.

    Parameters
    ----------
    predict : callable
        Takes points (N, 2) and returns their labels, (N,).
    axes : matplotlib Axes
        Its limits say where to look.
    resolution : int, optional
        Points along each side.
    """
    from matplotlib.colors import ListedColormap

    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    across = left + (right - left) * (np.arange(resolution) + 0.5) / resolution
    up = bottom + (top - bottom) * (np.arange(resolution) + 0.5) / resolution
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    labels = np.asarray(predict(grid)).reshape(resolution, resolution)
    axes.imshow(
        labels,
        origin="lower",
        extent=(left, right, bottom, top),
        cmap=ListedColormap(COLOURS),
        vmin=-0.5,
        vmax=len(COLOURS) - 0.5,
        alpha=0.3,
        zorder=0,
        interpolation="nearest",
    )
    return axes
