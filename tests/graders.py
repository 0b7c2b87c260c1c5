"""Graders of the course's assignments, which keep what they find out of known mistakes and of the reference."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.course.loading import find_course
from autograder.grading.grader import Grader
from autograder.grading.known_behaviour import KnownBehaviour

COURSE = find_course(Path(__file__).parent.parent)


@pytest.fixture(scope="module")
def course_grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Grader]]:
    """Returns the grader of an assignment by its name, the same one for all tests of a module, as for a class.

    What tests see of known mistakes is shared by all processes of this run, as by those that grade a class.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    with contextlib.ExitStack() as graders:

        @functools.cache
        def grader(name: str) -> Grader:
            known = KnownBehaviour(folder / f"{name}.sqlite")
            return graders.enter_context(Grader(COURSE.assignment(name), COURSE.solution(name), known=known))

        yield grader
