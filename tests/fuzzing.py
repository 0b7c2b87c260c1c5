"""Counts the cases that hypothesis tries, and prints the counts when everything has run."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import is_hypothesis_test

_CASES = pytest.StashKey[Counter[str]]()


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    counts = config.stash.get(_CASES, Counter())
    if not counts.total():
        return
    terminalreporter.section(f"{counts.total()} generated cases")
    for name, count in counts.items():
        terminalreporter.write_line(f"{count:6} {name}")
