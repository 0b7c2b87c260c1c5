"""Fixtures that several rooms' tests share."""

from tests.rehearsal import svm_bundle, svm_rehearsal
from tests.workers import open_folder, open_python, pytest_addoption, worker_python

__all__ = [
    "open_folder",
    "open_python",
    "pytest_addoption",
    "svm_bundle",
    "svm_rehearsal",
    "worker_python",
]
