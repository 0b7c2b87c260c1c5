"""Wrong numbers that are a closed form of the right ones are recognised; anything else is left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.explain.closed_forms import signature_of

RNG = np.random.default_rng(7)
W = RNG.normal(size=(5, 4))
X = RNG.normal(size=(7, 5))
GRADIENT = RNG.normal(size=(5, 4))
ARGUMENTS = {"W": W, "X": X, "y": np.arange(7), "reg": 0.3}


def observation(wrong: object, right: object = GRADIENT) -> str:
    found = signature_of("dW", right, wrong, ARGUMENTS)
    return "" if found is None else found.observation


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (7 * GRADIENT, "7 times the expected one, and the length of y is 7"),
        (GRADIENT / 7, "divided by 7"),
        (4 * GRADIENT, "the number of columns of W is 4"),
        (-GRADIENT, "opposite sign"),
        (2 * GRADIENT, "twice"),
        (GRADIENT / 2, "half"),
        (GRADIENT / np.log(10), "0.4343 times"),
        (GRADIENT + 0.3 * W, "too large by exactly reg * W"),
        (GRADIENT - 0.6 * W, "too small by exactly 2 * reg * W"),
        (GRADIENT + 1, "too high by exactly 1"),
        (GRADIENT + 0.125, "off by the same number"),
        (GRADIENT.T, "transposed"),
        (GRADIENT**2, "square"),
        (np.roll(GRADIENT, 1, axis=0), "shifted by one row"),
        (np.roll(GRADIENT, -1, axis=1), "shifted by one column"),
        (GRADIENT * np.array([1, 1, 3, 1]), "only column 2"),
        (GRADIENT.ravel(), "right numbers in the shape (20,)"),
    ],
)
def test_names_the_closed_form(wrong: np.ndarray, said: str) -> None:
    assert said in observation(wrong)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (2.302585092994046, 1.0, "0.4343 times"),
        (5.266666666666667, 6.266666666666667, "too high by exactly 1"),
        (3.0, 3.0 - 0.5 * 0.3 * float((W * W).sum()), "0.5 * reg * sum(W * W)"),
    ],
)
def test_names_the_closed_form_of_a_number(right: float, wrong: float, said: str) -> None:
    assert said in observation(wrong, right)


def test_a_transposed_square_is_told_from_its_own_values() -> None:
    square = RNG.normal(size=(4, 4))
    assert "transposed" in observation(square.T, square)


@pytest.mark.parametrize(
    "wrong", [np.full((5, 4), np.nan), RNG.normal(size=(5, 4)), RNG.normal(size=(3, 2)), "text", None, [1.0]]
)
def test_says_nothing_where_nothing_fits(wrong: object) -> None:
    assert observation(wrong) == ""


@given(st.integers(0, 2**32 - 1), st.tuples(st.integers(3, 6), st.integers(2, 6)))
def test_numbers_that_have_nothing_to_do_with_each_other_have_no_signature(
    seed: int, shape: tuple[int, int]
) -> None:
    rng = np.random.default_rng(seed)
    assert (
        signature_of("dW", rng.normal(size=shape), rng.normal(size=shape), {"W": rng.normal(size=shape)})
        is None
    )


@given(st.floats(1e-3, 1e3).filter(lambda factor: abs(factor - 1) > 1e-3))
def test_any_factor_is_found(factor: float) -> None:
    assert observation(factor * GRADIENT) != ""


def test_no_number_is_told_that_only_the_test_knows():
    for wrong in (8765.4321 * GRADIENT, GRADIENT + 8765.4321):
        assert "8765" not in observation(wrong)


def test_where_all_sizes_are_the_same_the_labels_say_what_is_counted() -> None:
    square = {"W": np.eye(3), "X": np.ones((3, 3)), "y": np.array([0, 1, 2])}
    found = signature_of("loss", 2.5, 7.5, square)
    assert found is not None and "the length of y is 3 here" in found.observation


def test_a_factor_2_may_be_a_number_of_two() -> None:
    found = signature_of("loss", 2.5, 5.0, {"y": np.array([0, 1])})
    assert found is not None and "the length of y is 2 here" in found.observation
    assert "mean" in found.question and "factor 2" in found.question
