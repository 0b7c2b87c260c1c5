"""Graders of the course's assignments, which keep what they find out of known mistakes and of the reference."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.course.loading import find_course
from autograder.grading.grader import Grader

COURSE = find_course(Path(__file__).parent.parent)


@pytest.fixture(scope="module")
def course_grader() -> Iterator[Callable[[str], Grader]]:
    """Returns the grader of an assignment by its name, the same one for all tests of a module, as for a class."""
    with contextlib.ExitStack() as graders:
        yield functools.cache(
            lambda name: graders.enter_context(Grader(COURSE.assignment(name), COURSE.solution(name)))
        )
