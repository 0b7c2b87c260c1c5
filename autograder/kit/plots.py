"""Pictures for the notebooks: each function takes what the course's functions return and draws it.

All return the matplotlib `Axes` they drew on, a new one unless `axes` is given, and raise ValueError where there is
nothing to draw, as in the None that an unwritten function returns. Colours are those of Okabe and Ito, which the
colour-blind can tell apart; lines also differ by dashes or markers, so that prints stay readable.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
PALETTE = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, "#000000")
DASHES = ("-", "--", "-.", ":")
GREY = "#666666"


def _new_axes(axes: "Axes | None", width: float = 6.4, height: float = 4.0) -> "Axes":
    """Return `axes`, or the only one of a new figure of that size in inches."""
    if axes is not None:
        return axes
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("pictures need matplotlib: install it with 'pip install matplotlib'.") from error
    figure = plt.figure(figsize=(width, height), layout="compressed")
    return figure.add_subplot()


def _refuse_nothing(name: str, value: Any) -> None:
    """Raise ValueError for None, which an unwritten function returns, and for an empty collection."""
    if value is None or len(value) == 0:
        raise ValueError(
            f"there is nothing to draw: '{name}' is {value!r}. Is the function that makes it written?"
        )


def _describe(axes: "Axes", title: str, x: str = "", y: str = "") -> None:
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)


def _show_mosaic(axes: "Axes", mosaic: NDArray[Any], grey: bool) -> None:
    """Show tiles as pixels, without axes' lines."""
    axes.imshow(mosaic, cmap="gray" if grey else None, vmin=0, vmax=255, interpolation="nearest")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def _mosaic(tiles: Sequence[Sequence[NDArray[Any] | None]], gap: int) -> NDArray[Any]:
    """Return tiles (each (H, W[, 3]) uint8, None for none) side by side, white `gap` pixels apart."""
    height, width, *channels = next(tile.shape for row in tiles for tile in row if tile is not None)
    rows, columns = len(tiles), max(len(row) for row in tiles)
    mosaic = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, *channels), 255, np.uint8)
    for i, row in enumerate(tiles):
        for j, tile in enumerate(row):
            if tile is not None:
                top, left = i * (height + gap), j * (width + gap)
                mosaic[top : top + height, left : left + width] = tile
    return mosaic


def _show_rows(
    axes: "Axes",
    images: NDArray[Any],
    rows: Sequence[NDArray[np.integer]],
    labels: Sequence[str],
    per_row: int,
) -> None:
    """Show images (N, height, width[, 3]) in labelled rows of their indices, at most `per_row` in each."""
    blank = [None] * per_row
    tiles = [[*images[row], *blank][:per_row] for row in rows]
    _show_mosaic(axes, _mosaic(tiles, gap=2), images.ndim == 3)
    step = images.shape[1] + 2
    axes.set_yticks([row * step + (step - 3) / 2 for row in range(len(rows))], labels)
    axes.set_xticks([])


def sample_images(
    X: ArrayLike, y: ArrayLike, class_names: Sequence[str], per_class: int = 8, axes: "Axes | None" = None
) -> "Axes":
    """Show the first images of each class, one class per row.

    Parameters
    ----------
    X : (N, height, width[, 3]) uint8 array
    y : (N,) integer array
    class_names : sequence of str
        The name of class `c` is `class_names[c]`.
    per_class : int
        Images per row; the row ends early where there are fewer.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("X", X)
    images, labels = np.asarray(X), np.asarray(y)
    chosen = [np.flatnonzero(labels == label)[:per_class] for label in range(len(class_names))]
    names_width = 0.2 + 0.09 * max(map(len, class_names))
    axes = _new_axes(axes, 0.75 * per_class + names_width, 0.75 * len(class_names) + 0.3)
    _show_rows(axes, images, chosen, class_names, per_class)
    axes.set_title(f"The first {per_class} images of each class")
    return axes


def distance_matrix(dists: ArrayLike, axes: "Axes | None" = None) -> "Axes":
    """Show distances as an image: dark is near, white is far.

    Parameters
    ----------
    dists : (test, train) array
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("dists", dists)
    axes = _new_axes(axes, 7.2, 3.6)
    distances = np.asarray(dists)
    low, high = np.nanpercentile(distances, [2, 98])  # a few extremes would turn all the rest grey
    image = axes.imshow(distances, cmap="gray", aspect="auto", vmin=low, vmax=high)
    _describe(axes, "Distances: dark is near, white is far", "training example", "test example")
    axes.figure.colorbar(image, ax=axes, label="distance (grey levels)", extend="both")
    return axes


