"""The picture of losses draws each loss of each example, and tells both apart."""

from importlib import import_module

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
plots = import_module(
    "autograder.kit.plots_scores"
)  # untyped: matplotlib knows less of an artist than its tests

FACTORS = np.array([0.0, 1.0, 2.0])
EXAMPLES = {
    "cat": (np.outer(FACTORS, [3.0, 5.0]), 0),
    "car": (np.outer(FACTORS, [1.0, 4.0]), 1),
}
LOSSES = {
    "lead": lambda scores, label: scores.max() - scores[label],
    "square": lambda scores, label: scores[label] ** 2,
}


@pytest.fixture
def axes():
    return plots.losses_along(LOSSES, EXAMPLES, FACTORS)


def test_every_loss_of_every_example_is_drawn_where_it_was_computed(axes):
    lead_of_cat, square_of_cat, lead_of_car, square_of_car = axes.lines[:4]
    assert lead_of_cat.get_xydata().tolist() == [[0, 0], [1, 2], [2, 4]]
    assert square_of_cat.get_ydata().tolist() == [0, 9, 36]
    assert lead_of_car.get_ydata().tolist() == [0, 0, 0]
    assert square_of_car.get_ydata().tolist() == [0, 16, 64]


def test_examples_differ_in_colour_and_losses_in_dashes(axes):
    lead_of_cat, square_of_cat, lead_of_car, _ = axes.lines[:4]
    assert lead_of_cat.get_color() == square_of_cat.get_color() != lead_of_car.get_color()
    assert lead_of_cat.get_linestyle() == lead_of_car.get_linestyle() != square_of_cat.get_linestyle()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["cat", "car", "lead", "square"]


def test_a_picture_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"'examples' is \{\}"):
        plots.losses_along(LOSSES, {}, FACTORS)
