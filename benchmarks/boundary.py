"""What crossing the boundary costs under each isolation tier: start, small call, callback, a 12 MB array.

Run `uv run python benchmarks/boundary.py`. Times are medians in milliseconds; the last column sets the array's
way there and back beside copying the same array twice in this process, in the same run.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table

from autograder.sandbox.code import Code, Host
from autograder.sandbox.isolation import Tier, why_not
from autograder.sandbox.process import Sandbox

SOURCE = b"""
def nothing():
    return None

def total(X):
    return float(X.sum())

def same(X):
    return X

def call_back(function, times):
    for _ in range(times):
        function(1.0)
"""
CALLS = 2_000
TWELVE_MEGABYTES = np.ones(12_000_000 // 8)


def median_ms(action: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def start_and_end(sandbox: Sandbox) -> None:
    sandbox.start().kill()


def row(tier: Tier) -> list[str]:
    sandbox = Sandbox.of_this_machine(tier=tier)
    with Host(sandbox) as host:
        code = Code(host, {"probe.py": SOURCE})
        code.call("probe.total", TWELVE_MEGABYTES)
        start = median_ms(lambda: start_and_end(sandbox), 9)
        small = median_ms(lambda: code.call("probe.nothing"), CALLS)
        callback = median_ms(lambda: code.call("probe.call_back", lambda x: x, 100), 20) / 100
        there = median_ms(lambda: code.call("probe.total", TWELVE_MEGABYTES), 15)
        both = median_ms(lambda: code.call("probe.same", TWELVE_MEGABYTES), 15)
    copies = median_ms(lambda: (TWELVE_MEGABYTES.copy(), TWELVE_MEGABYTES.copy()), 15)
    figures = [f"{value:.2f}" for value in (start, small, callback, there, both)]
    return [tier, *figures, f"{both / copies:.1f}"]


def main() -> None:
    table = Table(
        "tier", "start and end", "small call", "callback", "12 MB in", "12 MB in and out", "ratio to 2 copies"
    )
    for tier in Tier:
        if reason := why_not(tier):
            table.add_row(tier, reason)
        else:
            table.add_row(*row(tier))
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
