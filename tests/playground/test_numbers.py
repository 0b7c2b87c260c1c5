"""What the playground computes is what the course's reference and NumPy compute."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.playground.conftest import Playground

SOLUTIONS = Path(__file__).parents[2] / "solutions"
STATES = 200
LOSSES = ("ww", "ova", "cs", "softmax")
PENALTIES = ("l2", "l1", "elastic")


def reference(path: str) -> Any:
    specification = importlib.util.spec_from_file_location(Path(path).stem, SOLUTIONS / path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


SVM, SOFTMAX = reference("svm/linear_svm.py"), reference("softmax/softmax.py")


@dataclass
class State:
    """W holds b as its last row, and X a last column of ones, as in the assignments."""

    W: np.ndarray
    X: np.ndarray
    y: np.ndarray
    loss: str
    penalty: str
    strength: float
    bias: bool

    @property
    def fragment(self) -> str:
        def row(numbers):
            return ",".join(map(repr, map(float, numbers)))

        points = ";".join(f"{label},{row(x[:2])}" for x, label in zip(self.X, self.y, strict=True))
        return (
            f"loss={self.loss}&penalty={self.penalty}&strength={self.strength!r}&bias={int(self.bias)}&rate=0.5"
            f"&W={row(self.W[0])};{row(self.W[1])}&b={row(self.W[2])}&points={points}"
        )


def state(seed: int) -> State:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 41)) if seed % 10 else 200
    X = np.hstack([rng.uniform(-3, 3, (count, 2)), np.ones((count, 1))])
    W = rng.normal(size=(3, 3)) * 10.0 ** rng.uniform(-2, 1.5)
    if seed % 7 == 0:
        W[rng.integers(3), rng.integers(3)] = 0.0
    classes = rng.permutation(3)[: 1 + seed % 3]  # some are absent now and then
    return State(
        W=W,
        X=X,
        y=rng.choice(classes, count),
        loss=LOSSES[seed % 4],
        penalty=PENALTIES[seed // 4 % 3],
        strength=float(rng.choice([0.0, 0.01, 0.3, 2.0])),
        bias=bool(rng.integers(2)),
    )


def one_vs_all(W, X, y):
    sides = np.where(np.arange(3) == y[:, None], 1.0, -1.0)
    short = np.maximum(0, 1 - sides * (X @ W))
    return short.sum() / len(y), X.T @ (-sides * (short > 0)) / len(y)


def crammer_singer(W, X, y):
    rows = np.arange(len(y))
    S = X @ W
    rivals = S.copy()
    rivals[rows, y] = -np.inf
    strongest = rivals.argmax(axis=1)
    margins = 1 + S[rows, strongest] - S[rows, y]
    slopes = np.zeros_like(S)
    slopes[rows, strongest] += margins > 0
    slopes[rows, y] -= margins > 0
    return np.maximum(0, margins).mean(), X.T @ slopes / len(y)


DATA_LOSS = {
    "ww": lambda W, X, y: SVM.svm_loss_vectorized(W, X, y, 0.0),
    "softmax": lambda W, X, y: SOFTMAX.softmax_loss_vectorized(W, X, y, 0.0),
    "ova": one_vs_all,
    "cs": crammer_singer,
}
PENALTY = {
    "l2": lambda W: (np.sum(W * W), 2 * W),
    "l1": lambda W: (np.abs(W).sum(), np.sign(W)),
    "elastic": lambda W: (np.sum(0.5 * W * W + np.abs(W)), W + np.sign(W)),
}


def penalty(state: State) -> tuple[float, np.ndarray]:
    rows = 3 if state.bias else 2
    size, slopes = PENALTY[state.penalty](state.W[:rows])
    return state.strength * size, state.strength * np.vstack([slopes, np.zeros((3 - rows, 3))])


def margins(state: State, scores: np.ndarray) -> np.ndarray:
    own = np.arange(3) == state.y[:, None]
    if state.loss == "softmax":
        P = np.exp(scores - scores.max(axis=1, keepdims=True))
        return P / P.sum(axis=1, keepdims=True)
    if state.loss == "ova":
        return 1 - np.where(own, 1, -1) * scores
    return np.where(own, np.nan, scores - scores[own][:, None] + 1)


def close(got, expected):
    scale = max(1.0, float(np.nanmax(np.abs(expected))))
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9 * scale)


@pytest.mark.system
@pytest.mark.parametrize("seed", range(STATES))
def test_losses_and_gradients_agree_with_the_references(shared: Playground, seed: int) -> None:
    it = state(seed)
    shown = shared.shown(it.fragment)
    data, slopes = DATA_LOSS[it.loss](it.W, it.X, it.y)
    added, penalty_slopes = penalty(it)
    np.testing.assert_array_equal(shown["W"], it.W)
    close(shown["data"], data)
    close(shown["penalty"], added)
    close(shown["loss"], data + added)
    close(shown["gradient"], slopes + penalty_slopes)

    points, scores = np.array(shown["points"]), it.X @ it.W
    np.testing.assert_array_equal(points[:, :2], it.X[:, :2])
    close(points[:, 2:5], scores)
    close(points[:, 5:8], margins(it, scores))
    each = [DATA_LOSS[it.loss](it.W, it.X[i : i + 1], it.y[i : i + 1])[0] for i in range(len(it.y))]
    close(points[:, 8], each)
    assert not shared.opened.complaints


@pytest.mark.system
@pytest.mark.parametrize(
    ("loss", "kernel"), [("ww", SVM.svm_loss_naive), ("softmax", SOFTMAX.softmax_loss_naive)]
)
def test_with_b_penalised_too_it_is_the_loss_of_the_assignments(
    shared: Playground, loss: str, kernel: Any
) -> None:
    it = state(11)
    it.loss, it.penalty, it.strength, it.bias = loss, "l2", 0.3, True
    shown = shared.shown(it.fragment)
    expected, slopes = kernel(it.W, it.X, it.y, 0.3)
    close(shown["loss"], expected)
    close(shown["gradient"], slopes)


@pytest.mark.system
def test_softmax_survives_scores_far_from_0(shared: Playground) -> None:
    it = state(3)
    it.W, it.strength = it.W / np.abs(it.W).max() * 400, 0.0
    shown = shared.shown(it.fragment)
    loss, slopes = SOFTMAX.softmax_loss_vectorized(it.W, it.X, it.y, 0.0)
    assert loss > 10
    close(shown["loss"], loss)
    close(shown["gradient"], slopes)


@pytest.mark.system
def test_a_step_goes_down_the_gradient(shared: Playground) -> None:
    it = state(4)
    before = shared.shown(it.fragment)
    shared.page.click("#step")
    after = shared.shown()
    close(after["W"], np.array(before["W"]) - 0.5 * np.array(before["gradient"]))
    assert (before["steps"], after["steps"]) == (0, 1)


@pytest.mark.system
@pytest.mark.parametrize("seed", [0, 5, 9, 40])
def test_a_link_gives_back_exactly_what_it_was_made_of(shared: Playground, seed: int) -> None:
    it = state(seed)
    first = shared.shown(it.fragment)
    shared.shown("W=0,0,0;0,0,0&b=1,2,3&points=")
    again = shared.shown(first["link"])
    assert again == {**first, "said": again["said"]}


@pytest.mark.system
def test_a_link_that_was_just_followed_is_not_written_over(shared: Playground) -> None:
    it = state(11)
    shared.shown("W=0,0,0;0,0,0&b=1,2,3&points=")
    shared.page.click("#step")  # whose link is written soon
    shared.page.evaluate(
        """async fragment => {
          const told = new Promise(done => addEventListener('hashchange', done, { once: true }));
          location.hash = fragment;
          writeLink();  // as the timer does, between the new address and the browser's word about it
          await told;
        }""",
        it.fragment,
    )
    np.testing.assert_array_equal(shared.shown()["W"], it.W)
