"""Tiny worked examples for hints: what the reference gives for small numbers of their own, as lines to paste.

They are computed when a release is made, from the ladders of the graded tests, with a seed that no test has.
"""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MethodType
from typing import Any

import msgspec
import numpy as np

from autograder.errors import CourseError
from autograder.grading.counterexample import counterexample
from autograder.grading.grader import Grader
from autograder.grading.ladder import Case, Ladder, Size, Switch
from autograder.grading.trial import Subject, Trial, outcome_of
from autograder.model.assignment import NOTEBOOK
from autograder.sandbox.call_failures import CallFailed, CodeRaised
from autograder.sandbox.host import Host
from autograder.sandbox.replies import Returned
from autograder.values.same import compare_values
from autograder.values.walk import mapped

EXAMPLES_FILE = "examples.json"
"""Its name in a release: for each function, the lines of a few."""
_SEED = 0x5EED
_DRAWS = 4
_DIGITS = (1, 2)
"""After the point, as few as do."""
EXPECTED = "  # expected: "
_MOST = 3
"""Of a function: each shows mistakes that none before it shows."""
_LEAST = 2
_READABLE = 400
"""Characters."""
_LONG_NUMBER = re.compile(r"\d\.\d{5}")
_NUDGE = 1e-13
"""By which share of themselves numbers are moved, to see whether rounding decides what comes out."""


class WorkedExample(msgspec.Struct, frozen=True):
    """An example as lines to paste.

    Attributes
    ----------
    lines
        For a terminal in the folder of the hand-in.
    in_notebook
        For a cell at the end of the notebook that is handed in in the place of the function's module.
    """

    lines: str
    in_notebook: str


@dataclass(frozen=True)
class _Example:
    lines: str
    in_notebook: str
    arguments: Mapping[str, Any]
    value: Any

    @property
    def is_readable(self) -> bool:
        """Whether it can be followed on paper: it is short, and none of its numbers is long."""
        given = self.lines.rpartition("\n")[0]
        return len(self.lines) <= _READABLE and not _LONG_NUMBER.search(given)


def worked_examples(grader: Grader) -> dict[str, list[WorkedExample]]:
    """Return examples for every function that a ladder gives some for, by the function's name; the best one first."""
    found: dict[str, list[WorkedExample]] = {}
    with Host(grader.sandbox) as host:
        for ladder in grader.session.ladders:
            for function in ladder.functions:
                if function not in found and (made := _chosen(grader, host, ladder, function)):
                    found[function] = [WorkedExample(it.lines, it.in_notebook) for it in made]
    return found


def _chosen(grader: Grader, host: Host, ladder: Ladder, function: str) -> list[_Example]:
    """Return the example at which most known mistakes give something else, and those that show further ones.

    One that can be followed comes before others, and of several that show as much the first. Where a mistake gives the
    right result, comparing with it would tell its author that nothing is wrong.
    """
    examples = list(_examples(grader, host, ladder, function))
    readable = [it for it in examples if it.is_readable] or examples[:1]
    if len(readable) < 2:
        return readable
    mistaken = [(it, grader.subject_of(it)) for it in grader.bank.variants if it.target == function]
    shown = {
        example.lines: {
            variant.name
            for variant, subject in mistaken
            if _gives_another(grader, ladder, function, example, subject)
        }
        for example in readable
    }
    chosen, left = list[_Example](), {variant.name for variant, _ in mistaken}
    while len(chosen) < _MOST:
        best = max(readable, key=lambda it: len(shown[it.lines] & left))
        if chosen and not shown[best.lines] & left:
            break
        chosen.append(best)
        left -= shown[best.lines]
    return chosen


def _gives_another(
    grader: Grader, ladder: Ladder, function: str, example: _Example, mistaken: Subject
) -> bool:
    """Return whether code with a known mistake gives another result than the right one."""
    try:
        with _replied(grader, ladder, function, example.arguments, mistaken) as (_, outcome):
            given = outcome
    except CallFailed:
        return True
    return not isinstance(given, Returned) or compare_values(example.value, given.value) is not None


