"""A small course, and hand-ins of every kind for it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from autograder.authoring.new import new_assignment
from autograder.classroom.processes import LocalPool
from autograder.classroom.work import StoredResult, Work, prepare
from autograder.course.loading import Course, find_course
from autograder.handin.open_hand_in import Submission

NAME = "line"
FILE = "line.py"

RIGHT = b"""
import numpy as np

def predict(X, w):
    return X @ w

def squared_loss(X, y, w):
    miss = X @ w - y
    return np.mean(miss ** 2), 2 * X.T @ miss / len(y)
"""
SUMMED = RIGHT.replace(b"np.mean(miss ** 2), 2 * X.T @ miss / len(y)", b"np.sum(miss ** 2), 2 * X.T @ miss")
BROKEN = b"def predict(X, w:\n    return X @ w\n"
ENDS_ITS_PROCESS = b"import os\n\ndef predict(X, w):\n    os._exit(3)\n"


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory, worker_python: Path) -> Course:
    """A course of one assignment, whose solutions only its owner can read."""
    root = tmp_path_factory.mktemp("course")
    new_assignment(root, NAME)
    return find_course(root)


@pytest.fixture(scope="session")
def work(course: Course) -> Work:
    return prepare(course, NAME)


class RememberingPool(LocalPool):
    """Grades each hand-in once: most tests ask what becomes of its result, which is always the same."""

    def __init__(self, work: Work, jobs: int) -> None:
        super().__init__(work, jobs)
        self._graded: dict[str, Future[StoredResult]] = {}

    def submit(self, submission: Submission) -> Future[StoredResult]:
        key = repr(submission)  # all of it: label, files, notes
        known = self._graded.get(key)
        if known is None or not known.done() or known.cancelled() or known.exception():
            known = self._graded[key] = super().submit(submission)
        return known


@pytest.fixture(scope="session")
def pool(work: Work) -> Iterator[LocalPool]:
    with RememberingPool(work, 2) as pool:
        yield pool


def write_class(folder: Path, members: dict[str, bytes]) -> Path:
    """Write one folder per member, with the one file that is handed in."""
    for name, source in members.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / FILE).write_bytes(source)
    return folder
