"""Runs the tests side by side: how many processes, which tests share one, and which begin first.

Tests of one file stay together, in their order, for they share what is dear to make: workers, a class, a browser.
Files that take longest begin first, so that no process is left with one of them when the others are done.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

TOGETHER = {
    "tests/hostile/test_attacks.py[gradescope": "rehearsal",
    "tests/hostile/test_attacks.py[gradescope, bare kernel": "rehearsal",
    "tests/authoring/test_rehearsal.py": "rehearsal",
    "tests/authoring/test_release.py": "packaging",
    "tests/authoring/test_wheel.py": "packaging",
    "tests/classroom/test_outputs.py": "class",
    "tests/classroom/test_resume.py": "class",
    "tests/classroom/test_container.py": "container",
    "tests/classroom/test_lateness.py": "container",
}
"""Files, and rows of attacks, that one process runs because they share what it has built."""
BY_PARAMETER = (
    "tests/hostile/",
    "tests/student/test_known_mistakes.py",
    "tests/test_odd_replies.py",
)
"""Files whose tests share only what belongs to their first parameter: a row of attacks, or an assignment."""
FIRST = (
    "rehearsal",
    "tests/hostile/test_attacks.py[root",
    "tests/classroom/test_faults.py",
    "tests/grading/test_told.py",
    "tests/notebooks/test_notebooks.py",
    "tests/test_odd_replies.py[knn",
    "tests/test_odd_replies.py[sgd",
    "tests/student/test_known_mistakes.py[logistic",
    "tests/hostile/test_attacks.py[plain user",
    "tests/hostile/test_attacks.py[limits alone",
    "tests/grading/test_contrast.py",
    "tests/playground/test_in_browser.py",
    "tests/classroom/test_hints.py",
    "tests/classroom/test_everybody.py",
    "tests/grading/test_notebook_hand_in.py",
    "tests/authoring/test_leaks.py",
    "tests/authoring/test_sealing.py",
    "tests/classroom/test_cluster.py",
    "container",
    "tests/authoring/test_verification.py",
    "tests/cli/test_commands.py",
    "tests/classroom/test_grade_class.py",
    "tests/sandbox/test_forked.py",
    "tests/peers/test_otter_checks.py",
    "class",
    "tests/peers/test_otter_run.py",
    "tests/report/test_in_browser.py",
    "tests/student/test_evidence.py",
    "tests/sandbox/test_ending.py",
    "tests/test_right_solutions.py",
    "tests/sandbox/test_plain_user.py",
    "tests/student/test_checking.py",
    "packaging",
)
"""Units that take longest, longest first."""


def unit_of(nodeid: str) -> str:
    """Return what a test is never parted from: its file, or what shares its first parameter or is in `TOGETHER`."""
    file, _, name = nodeid.partition("::")
    if file.startswith(BY_PARAMETER) and "[" in name:
        file = f"{file}[{name.partition('[')[2].partition('-')[0].removesuffix(']')}"
    return TOGETHER.get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Keep every core at work though tests wait now and then; a file or two are done before others have started."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    if len(config.args) <= 2 and all(Path(it.partition("::")[0]).is_file() for it in config.args):
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """Hand out units in the order in which they are collected, unless another way is asked for."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Units(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    return Units(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes longest first, where several processes share the work."""
    if is_one_of_many(config):
        rank = {unit: number for number, unit in enumerate(FIRST)}
        items.sort(key=lambda item: rank.get(unit_of(item.nodeid), len(rank)))


def is_one_of_many(config: pytest.Config) -> bool:
    """Whether this process runs only a part of the tests it knows of."""
    return hasattr(config, "workerinput")
