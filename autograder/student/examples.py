"""Chooses the worked example of a hint: one at which the student's own function gives something else.

Where it gives the right result, comparing with it would tell the student that nothing is wrong.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from autograder.grading.worked_examples import EXAMPLES_FILE, EXPECTED, WorkedExample
from autograder.sandbox.wire.cells import cells_in
from autograder.student.checks import Checks

SECONDS = 10.0
"""A function that takes longer for a tiny example does not give the right result, either."""
_SAME = 86
"""The exit code that says so: no Python ends with it by itself."""
_COMPARING = """
import os
from autograder.values.same import compare_values
difference = compare_values({expected}, {call})
os._exit({same} if difference is None else 0)
"""


def example_for(checks: Checks, functions: Sequence[str], folder: Path) -> str:
    """Return an example of the first function that has any, as lines to paste.

    It is empty if there is none, or if all of them show nothing.
    """
    try:
        examples = msgspec.json.decode(
            (folder / EXAMPLES_FILE).read_bytes(), type=dict[str, list[WorkedExample]]
        )
    except (OSError, ValueError, msgspec.MsgspecError):
        return ""
    function = next((it for it in functions if it in examples), None)
    if function is None:
        return ""
    source = checks.submission.files.get(f"{function.partition('.')[0]}.py", b"")
    is_notebook, _ = cells_in(source)
    if is_notebook:  # which would have to be run as a whole
        return examples[function][0].in_notebook
    return next((it.lines for it in examples[function] if not _gives_the_same(folder, it)), "")


def _gives_the_same(folder: Path, example: WorkedExample) -> bool:
    """Return whether the function in the folder gives what is expected, within what tests allow."""
    *before, last = example.lines.splitlines()
    call, _, expected = last.partition(EXPECTED)
    program = "\n".join(before) + _COMPARING.format(expected=expected, call=call, same=_SAME)
    try:
        ended = subprocess.run(
            [sys.executable, "-B", "-c", program],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == _SAME
