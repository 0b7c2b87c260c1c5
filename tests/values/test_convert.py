"""Replies become what a test can compute with, or a sentence that says what they are instead."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.model.verdict import Kind
from autograder.values import convert
from autograder.values.kinds import Foreign, WorkerObject


class Made(WorkerObject):
    """An object of a class with this name."""

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name

    def __repr__(self) -> str:
        return "Made()"  # the names of tests must not hold addresses


@pytest.mark.parametrize(
    "reply, shape, wanted",
    [
        (3, (), 3.0),
        (np.float32(0.5), (), 0.5),
        (np.array(2.0), (), 2.0),
        ([1, 2.5], (2,), [1.0, 2.5]),
        ((1.0, np.float64(2.0)), (None,), [1.0, 2.0]),
        ([], (None,), []),
        (np.arange(6).reshape(2, 3), (2, None), [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]),
        (Foreign("numpy.matrix", np.ones((1, 2))), (1, 2), [[1.0, 1.0]]),
        ([np.ones(2), np.zeros(2)], None, [[1.0, 1.0], [0.0, 0.0]]),
    ],
)
def test_numbers_of_every_kind_become_float64(reply, shape, wanted):
    array = convert.numbers(reply, "W", shape)
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, wanted)


def test_numbers_are_a_copy():
    reply = np.ones(3)
    convert.numbers(reply, "W")[0] = 7
    assert reply[0] == 1


@pytest.mark.parametrize(
    "reply, shape, sentence",
    [
        (None, (3,), "W should be a list or an array of 3 numbers, but is None"),
        (None, (), "W should be a number, but is None"),
        ("abc", None, "W should be an array of numbers, but is text"),
        (
            [1.0, None],
            (None,),
            "W should be a list or an array of numbers, but is a list of 2 entries in which not every",
        ),
        ([[1.0], [1.0, 2.0]], None, "or rows differ in length"),
        (["a", "b"], (None,), "but is a list of 2 entries in which not every entry is a real number"),
        (10**400, (), "W should be a number, but is an integer"),
        ([10**400], (None,), "a list of 1 entry"),
        (1j, (), "W should be a number, but is a complex number"),
        (True, (), "W should be a number, but is a truth value"),
        ({"a": 1.0}, None, "but is a dict of 1 entry"),
        (Foreign("numpy.matrix"), (2, 3), "of shape (2, 3), but is an np.matrix"),
        (Made("Own"), None, "but is an object of your own class"),
        (np.ones((2, 4)), (2, 3), "W should be an array of numbers of shape (2, 3), but has shape (2, 4)"),
        (np.ones((2, 4)), (None, 3), "of shape (any, 3), but has shape (2, 4)"),
        (np.ones(2), (), "W should be a number, but has shape (2,)"),
        ([1.0, 2.0], (3,), "W should be a list or an array of 3 numbers, but is a list of 2"),
        (3.0, (None,), "W should be a list or an array of numbers, but is a real number"),
    ],
    ids=str,
)
def test_what_is_no_array_of_these_numbers_is_told(reply, shape, sentence):
    with pytest.raises(convert.Unusable) as refused:
        convert.numbers(reply, "W", shape)
    assert sentence in str(refused.value)
    assert refused.value.kind is Kind.WRONG_TYPE_OR_SHAPE


@pytest.mark.parametrize(
    "reply, sentence",
    [
        (np.array([1.0, np.nan, np.inf]), "W has NaN in 1 of 3 entries"),
        ([np.inf, 1.0], "W has infinity in 1 of 2 entries"),
        (float("nan"), "W is NaN"),
    ],
    ids=str,
)
def test_numbers_that_are_not_finite_are_a_wrong_value(reply, sentence):
    with pytest.raises(convert.Unusable) as refused:
        convert.numbers(reply, "W")
    assert str(refused.value) == sentence
    assert refused.value.kind is Kind.WRONG_VALUE
    assert convert.numbers(reply, "W", finite=False).size == np.size(reply)


def test_parts_are_as_many_as_their_names():
    assert convert.parts([1, None], ("best_W", "best_loss")) == (1, None)
    assert convert.parts(np.array([1.0, 2.0]), ("best_W", "best_loss")) == (1.0, 2.0)
    for reply in (None, (1,), (1, 2, 3), np.ones(3), np.array(2), {"best_W": 1, "best_loss": 2}, "ab"):
        with pytest.raises(convert.Unusable, match=r"2 values should be returned \(best_W, best_loss\)"):
            convert.parts(reply, ("best_W", "best_loss"))


def test_an_object_is_one_of_the_class_that_is_asked_for():
    made = Made("Softmax")
    assert convert.worker_object(made, "model", "Softmax", "a Softmax") is made
    with pytest.raises(
        convert.Unusable, match="model should be a Softmax, but is an object of another class"
    ):
        convert.worker_object(Made("Own"), "model", "Softmax", "a Softmax")
    with pytest.raises(convert.Unusable, match="model should be a Softmax, but is None"):
        convert.worker_object(None, "model", "Softmax", "a Softmax")