def cross_validation(accuracies: Mapping[int, Sequence[float]], axes: "Axes | None" = None) -> "Axes":
    """Show the accuracy of every fold for each k, with mean and standard deviation.

    Parameters
    ----------
    accuracies : {k: [accuracy of each fold]}
        As `cross_validate` returns it.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("accuracies", accuracies)
    axes = _new_axes(axes)
    choices = sorted(accuracies)
    means = np.array([np.mean(accuracies[k]) for k in choices])
    deviations = [np.std(accuracies[k]) for k in choices]
    at = [k for k in choices for _ in accuracies[k]]
    axes.scatter(at, [a for k in choices for a in accuracies[k]], s=16, color=SKY, label="one fold")
    axes.errorbar(choices, means, deviations, color=BLUE, marker="o", capsize=3, label="mean ± std. dev.")
    best = choices[int(means.argmax())]
    axes.axvline(best, color=VERMILION, linestyle=":", label=f"best mean: k = {best}")
    axes.set_xscale("log")
    axes.set_xticks(choices, [str(k) for k in choices])
    axes.minorticks_off()
    _describe(axes, "Cross-validation of k", "neighbours k (logarithmic)", "accuracy")
    axes.legend(frameon=False)
    return axes


def loop_timings(seconds: Mapping[str, float], axes: "Axes | None" = None) -> "Axes":
    """Show how long each version takes, and how many times faster than the slowest it is.

    Parameters
    ----------
    seconds : {name: seconds}
        For example `{"two loops": 24.1, "one loop": 30.2, "no loops": 0.3}`.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("seconds", seconds)
    axes = _new_axes(axes, height=0.9 + 0.55 * len(seconds))
    slowest = max(seconds.values())
    bars = axes.barh(list(seconds), list(seconds.values()), color=BLUE, height=0.6)
    for bar, duration in zip(bars, seconds.values(), strict=True):
        ratio = "" if duration == slowest else f"  ({_faster(slowest / duration)})"
        middle = bar.get_y() + bar.get_height() / 2
        axes.annotate(
            f"{duration:.3g} s{ratio}", (duration, middle), (4, 0), textcoords="offset points", va="center"
        )
    axes.set_xlim(0, slowest * 1.4)  # room for the words
    axes.invert_yaxis()
    _describe(axes, "Time for the same distances", "time (s)")
    return axes


def _faster(times: float) -> str:
    """Return how much faster something is, in words; what other programs may cause is no difference."""
    return f"{times:.3g} times faster" if times >= 1.1 else "about as fast"


def loss_curves(histories: Mapping[Any, Sequence[float]], axes: "Axes | None" = None) -> "Axes":
    """Show the loss during training, one curve per learning rate.

    Parameters
    ----------
    histories : {learning rate: loss_history}
        The loss of every iteration, as `LinearClassifier.train` returns it. A curve that explodes leaves the
        picture at the top.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("histories", histories)
    axes = _new_axes(axes)
    curves = {rate: np.asarray(history, float) for rate, history in histories.items()}
    for (rate, losses), colour, dashes in zip(curves.items(), cycle(PALETTE), cycle(DASHES)):
        label = f"{rate:g}" if isinstance(rate, float | int) else str(rate)
        finite = np.where(np.isfinite(losses), losses, np.nan)
        axes.plot(finite, dashes, color=colour, label=label, linewidth=1.4)
    starts = [losses[0] for losses in curves.values() if losses.size and np.isfinite(losses[0])]
    if starts:
        lowest = min(losses[np.isfinite(losses)].min(initial=np.inf) for losses in curves.values())
        span = max(max(starts) - lowest, 0.1 * max(starts))
        axes.set_ylim(lowest - 0.1 * span, max(starts) + 0.5 * span)
    _describe(axes, "Loss during training", "iteration", "loss of the batch")
    axes.legend(title="learning rate", framealpha=0.9, edgecolor="none")
    return axes


def weight_templates(
    W: ArrayLike,
    class_names: Sequence[str],
    image_shape: tuple[int, ...] = (32, 32, 3),
    axes: "Axes | None" = None,
) -> "Axes":
    """Show each class's weights as an image, stretched to the full range of grey levels.

    Parameters
    ----------
    W : (D, C) or (D + 1, C) array
        Weights; a last row beyond the pixels is the bias and is left out.
    class_names : sequence of C str
    image_shape : (height, width[, 3])
        D is their product.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("W", W)
    weights = np.asarray(W, float)[: int(np.prod(image_shape))]
    low, high = weights.min(axis=0), weights.max(axis=0)
    stretched = (255 * (weights - low) / np.where(high > low, high - low, 1)).astype(np.uint8)
    axes = pictures([column.reshape(image_shape) for column in stretched.T], class_names, axes)
    axes.set_title("Weights of each class as an image", pad=22)
    return axes


