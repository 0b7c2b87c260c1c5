"""Wrong work that is nearly right fails: in public checks named for the mistake, and in graded tests."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest

from autograder.course.loading import find_course
from autograder.grading import hand_in_run
from autograder.grading.grader import Grader
from autograder.model.verdict import Kind

COURSE = find_course(Path(__file__).parent.parent)

VOTE = """\
            classes, votes = np.unique(self.y_train[nearest], return_counts=True)
            labels[i] = classes[np.argmax(votes)]
"""
BATCHES = """\
        for iteration in range(num_iters):
            batch = rng.integers(len(X), size=batch_size)
"""
STEP = "self.W = self.W - learning_rate * gradient"
LOOP = "        history = []\n"
LAST = "        return history\n"


class Edit(NamedTuple):
    """A change of a reference: what is replaced, each text by the next, and the question that it is wrong in."""

    assignment: str
    question: str
    texts: tuple[str, ...]


PUBLIC = {
    "the absolute value of a sum as L1": Edit(
        "knn",
        "nearest_neighbor_l1",
        ("np.sum(np.abs(X_train - X[i]), axis=1)", "np.abs(np.sum(X_train - X[i], axis=1))"),
    ),
    "squares below 0": Edit("knn", "distances_no_loops", ("        np.maximum(dists, 0, out=dists)\n", "")),
    "squares below 0, summed by np.sum": Edit(
        "knn",
        "distances_no_loops",
        (
            'np.einsum("id,id->i", X, X), np.einsum("jd,jd->j", X_train, X_train)',
            "np.sum(X**2, axis=1), np.sum(X_train**2, axis=1)",
            "        np.maximum(dists, 0, out=dists)\n",
            "",
        ),
    ),
    "the last of equal k": Edit(
        "knn",
        "cross_validate",
        (
            "min(accuracies, key=lambda k: (-np.mean(accuracies[k]), k))",
            "max(reversed(accuracies), key=lambda k: np.mean(accuracies[k]))",
        ),
    ),
    "one batch for ever": Edit(
        "sgd",
        "train",
        (
            BATCHES,
            "        batch = rng.integers(len(X), size=batch_size)\n        for iteration in range(num_iters):\n",
        ),
    ),
    "labels drawn apart": Edit("sgd", "train", ("y[batch]", "y[rng.integers(len(y), size=batch_size)]")),
    "steps on a copy of W": Edit(
        "sgd",
        "train",
        (
            LOOP,
            f"{LOOP}        W = self.W\n",
            STEP,
            "W = W - learning_rate * gradient",
            LAST,
            f"        self.W = W\n{LAST}",
        ),
    ),
    "a column for each label that occurs": Edit("sgd", "train", ("np.max(y) + 1", "len(np.unique(y))")),
    "batches from the first examples": Edit(
        "sgd", "train", ("rng.integers(len(X)", "rng.integers(X.shape[1]")
    ),
}
GRADED = {
    "the first of a set with the most votes": Edit(
        "knn",
        "predict_labels",
        (
            VOTE,
            "            votes = self.y_train[nearest].tolist()\n"
            "            labels[i] = max(set(votes), key=votes.count)\n",
        ),
    ),
    "whole distances": Edit("knn", "predict_labels", ("np.argsort(row", "np.argsort(row.astype(int)")),
    "rounded distances": Edit("knn", "predict_labels", ("np.argsort(row", "np.argsort(row.round()")),
    "labels in a byte": Edit(
        "knn",
        "nearest_neighbor_l1",
        ("labels[i] = self.y_train[np.argmin(dists)]", "labels[i] = self.y_train[np.argmin(dists)] % 256"),
    ),
    "the last of equal k": PUBLIC["the last of equal k"],
    "a batch of one example, repeated": Edit(
        "sgd",
        "train",
        ("rng.integers(len(X), size=batch_size)", "np.repeat(rng.integers(len(X)), batch_size)"),
    ),
    "uniform weights": Edit("sgd", "train", ("rng.standard_normal((", "3**0.5 * rng.uniform(-1, 1, (")),
    "exponentials of large scores": Edit(
        "sgd",
        "predict",
        (
            "np.argmax(self.W.T @ X.T, axis=0)",
            "np.argmax((P := np.exp(self.W.T @ X.T)) / P.sum(axis=0), axis=0)",
        ),
    ),
    "the same index in every axis": Edit(
        "gradient_check",
        "gradient_check",
        ("np.unravel_index(flat, x.shape)", "tuple(flat % extent for extent in x.shape)"),
    ),
    "sorted errors": Edit(
        "gradient_check",
        "gradient_check",
        ("    return errors\n\n\ndef choose", "    return np.sort(errors)\n\n\ndef choose"),
    ),
    "the same coordinates in every call": Edit(
        "gradient_check",
        "gradient_check",
        ("np.random.default_rng() if rng", "np.random.default_rng(0) if rng"),
    ),
}


SUMS = """\
    sums = np.bincount(places.ravel(), magnitude[inside].ravel(), minlength=rows * columns * bins)
    H = sums.reshape(rows, columns, bins)
"""
BEGIN = "    H = np.zeros((rows, columns, bins))\n    m, (r, c) = magnitude[inside], np.indices((rows, columns))\n"
PIXELS = """\
    for i in range(cell):
        for j in range(cell):
            H[r, c, votes[i::cell, j::cell]] += m[i::cell, j::cell]
