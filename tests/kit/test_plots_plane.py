"""Each picture of points, lines and regions shows what it was given."""

from importlib import import_module

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
plane = import_module(
    "autograder.kit.plots_plane"
)  # untyped: matplotlib knows less of an artist than its tests

X = np.array([[0.0, 0.0], [4.0, 1.0], [2.0, 2.0], [1.0, 0.5]])
y = np.array([0, 2, 2, 0])


def test_points_have_the_colour_of_their_class_and_a_name():
    axes = plane.points(X, y, ["a", "b", "c"], title="three classes")
    shown = [collection.get_offsets().tolist() for collection in axes.collections]
    assert shown == [X[y == 0].tolist(), [], X[y == 2].tolist()]
    colours = {tuple(collection.get_facecolor()[0]) for collection in axes.collections}
    assert len(colours) == 3
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b", "c"]
    assert axes.get_title() == "three classes"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("$x_1$", "$x_2$")


def test_the_legend_stands_beside_the_picture_and_takes_in_lines():
    axes = plane.points(X, y, ["a", "b", "c"])
    plane.legend(plane.line([1.0, 2.0], -4.0, axes, label="tie"))
    axes.figure.canvas.draw()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b", "c", "tie"]
    assert axes.get_legend().get_window_extent().x0 > axes.get_window_extent().x1


def test_points_lie_in_a_square_with_room_around_them():
    axes = plane.points(X, y)
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert right - left == pytest.approx(top - bottom)
    assert left < 0 and right > 4 and bottom < 0 and top > 2
    assert axes.get_legend() is None


def test_rings_stand_around_wrong_points_only():
    axes = plane.wrong_points(X, [True, False, False, True], plane.points(X, y))
    assert axes.collections[-1].get_offsets().tolist() == [[0.0, 0.0], [1.0, 0.5]]


@pytest.mark.parametrize("scale", [1.0, -3.0])
def test_a_line_consists_of_the_points_where_the_sum_is_0_and_its_arrow_follows_the_normal(scale):
    normal, offset = scale * np.array([1.0, 2.0]), scale * -4.0
    axes = plane.points(X, y)
    limits = axes.get_xlim(), axes.get_ylim()
    plane.line(normal, offset, axes, label="tie")
    (drawn,) = (it for it in axes.lines if it.get_label() == "tie")
    for point in (drawn.get_xy1(), drawn.get_xy2()):
        assert normal @ point + offset == pytest.approx(0)
    (arrow,) = axes.texts
    assert normal @ np.array(arrow.xy) + offset > 0
    assert np.cross([*normal, 0], [*(np.array(arrow.xy) - np.array(arrow.xyann)), 0]) == pytest.approx(0)
    assert (axes.get_xlim(), axes.get_ylim()) == limits


def test_a_line_outside_of_the_picture_moves_no_limits_and_shows_no_arrow():
    axes = plane.points(X, y)
    limits = axes.get_xlim(), axes.get_ylim()
    plane.line([1.0, 0.0], -100.0, axes)
    assert (axes.get_xlim(), axes.get_ylim()) == limits
    assert not axes.texts


def test_a_normal_without_a_direction_is_refused():
    with pytest.raises(ValueError, match="the normal is 0"):
        plane.line([0.0, 0.0], 1.0, plane.points(X, y))


def test_regions_show_the_label_of_every_place():
    axes = plane.points(X, y)
    plane.regions(lambda P: (P[:, 0] > 2) + 2 * (P[:, 1] > 1), axes, resolution=10)
    (image,) = axes.images
    labels = np.asarray(image.get_array())
    left, right, bottom, top = image.get_extent()
    assert (left, right) == axes.get_xlim() and (bottom, top) == axes.get_ylim()
    for row, column in ((0, 0), (0, 9), (9, 0), (9, 9), (4, 6)):
        x = left + (right - left) * (column + 0.5) / 10
        up = bottom + (top - bottom) * (row + 0.5) / 10
        assert labels[row, column] == (x > 2) + 2 * (up > 1)


def test_regions_have_the_colours_of_the_points():
    axes = plane.regions(lambda P: np.full(len(P), 2), plane.points(X, y), resolution=4)
    (image,) = axes.images
    red, green, blue, _ = image.cmap(image.norm(2))
    assert (red, green, blue) == pytest.approx(axes.collections[2].get_facecolor()[0][:3], abs=0.01)
