"""Each picture shows what it was given: artists, positions, labels and limits."""

import subprocess
import sys
from importlib import import_module

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
plots = import_module("autograder.kit.plots")  # untyped: matplotlib knows less of an artist than its tests


def texts(axes):
    return [text.get_text() for text in axes.texts]


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def tick_labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_sample_images_shows_the_first_of_each_class_in_its_row():
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 256, (9, 4, 5, 3), dtype=np.uint8), np.array([1, 0, 1, 0, 1, 1, 0, 1, 2])
    axes = plots.sample_images(X, y, ["a", "b", "c"], per_class=2)
    (image,) = axes.images
    mosaic = np.asarray(image.get_array())
    assert mosaic.shape == (3 * 6 - 2, 2 * 7 - 2, 3)
    for row, column, index in ((0, 0, 1), (0, 1, 3), (1, 0, 0), (1, 1, 2), (2, 0, 8)):
        assert np.array_equal(mosaic[row * 6 : row * 6 + 4, column * 7 : column * 7 + 5], X[index])
    assert np.all(mosaic[12:, 7:] == 255), "a class with one image leaves the rest of its row white"
    assert tick_labels(axes.yaxis) == ["a", "b", "c"]
    assert axes.get_yticks().tolist() == [1.5, 7.5, 13.5]


def test_sample_images_shows_grey_images_in_grey():
    X = np.arange(2 * 28 * 28).reshape(2, 28, 28).astype(np.uint8)
    axes = plots.sample_images(X, [0, 1], "01", per_class=1)
    (image,) = axes.images
    assert np.array_equal(image.get_array()[:28], X[0])
    assert image.get_cmap().name == "gray" and image.get_clim() == (0, 255)


def test_distance_matrix_shows_every_distance_with_a_scale():
    dists = np.arange(12.0).reshape(3, 4)
    axes = plots.distance_matrix(dists)
    (image,) = axes.images
    assert np.array_equal(image.get_array(), dists)
    assert image.get_clim() == pytest.approx((0.22, 10.78))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("training example", "test example")
    assert any("distance" in other.get_ylabel() for other in axes.figure.axes)


def test_distance_matrix_survives_distances_that_are_not_numbers():
    axes = plots.distance_matrix([[1.0, np.nan], [3.0, 5.0]])
    assert np.all(np.isfinite(axes.images[0].get_clim()))


def test_cross_validation_draws_folds_means_deviations_and_the_best():
    accuracies = {5: [0.3, 0.4], 1: [0.1, 0.3], 50: [0.2, 0.2]}
    axes = plots.cross_validation(accuracies)
    points = axes.collections[0].get_offsets()
    assert sorted(map(tuple, points.tolist())) == [
        (1, 0.1),
        (1, 0.3),
        (5, 0.3),
        (5, 0.4),
        (50, 0.2),
        (50, 0.2),
    ]
    (bars,) = axes.containers
    mean = bars.lines[0]
    assert mean.get_xdata().tolist() == [1, 5, 50]
    assert mean.get_ydata() == pytest.approx([0.2, 0.35, 0.2])
    heights = [np.ptp(segment[:, 1]) / 2 for segment in bars.lines[2][0].get_segments()]
    assert heights == pytest.approx([0.1, 0.05, 0])
    assert "best mean: k = 5" in legend(axes)
    assert axes.get_xscale() == "log" and tick_labels(axes.xaxis) == ["1", "5", "50"]
    assert axes.get_ylabel() == "accuracy"


def test_cross_validation_calls_the_smaller_of_equal_ks_best():
    assert "best mean: k = 3" in legend(plots.cross_validation({8: [0.5], 3: [0.5], 1: [0.1]}))


def test_loop_timings_has_a_bar_for_each_version_with_its_seconds():
    axes = plots.loop_timings({"two loops": 20.0, "one loop": 25.0, "no loops": 0.25})
    assert [bar.get_width() for bar in axes.patches] == [20, 25, 0.25]
    assert texts(axes) == ["20 s  (1.25 times faster)", "25 s", "0.25 s  (100 times faster)"]
    close = plots.loop_timings({"two loops": 0.625, "one loop": 0.632})
    assert texts(close) == ["0.625 s  (about as fast)", "0.632 s"]
    assert tick_labels(axes.yaxis) == ["two loops", "one loop", "no loops"]
    bottom, top = axes.get_ylim()
    assert bottom > top, "the first version is at the top"
    assert axes.get_xlim()[0] == 0 and axes.get_xlabel() == "time (s)"