def pictures(
    images: Sequence[NDArray[np.uint8]], class_names: Sequence[str], axes: "Axes | None" = None
) -> "Axes":
    """Show one picture of each class, in rows of five, under the classes' names.

    Parameters
    ----------
    images : (C, height, width[, 3]) uint8 array, or a list of pictures
    class_names : sequence of C str
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("images", images)
    tiles = [np.asarray(image) for image in images]
    height, width = tiles[0].shape[:2]
    columns = min(5, len(tiles))
    rows = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    gap = height // 3
    axes = _new_axes(axes, 1.35 * columns, 1.35 * len(rows) + 0.5)
    _show_mosaic(axes, _mosaic(rows, gap), tiles[0].ndim == 2)
    for index, name in enumerate(class_names):
        row, column = divmod(index, columns)
        x = column * (width + gap) + width / 2
        axes.text(x, row * (height + gap) - 1.5, name, ha="center", va="bottom")
    axes.set(xticks=[], yticks=[])
    return axes


def margin(
    correct_score: float = 3.2, other_scores: Sequence[float] = (5.1, -1.7), axes: "Axes | None" = None
) -> "Axes":
    """Show hinge and softmax loss of one example while the score of its correct class varies.

    Parameters
    ----------
    correct_score : float
        The score that the example has: marked on both curves.
    other_scores : sequence of float
        The scores of the other classes, which stay as they are.
    axes : matplotlib Axes, optional
    """
    axes = _new_axes(axes)
    others = np.asarray(other_scores, float)
    enough = others.max() + 1
    scores = np.linspace(min(correct_score, others.max()) - 3, max(correct_score, enough) + 3, 400)
    for loss, colour, dashes, name in (
        (_hinge, BLUE, "-", "hinge (SVM)"),
        (_softmax, VERMILION, "--", "softmax"),
    ):
        axes.plot(scores, loss(scores, others), dashes, color=colour, label=name)
    _mark_losses(axes, correct_score, others)
    axes.axvline(others.max(), color=GREY, linestyle=":", label="highest other score")
    axes.axvspan(others.max(), enough, color=GREY, alpha=0.15, lw=0, label="margin 1")
    _describe(
        axes,
        "The hinge loss is content with a margin, softmax never is",
        "score of the correct class",
        "loss of the example",
    )
    axes.legend(frameon=False)
    return axes


def _mark_losses(axes: "Axes", score: float, others: NDArray[np.float64]) -> None:
    """Mark both losses at one score, the higher one's value above its curve and the lower one's below."""
    here = np.array([score])
    marks = sorted(((_hinge(here, others)[0], BLUE), (_softmax(here, others)[0], VERMILION)))
    for (loss, colour), offset, side in zip(marks, ((-6, -14), (6, 6)), ("right", "left"), strict=True):
        axes.plot([score], [loss], "o", color=colour)
        axes.annotate(f"{loss:.2f}", (score, loss), offset, textcoords="offset points", color=colour, ha=side)


def _hinge(scores: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the hinge loss for each score of the correct class, (S,)."""
    loss: NDArray[np.float64] = np.maximum(0, others - scores[:, None] + 1).sum(axis=1)
    return loss


