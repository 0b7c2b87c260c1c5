"""Wrong work that is nearly right fails: in public checks named for the mistake, and in graded tests."""

from __future__ import annotations

from collections.abc import Iterator
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


@pytest.fixture(scope="module")
def graders() -> Iterator[dict[str, Grader]]:
    names = {edit.assignment for edit in [*PUBLIC.values(), *GRADED.values()]}
    graders = {name: Grader(COURSE.assignment(name), COURSE.solution(name)) for name in sorted(names)}
    with pytest.MonkeyPatch.context() as patch:
        # Kinds stand before anything is explained.
        patch.setattr(hand_in_run, "explain", lambda *args: {})
        patch.setattr(hand_in_run, "facts_of_failures", lambda *args: {})
        yield graders
    for grader in graders.values():
        grader.close()


def require_caught(grader: Grader, edit: Edit, public: bool) -> None:
    name = grader.assignment.file_names[0]
    source = grader.reference_files[name].decode()
    for old, new in zip(edit.texts[::2], edit.texts[1::2], strict=True):
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    verdicts = grader.grade(
        {**grader.reference_files, name: source.encode()},
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
