"""Graded tests of ridge regression, with marks by which anything that leaks is recognised."""

import numpy as np
import pytest

MARK = "test-mark-66260701"
HIDDEN_INPUT = 0.31415926535
HIDDEN_RESULT = 16180.339887


def problem(rng, examples, features):
    X = rng.standard_normal((examples, features))
    return rng.standard_normal(features), X, rng.standard_normal(examples)


def marked(rng, examples, features):
    w, X, y = problem(rng, examples, features)
    X[0, 0] = HIDDEN_INPUT
    return w, X, y


@pytest.mark.question("loss")
@pytest.mark.weight(3)
@pytest.mark.parametrize("reg", [0.0, 0.3, 2.0], ids=str)
def test_matches_the_reference(compare, rng, reg):
    compare("ridge.loss", *marked(rng, 7, 4), reg, names=("loss", "dw"))


@pytest.mark.question("loss")
@pytest.mark.weight(3)
def test_matches_the_reference_at_the_origin(compare, rng):
    w, X, y = problem(rng, 5, 3)
    y[:] = np.sqrt(HIDDEN_RESULT)
    compare("ridge.loss", 0.0 * w, X, y, 0.1, names=("loss", "dw"))


@pytest.mark.question("loss")
def test_leaves_its_inputs_alone(unchanged, rng):
    unchanged("ridge.loss", *problem(rng, 6, 4), 0.2)


@pytest.mark.question("loss")
@pytest.mark.parametrize("axes", [("examples", "features")], ids=" or ".join)
def test_has_no_loop_over(loops, axes):
    for axis in axes:
        loops(
            "ridge.loss",
            lambda rng, examples=7, features=4: (*marked(rng, examples, features), 0.1),
            over=axis,
        )


@pytest.mark.question("loss")
def test_is_fast(race):
    race("ridge.loss", lambda rng: (*problem(rng, 4000, 20), 0.1), full=8, none=16)


@pytest.mark.question("loss")
def test_needs_little_memory(memory):
    memory(
        "ridge.loss", lambda sizes, rng: (*problem(rng, *sizes), 0.1), small=(2000, 60), full=(50000, 3072)
    )


@pytest.mark.question("descent")
@pytest.mark.parametrize("steps", [1, 5], ids=str)
def test_takes_the_reference_s_steps(compare, rng, steps):
    w, X, y = problem(rng, 7, 4)

    def script(code, w):
        descent = code.new("descent.Descent", 0.01)
        return descent.call("fit", w, lambda w: X.T @ (X @ w - y), steps), descent.get("seen")

    compare(script, w, names=("w", "seen"))


@pytest.mark.question("scale")
@pytest.mark.parametrize("rows", [4, 9], ids=str)
def test_every_column_is_standardized(compare, rng, rows):
    compare("scale.standardize", rng.standard_normal((rows, 3)) + HIDDEN_INPUT, names=("X",))
