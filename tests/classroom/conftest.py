"""A small course, and hand-ins of every kind for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.authoring.new import new_assignment
from autograder.classroom.processes import LocalPool
from autograder.classroom.work import Work, prepare
from autograder.course.loading import Course, find_course

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


@pytest.fixture(scope="session")
def pool(work: Work) -> Iterator[LocalPool]:
    with LocalPool(work, 2) as pool:
        yield pool


def write_class(folder: Path, members: dict[str, bytes]) -> Path:
    """Write one folder per member, with the one file that is handed in."""
    for name, source in members.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / FILE).write_bytes(source)
    return folder