def test_loss_curves_draws_one_line_per_learning_rate():
    histories = {1e-7: [2.3, 2.2, 2.1], 1e-6: np.array([2.3, 2.0])}
    axes = plots.loss_curves(histories)
    assert [line.get_ydata().tolist() for line in axes.lines] == [[2.3, 2.2, 2.1], [2.3, 2.0]]
    assert legend(axes) == ["1e-07", "1e-06"]
    assert len({(line.get_color(), line.get_linestyle()) for line in axes.lines}) == 2
    assert axes.get_xlabel() == "iteration"


def test_an_exploding_loss_leaves_the_picture_and_hides_no_other_curve():
    axes = plots.loss_curves({1e-7: [2.3, 2.0], 1.0: [2.3, 1e30, np.inf, np.nan], 2.0: [np.nan, np.nan]})
    low, high = axes.get_ylim()
    assert 1.5 < low < 2.0 and 2.3 < high < 3
    exploding = axes.lines[1].get_ydata()
    assert exploding[1] == 1e30 and np.isnan(exploding[2])


def test_a_loss_that_is_never_a_number_is_drawn_as_nothing():
    assert len(plots.loss_curves({1.0: [np.nan, np.inf]}).lines) == 1


@pytest.mark.parametrize("bias_rows", [0, 1])
def test_weight_templates_are_stretched_one_by_one_without_the_bias(bias_rows):
    shape = (2, 3, 3)
    W = np.vstack([np.outer(np.arange(18), [1, 100, -1]), np.full((bias_rows, 3), 1e6)])
    axes = plots.weight_templates(W, ["up", "steep", "down"], shape)
    mosaic = np.asarray(axes.images[0].get_array())
    up, steep, down = (mosaic[:2, left : left + 3].ravel() for left in (0, 3, 6))
    assert up[0] == 0 and up[-1] == 255 and np.all(np.diff(up.astype(int)) >= 0)
    assert np.array_equal(up, steep)
    assert down[0] == 255 and down[-1] == 0
    assert texts(axes) == ["up", "steep", "down"]


def test_pictures_stand_as_they_are_under_their_names():
    images = np.arange(7 * 3 * 4 * 3, dtype=np.uint8).reshape(7, 3, 4, 3)
    axes = plots.pictures(images, "abcdefg")
    mosaic = np.asarray(axes.images[0].get_array())
    assert np.array_equal(mosaic[:3, :4], images[0])
    assert np.array_equal(mosaic[4:7, 5:9], images[6]), "the second row begins with the sixth"
    assert texts(axes) == list("abcdefg")


def test_weight_templates_stand_in_rows_of_five_under_their_names():
    axes = plots.weight_templates(np.zeros((28 * 28, 10)), "0123456789", (28, 28))
    gap = 28 // 3
    assert axes.images[0].get_array().shape == (2 * 28 + gap, 5 * 28 + 4 * gap)
    places = {text.get_text(): text.get_position() for text in axes.texts}
    assert places["0"][1] < 0 < places["5"][1]
    assert places["0"][0] == places["5"][0] == 14


def test_margin_draws_both_losses_with_the_lecture_values():
    axes = plots.margin(3.2, (5.1, -1.7))
    hinge, softmax = (line for line in axes.lines if line.get_label() in ("hinge (SVM)", "softmax"))
    scores = hinge.get_xdata()
    assert hinge.get_ydata()[scores > 6.1] == pytest.approx(0)
    assert np.all(softmax.get_ydata() > 0)
    expected = -scores + np.log(np.exp(scores) + np.exp(5.1) + np.exp(-1.7))
    assert softmax.get_ydata() == pytest.approx(expected)
    assert sorted(texts(axes)) == ["2.04", "2.90"]
    assert "highest other score" in legend(axes)


def test_margin_of_two_equal_rivals_counts_both():
    assert "2.00" in texts(plots.margin(1.0, (1.0, 1.0)))


def test_gradient_error_has_logarithmic_axes_and_marks_the_smallest():
    axes = plots.gradient_error({1e-2: 1e-4, 1e-8: 1e-6, 1e-5: 1e-10})
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert axes.lines[0].get_xdata().tolist() == [1e-8, 1e-5, 1e-2]
    assert axes.lines[0].get_ydata().tolist() == [1e-6, 1e-10, 1e-4]
    assert axes.lines[1].get_xdata() == [1e-5]
    assert "h = 1e-05" in texts(axes)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("step h", "relative error")


def test_gradient_error_marks_the_larger_of_equally_good_steps_and_survives_zero():
    axes = plots.gradient_error({1e-6: 0.0, 1e-4: 0.0, 1e-2: 1e-3})
    assert axes.lines[1].get_xdata() == [1e-4]
    assert axes.lines[0].get_ydata().min() == 1e-17


