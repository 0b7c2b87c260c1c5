"""The pictures of optimisation show the contours, paths and errors that they were given."""

from importlib import import_module

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
plots = import_module(
    "autograder.kit.plots_optimization"
)  # untyped: matplotlib knows less of an artist than its tests


def bowl(x):
    return float(3 * x[0] ** 2 + 2 * x[1] ** 2)


LIMITS = (-1.0, 2.0, -1.5, 1.0)


def test_descent_draws_each_path_with_its_start_over_contours():
    far = np.array([[2.0, -1.0], [0.0, 0.0], [9.0, 9.0]])
    paths = {"short": [[1.0, 1.0], [0.4, 0.6]], "long": far}
    axes = plots.descent(bowl, paths, LIMITS)
    short, start, long, _ = axes.lines
    assert short.get_xydata().tolist() == paths["short"]
    assert start.get_xydata().tolist() == [[1.0, 1.0]]
    assert long.get_xydata().tolist() == far.tolist()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["short", "long"]
    assert (*axes.get_xlim(), *axes.get_ylim()) == LIMITS, "a path that runs away hides nothing"


def test_the_contours_of_a_bowl_are_equally_far_apart():
    levels = plots.descent(lambda x: x[0] ** 2, {"path": [[0.5, 0.0]]}, (-1.0, 1.0, -1.0, 1.0)).collections[0]
    distances = np.diff(np.sqrt(levels.levels))
    assert len(distances) > 10 and distances == pytest.approx(distances[0])


def test_contours_of_a_dear_function_are_drawn_from_fewer_points():
    calls = []

    def dear(x):
        calls.append(x.tolist())
        return bowl(x)

    plots.descent(dear, {"path": [[0.5, 0.0]]}, LIMITS, grid=9)
    assert len(calls) == 81
    assert calls[0] == [LIMITS[0], LIMITS[2]] and calls[-1] == [LIMITS[1], LIMITS[3]]


def test_errors_are_drawn_on_a_logarithmic_scale_that_ends_where_float64_does():
    axes = plots.errors_by_step({"Newton": [1.0, 1e-3, 0.0], "descent": np.array([1.0, 0.5])})
    newton, descent = axes.lines
    assert axes.get_yscale() == "log"
    assert newton.get_ydata().tolist() == [1.0, 1e-3, 1e-16]
    assert descent.get_ydata().tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    "draw",
    [
        lambda path: plots.descent(bowl, {"mine": path}, LIMITS),
        lambda path: plots.errors_by_step({"mine": path}),
    ],
)
def test_the_path_of_an_unwritten_function_gets_one_sentence(draw):
    with pytest.raises(ValueError, match="nothing to draw: 'mine' is None"):
        draw(None)
