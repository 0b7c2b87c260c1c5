"""A small course of real files: one assignment, and one that takes a file from the other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.course.loading import Course

# Its tests are material to be packed, not tests of this project.
collect_ignore = ["small_course"]


@pytest.fixture
def small_course(tmp_path: Path) -> Course:
    root = tmp_path / "course"
    shutil.copytree(Path(__file__).parent / "small_course", root)
    return Course(root)
