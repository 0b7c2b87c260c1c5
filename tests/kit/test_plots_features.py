"""The pictures of features show the histograms, strokes and accuracies that they were given."""

from importlib import import_module

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
# Untyped: matplotlib knows less of an artist than its tests.
plots = import_module("autograder.kit.plots_features")


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_color_histogram_draws_a_bar_for_each_bin_and_smoothed_lines_over_them():
    raw = np.array([0.5, 0.5, 0.0, 1.0, 0.25, 0.75])
    axes = plots.color_histogram(raw, [[0.4, 0.6], [0.1, 0.9], [0.3, 0.7]])
    assert [bar.get_height() for bar in axes.patches] == raw.tolist()
    centres = [bar.get_x() + bar.get_width() / 2 for bar in axes.patches]
    assert centres == pytest.approx([0, 1, 3, 4, 6, 7]), "channels stand side by side"
    assert [list(line.get_ydata()) for line in axes.lines] == [[0.4, 0.6], [0.1, 0.9], [0.3, 0.7]]
    assert [line.get_xdata().tolist() for line in axes.lines] == [[0, 1], [3, 4], [6, 7]]
    assert set(legend(axes)) == {"red", "green", "blue", "smoothed"}


def test_hog_glyphs_are_strokes_along_the_edges_in_the_middle_of_their_cells():
    histograms = np.zeros((1, 2, 2))
    histograms[0, 0, 0], histograms[0, 1, 1] = 1.0, 0.5
    axes = plots.hog_glyphs(np.zeros((4, 8)), histograms)
    strokes = np.array(axes.collections[0].get_segments())
    lengths = np.linalg.norm(strokes[:, 1] - strokes[:, 0], axis=1)
    assert lengths == pytest.approx([4, 0, 0, 2]), "a full bin is as long as its cell"
    assert strokes.mean(axis=1).tolist() == [[1.5, 1.5], [1.5, 1.5], [5.5, 1.5], [5.5, 1.5]]
    # The middle of the first bin of two is a gradient at 45 degrees; its edge runs at 135, in image coordinates.
    across, down = strokes[0, 1] - strokes[0, 0]
    assert np.degrees(np.arctan2(down, across)) % 180 == pytest.approx(135)


def test_accuracies_have_a_bar_and_a_number_for_each_part():
    axes = plots.accuracies(
        {"pixels": {"training": 0.4, "test": 0.33}, "HOG": {"training": 0.5, "test": 0.46}}
    )
    assert [bar.get_height() for bar in axes.patches] == [0.4, 0.5, 0.33, 0.46]
    assert [text.get_text() for text in axes.texts] == ["0.40", "0.50", "0.33", "0.46"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["pixels", "HOG"]
    assert set(legend(axes)) == {"training", "test", "guessing"}


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.color_histogram(None),
        lambda: plots.color_histogram(np.ones(6), [None, None, None]),
        lambda: plots.hog_glyphs(np.zeros((8, 8)), None),
        lambda: plots.accuracies({}),
    ],
    ids=["histogram", "smoothed", "hog", "accuracies"],
)
def test_the_result_of_an_unwritten_function_gets_one_sentence(draw):
    with pytest.raises(ValueError, match=r"nothing to draw: '\w+' is"):
        draw()
