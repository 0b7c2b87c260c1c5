"""Functions that a test passes are written as lambdas, with what they are bound to."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest

from autograder.values.literal import NotWritable, lambda_of, literal


def scaled_plainly(scale, x):
    return scale * np.asarray(x) ** 2


def times(x, scale):
    return x * scale


def with_default(x, scale, shift=0.0):
    return scale * x + shift


class Line:
    def __init__(self, slope):
        self.slope = slope

    def value(self, x):
        return self.slope * x

    def raised(self, x):
        return 1 + self.value(x)

    def whole(self, x):
        return [self, x]


@pytest.mark.parametrize(
    "given",
    [
        functools.partial(scaled_plainly, 3.0),
        functools.partial(times, scale=np.array([2.0, 3.0])),
        Line(5.0).value,
        Line(np.array([5.0, 2.0])).raised,
    ],
    ids=["first argument", "keyword", "method", "method that calls another"],
)
def test_what_a_function_is_bound_to_is_written_into_it(given: Callable[..., object]) -> None:
    text = lambda_of(given, lambda value: literal(value, str))
    assert text.startswith("lambda ") and "self" not in text
    x = np.array([1.5, 2.5])
    assert np.array_equal(np.asarray(eval(text, {"np": np})(x)), np.asarray(given(x)))


@pytest.mark.parametrize(
    "given",
    [
        functools.partial(with_default, scale=2.0),
        functools.partial(scaled_plainly, scale=2.0),
        Line(2.0).whole,
        Line([2.0]).value,
    ],
    ids=["a default", "by name before others", "an object as a whole", "a list"],
)
def test_what_cannot_be_written_is_refused(given: Callable[..., object]) -> None:
    with pytest.raises(NotWritable):
        lambda_of(given, lambda value: literal(value, str))
