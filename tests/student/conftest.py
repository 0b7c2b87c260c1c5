"""A small assignment as it lies in a student's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.loading import find_course
from tests.courses import write_course
from tests.notebooks.execution import folder_of_a_student


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The folder in which a student works on the small assignment, stubs untouched."""
    course = find_course(write_course(tmp_path / "course"))
    return folder_of_a_student(course.assignment("centring"), tmp_path / "centring")
