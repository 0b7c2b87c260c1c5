"""The pictures of the nearest-neighbour notebook show the times, sides and distances that they were given."""

from importlib import import_module

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
plots = import_module(
    "autograder.kit.plots_distance"
)  # untyped: tests know more of an artist than matplotlib


def by_label(axes):
    return {line.get_label(): line for line in axes.lines}


def test_times_stand_over_their_sizes_on_logarithmic_axes():
    axes = plots.times_by_size([10, 100], {"training": [1e-7, 1e-7], "prediction": [0.1, 0.9]})
    assert axes.get_xscale() == axes.get_yscale() == "log"
    lines = by_label(axes)
    assert lines["training"].get_xdata().tolist() == [10, 100]
    assert lines["training"].get_ydata().tolist() == [1e-7, 1e-7]
    assert lines["prediction"].get_ydata().tolist() == [0.1, 0.9]
    assert lines["training"].get_color() != lines["prediction"].get_color()
    assert [label.get_text() for label in axes.get_xticklabels()] == ["10", "100"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("training examples N", "time (s)")


def test_a_line_amid_the_last_times_shows_what_would_be_proportional():
    guide = by_label(plots.times_by_size([10, 100], {"training": [1, 1], "prediction": [0.1, 4.0]}))
    assert guide["twice as many, twice as long"].get_ydata() == pytest.approx([0.2, 2.0])


def test_sides_of_cubes_stand_over_their_dimensions_below_the_side_of_the_whole():
    axes = plots.sides_of_cubes([1, 10, 100], [0.1, 0.8, 0.98], 0.1)
    assert axes.lines[0].get_xydata().tolist() == [[1, 0.1], [10, 0.8], [100, 0.98]]
    assert axes.get_xscale() == "log" and axes.get_ylim()[0] == 0 and axes.get_ylim()[1] > 1
    assert "10%" in axes.get_title()


def test_a_band_lies_between_the_nearest_and_the_farthest_distance():
    axes = plots.spread_of_distances([1, 100], [0.1, 0.8], [2.0, 1.2])
    lines = by_label(axes)
    assert lines["nearest point"].get_ydata().tolist() == [0.1, 0.8]
    assert lines["farthest point"].get_ydata().tolist() == [2.0, 1.2]
    (band,) = axes.collections
    assert band.get_datalim(axes.transData).get_points().tolist() == [[1, 0.1], [100, 2.0]]


def test_other_points_are_a_bar_from_their_nearest_to_their_farthest():
    axes = plots.spread_of_distances([1, 100], [0.1, 0.8], [2.0, 1.2], {"images": (100, 0.4, 1.7)})
    (bar,) = axes.containers
    assert bar.get_label() == "images"
    (segment,) = bar.lines[2][0].get_segments()
    assert segment == pytest.approx(np.array([[100, 0.4], [100, 1.7]]))
    assert "images" in [text.get_text() for text in axes.get_legend().get_texts()]


EXAMPLES = {
    "times_by_size": ([1, 2], {"training": [1, 2]}),
    "sides_of_cubes": ([1, 2], [0.1, 0.3], 0.1),
    "spread_of_distances": ([1, 2], [0.1, 0.2], [2.0, 1.9], {"images": (2, 0.5, 1.5)}),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_picture_has_a_title_names_its_axes_and_renders_without_warning(name, tmp_path, recwarn):
    import matplotlib.pyplot as plt

    _, (left, right) = plt.subplots(1, 2)
    assert getattr(plots, name)(*EXAMPLES[name], axes=right) is right
    assert right.get_title() and right.get_xlabel() and right.get_ylabel()
    assert not left.has_data()
    right.figure.savefig(tmp_path / "picture.png")
    assert not recwarn.list


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.times_by_size([1], {}),
        lambda: plots.sides_of_cubes([1], None, 0.1),
        lambda: plots.spread_of_distances([1], None, None),
    ],
    ids=EXAMPLES,
)
def test_the_result_of_an_unwritten_function_gets_one_sentence(draw):
    with pytest.raises(ValueError, match=r"nothing to draw: '\w+' is"):
        draw()
