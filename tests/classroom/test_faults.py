"""Whatever is ended at whatever moment, results are valid, and a class that is resumed comes out the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.courses import write_course

FAULTS = Path(__file__).parents[2] / "benchmarks" / "faults.py"


def test_twenty_processes_ended_at_random_moments_change_nothing(tmp_path: Path) -> None:
    course = write_course(tmp_path / "course")
    done = subprocess.run(
        [sys.executable, FAULTS, "centring", "--course", course, "--rounds", "20"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20 rounds" in done.stdout
