"""What one hand-in may cost a grading process: seconds on the wall, seconds of CPU time, memory."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap


def end_of(program: str) -> tuple[int, str]:
    """Return how a program that uses the watchdog ends, and what it printed."""
    head = (
        "import os, subprocess, sys, time\nfrom autograder.classroom.watchdog import limit_memory, watched\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", head + textwrap.dedent(program)], capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout + done.stderr


def test_cpu_time_ends_the_process_whatever_it_does() -> None:
    code, printed = end_of(
        """
        with watched(250.0, lambda: os._exit(70), cpu_seconds=0.2):
            while True:
                try:
                    while True: pass
                except BaseException: pass
        """
    )
    assert code == -signal.SIGPROF, printed


def test_time_of_children_and_time_asleep_do_not_count() -> None:
    code, printed = end_of(
        """
        busy = "import time\\nwhile time.process_time() < 1.0: pass"
        with watched(250.0, lambda: os._exit(70), cpu_seconds=0.8):
            subprocess.run([sys.executable, "-c", busy], check=True)
            time.sleep(0.5)
        with watched(250.0, lambda: os._exit(70), cpu_seconds=0.8):
            print("whole")
        """
    )
    assert (code, printed) == (0, "whole\n")


def test_memory_runs_out_as_an_exception() -> None:
    code, printed = end_of(
        """
        limit_memory(1 << 30)
        held = bytearray(1 << 28)
        try:
            bytearray(1 << 31)
        except MemoryError:
            print("refused")
        """
    )
    assert (code, printed) == (0, "refused\n")
