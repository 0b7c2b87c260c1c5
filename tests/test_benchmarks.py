"""The benchmarks that reach into what they time still find it there: each runs in its shortest form."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.mark.parametrize(
    "arguments, tables",
    [
        (
            ["grading.py", "svm", "--hand-ins", "1", "--class-size", "2", "--no-otter"],
            ["One hand-in of svm", "Overhead", "a function is", "Cold process", "A class"],
        ),
        (["verdict_stability.py", "--verdicts", "20", "--conditions", "idle"], ["idle", "race", "loops"]),
        (["deadlines.py", "svm"], ["svm"]),
    ],
    ids=lambda it: it[0].removesuffix(".py"),
)
def test_a_benchmark_runs_and_prints_its_tables(arguments, tables):
    name, *options = arguments
    done = subprocess.run(
        [sys.executable, BENCHMARKS / name, *options], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    # What it measures while other tests run may fall short; that it measures is what is asked for here.
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert [it for it in tables if it not in done.stdout] == []
