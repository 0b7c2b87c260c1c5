"""Fixtures and reports that several rooms' tests share."""

from tests.fuzzing import pytest_collection_modifyitems, pytest_terminal_summary
from tests.rehearsal import svm_bundle, svm_rehearsal
from tests.workers import open_folder, open_python, pytest_addoption, worker_python

__all__ = [
    "open_folder",
    "open_python",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_terminal_summary",
    "svm_bundle",
    "svm_rehearsal",
    "worker_python",
]
