"""What the digits look like; `test_data_shapes.py` tests what holds for all data sets that are drawn on the spot."""

import numpy as np
import pytest

from autograder.kit.data import DataError, digits, load


@pytest.fixture(scope="module")
def data():
    return load("digits", val=500, test=1000)


def test_a_different_drawing_is_refused_in_one_sentence(monkeypatch):
    monkeypatch.setattr(digits, "WOBBLE", digits.WOBBLE + 1)
    with pytest.raises(DataError, match=r"'digits' came out differently .* tell your instructor"):
        load("digits")


def test_parts_have_the_sizes_and_types_of_small_mnist(data):
    assert data.X_train.shape == (5000, 28, 28) and data.X_train.dtype == np.uint8
    assert data.X_val.shape == (500, 28, 28) and data.X_test.shape == (1000, 28, 28)
    assert data.y_train.dtype == np.int64
    assert data.class_names == tuple("0123456789")


def test_every_digit_is_common_in_every_part(data):
    for y, least in ((data.y_train, 400), (data.y_val, 30), (data.y_test, 70)):
        assert np.bincount(y, minlength=10).min() >= least


def test_strokes_are_light_on_a_black_ground_and_stay_off_the_border_mostly(data):
    ink = data.X_train > 0
    assert 0.08 < ink.mean() < 0.3
    assert data.X_train.reshape(5000, -1).max(axis=1).min() >= 100
    assert ink[:, [0, -1], :].mean() < 0.02 and ink[:, :, [0, -1]].mean() < 0.02


def test_the_nearest_point_of_a_line_is_one_of_its_ends_or_beside_it():
    ends = [[np.array([[[it]]], np.int32) for it in point] for point in ((0, 0), (10, 0))]
    points = {(-3, 4): 25, (13, 4): 25, (5, 4): 16, (10, 0): 0}
    for (x, y), squared in points.items():
        at = np.array([x], np.int32), np.array([[y]], np.int32)
        assert digits._squared_distances(*at, *ends).item() == squared


def linear_classifier(X, y, steps):
    """Train softmax regression by gradient descent with momentum."""
    W, step = np.zeros((2, X.shape[1], 10), np.float32)
    for _ in range(steps):
        scores = X @ W
        P = np.exp(scores - scores.max(axis=1, keepdims=True))
        P /= P.sum(axis=1, keepdims=True)
        step = 0.9 * step - 0.1 * X.T @ (P - np.eye(10, dtype=np.float32)[y]) / len(y)
        W = W + step
    return W


def test_a_linear_classifier_is_right_about_nine_times_out_of_ten(data):
    train, test = (np.float32(part.reshape(len(part), -1) / 255) for part in (data.X_train, data.X_test))
    W = linear_classifier(train, data.y_train, steps=100)
    accuracy = np.mean(np.argmax(test @ W, axis=1) == data.y_test)
    assert 0.86 < accuracy < 0.94
