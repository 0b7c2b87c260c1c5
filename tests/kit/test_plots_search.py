"""The pictures of searches and of falling learning rates show every number at its place."""

from importlib import import_module

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
plots = import_module(
    "autograder.kit.plots_search"
)  # untyped: matplotlib knows less of an artist than its tests


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_a_search_is_shown_by_the_best_that_it_has_met_so_far():
    axes = plots.best_so_far({"random": [9.0, 9.5, 7.0, 8.0], "local": np.array([8.0, np.nan, 3.0])})
    random, local = axes.lines
    assert random.get_xydata().tolist() == [[1, 9.0], [2, 9.0], [3, 7.0], [4, 7.0]]
    assert local.get_ydata().tolist() == [8.0, 8.0, 3.0], "a loss that is no number is nobody's best"
    assert axes.get_xscale() == "log"
    assert legend_of(axes) == ["random", "local"]


def test_what_was_noted_during_training_stands_at_its_iterations():
    axes = plots.by_iteration({"constant": [2.0, 1.5], "halved": np.array([1.0, 0.5, 0.25])}, every=20)
    constant, halved = axes.lines
    assert constant.get_xydata().tolist() == [[20, 2.0], [40, 1.5]]
    assert halved.get_xydata().tolist() == [[20, 1.0], [40, 0.5], [60, 0.25]]
    assert constant.get_linestyle() != halved.get_linestyle()
    assert legend_of(axes) == ["constant", "halved"]


@pytest.mark.parametrize("draw", [plots.best_so_far, lambda losses: plots.by_iteration(losses, 10)])
def test_the_losses_of_an_unwritten_function_get_one_sentence(draw):
    with pytest.raises(ValueError, match="nothing to draw: 'mine' is None"):
        draw({"mine": None})
