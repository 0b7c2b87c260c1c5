"""What crossing the boundary costs under each isolation tier: start, small call, callback, a 12 MB array.

Run `uv run python benchmarks/boundary.py`. Times are medians in milliseconds; the last column sets the array's
way there and back beside copying the same array twice in this process, in the same run. A worker is started twice:
forked from a server, and as a fresh interpreter; the CPU time of that is what the grader and the worker use.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.table import Table

from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
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
STARTS = 15
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


def start_figures(sandbox: Sandbox) -> list[str]:
    """Return the milliseconds of a worker's start and end, and the CPU time of all that takes part."""
    times, cpu_times = [], []
    for _ in range(STARTS):
        begin, before = time.perf_counter(), time.process_time()
        worker = sandbox.start()
        used = time.clock_gettime((~worker.pid << 3) | 2)  # see measuring.py
        worker.kill()
        times.append(time.perf_counter() - begin)
        cpu_times.append(time.process_time() - before + used)
    return [f"{statistics.median(times) * 1e3:.1f}", f"{statistics.median(cpu_times) * 1e3:.1f}"]


def row(tier: Tier) -> list[str]:
    sandbox = Sandbox.of_this_machine(tier=tier)
    forked = start_figures(sandbox) if sandbox.is_forking else ["no", "no"]
    fresh = start_figures(replace(sandbox, is_forking=False))
    with Host(sandbox) as host:
        code = Code(host, {"probe.py": SOURCE})
        code.call("probe.total", TWELVE_MEGABYTES)
        small = median_ms(lambda: code.call("probe.nothing"), CALLS)
        callback = median_ms(lambda: code.call("probe.call_back", lambda x: x, 100), 20) / 100
        there = median_ms(lambda: code.call("probe.total", TWELVE_MEGABYTES), 15)
        both = median_ms(lambda: code.call("probe.same", TWELVE_MEGABYTES), 15)
    copies = median_ms(lambda: (TWELVE_MEGABYTES.copy(), TWELVE_MEGABYTES.copy()), 15)
    figures = [f"{value:.2f}" for value in (small, callback, there, both)]
    return [tier, *forked, *fresh, *figures, f"{both / copies:.1f}"]


def main() -> None:
    starts = ("forked", "its CPU", "fresh", "its CPU")
    calls = ("small call", "callback", "12 MB in", "12 MB in and out", "ratio to 2 copies")
    table = Table("tier", *starts, *calls)
    for tier in Tier:
        if reason := why_not(tier):
            table.add_row(tier, reason)
        else:
            table.add_row(*row(tier))
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
