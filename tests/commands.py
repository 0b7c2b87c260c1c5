"""Runs the command line in some folder: as a person would, in a process of its own, or in this one."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli import main


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


def run_here(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `autograder ARGUMENTS` in this process, which has imported everything; else it is what `run_command` does.

    For tests of what a command says and writes; that it does so in a process of its own is for a few others to prove.
    """
    out, err = io.StringIO(), io.StringIO()
    code: str | int | None = 0
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr(sys, "argv", ["autograder", *map(str, arguments)])
        patch.chdir(cwd)
        before = dict(os.environ)
        os.environ.update({"COLUMNS": "160", **environment})
        try:
            main()
        except SystemExit as exit:
            code = exit.code
        finally:
            os.environ.clear()
            os.environ.update(before)
    return subprocess.CompletedProcess(sys.argv, int(code or 0), out.getvalue(), err.getvalue())


def only_line(text: str) -> str:
    """Return the one line that a command may say when its input is unusable."""
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    return lines[0]
