"""Figures and axes cross with what they show, and are made again only of parts that fit together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autograder.values import libraries
from autograder.values.kinds import Foreign, TooLargeError
from autograder.values.of_matplotlib import MOST_ARTISTS
from autograder.values.same import compare_values


def drawn(heights=(3, 1), title="Left") -> Figure:
    figure = Figure()
    left, right = figure.subplots(1, 2)
    left.plot([1, 2, 3], [0.5, 4.0, np.nan], "r--o", label="growth")
    left.hist([1, 2, 2, 3], bins=4)
    left.scatter([1, 2], [3, 4], s=[5, 6])
    left.fill_between([1, 2], [3, 4])
    left.annotate("here", (1, 2))
    left.set(title=title, xlabel="x", ylabel="y", yscale="log", ylim=(0.1, 9))
    left.legend()
    right.bar(["a", "b"], heights)
    right.pie([1, 2])
    right.imshow(np.eye(3))
    figure.suptitle("Both")
    return figure


def again(value: object) -> Any:
    return libraries.rebuilt(libraries.taken_apart(value))


def test_a_figure_that_is_made_again_shows_the_same_to_a_test():
    figure = again(drawn())
    left, right = figure.axes
    assert [type(figure), type(left)] == [Figure, Axes] and figure.get_suptitle() == "Both"
    assert (left.get_title(), left.get_xlabel(), left.get_yscale(), left.get_ylim()) == (
        "Left",
        "x",
        "log",
        (0.1, 9),
    )
    (line,) = left.get_lines()
    assert line.get_ydata()[:2].tolist() == [0.5, 4.0] and np.isnan(line.get_ydata()[2])
    assert (line.get_label(), line.get_color(), line.get_linestyle(), line.get_marker()) == (
        "growth",
        "r",
        "--",
        "o",
    )
    assert [it.get_height() for it in left.patches] == [1, 0, 2, 1]
    points, area = left.collections
    assert points.get_offsets().tolist() == [[1, 3], [2, 4]] and points.get_sizes().tolist() == [5, 6]
    assert len(area.get_paths()) == 1 and [it.get_text() for it in left.texts] == ["here"]
    assert [it.get_text() for it in left.get_legend().get_texts()] == ["growth"]
    assert [it.get_height() for it in right.patches[:2]] == [3, 1] and len(right.patches) == 4
    assert right.images[0].get_array().shape == (3, 3)
    axes = Figure().add_subplot()
    axes.bar(["a", "b"], [1, 2])
    assert [it.get_text() for it in again(axes).get_xticklabels()] == ["a", "b"]


def test_figures_are_compared_by_what_they_show():
    assert compare_values(drawn(), drawn()) is None
    title = compare_values(drawn(), drawn(title="Right"))
    assert title is not None and title.place == "the result.axes[0].title"
    heights = compare_values(drawn(), drawn(heights=(3, 2)))
    assert heights is not None and heights.place.startswith("the result.axes[1]")
    colour, other = (Figure().add_subplot() for _ in range(2))
    colour.plot([1, 2], color="red")
    other.plot([1, 2], color="blue")
    assert compare_values(colour, other) is None


def broken(**parts: Any) -> Foreign:
    axes = libraries.taken_apart(drawn().axes[0])
    return replace(axes, parts={**axes.parts, **parts})


LINE = Foreign("matplotlib.Line2D", None, {"x": np.zeros(2), "y": np.zeros(2), "label": ""})
UNSOUND: dict[str, Callable[[], Foreign]] = {
    "a title that is no text": lambda: broken(title=3),
    "no limits": lambda: broken(xlim=(0.0,)),
    "endless limits": lambda: broken(xlim=(0.0, float("inf"))),
    "an unknown scale": lambda: broken(yscale="function"),
    "lines that are none": lambda: broken(lines=[LINE, 3]),
    "axes in axes": lambda: broken(lines=[broken()]),
    "a line of two lengths": lambda: broken(lines=[replace(LINE, parts={**LINE.parts, "x": np.zeros(3)})]),
    "a line of objects": lambda: broken(lines=[replace(LINE, parts={**LINE.parts, "x": np.array([print])})]),
    "ticks without texts": lambda: broken(xticks=[(1.0, 2.0)]),
    "a part that is missing": lambda: Foreign("matplotlib.Axes", None, {}),
    "an unknown artist": lambda: Foreign("matplotlib.Button", None, {}),
}


@pytest.mark.parametrize("what", UNSOUND)
def test_nothing_is_made_of_parts_that_do_not_fit_together(what):
    unsound = UNSOUND[what]()  # drawn here: every process collects, and few of them run this
    with pytest.raises((ValueError, TypeError, LookupError)):
        libraries.rebuilt(unsound)


def test_a_picture_of_too_many_artists_is_not_made():
    with pytest.raises(TooLargeError, match="4,096"):
        libraries.rebuilt(broken(lines=[LINE] * (MOST_ARTISTS + 1)))
