"""Each picture of the notebook on regularization shows what it was given."""

from importlib import import_module

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
plots = import_module(
    "autograder.kit.plots_regularization"
)  # untyped: tests know more of an artist than matplotlib

REGS = [0.01, 0.1, 1.0]


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_fits_shows_both_kinds_of_points_and_every_curve():
    x = np.linspace(0, 1, 4)
    axes = plots.fits((x, x), (x, 2 * x), {"weak": (x, 50 * x), "strong": (x, 0 * x)})
    fresh, training, weak, strong = axes.lines
    assert fresh.get_ydata().tolist() == (2 * x).tolist() and training.get_ydata().tolist() == x.tolist()
    assert weak.get_ydata()[-1] == 50 and strong.get_ydata()[-1] == 0
    assert weak.get_linestyle() != strong.get_linestyle()
    assert legend(axes) == ["fresh points", "training points", "weak", "strong"]


def test_a_curve_that_leaves_the_points_does_not_flatten_them():
    x = np.linspace(0, 1, 4)
    low, high = plots.fits((x, x), (x, 2 * x), {"wild": (x, 1e6 * x)}).get_ylim()
    assert -1 < low < 0 and 2 < high < 3


def test_validation_curve_marks_the_smallest_validation_error():
    axes = plots.validation_curve(REGS, [0.1, 0.2, 0.4], [0.9, 0.3, 0.5])
    train, validation, best = axes.lines
    assert train.get_ydata().tolist() == [0.1, 0.2, 0.4]
    assert validation.get_ydata().tolist() == [0.9, 0.3, 0.5]
    assert best.get_xdata()[0] == 0.1
    assert legend(axes)[-1] == "smallest: lambda = 0.1"
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_weight_paths_shows_one_line_for_each_weight_and_tells_them_apart():
    weights = np.arange(3 * 9).reshape(3, 9)
    axes = plots.weight_paths(REGS, weights)
    *paths, zero = axes.lines
    assert [path.get_ydata().tolist() for path in paths] == weights.T.tolist()
    assert zero.get_ydata() == [0, 0]
    assert len({(path.get_color(), path.get_linestyle()) for path in paths}) == 9
    assert legend(axes) == [str(power) for power in range(9)]


def test_penalty_contours_pass_through_the_best_point():
    grid = np.linspace(-2, 2, 81)
    first, second = np.meshgrid(grid, grid)
    axes = plots.penalty_contours(
        grid, first**2 + second**2, (first - 1.5) ** 2 + second**2, (1.0, 0.0), "L2: (1, 0)"
    )
    penalty, error = axes.collections
    assert penalty.levels.tolist() == [0.25, 1.0, 2.25]
    assert 0.25 in error.levels
    assert next(line for line in axes.lines if line.get_marker() == "s").get_xdata() == [1.0]
    assert axes.get_title() == "L2: (1, 0)"


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.fits(([0], [0]), ([0], [0]), {}),
        lambda: plots.validation_curve(REGS, None, None),
        lambda: plots.weight_paths(REGS, None),
        lambda: plots.penalty_contours([0, 1], None, None, (0, 0)),
    ],
    ids=["fits", "validation_curve", "weight_paths", "penalty_contours"],
)
def test_nothing_to_draw_is_said_in_one_sentence(draw):
    with pytest.raises(ValueError, match="there is nothing to draw"):
        draw()
