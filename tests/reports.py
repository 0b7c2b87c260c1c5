"""What a run says at its end besides what failed, and how a test, in whatever process, adds to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from autograder.sandbox.isolation import Tier, why_not

LACKING = ("Chromium", "bubblewrap", "only root")
"""What is named in the reason of a test that is skipped because of the machine or of who runs it."""
UNDER_TIERS = ("tests/grading/", "tests/sandbox/")
"""Tests that run under every tier that the machine gives, and say nothing of the others."""


def noted(reporter: pytest.TerminalReporter, name: str) -> Iterator[tuple[pytest.TestReport, Any]]:
    """Yield what tests that ran have appended to their `user_properties` under a name, with their reports."""
    for report in _reports(reporter):
        if report.when == "call":
            yield from ((report, value) for key, value in report.user_properties if key == name)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say in one line each, after everything else, what this machine could not test."""
    yield
    reports = list(_reports(terminalreporter))
    reasons = Counter(it.longrepr[2] for it in reports if it.skipped and isinstance(it.longrepr, tuple))
    lines = {
        f"{reason.removeprefix('Skipped: ')} ({count} tests)"
        for reason, count in reasons.items()
        if any(what in reason for what in LACKING)
    }
    if any(it.nodeid.startswith(UNDER_TIERS) for it in reports):
        tiers = [tier for tier in Tier if tier.has_namespaces]
        if all(why_not(tier) for tier in tiers):
            lines.add(f"nothing ran under bubblewrap: {why_not(tiers[0])}")
    for line in sorted(lines):
        terminalreporter.write_line(f"NOT TESTED HERE: {line}", yellow=True, bold=True)


def _reports(reporter: pytest.TerminalReporter) -> Iterator[pytest.TestReport]:
    for reports in reporter.stats.values():
        yield from (report for report in reports if isinstance(report, pytest.TestReport))
