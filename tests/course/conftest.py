"""A small course on disk whose files each test may break in one place."""

from __future__ import annotations

from pathlib import Path

import pytest

ASSIGNMENT = """\
title = "Multiclass SVM loss"
version = "1.0"
total_points = 40
not_allowed = ["numpy.linalg.norm"]

[[files]]
name = "linear_svm.py"

[[questions]]
id = "svm_loss_naive"
title = "SVM loss with loops"
points = "25/2"
functions = ["linear_svm.svm_loss_naive"]

[[questions]]
id = "svm_loss_vectorized"
title = "SVM loss without loops"
points = "55/2"
functions = ["linear_svm.svm_loss_vectorized", "linear_svm.Helper"]
not_allowed = ["itertools", "numpy.linalg.norm"]
"""

GRADING = """\
salt = "0b5c2c1f6a0e4d3d"
"""


class CourseOnDisk:
    """Writes the two halves of one assignment and lets a test change their text."""

    assignment_text = ASSIGNMENT

    def __init__(self, root: Path) -> None:
        self.root = root
        self.assignment_toml = self.write("assignments/svm/assignment.toml", ASSIGNMENT)
        self.write("assignments/svm/linear_svm.py", "def svm_loss_naive(W, X, y, reg):\n    pass\n")
        self.grading_toml = self.write("solutions/svm/grading.toml", GRADING)
        self.write("solutions/svm/linear_svm.py", "REFERENCE = True\n")
        self.write("solutions/svm/test_graded.py", "")

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def change(self, path: Path, old: str, new: str) -> None:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))


@pytest.fixture
def on_disk(tmp_path: Path) -> CourseOnDisk:
    return CourseOnDisk(tmp_path)