def _examples(grader: Grader, host: Host, ladder: Ladder, function: str) -> Iterator[_Example]:
    """Yield examples, some for each setting: small ones with everything on that can be first, special cases last."""
    on = {name: switch.on for name, switch in ladder.all_of(Switch).items()}
    small = {name: _smallest(size) for name, size in ladder.all_of(Size).items()}
    special = [
        ladder.base | small | switched | {name: True}
        for name in ladder.all_of(Case)
        for switched in ((on, {}) if on else ({},))
    ]
    for settings in (ladder.base | small | on, ladder.base | on, ladder.base, *special):
        try:
            drawn = [ladder.inputs(settings, (_SEED, draw)) for draw in range(_DRAWS)]
        except CourseError:
            return
        for one in drawn:
            if one is None:
                continue
            given = (*(mapped(partial(_rounded, digits=digits), one) for digits in _DIGITS), one)
            written = (_written(grader, host, ladder, function, it) for it in given)
            if example := next(filter(None, written), None):
                yield example


def _written(
    grader: Grader, host: Host, ladder: Ladder, function: str, arguments: dict[str, Any]
) -> _Example | None:
    reference = Subject(
        host, grader.reference_files, "worked example", grader.assignment.limits.seconds_per_call
    )
    nearby = []
    try:
        for share in (_NUDGE, -_NUDGE):
            nudged = mapped(partial(_nudged, np.random.default_rng(_SEED), share), arguments)
            with _replied(grader, ladder, function, nudged, reference) as (_, outcome):
                nearby.append(outcome)
        with _replied(grader, ladder, function, arguments, reference) as (trial, outcome):
            if not isinstance(outcome, Returned) or _is_trivial(outcome.value):
                return None
            # Where rounding decides, right code may give something else.
            if not all(
                isinstance(it, Returned) and compare_values(outcome.value, it.value) is None for it in nearby
            ):
                return None
            # What functions replied fits the order of the reference's own calls only.
            trial.replies.clear()
            lines = counterexample(trial, outcome.value, outcome.value)
            # What a graded test adds to a file, or computes from what came back, stays where it is.
            added = any(step.code.additions for step in trial.steps)
            is_shown = not added and EXPECTED in lines.rpartition("\n")[2]
            if not is_shown:
                return None
            module = function.partition(".")[0]
            trial.found_as = {**trial.found_as, module: f"{module}{NOTEBOOK}"}
            in_notebook = counterexample(trial, outcome.value, outcome.value)
            return _Example(lines, in_notebook, arguments, outcome.value)
    except CallFailed:
        return None


@contextlib.contextmanager
def _replied(
    grader: Grader, ladder: Ladder, function: str, arguments: Mapping[str, Any], asked: Subject
) -> Iterator[tuple[Trial, Returned | CodeRaised]]:
    """Ask the reference, or what differs from it, in a trial of its own, and keep that open.

    Raises
    ------
    CallFailed
        If it gives neither a value nor an exception.
    """
    asked.public = True
    rng = partial(np.random.default_rng, _SEED)
    trial = Trial(asked, None, rng, found_as=grader.assignment.found_as)
    trial.begin()
    try:
        called, given = (function, ()) if ladder.runs_beside else (ladder.target, (function,))
        yield trial, outcome_of(asked, called, (*given, *arguments.values()), {})
    finally:
        trial.end()


def _nudged(rng: np.random.Generator, most: float, part: Any) -> Any:
    """Return arrays of floats with each number moved by so large a share of itself, at most; all else as it is."""
    if isinstance(part, np.ndarray) and part.dtype.kind == "f":
        return part * (1 + most * rng.uniform(-1, 1, size=part.shape))
    return part


def _is_trivial(value: Any) -> bool:
    """Return whether a result shows nothing: all of its first part is the same."""
    first = value[0] if isinstance(value, (tuple, list)) and len(value) else value
    if isinstance(first, np.ndarray):
        return first.size > 1 and bool(np.all(first == first.flat[0]))
    return isinstance(first, float) and first == 0


def _smallest(size: Size) -> int:
    return next((number for number in size.tried if number >= _LEAST), size.tried[0])


def _rounded(part: Any, digits: int) -> Any:
    """Return floats short enough to compute with on paper, also in what functions are bound to; all else as it is."""
    if isinstance(part, np.ndarray) and part.dtype.kind == "f":
        return part.round(digits) + 0.0  # no -0.0
    if isinstance(part, float):
        return round(part, digits) or float(f"{part:.0e}")  # a rate of 0.04 is none of 0
    if isinstance(part, partial):
        args = [_rounded(it, digits) for it in part.args]
        return partial(part.func, *args, **_all_rounded(part.keywords, digits))
    if isinstance(part, MethodType):
        owner = copy.copy(part.__self__)
        vars(owner).update(_all_rounded(vars(owner), digits))
        return getattr(owner, part.__name__)
    return part


def _all_rounded(values: Mapping[str, Any], digits: int) -> dict[str, Any]:
    return {name: _rounded(value, digits) for name, value in values.items()}