"""
CELLS = """\
    for i in range(rows):
        band = slice(i * cell, (i + 1) * cell)
        np.add.at(H[i], (across[band], votes[band]), m[band])
"""
FEWER = f"    if cell < rows:\n{textwrap.indent(PIXELS, '    ')}    else:\n{textwrap.indent(CELLS, '    ')}"
# Right values, but a loop over
LOOPING = {
    "the pixels in a cell": Edit("features", "hog", (SUMS, BEGIN + PIXELS)),
    "the rows of pixels in a cell": Edit(
        "features",
        "hog",
        (
            SUMS,
            f"{BEGIN}    for i in range(cell):\n        places = r[:, :1], across[i::cell], votes[i::cell]\n"
            "        np.add.at(H, places, m[i::cell])\n",
        ),
    ),
    "pixels in a cell or rows of cells, whichever are fewer": Edit("features", "hog", (SUMS, BEGIN + FEWER)),
    "the features, inside the one loop over the test examples": Edit(
        "knn",
        "distances_one_loop",
        (
            "            dists[i] = np.sum((X_train - X[i]) ** 2, axis=1)\n",
            "            dists[i] = 0\n            for d in range(X.shape[1]):\n"
            "                dists[i] += (X_train[:, d] - X[i, d]) ** 2\n",
        ),
    ),
    "the training examples": Edit(
        "knn",
        "distances_no_loops",
        (
            "        # Of two equal examples rounding may leave a square just below 0, whose root would be NaN.\n",
            "        dists = np.array([np.sum((X - row) ** 2, axis=1) for row in X_train]).T\n",
        ),
    ),
    "the features": Edit(
        "softmax",
        "softmax_loss_vectorized",
        ("    dW = (P.T @ X).T\n", "    dW = np.array([x @ P for x in X.T])\n"),
    ),
}
VECTORIZED = ("svm", "softmax", "regularization", "knn", "features")
LEAST_SHARE = Fraction(1, 34)
"""Of a question's points, what a loop costs over whatever axis it says must not be looped over.

What it costs less than another axis is limited from above: a loop over that one keeps it, and is to keep a third.
"""


@pytest.fixture(scope="module")
def graders() -> Iterator[dict[str, Grader]]:
    names = {*VECTORIZED, *(edit.assignment for edit in [*PUBLIC.values(), *GRADED.values()])}
    graders = {name: Grader(COURSE.assignment(name), COURSE.solution(name)) for name in sorted(names)}
    with pytest.MonkeyPatch.context() as patch:
        # Kinds stand before anything is explained.
        patch.setattr(hand_in_run, "explain", lambda *args: {})
        patch.setattr(hand_in_run, "facts_of_failures", lambda *args: {})
        yield graders
    for grader in graders.values():
        grader.close()


def edited(grader: Grader, edit: Edit) -> dict[str, bytes]:
    name = grader.assignment.file_names[0]
    source = grader.reference_files[name].decode()
    for old, new in zip(edit.texts[::2], edit.texts[1::2], strict=True):
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return {**grader.reference_files, name: source.encode()}


def require_caught(grader: Grader, edit: Edit, public: bool) -> None:
    verdicts = grader.grade(
        edited(grader, edit),
        only=lambda test: (test.question, test.public) == (edit.question, public) and not test.structural,
    )
    failed = [verdict for verdict in verdicts.values() if not verdict.passed]
    assert failed
    assert all(verdict.kind is not Kind.GRADER_FAULT for verdict in failed), failed


@pytest.mark.parametrize("label", PUBLIC)
def test_public_checks_find(graders: dict[str, Grader], label: str) -> None:
    require_caught(graders[PUBLIC[label].assignment], PUBLIC[label], public=True)


@pytest.mark.parametrize("label", GRADED)
def test_graded_tests_find(graders: dict[str, Grader], label: str) -> None:
    require_caught(graders[GRADED[label].assignment], GRADED[label], public=False)


@pytest.mark.parametrize("label", LOOPING)
def test_a_loop_over_whatever_must_not_be_looped_over_is_found_and_costs_its_share(
    graders: dict[str, Grader], label: str
) -> None:
    """Public checks say so first, and nothing else is wrong."""
    edit = LOOPING[label]
    grader = graders[edit.assignment]
    verdicts = grader.grade(
        edited(grader, edit), only=lambda test: test.question == edit.question and "speed" not in test.id
    )
    failed = {id for id, verdict in verdicts.items() if not verdict.passed}
    tests = {test.id: test for test in grader.plan.of_question(edit.question)}
    assert {verdicts[id].kind for id in failed if not tests[id].public} <= {Kind.LOOPS, Kind.OUT_OF_MEMORY}
    assert any(tests[id].public for id in failed)
    graded = [test.weight for test in tests.values() if not test.public]
    assert sum(tests[id].weight for id in failed if verdicts[id].kind is Kind.LOOPS) >= LEAST_SHARE * sum(
        graded
    )


@pytest.mark.parametrize("name", VECTORIZED)
def test_no_axis_is_cheap_to_loop_over(graders: dict[str, Grader], name: str) -> None:
    grader = graders[name]
    for question in grader.assignment.questions:
        tests = [test for test in grader.plan.of_question(question.id) if not test.public]
        loops = [test.weight for test in tests if "no_loop_over" in test.id]
        assert all(weight >= LEAST_SHARE * sum(test.weight for test in tests) for weight in loops)
