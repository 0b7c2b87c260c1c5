"""What the tests of all rooms share: fixtures, how they are spread over processes, and what is said at the end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests import browsers, fuzzing, graders, parallel, pictures, rehearsal, reports, workers
from tests.hostile import table

# The cores are busy with other tests, and every Python would start threads for NumPy's arithmetic.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Hundreds of Pythons are started; without this each of them would compile every module it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# jsonschema, which comes with nbformat, would make forty grammars of addresses from this; no notebook has such ones.
sys.modules["rfc3987_syntax"] = None

PLUGINS = (browsers, fuzzing, graders, parallel, pictures, rehearsal, reports, table, workers)
HERE = Path(__file__).parent
SYSTEM = (
    "authoring/test_github.py",
    "authoring/test_rehearsal.py",
    "authoring/test_release.py",
    "authoring/test_sealing.py",
    "authoring/test_verification.py",
    "authoring/test_wheel.py",
    "classroom/test_cluster.py",
    "classroom/test_container.py",
    "classroom/test_faults.py",
    "classroom/test_grade_class.py",
    "classroom/test_outputs.py",
    "classroom/test_resume.py",
    "classroom/test_written.py",
    "cli",
    "hostile",
    "notebooks",
    "peers",
    "report/test_in_browser.py",
    "report/test_written_in_browser.py",
    "sandbox/test_plain_user.py",
    "student",
    "test_benchmarks.py",
    "test_odd_replies.py",
    "test_right_solutions.py",
    "test_wrong_solutions.py",
)
"""What starts whole programs, browsers, notebooks, rehearsals or clusters, or attacks the grader."""
LONG = (
    "authoring/importing",
    "authoring/test_bundle.py",
    "authoring/test_leaks.py",
    "authoring/test_mistake_entry.py",
    "authoring/test_start.py",
    "classroom/test_computations.py",
    "classroom/test_hints.py",
    "classroom/test_similarity.py",
    "grading/test_contrast.py",
    "grading/test_earned_shares.py",
    "grading/test_loops.py",
    "grading/test_own_tests.py",
    "grading/test_parts.py",
    "grading/test_shared_functions.py",
)
"""What computes for long, in processes whose coverage is measured: half of all seconds of what else there is."""
UNREAD = {"not system": (*SYSTEM, *LONG), "not system or long": SYSTEM}
"""What is not even read for these values of `-m`: that takes seconds, in each of the processes."""


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Take the fixtures, options and hooks of other modules in, early enough for options."""
    for plugin in PLUGINS:
        pluginmanager.register(plugin)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not read what `-m` leaves out."""
    return _is_in(UNREAD.get(config.getoption("markexpr"), ()), collection_path) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them `system`, so that `-m "not system"` gives the quick answer, and some of them `long` as well."""
    files = {item.path for item in items}
    long = {file for file in files if _is_in(LONG, file)}
    system = long | {file for file in files if _is_in(SYSTEM, file)}
    for item in items:
        if item.path in long and item.get_closest_marker("system") is None:
            item.add_marker("long")
        if item.path in system:
            item.add_marker("system")


def _is_in(places: tuple[str, ...], path: Path) -> bool:
    return any(path.is_relative_to(HERE / place) for place in places)
