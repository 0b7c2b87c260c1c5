"""Runs the command line as a person would: a process of its own, in some folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run_command(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `autograder ARGUMENTS` and return what it printed and its exit code."""
    return subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "160", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def only_line(text: str) -> str:
    """Return the one line that a command may say when its input is unusable."""
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    return lines[0]
