"""Whatever is ended at whatever moment, results are valid, and a class that is resumed comes out the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.isolation import choose_tier
from tests.courses import write_course

FAULTS = Path(__file__).parents[2] / "benchmarks" / "faults.py"


@pytest.mark.usefixtures("worker_python")
def test_twenty_processes_ended_at_random_moments_change_nothing(tmp_path: Path) -> None:
    course = write_course(tmp_path / "course")
    done = subprocess.run(
        [sys.executable, FAULTS, "centring", "--course", course, "--rounds", "20"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tier = "uid" if os.geteuid() == 0 else choose_tier()
    assert "20 rounds of centring in " in done.stdout
    assert f", seed 0; one hand-in under tier {tier} " in done.stdout
