"""Builds a small course of real files, whose parts a test may replace to see what happens."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

STUB = '''
"""Centring data."""

import numpy as np


def centre(X):
    """Return X (N, D) with the mean of each column taken away, and the means (D,)."""
    raise NotImplementedError("fill in centre in centring.py")


def spread(X):
    """Return the standard deviation (D,) of each column of X (N, D), without a Python loop over rows."""
    raise NotImplementedError("fill in spread in centring.py")
'''

REFERENCE = '''
"""Centring data."""

import numpy as np


def centre(X):
    """Return X (N, D) with the mean of each column taken away, and the means (D,)."""
    column_means = np.add.reduce(X, axis=0) / len(X)
    return X - column_means, column_means


def spread(X):
    """Return the standard deviation (D,) of each column of X (N, D), without a Python loop over rows."""
    deviations_from_mean = X - np.add.reduce(X, axis=0) / len(X)
    return np.sqrt(np.add.reduce(deviations_from_mean * deviations_from_mean, axis=0) / len(X))
'''

ASSIGNMENT = """
title = "Centring"
version = "1.0"
total_points = 10

[[files]]
name = "centring.py"

[limits]
seconds_per_call = 2.0
seconds_total = 60.0

[[questions]]
id = "centre"
title = "Centre the columns"
points = 6
functions = ["centring.centre"]

[[questions]]
id = "spread"
title = "Spread of the columns"
points = 4
functions = ["centring.spread"]
"""

GRADING = """
salt = "a salt that only this small course has"
"""

PUBLIC = """
import numpy as np
import pytest

@pytest.mark.question("centre")
def test_two_rows(expect):
    expect("centring.centre", np.array([[1.0, 2.0], [3.0, 6.0]]),
           equals=(np.array([[-1.0, -2.0], [1.0, 2.0]]), np.array([2.0, 4.0])), names=("centred", "means"))

@pytest.mark.question("spread")
def test_spread_of_two_rows(expect):
    expect("centring.spread", np.array([[1.0, 2.0], [3.0, 6.0]]), equals=np.array([1.0, 2.0]), names=("spread",))
"""

GRADED = """
import pytest

@pytest.mark.question("centre")
@pytest.mark.weight(2)
@pytest.mark.parametrize("rows", [5, 8])
def test_centres(compare, rng, rows):
    compare("centring.centre", rng.normal(3.0, 2.0, size=(rows, 4)), names=("centred", "means"))

@pytest.mark.question("centre")
def test_leaves_its_input_alone(unchanged, rng):
    unchanged("centring.centre", rng.normal(size=(5, 4)), names=("centred", "means"))

@pytest.mark.question("spread")
@pytest.mark.weight(3)
def test_spreads(compare, rng):
    compare("centring.spread", rng.normal(3.0, 2.0, size=(7, 3)), names=("spread",))

@pytest.mark.question("spread")
def test_has_no_loop(loops):
    loops("centring.spread", lambda n, rng: (rng.normal(size=(n, 3)),), over="rows")
"""

MISTAKES = """
[M01]
title = "means of the rows"
hint = "Your means are as many as there are rows. Which axis should disappear?"
replaced_by.centre = "of_rows"

[M02]
title = "variance"
hint = "Your numbers have squared units. Which last step is missing?"
edits.spread = ["return np.sqrt(", "return ("]
"""

MISTAKEN_FUNCTIONS = """
def of_rows(original, X):
    return X - X.mean(axis=1, keepdims=True), X.mean(axis=1)
"""

FILES: Mapping[str, str] = {
    "assignments/centring/assignment.toml": ASSIGNMENT,
    "assignments/centring/centring.py": STUB,
    "assignments/centring/test_public.py": PUBLIC,
    "assignments/centring/README.md": "# Centring\n",
    "solutions/centring/grading.toml": GRADING,
    "solutions/centring/centring.py": REFERENCE,
    "solutions/centring/test_graded.py": GRADED,
    "solutions/centring/mistakes.toml": MISTAKES,
    "solutions/centring/mistakes.py": MISTAKEN_FUNCTIONS,
}


def write_course(root: Path, replaced: Mapping[str, str | None] | None = None) -> Path:
    """Write the course below `root` and return it; None as replacement leaves a file out."""
    for name, text in {**FILES, **(replaced or {})}.items():
        if text is not None:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip())
    return root


def write_hand_in(folder: Path, source: str = REFERENCE) -> Path:
    """Write a hand-in of one file into `folder` and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "centring.py").write_text(textwrap.dedent(source).lstrip())
    return folder
