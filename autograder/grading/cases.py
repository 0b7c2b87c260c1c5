"""What graded tests are parametrized by: versions of a function, and cases named by their sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest


def by_size(numbers: Any) -> str:
    """Return the name of a case that is given as numbers, such as a shape.

    >>> by_size((7, 5, 4))
    '7x5x4'
    """
    return "x".join(map(str, np.ravel(numbers)))


class Versions:
    """Runs a test on several versions of one function, each with a weight of its own in its own question.

    Parameters
    ----------
    versions
        The function of each version and the question that it belongs to.

    Examples
    --------
    >>> loss = Versions(naive=("svm.naive", "svm_naive"), vectorized=("svm.vectorized", "svm_vectorized"))
    >>> mark = loss({"shape": [(7, 5), (4, 6), (9, 3)]}, naive=3, vectorized=2)
    >>> [case.id for case in mark.args[1]]
    ['naive-7x5', 'naive-4x6', 'naive-9x3', 'vectorized-7x5', 'vectorized-4x6']
    """

    def __init__(self, **versions: tuple[str, str]) -> None:
        self._versions = versions

    def __call__(
        self, cases: Mapping[str, Sequence[Any]] | None = None, /, **weights: float
    ) -> pytest.MarkDecorator:
        """Return the mark of a test with the parameter `function`, and one more if it has cases.

        Parameters
        ----------
        cases
            The name of the other parameter, and its values, which are numbers or sequences of them. A version gets as
            many of the first ones as its weight has whole points: students read two parts of a point in halves.
        weights
            What each version weighs in its question; those that are not named do not run.
        """
        given = []
        for version, weight in weights.items():
            function, question = self._versions[version]
            marks = [pytest.mark.question(question), pytest.mark.weight(weight)]
            if not cases:
                given.append(pytest.param(function, id=version, marks=marks))
            for values in (cases or {}).values():
                given += [
                    pytest.param(function, value, id=f"{version}-{by_size(value)}", marks=marks)
                    for value in values[: int(weight)]
                ]
        return pytest.mark.parametrize(["function", *(cases or ())], given)
