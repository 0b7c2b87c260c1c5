"""Counts the cases that hypothesis tries, and prints the counts when everything has run."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from tests.reports import noted

_CASES = pytest.StashKey[Counter[str]]()
_PROPERTY = "generated cases"

# How long a case takes is the machine's business, and cases that share a fixture's folder write what they need.
settings.register_profile(
    "any machine",
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("repeatable", settings.get_profile("any machine"), derandomize=True)
settings.load_profile("any machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    counts = config.stash.setdefault(_CASES, Counter())
    counted = set()
    for item in items:
        test = getattr(item, "obj", None)
        if not is_hypothesis_test(test) or id(test.hypothesis) in counted:
            continue
        counted.add(id(test.hypothesis))
        test.hypothesis.inner_test = _counted(
            test.hypothesis.inner_test, counts, item.nodeid.partition("[")[0]
        )


def _counted(inner: Callable[..., Any], counts: Counter[str], name: str) -> Callable[..., Any]:
    @functools.wraps(inner)
    def count(*args: Any, **keywords: Any) -> Any:
        counts[name] += 1
        return inner(*args, **keywords)

    return count


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Note the cases of one test on its report, which reaches the process that prints."""
    counts, name = item.config.stash[_CASES], item.nodeid.partition("[")[0]
    before = counts[name]
    try:
        return (yield)
    finally:
        if counts[name] > before:
            item.user_properties.append((_PROPERTY, counts[name] - before))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts: Counter[str] = Counter()
    for report, count in noted(terminalreporter, _PROPERTY):
        counts[report.nodeid.partition("[")[0]] += count
    if not counts:
        return
    terminalreporter.section(f"{counts.total()} generated cases")
    for name, count in sorted(counts.items()):
        terminalreporter.write_line(f"{count:6} {name}")
