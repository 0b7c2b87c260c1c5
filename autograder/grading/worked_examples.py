"""Tiny worked examples for hints: what the reference gives for small numbers of their own, as lines to paste.

They are computed when a release is made, from the ladders of the graded tests, with a seed that no test has.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from autograder.errors import CourseError
from autograder.grading.counterexample import counterexample
from autograder.grading.grader import Grader
from autograder.grading.ladder import Ladder, Size, Switch
from autograder.grading.trial import Subject, Trial, outcome_of
from autograder.sandbox.call_failures import CallFailed
from autograder.sandbox.code import Host, Returned
from autograder.values.walk import mapped

EXAMPLES_FILE = "examples.json"
"""Its name in a release: for each function, the lines."""
_SEED = 0x5EED
_DRAWS = 4
_DIGITS = 1
EXPECTED = "  # expected: "
_LEAST = 2


def worked_examples(grader: Grader) -> dict[str, str]:
    """Return an example for every function that a ladder gives one for, by the function's name."""
    found: dict[str, str] = {}
    with Host(grader.sandbox) as host:
        for ladder in grader.session.ladders:
            for function in ladder.functions:
                lines = next(_examples(grader, host, ladder, function), "")
                if lines:
                    found.setdefault(function, lines)
    return found


def _examples(grader: Grader, host: Host, ladder: Ladder, function: str) -> Iterator[str]:
    """Yield the examples that can be written down, small ones first, with everything switched on that can be."""
    on = {name: switch.on for name, switch in ladder.all_of(Switch).items()}
    small = {name: _smallest(size) for name, size in ladder.all_of(Size).items()}
    for settings in (ladder.base | small | on, ladder.base | on, ladder.base):
        for draw in range(_DRAWS):
            try:
                arguments = ladder.inputs(settings, (_SEED, draw))
            except CourseError:
                return
            if arguments is None:
                continue
            for given in (mapped(_rounded, arguments), arguments):
                if lines := _written(grader, host, ladder, function, given):
                    yield lines


def _written(grader: Grader, host: Host, ladder: Ladder, function: str, arguments: dict[str, Any]) -> str:
    reference = Subject(
        host, grader.reference_files, "worked example", grader.assignment.limits.seconds_per_call
    )
    reference.public = True
    trial = Trial(reference, None, partial(np.random.default_rng, _SEED))
    trial.begin()
    try:
        outcome = outcome_of(reference, ladder.target, (function, *arguments.values()), {})
        if not isinstance(outcome, Returned) or _is_trivial(outcome.value):
            return ""
        lines = counterexample(trial, outcome.value, outcome.value)
        # What a graded test adds to a file, or computes from what came back, stays where it is; and replies that were
        # recorded fit the order of the reference's own calls only.
        added = any(step.code.additions for step in trial.steps) or trial.replies
        return lines if not added and EXPECTED in lines.rpartition("\n")[2] else ""
    except CallFailed:
        return ""
    finally:
        trial.end()


def _is_trivial(value: Any) -> bool:
    """Return whether a result shows nothing: all of its first part is the same."""
    first = value[0] if isinstance(value, (tuple, list)) and len(value) else value
    if isinstance(first, np.ndarray):
        return first.size > 1 and bool(np.all(first == first.flat[0]))
    return isinstance(first, float) and first == 0


def _smallest(size: Size) -> int:
    return next((number for number in size.tried if number >= _LEAST), size.tried[0])


def _rounded(part: Any) -> Any:
    """Return floats short enough to compute with on paper, and everything else as it is."""
    if isinstance(part, np.ndarray) and part.dtype.kind == "f":
        return part.round(_DIGITS)
    if isinstance(part, float):
        return round(part, _DIGITS)
    return part
