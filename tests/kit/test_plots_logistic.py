"""Each picture of the notebook on logistic regression shows what it was given."""

from importlib import import_module

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
plots = import_module(
    "autograder.kit.plots_logistic"
)  # untyped: tests know more of an artist than matplotlib

COUNTS = np.array([[9, 1, 0], [4, 7, 2], [0, 0, 8]])


def test_batch_losses_are_shown_one_after_the_other_with_the_ends_of_epochs():
    axes = plots.batch_losses([[3.0, 2.0], [1.5, 1.0], [0.5]], validation=[2.5, 1.25, 0.75])
    batches, validation, *ends = axes.lines
    assert batches.get_ydata().tolist() == [3.0, 2.0, 1.5, 1.0, 0.5]
    assert validation.get_xdata().tolist() == [2, 4, 5] and list(validation.get_ydata()) == [2.5, 1.25, 0.75]
    assert [end.get_xdata()[0] for end in ends] == [2, 4]
    assert axes.get_ylim()[0] == 0


def test_batch_losses_need_no_validation():
    assert len(plots.batch_losses([[3.0, 2.0]]).lines) == 1


def test_worst_confusions_shows_the_most_frequent_mistakes_first():
    y, predicted = np.array([1, 0, 1, 1, 1, 1, 0]), np.array([0, 0, 0, 2, 0, 2, 1])
    images = np.arange(7, dtype=np.uint8)[:, None, None] + np.zeros((1, 4, 4), np.uint8)
    counts = np.zeros((3, 3), int)
    np.add.at(counts, (y, predicted), 1)
    axes = plots.worst_confusions(images, y, predicted, counts, "abc", pairs=2, per_pair=2)
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "b taken for a (3)",
        "b taken for c (2)",
    ]
    mosaic = np.asarray(axes.images[0].get_array())
    assert [mosaic[0, 0], mosaic[0, 6], mosaic[6, 0], mosaic[6, 6]] == [0, 2, 3, 5]


def test_a_row_ends_early_where_there_are_fewer_mistakes():
    images = np.zeros((2, 4, 4), np.uint8)
    counts = np.array([[1, 1], [0, 0]])
    axes = plots.worst_confusions(images, [0, 0], [0, 1], counts, "ab", per_pair=2)
    assert np.all(np.asarray(axes.images[0].get_array())[:, 6:] == 255)
    assert len(axes.get_yticklabels()) == 1


def test_counts_are_left_unchanged():
    counts = COUNTS.copy()
    images = np.zeros((1, 4, 4), np.uint8)
    plots.worst_confusions(images, [1], [0], counts, "abc")
    assert np.array_equal(counts, COUNTS)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.batch_losses([]),
        lambda: plots.worst_confusions(np.zeros((1, 4, 4)), [0], [0], None, "ab"),
        lambda: plots.worst_confusions(np.zeros((1, 4, 4)), [0], [0], np.diag([1, 0]), "ab"),
    ],
    ids=["batch_losses", "worst_confusions", "no mistakes"],
)
def test_nothing_to_draw_is_said_in_one_sentence(draw):
    with pytest.raises(ValueError, match="there is nothing to draw"):
        draw()
