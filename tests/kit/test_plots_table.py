"""The table of scores has every number in the cell of its class and example."""

from importlib import import_module

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
plots = import_module(
    "autograder.kit.plots_table"
)  # untyped: matplotlib knows less of an artist than its tests

SCORES = np.array([[3.25, -1.5, 0.0], [100.0, 2.0, 123.456]])
COSTS = np.array([[0.0, 4.0, 1.0], [0.0, -1.0, 0.0]])


def table():
    return plots.score_table(SCORES, [0, 2], COSTS, ["cat", "car", "frog"], ["first", "second"])


def test_columns_are_examples_and_rows_are_classes():
    axes = table()
    shown = {text.get_position(): text.get_text() for text in axes.texts}
    assert shown == {
        **{(0, 0): "3.25", (0, 1): "−1.5", (0, 2): "0"},
        **{(1, 0): "100", (1, 1): "2", (1, 2): "123.5"},
    }
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "car", "frog"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["first", "second"]


def test_the_correct_classes_are_framed():
    middles = [
        (frame.get_x() + frame.get_width() / 2, frame.get_y() + frame.get_height() / 2)
        for frame in table().patches
    ]
    assert middles == [pytest.approx((0, 0)), pytest.approx((1, 2))]


def test_cells_are_the_darker_the_more_belongs_to_them_and_their_numbers_stay_readable():
    axes = table()
    (image,) = axes.images
    assert np.array_equal(image.get_array(), COSTS.T)
    assert image.norm(4.0) < 0.8, "the darkest colours are not used"
    colours = {text.get_text(): text.get_color() for text in axes.texts}
    assert colours["−1.5"] == "white" and set(colours.values()) == {"white", "black"}


def test_a_table_in_which_nothing_costs_anything_renders_without_warning(tmp_path, recwarn):
    axes = plots.score_table([[1.0, 2.0]], [1], [[0.0, 0.0]], "ab", ["one"], title="Nothing to pay")
    axes.figure.savefig(tmp_path / "picture.png")
    assert axes.get_title() == "Nothing to pay"
    assert not recwarn.list


def test_it_draws_on_the_axes_it_is_given():
    import matplotlib.pyplot as plt

    _, (left, right) = plt.subplots(1, 2)
    assert plots.score_table([[1.0]], [0], [[0.0]], "a", ["one"], axes=right) is right
    assert right.has_data() and not left.has_data()


@pytest.mark.parametrize("arguments", [(None, [0], [[0.0]]), ([[1.0]], [0], None)], ids=["numbers", "shades"])
def test_the_result_of_an_unwritten_function_gets_one_sentence(arguments):
    with pytest.raises(ValueError, match=r"nothing to draw: '\w+' is None"):
        plots.score_table(*arguments, "a", ["one"])
