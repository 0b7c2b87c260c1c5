"""Tiny worked examples for hints: what the reference gives for small numbers of their own, as lines to paste.

They are computed when a release is made, from the ladders of the graded tests, with a seed that no test has.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping
from functools import partial
from types import MethodType
from typing import Any

import numpy as np

from autograder.errors import CourseError
from autograder.grading.counterexample import counterexample
from autograder.grading.grader import Grader
from autograder.grading.ladder import Case, Ladder, Size, Switch
from autograder.grading.trial import Subject, Trial, outcome_of
from autograder.sandbox.call_failures import CallFailed, CodeRaised
from autograder.sandbox.code import Host, Returned
from autograder.values.same import compare_values
from autograder.values.walk import mapped

EXAMPLES_FILE = "examples.json"
"""Its name in a release: for each function, the lines."""
_SEED = 0x5EED
_DRAWS = 4
_DIGITS = 1
EXPECTED = "  # expected: "
_LEAST = 2
_READABLE = 400
"""Characters."""
_NUDGE = 1e-10
"""By which share of themselves numbers are moved, to see whether rounding decides what comes out."""


def worked_examples(grader: Grader) -> dict[str, str]:
    """Return an example for every function that a ladder gives one for, by the function's name."""
    found: dict[str, str] = {}
    with Host(grader.sandbox) as host:
        for ladder in grader.session.ladders:
            for function in ladder.functions:
                if lines := _example(grader, host, ladder, function):
                    found.setdefault(function, lines)
    return found


def _example(grader: Grader, host: Host, ladder: Ladder, function: str) -> str:
    """Return the first example, of functions given functions the first that can be followed; empty if there is none."""
    first = ""
    for lines in _examples(grader, host, ladder, function):
        if not ladder.runs_beside or len(lines) <= _READABLE:
            return lines
        first = first or lines
    return first


def _examples(grader: Grader, host: Host, ladder: Ladder, function: str) -> Iterator[str]:
    """Yield examples, one for each setting: small ones with everything on that can be first, special cases last."""
    on = {name: switch.on for name, switch in ladder.all_of(Switch).items()}
    small = {name: _smallest(size) for name, size in ladder.all_of(Size).items()}
    special = [ladder.base | small | {name: True} for name in ladder.all_of(Case)]
    for settings in (ladder.base | small | on, ladder.base | on, ladder.base, *special):
        try:
            drawn = [ladder.inputs(settings, (_SEED, draw)) for draw in range(_DRAWS)]
        except CourseError:
            return
        given = (it for one in drawn if one is not None for it in (mapped(_rounded, one), one))
        written = (_written(grader, host, ladder, function, it) for it in given)
        if lines := next(filter(None, written), ""):
            yield lines


def _written(grader: Grader, host: Host, ladder: Ladder, function: str, arguments: dict[str, Any]) -> str:
    nudged = mapped(partial(_nudged, np.random.default_rng(_SEED)), arguments)
    try:
        with _replied(grader, host, ladder, function, nudged) as (_, outcome):
            nearby = outcome
        with _replied(grader, host, ladder, function, arguments) as (trial, outcome):
            if not isinstance(outcome, Returned) or _is_trivial(outcome.value):
                return ""
            # Where rounding decides, right code may give something else.
            if not isinstance(nearby, Returned) or compare_values(outcome.value, nearby.value) is not None:
                return ""
            # What functions replied fits the order of the reference's own calls only.
            trial.replies.clear()
            lines = counterexample(trial, outcome.value, outcome.value)
            # What a graded test adds to a file, or computes from what came back, stays where it is.
            added = any(step.code.additions for step in trial.steps)
            return lines if not added and EXPECTED in lines.rpartition("\n")[2] else ""
    except CallFailed:
        return ""


@contextlib.contextmanager
def _replied(
    grader: Grader, host: Host, ladder: Ladder, function: str, arguments: Mapping[str, Any]
) -> Iterator[tuple[Trial, Returned | CodeRaised]]:
    """Ask the reference in a trial of its own, and keep that open.

    Raises
    ------
    CallFailed
        If it gives neither a value nor an exception.
    """
    reference = Subject(
        host, grader.reference_files, "worked example", grader.assignment.limits.seconds_per_call
    )
    reference.public = True
    rng = partial(np.random.default_rng, _SEED)
    trial = Trial(reference, None, rng, found_as=grader.assignment.found_as)
    trial.begin()
    try:
        called, given = (function, ()) if ladder.runs_beside else (ladder.target, (function,))
        yield trial, outcome_of(reference, called, (*given, *arguments.values()), {})
    finally:
        trial.end()


def _nudged(rng: np.random.Generator, part: Any) -> Any:
    """Return arrays of floats with each number moved by next to nothing; all else as it is."""
    if isinstance(part, np.ndarray) and part.dtype.kind == "f":
        return part * (1 + _NUDGE * rng.uniform(-1, 1, size=part.shape))
    return part


def _is_trivial(value: Any) -> bool:
    """Return whether a result shows nothing: all of its first part is the same."""
    first = value[0] if isinstance(value, (tuple, list)) and len(value) else value
    if isinstance(first, np.ndarray):
        return first.size > 1 and bool(np.all(first == first.flat[0]))
    return isinstance(first, float) and first == 0


def _smallest(size: Size) -> int:
    return next((number for number in size.tried if number >= _LEAST), size.tried[0])


def _rounded(part: Any) -> Any:
    """Return floats short enough to compute with on paper, also in what functions are bound to; all else as it is."""
    if isinstance(part, np.ndarray) and part.dtype.kind == "f":
        return part.round(_DIGITS) + 0.0  # no -0.0
    if isinstance(part, float):
        return round(part, _DIGITS) or float(f"{part:.0e}")  # a rate of 0.04 is none of 0
    if isinstance(part, partial):
        return partial(part.func, *map(_rounded, part.args), **_all_rounded(part.keywords))
    if isinstance(part, MethodType):
        owner = copy.copy(part.__self__)
        vars(owner).update(_all_rounded(vars(owner)))
        return getattr(owner, part.__name__)
    return part


def _all_rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _rounded(value) for name, value in values.items()}
