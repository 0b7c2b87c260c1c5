"""The data sets that are drawn on the spot, and the division into training, validation and test."""

import sys
from subprocess import run

import numpy as np
import pytest

from autograder.kit.data import DataError, add_bias, digits, flatten, load, shapes, subtract_mean


@pytest.fixture(scope="module")
def data():
    return load()


of_all = pytest.mark.parametrize("drawn", [shapes, digits], ids=["shapes", "digits"])


@of_all
def test_it_has_the_published_bytes(drawn):
    images, labels = drawn.draw()
    assert shapes.checksum(images, labels) == drawn.SHA256


@of_all
def test_it_is_drawn_without_touching_the_global_generator(drawn):
    np.random.seed(7)
    expected = np.random.random()
    np.random.seed(7)
    drawn.draw(count=50)
    assert np.random.random() == expected


def test_the_integer_stream_is_documented_philox_words_scaled():
    words = np.random.Philox(key=5).random_raw(4)
    expected = [(int(word) >> 32) * 7 // 2**32 - 3 for word in words]
    assert shapes.IntegerStream(5).integers(-3, 3, 4).tolist() == expected


def test_integers_reach_both_ends_and_nothing_beyond():
    drawn = shapes.IntegerStream(1).integers(-2, 2, 1000)
    assert sorted(set(drawn.tolist())) == [-2, -1, 0, 1, 2]


def test_a_different_drawing_is_refused_in_one_sentence(monkeypatch):
    monkeypatch.setattr(shapes, "GRADIENT", shapes.GRADIENT + 1)
    with pytest.raises(DataError, match=r"came out differently .* tell your instructor"):
        load()


def test_default_parts_have_the_promised_sizes_and_types(data):
    assert data.X_train.shape == (5000, 32, 32, 3)
    assert data.X_val.shape == data.X_test.shape == (500, 32, 32, 3)
    assert data.X_train.dtype == np.uint8
    for y, count in ((data.y_train, 5000), (data.y_val, 500), (data.y_test, 500)):
        assert y.shape == (count,) and y.dtype == np.int64
    assert len(data.class_names) == 10


def test_every_class_is_common_in_every_part_and_in_random_order(data):
    for y, least in ((data.y_train, 400), (data.y_val, 30), (data.y_test, 30)):
        assert np.bincount(y, minlength=10).min() >= least
    folds = np.array_split(data.y_train, 5)
    assert all(np.bincount(fold, minlength=10).min() >= 70 for fold in folds)


@of_all
def test_no_image_occurs_twice(drawn):
    images, _ = drawn.draw()
    assert len({image.tobytes() for image in images}) == len(images)


def test_fewer_examples_are_the_first_ones(data):
    small = load(train=20, val=5, test=3)
    assert np.array_equal(small.X_train, data.X_train[:20])
    assert np.array_equal(small.X_val, data.X_train[20:25])
    assert np.array_equal(small.X_test, data.X_test[:3])


def test_parts_do_not_share_memory(data):
    small = load(train=20, val=5, test=3)
    before = small.X_val.copy()
    small.X_train[...] = 0
    assert np.array_equal(small.X_val, before)


def test_rows_are_flattened_float_images(data):
    rows = load(train=4, val=2, test=2, form="rows")
    assert rows.X_train.shape == (4, 3072) and rows.X_train.dtype == np.float64
    assert np.array_equal(rows.X_train.reshape(4, 32, 32, 3), data.X_train[:4])


def test_a_part_may_be_empty():
    data = load(train=10, val=0, test=0, form="rows")
    assert data.X_val.shape == (0, 3072) and data.X_test.shape == (0, 3072)


def test_steps_map_over_all_three_parts():
    data = load(train=10, val=4, test=3).map(flatten).map(add_bias)
    assert [X.shape for X in (data.X_train, data.X_val, data.X_test)] == [(10, 3073), (4, 3073), (3, 3073)]
    assert np.all(data.X_val[:, -1] == 1)


def test_the_mean_is_taken_of_the_first_part_alone():
    first, second = np.array([[1, 2], [3, 8]], np.uint8), np.array([[0, 0]], np.uint8)
    centred, other = subtract_mean(first, second)
    assert centred.tolist() == [[-1, -3], [1, 3]]
    assert other.tolist() == [[-2, -5]]


def test_repr_says_what_there_is():
    text = repr(load(train=10, val=4, test=3))
    assert (
        text == "<shapes: 10 training, 4 validation and 3 test examples of 32 x 32 x 3 uint8 in 10 classes>"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"train": 6000}, r"'shapes' has 5500 images for training and validation here, not 6500"),
        ({"test": 501}, r"'shapes' has 500 images for test here, not 501"),
        ({"val": -1}, r"val=-1 is less than nothing"),
        ({"form": "columns"}, r"there is no form 'columns'"),
        (
            {"name": "imagenet"},
            r"there is no data set 'imagenet': choose 'shapes', 'digits', 'cifar10' or 'mnist'",
        ),
        ({"name": "cifar10"}, r"'cifar10' does not come with this course: say where its files are"),
    ],
)
def test_impossible_requests_get_one_sentence(arguments, sentence):
    with pytest.raises(DataError, match=sentence):
        load(**arguments)


def test_data_needs_numpy_alone():
    program = (
        "import sys; sys.modules.update(dict.fromkeys(('matplotlib', 'scipy', 'msgspec', 'click', 'pytest')));"
        "import autograder.kit.data, autograder.kit.plots"
    )
    assert run([sys.executable, "-c", program], check=False).returncode == 0