def _softmax(scores: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the softmax loss for each score of the correct class, (S,)."""
    loss: NDArray[np.float64] = np.logaddexp(0, np.logaddexp.reduce(others) - scores)
    return loss


def gradient_error(errors: Mapping[float, float], axes: "Axes | None" = None) -> "Axes":
    """Show the error of the numerical gradient against its step on logarithmic axes.

    Parameters
    ----------
    errors : {step h: relative error}
        Errors of exactly 0 are drawn at 1e-17, where logarithms end.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("errors", errors)
    axes = _new_axes(axes)
    steps = np.array(sorted(errors))
    relative = np.maximum([errors[step] for step in steps], 1e-17)
    axes.loglog(steps, relative, "o-", color=BLUE, label="measured")
    lowest = int(len(steps) - 1 - relative[::-1].argmin())  # the larger of equally good steps
    axes.plot(
        steps[lowest], relative[lowest], "s", color=VERMILION, ms=10, mfc="none", mew=2, label="smallest"
    )
    axes.annotate(
        f"h = {steps[lowest]:.2g}",
        (steps[lowest], relative[lowest]),
        (0, -18),
        textcoords="offset points",
        ha="center",
    )
    axes.margins(y=0.15)
    axes.text(0.02, 0.03, "← rounding", transform=axes.transAxes, color=GREY)
    axes.text(0.98, 0.03, "truncation →", transform=axes.transAxes, color=GREY, ha="right")
    axes.grid(alpha=0.3)
    _describe(axes, "Numerical gradient: neither too small nor too large a step", "step h", "relative error")
    axes.legend(frameon=False)
    return axes


def confusion_matrix(counts: ArrayLike, class_names: Sequence[str], axes: "Axes | None" = None) -> "Axes":
    """Show a confusion matrix with its numbers; the darker a mistake, the more frequent it is.

    Parameters
    ----------
    counts : (C, C) integer array
        `counts[i, j]` examples of class i were predicted as class j. What is right, on the diagonal, is left
        uncoloured: it would outshine the mistakes.
    class_names : sequence of C str
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("counts", counts)
    matrix = np.asarray(counts)
    size = 1.2 + 0.5 * len(matrix)
    axes = _new_axes(axes, size, size)
    mistakes = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    axes.imshow(mistakes, cmap="Oranges", vmin=0, vmax=max(1, mistakes.max()))
    for (row, column), count in np.ndenumerate(matrix):
        right = row == column
        colour = BLUE if right else "white" if count > 0.65 * mistakes.max() else "black"
        weight = "bold" if right else "normal"
        if count or right:
            axes.text(column, row, f"{count}", ha="center", va="center", color=colour, weight=weight)
    slanted = max(map(len, class_names)) > 3  # longer names would run into each other
    axes.set_xticks(
        range(len(matrix)),
        class_names,
        rotation=45 if slanted else 0,
        ha="right" if slanted else "center",
        rotation_mode="anchor",
    )
    axes.set_yticks(range(len(matrix)), class_names)
    axes.tick_params(length=0)
    axes.set(title="What was taken for what", xlabel="predicted class", ylabel="true class")
    return axes


def grid_search(
    results: Mapping[tuple[float, float], tuple[float, float]], axes: "Axes | None" = None
) -> "Axes":
    """Show validation accuracy as a heat map, with both accuracies written into the cells.

    Parameters
    ----------
    results : {(learning rate, reg): (training accuracy, validation accuracy)}
        As `grid_search` returns it; combinations that were not tried stay empty. The best is framed.
    axes : matplotlib Axes, optional
    """
    _refuse_nothing("results", results)
    rates = sorted({rate for rate, _ in results})
    regs = sorted({reg for _, reg in results})
    validation = np.full((len(rates), len(regs)), np.nan)
    for (rate, reg), (_, accuracy) in results.items():
        validation[rates.index(rate), regs.index(reg)] = accuracy
    axes = _new_axes(axes, 2.6 + 0.95 * len(regs), 1.6 + 0.6 * len(rates))
    image = axes.imshow(validation, cmap="cividis", aspect="auto")
    middle = (np.nanmin(validation) + np.nanmax(validation)) / 2
    for (rate, reg), (training, accuracy) in results.items():
        colour = "black" if accuracy > middle else "white"
        place = (regs.index(reg), rates.index(rate))
        axes.annotate(
            f"{accuracy:.3f}\n({training:.3f})", place, color=colour, ha="center", va="center", fontsize=9
        )
    _frame(axes, max(results, key=lambda setting: results[setting][1]), rates, regs)
    axes.set_xticks(range(len(regs)), [f"{reg:g}" for reg in regs])
    axes.set_yticks(range(len(rates)), [f"{rate:g}" for rate in rates])
    axes.set(title="Validation (training) accuracy", xlabel="regularisation strength", ylabel="learning rate")
    axes.figure.colorbar(image, ax=axes, label="validation accuracy")
    return axes


def _frame(axes: "Axes", setting: tuple[float, float], rates: list[float], regs: list[float]) -> None:
    from matplotlib.patches import Rectangle

    corner = (regs.index(setting[1]) - 0.48, rates.index(setting[0]) - 0.48)
    axes.add_patch(Rectangle(corner, 0.96, 0.96, fill=False, edgecolor=VERMILION, linewidth=3))
