"""MNIST from the user's idx files, plain or packed."""

import gzip
import struct

import numpy as np
import pytest

from autograder.kit.data import DataError, load, mnist

from .data_files import idx, mnist_folder

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def small(folder):
    return load("mnist", folder, train=4, val=2, test=3, complete=False)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("inner", ["", "MNIST/raw"])
def test_the_four_files_are_read(tmp_path, packed, inner):
    arrays = mnist_folder(tmp_path / inner, packed)
    data = small(tmp_path)
    assert np.array_equal(data.X_train, arrays[IMAGES][:4])
    assert np.array_equal(data.X_val, arrays[IMAGES][4:6])
    assert np.array_equal(data.X_test, arrays["t10k-images-idx3-ubyte"][:3])
    assert np.array_equal(data.y_val, arrays[LABELS][4:6])
    assert data.y_train.dtype == np.int64 and data.class_names[7] == "7"


def test_the_other_spelling_of_the_names_is_found(tmp_path):
    mnist_folder(tmp_path)
    (tmp_path / IMAGES).rename(tmp_path / "train-images.idx3-ubyte")
    assert len(small(tmp_path).X_train) == 4


def test_rows_have_784_columns(tmp_path):
    mnist_folder(tmp_path)
    data = load("mnist", tmp_path, train=2, val=0, test=1, form="rows", complete=False)
    assert data.X_train.shape == (2, 784)


@pytest.mark.parametrize("kept", [0, 3, 10, -1])
def test_a_truncated_plain_file_gets_one_sentence(tmp_path, kept):
    mnist_folder(tmp_path)
    path = tmp_path / IMAGES
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError, match=rf"{IMAGES} is cut short"):
        small(tmp_path)


@pytest.mark.parametrize("kept", [0, 5, -1, -20])
def test_a_truncated_packed_file_gets_one_sentence(tmp_path, kept):
    mnist_folder(tmp_path, packed=True)
    path = tmp_path / f"{IMAGES}.gz"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError, match=rf"{IMAGES}.gz is cut short"):
        small(tmp_path)


def test_a_flipped_bit_in_a_packed_file_is_noticed(tmp_path):
    mnist_folder(tmp_path, packed=True)
    path = tmp_path / f"{IMAGES}.gz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"is not a whole gzip file|is cut short"):
        small(tmp_path)


def test_a_packed_bomb_stops_at_the_limit(tmp_path):
    mnist_folder(tmp_path, packed=True)
    (tmp_path / f"{IMAGES}.gz").write_bytes(gzip.compress(bytes(80 * 2**20), 1))
    with pytest.raises(DataError, match="unpacks to more than any file"):
        small(tmp_path)


@pytest.mark.parametrize("name", [IMAGES, f"{IMAGES}.gz"])
def test_a_saved_web_page_is_called_one(tmp_path, name):
    mnist_folder(tmp_path)
    (tmp_path / IMAGES).unlink()
    (tmp_path / name).write_bytes(b"<!DOCTYPE html><title>Not found</title>")
    with pytest.raises(DataError, match=f"{name} is a web page, not data"):
        small(tmp_path)


def test_labels_in_the_place_of_images_are_noticed(tmp_path):
    mnist_folder(tmp_path)
    (tmp_path / IMAGES).write_bytes((tmp_path / LABELS).read_bytes() + bytes(20))
    with pytest.raises(DataError, match="it begins with 2049, not 2051"):
        small(tmp_path)


def test_images_of_another_size_are_not_mnist(tmp_path):
    mnist_folder(tmp_path)
    (tmp_path / IMAGES).write_bytes(idx(np.zeros((7, 32, 32)), 2051))
    with pytest.raises(DataError, match="not 28 by 28 pixels"):
        small(tmp_path)


def test_a_promise_of_billions_of_images_costs_nothing(tmp_path):
    mnist_folder(tmp_path)
    (tmp_path / IMAGES).write_bytes(struct.pack(">4I", 2051, 2**32 - 1, 28, 28))
    with pytest.raises(DataError, match="its header promises 3367254359296 bytes, but there are 16"):
        small(tmp_path)


def test_mixed_files_are_noticed(tmp_path):
    mnist_folder(tmp_path)
    (tmp_path / LABELS).write_bytes(idx(np.zeros(5), 2049))
    with pytest.raises(DataError, match="has 7 images, train-labels 5 labels"):
        small(tmp_path)


def test_labels_beyond_nine_are_corrupt(tmp_path):
    mnist_folder(tmp_path)
    (tmp_path / LABELS).write_bytes(idx(np.full(7, 11), 2049))
    with pytest.raises(DataError, match="labels beyond 0 to 9"):
        small(tmp_path)


def test_a_cut_down_copy_is_refused_unless_allowed(tmp_path):
    mnist_folder(tmp_path)
    with pytest.raises(DataError, match="holds 7 records instead of 60000"):
        load("mnist", tmp_path)


def test_a_file_of_the_right_size_must_have_the_published_checksum(tmp_path):
    mnist_folder(tmp_path, training=60_000, test=10_000)
    with pytest.raises(
        DataError, match=rf"train-labels.* differs from the published file .*{mnist.TRAINING_LABELS.md5}"
    ):
        load("mnist", tmp_path)


@pytest.mark.parametrize("place", ["nowhere", "empty"])
def test_a_wrong_place_gets_one_sentence(tmp_path, place):
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        DataError, match=r"there is no folder|holds no train-images-idx3-ubyte, neither plain nor"
    ):
        load("mnist", tmp_path / place)
