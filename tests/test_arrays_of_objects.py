"""Right values that are worked out in arrays of objects, one example, class or feature after another, are loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from autograder.grading.grader import Grader
from autograder.model.verdict import Kind

ONE_BY_ONE = """

def one_by_one(items):
    objects = np.empty(len(items), dtype=object)
    objects[:] = list(items)
    return objects
"""

SCORES = "    margins = np.ascontiguousarray((W.T @ X.T).T)\n"
SLOPES = "    dW = (slopes.T @ X).T\n"
PRODUCT = "X @ X_train.T"
NORMS = 'np.einsum("id,id->i", X, X), np.einsum("jd,jd->j", X_train, X_train)'
LENGTHS = "    return H / (np.sqrt(np.sum(H**2, axis=2, keepdims=True)) + 1e-12)\n"


class Edit(NamedTuple):
    """A change of a reference: what is replaced, by what, and the axis over which it loops."""

    assignment: str
    old: str
    new: str
    over: str


EDITS = {
    "scores of each example": Edit(
        "svm",
        SCORES,
        "    products = one_by_one(X[:, :, np.newaxis]) * one_by_one([W] * len(X))\n"
        "    margins = np.stack(list(products)).sum(axis=1)\n",
        "examples",
    ),
    "scores summed over features": Edit(
        "svm",
        SCORES,
        "    margins = np.stack(list(np.dot(W.T.astype(object), one_by_one(X.T))), axis=1).astype(float)\n",
        "features",
    ),
    "scores of each class": Edit(
        "svm",
        SCORES,
        "    products = one_by_one([X] * W.shape[1]) * one_by_one(W.T)\n"
        "    margins = np.ascontiguousarray(np.stack(list(products)).sum(axis=2).T)\n",
        "classes",
    ),
    "gradient summed over examples": Edit(
        "svm",
        SLOPES,
        "    dW = (one_by_one(X[:, :, np.newaxis]) * one_by_one(slopes[:, np.newaxis])).sum()\n",
        "examples",
    ),
    "gradient by einsum": Edit(
        "svm",
        SLOPES,
        '    dW = np.einsum("i,i->", one_by_one(X[:, :, np.newaxis]), one_by_one(slopes[:, np.newaxis]))\n',
        "examples",
    ),
    "products of each example": Edit(
        "knn",
        PRODUCT,
        "np.stack(list(one_by_one(X) * one_by_one([X_train] * len(X)))).sum(axis=2)",
        "test_examples",
    ),
    "norms of each example": Edit(
        "knn",
        NORMS,
        "np.stack(list(one_by_one(X) ** 2)).sum(axis=1), np.sum(X_train**2, axis=1)",
        "test_examples",
    ),
    "norms summed over features": Edit(
        "knn",
        NORMS,
        "(one_by_one(X.T) ** 2).sum(), (one_by_one(X_train.T) ** 2).sum()",
        "features",
    ),
    "cells of each row": Edit(
        "features",
        LENGTHS,
        "    lengths = np.sqrt(np.sum(H**2, axis=2, keepdims=True)) + 1e-12\n"
        "    return np.stack(list(one_by_one(H) / one_by_one(lengths)))\n",
        "rows_of_cells",
    ),
    "cells of each column": Edit(
        "features",
        LENGTHS,
        "    lengths = np.sqrt(np.sum(H**2, axis=2, keepdims=True)) + 1e-12\n"
        "    columns = one_by_one(H.transpose(1, 0, 2)) / one_by_one(lengths.transpose(1, 0, 2))\n"
        "    return np.stack(list(columns), axis=1)\n",
        "columns_of_cells",
    ),
    "pixels in a row of a cell": Edit(
        "features",
        "    sums = np.bincount(",
        "    parts = magnitude[inside].reshape(rows, cell, columns, cell).transpose(3, 0, 1, 2)\n"
        "    whole = np.stack(list(one_by_one(parts) * 1.0)).transpose(1, 2, 3, 0)\n"
        "    magnitude = magnitude.copy()\n"
        "    magnitude[inside] = whole.reshape(magnitude[inside].shape)\n"
        "    sums = np.bincount(",
        "pixels_in_a_cell",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_are_charged_as_loops(course_grader: Callable[[str], Grader], name: str) -> None:
    edit = EDITS[name]
    grader = course_grader(edit.assignment)
    files = dict(grader.reference_files)
    first = grader.assignment.file_names[0]
    source = files[first].decode()
    assert source.count(edit.old) == 1
    files[first] = (source.replace(edit.old, edit.new) + ONE_BY_ONE).encode()
    verdicts = grader.grade(files, only=lambda test: "test_graded" in test.id and "_no_loop_" in test.id)
    lost = {name for name, verdict in verdicts.items() if verdict.kind is Kind.LOOPS}
    assert any(edit.over in name for name in lost), verdicts
    assert lost == {name for name, verdict in verdicts.items() if not verdict.passed}