def test_a_confusion_matrix_shows_every_count_where_it_belongs_and_colours_the_mistakes():
    axes = plots.confusion_matrix([[9, 1, 0], [4, 7, 2], [0, 0, 8]], "abc")
    shown = {text.get_position(): text.get_text() for text in axes.texts}
    assert shown == {(0, 0): "9", (1, 0): "1", (0, 1): "4", (1, 1): "7", (2, 1): "2", (2, 2): "8"}
    (image,) = axes.images
    assert image.get_array().tolist() == [[0, 1, 0], [4, 0, 2], [0, 0, 0]]
    assert tick_labels(axes.xaxis) == tick_labels(axes.yaxis) == ["a", "b", "c"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")


def test_a_confusion_matrix_without_mistakes_can_be_drawn():
    assert texts(plots.confusion_matrix(np.diag([2, 0]), "ab")) == ["2", "0"]


def test_long_names_of_classes_stand_aslant_below_a_confusion_matrix():
    turned = [
        {
            label.get_rotation()
            for label in plots.confusion_matrix(np.eye(2, dtype=int), names).get_xticklabels()
        }
        for names in ("ab", ["disc", "checkerboard"])
    ]
    assert turned == [{0}, {45}]


def test_grid_search_colours_by_validation_accuracy_and_frames_the_best():
    results = {(1e-7, 1e4): (0.4, 0.3), (1e-6, 1e4): (0.5, 0.35), (1e-7, 1e3): (0.6, 0.2)}
    axes = plots.grid_search(results)
    shown = np.ma.filled(axes.images[0].get_array(), np.nan)
    assert np.array_equal(shown, [[0.2, 0.3], [np.nan, 0.35]], equal_nan=True)
    assert tick_labels(axes.yaxis) == ["1e-07", "1e-06"]
    assert tick_labels(axes.xaxis) == ["1000", "10000"]
    cells = {text.get_text(): text.xy for text in axes.texts}
    assert cells == {"0.300\n(0.400)": (1, 0), "0.350\n(0.500)": (1, 1), "0.200\n(0.600)": (0, 0)}
    (frame,) = axes.patches
    assert frame.get_x() + frame.get_width() / 2 == pytest.approx(1)
    assert frame.get_y() + frame.get_height() / 2 == pytest.approx(1)


def test_grid_search_frames_the_first_of_equals():
    (frame,) = plots.grid_search({(2.0, 1.0): (0.5, 0.3), (1.0, 1.0): (0.5, 0.3)}).patches
    assert frame.get_y() + frame.get_height() / 2 == pytest.approx(1)


EXAMPLES = {
    "sample_images": (np.zeros((2, 4, 4, 3), np.uint8), [0, 1], ["a", "b"]),
    "distance_matrix": (np.eye(3),),
    "cross_validation": ({1: [0.1, 0.2], 3: [0.2, 0.3]},),
    "loop_timings": ({"two loops": 2.0, "no loops": 0.1},),
    "loss_curves": ({0.1: [3.0, 2.0]},),
    "weight_templates": (np.eye(49, 2), ["a", "b"], (4, 4, 3)),
    "margin": (),
    "gradient_error": ({1e-3: 1e-5, 1e-5: 1e-8},),
    "confusion_matrix": ([[1, 2], [0, 3]], ["a", "b"]),
    "grid_search": ({(0.1, 1.0): (0.5, 0.4)},),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_picture_has_a_title_and_renders_without_warning(name, tmp_path, recwarn):
    axes = getattr(plots, name)(*EXAMPLES[name])
    axes.figure.savefig(tmp_path / "picture.png")
    assert axes.get_title()
    assert not recwarn.list


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_picture_draws_on_the_axes_it_is_given(name):
    import matplotlib.pyplot as plt

    _, (left, right) = plt.subplots(1, 2)
    assert getattr(plots, name)(*EXAMPLES[name], axes=right) is right
    assert right.has_data() and not left.has_data()


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - {"margin"}))
def test_the_result_of_an_unwritten_function_gets_one_sentence(name):
    _, *rest = EXAMPLES[name]
    with pytest.raises(ValueError, match=r"nothing to draw: '\w+' is None. Is the function"):
        getattr(plots, name)(None, *rest)


def test_without_matplotlib_the_module_imports_and_says_what_is_missing():
    program = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from autograder.kit import plots\n"
        "try: plots.margin()\n"
        "except ImportError as error: print(error)"
    )
    shown = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert shown == "pictures need matplotlib: install it with 'pip install matplotlib'.\n"
