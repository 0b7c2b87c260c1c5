"""Wrong numbers that are a closed form of the right ones in every test are recognised; anything else is left alone."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.explain.closed_forms import Sample, constant_form_of, form_of, other_arrangement
from autograder.grading.explain.terms import Switched

SIZES = ((7, 5, 4), (4, 6, 9), (11, 3, 2))
REGS = (0.1, 0.7, 0.3)
Wrong = Callable[[np.ndarray, Any], np.ndarray]


def samples(wrong: Wrong, scalar: bool = False, count: int = 3, seed: int = 7) -> list[Sample]:
    """Return what a function of the right numbers and the arguments gives in tests of several sizes."""
    rng = np.random.default_rng(seed)
    drawn = []
    for (examples, features, classes), reg in list(zip(SIZES, REGS, strict=True))[:count]:
        W, X = rng.normal(size=(features, classes)), rng.normal(size=(examples, features))
        arguments: dict[str, Any] = {"W": W, "X": X, "y": rng.integers(classes, size=examples), "reg": reg}
        right = np.asarray(rng.uniform(1, 5)) if scalar else rng.normal(size=(features, classes))
        got = np.asarray(wrong(right, arguments), dtype=np.float64)
        drawn.append(Sample(right, got, arguments, max(np.abs(right).max(), np.abs(got).max())))
    return drawn


def said(of: list[Sample]) -> str:
    form = form_of(of)
    return "" if form is None else form.observation


@pytest.mark.parametrize(
    ("wrong", "form"),
    [
        (lambda right, of: 0 * right, "is 0 everywhere"),
        (lambda right, of: len(of["y"]) * right, "is what it should be times the length of y"),
        (lambda right, of: right / len(of["y"]), "is what it should be divided by the length of y"),
        (
            lambda right, of: right / len(of["y"]) ** 2,
            "is what it should be divided by the square of the length of y",
        ),
        (lambda right, of: of["W"].shape[1] * right, "is what it should be times the number of columns of W"),
        (lambda right, of: of["reg"] * right, "is what it should be times reg"),
        (lambda right, of: -right, "has the opposite sign"),
        (lambda right, of: 2 * right, "is twice what it should be"),
        (lambda right, of: right / 2, "is half of what it should be"),
        (lambda right, of: right / np.log(10), "is 1 / ln 10 times what it should be"),
        (lambda right, of: right + of["reg"] * of["W"], "is too large by exactly reg * W"),
        (lambda right, of: right - 2 * of["reg"] * of["W"], "is too small by exactly 2 * reg * W"),
        (lambda right, of: 2 * of["reg"] * of["W"], "is 2 * reg * W"),
        (lambda right, of: right + 1, "is too large by exactly 1 in every entry"),
        (lambda right, of: right**2, "is the square of what it should be"),
        (lambda right, of: np.roll(right, 1, axis=0), "is right but shifted by one row"),
        (lambda right, of: right[::-1], "is right, but its rows come in the opposite order"),
        (lambda right, of: right * of["reg"] ** 2, "is what it should be times the square of reg"),
    ],
)
def test_names_the_form_that_holds_in_every_test(wrong: Wrong, form: str) -> None:
    assert said(samples(wrong)) == form
    assert said(samples(wrong, count=2)) == ""


def test_a_multiple_may_be_made_of_a_number_that_hardly_changes() -> None:
    multiple = samples(lambda right, of: 0.3 * right)
    form = constant_form_of(multiple)
    assert form is not None
    assert form.observation == "is the same multiple of what it should be everywhere"
    fixed = [replace(it, arguments={**it.arguments, "rate": 0.3}) for it in multiple]
    assert constant_form_of(fixed) is None


def test_an_infinite_right_number_among_the_tests_causes_no_warning() -> None:
    infinite = Sample(np.asarray(np.inf), np.asarray(2.0), {"y": np.arange(5)}, 2.0)
    of = [infinite, *samples(lambda right, of: right + of["W"].sum(), scalar=True)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert said(of) == ""


@pytest.mark.parametrize(
    ("wrong", "form"),
    [
        (
            lambda right, of: right - of["reg"] * np.sum(of["W"] ** 2),
            "is too small by exactly reg * sum(W * W)",
        ),
        (
            lambda right, of: of["reg"] * np.sum(of["W"][:-1] ** 2),
            "is reg * sum(W * W) without the last row",
        ),
        (lambda right, of: right + 1, "is too large by exactly 1"),
    ],
)
def test_names_the_form_of_a_number(wrong: Wrong, form: str) -> None:
    assert said(samples(wrong, scalar=True)) == form


def test_arguments_of_any_shape_may_be_what_is_added() -> None:
    """The products of all pairs of columns are those of a matrix."""
    rng = np.random.default_rng(3)
    tables = [rng.normal(size=shape) for shape in ((3, 4, 5), (4, 3, 2), (2, 2, 7))]
    numbers = [np.asarray(rng.uniform(1, 5)) for _ in tables]
    added = [
        Sample(it, it + table.sum(), {"T": table}, 10.0) for it, table in zip(numbers, tables, strict=True)
    ]
    assert said(added) == "is too large by exactly sum(T)"
    unlike = [replace(it, wrong=it.right + 0.1 * number) for number, it in enumerate(added, 1)]
    assert said(unlike) == ""


def test_a_form_that_one_test_contradicts_is_not_named() -> None:
    twice, right = samples(lambda right, of: 2 * right), samples(lambda right, of: right)
    assert said([*twice, right[0]]) == ""
    assert said([*twice, twice[0]]) == "is twice what it should be"


def test_zeros_are_named_where_infinity_is_expected_in_another_test(recwarn: pytest.WarningsRecorder) -> None:
    zeros = samples(lambda right, of: 0 * right, scalar=True)
    infinite = Sample(np.asarray(np.inf), np.asarray(0.0), {"H": np.eye(2)}, np.inf)
    assert said([*zeros, infinite]) == "is 0 everywhere"
    assert not recwarn.list


def test_tests_of_equal_sizes_count_once() -> None:
    first = samples(lambda right, of: 2 * right, count=1)
    again = [it for seed in range(3) for it in samples(lambda right, of: 2 * right, count=1, seed=seed)]
    assert said([*first, *again]) == ""


@pytest.mark.parametrize(
    "right",
    [
        lambda size: np.arange(size) % 3,  # labels
        lambda size: np.arange(size) / size,  # shares of as many examples as there are
    ],
)
def test_labels_counts_and_shares_have_no_form(right: Callable[[int], np.ndarray]) -> None:
    drawn = []
    for size in (7, 9, 11):
        numbers = right(size).astype(np.float64)
        drawn.append(Sample(numbers, 2 * numbers, {"y": np.arange(size)}, 20.0))
    assert said(drawn) == ""


def test_no_number_is_told_that_only_the_test_knows() -> None:
    for wrong in (lambda right, of: 8765.4321 * right, lambda right, of: right + 8765.4321):
        assert said(samples(wrong)) == ""


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_numbers_that_have_nothing_to_do_with_each_other_have_no_form(seed: int, scalar: bool) -> None:
    other = np.random.default_rng([seed, 1])
    assert said(samples(lambda right, of: other.normal(size=right.shape), scalar, seed=seed)) == ""


def test_the_right_numbers_in_another_arrangement_are_told() -> None:
    gradient = np.random.default_rng(1).normal(size=(5, 4))
    assert other_arrangement(gradient, gradient.T) == "it is the expected one transposed"
    assert other_arrangement(gradient, gradient.ravel()) == "it has the right numbers in the shape (20,)"
    assert other_arrangement(gradient, gradient[:4]) == ""
    assert other_arrangement(np.zeros((2, 3)), np.zeros((3, 2))) == ""


def test_the_right_numbers_in_another_order_are_told() -> None:
    right = np.random.default_rng(1).normal(size=(4, 4))
    assert other_arrangement(right, right) == ""
    assert other_arrangement(right, right.T) == "it is the expected one transposed"
    assert other_arrangement(right, right[:, ::-1]) == "each row holds the right numbers in another order"
    assert (
        other_arrangement(right, right[[1, 0, 2, 3]])
        == "each column holds the right numbers in another order"
    )
    assert other_arrangement(right, right.ravel()[::-1].reshape(4, 4)) == (
        "it holds the right numbers in another order"
    )
    assert other_arrangement(right, right + 1) == ""


@pytest.mark.parametrize("right", [np.arange(12) % 5, np.eye(5) * np.arange(1.0, 6.0)])
def test_numbers_that_are_repeated_are_in_no_order(right: np.ndarray) -> None:
    assert other_arrangement(right, np.roll(right, 1, axis=0)) == ""


def test_what_a_switch_adds_to_infinity_is_not_warned_of() -> None:
    with warnings.catch_warnings(action="error"):
        terms = Switched(("loss",), np.inf, np.inf, "reg", 0.0).terms()
    assert terms is not None and len(terms) == 2
