"""Proposes other inputs for imported tests: the same calls with numbers that are drawn, which the reference answers.

A test that types in what a function returns is passed by whoever types it in, too, and often by a wrong function. What
is drawn keeps the shapes, kinds and ranges of what the test has, sums of rows, symmetry and order; whether it makes
sense is for a person to say.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course.loading import load_assignment, load_solution
from autograder.errors import AutograderError
from autograder.grading.grader import Grader
from autograder.grading.trial import Subject
from autograder.sandbox.call_failures import CallFailed
from autograder.sandbox.code import Call
from autograder.sandbox.host import Host
from autograder.values.same import compare_values

_MOST_NUMBERS = 2000
_MOST_CHARACTERS = 200
_MOST_KEPT = 12
"""Numbers of an array that stay as they are."""
_SEEDS = 4
"""On how many draws the reference has to answer."""


def further_inputs(public: Path, secret: Path, but: Set[str]) -> dict[str, tuple[str, ...]]:
    """Return lines that ask the reference on other inputs, by the name of the test that they belong to.

    Each test whose answers students see gets one for each function that it calls with numbers; another one where no
    test of its question has. Lines whose inputs the reference does not take, or does not depend on, are left out.

    Parameters
    ----------
    but
        Names of tests that get none.
    """
    try:
        with Grader(load_assignment(public), load_solution(secret)) as grader, Host(grader.sandbox) as host:
            return dict(_proposed(grader, host, but))
    except AutograderError:
        return {}  # the page says why it cannot be graded


def _proposed(grader: Grader, host: Host, but: Set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    plan = grader.plan.tests
    shown = {_name(test.id) for test in plan if test.public}
    covered, seen = set[tuple[str, str]](), set[str]()
    for test in sorted((it for it in plan if not it.public), key=lambda it: _name(it.id) not in shown):
        name = _name(test.id)
        if name in but or name in seen:  # of several cases the first
            continue
        seen.add(name)
        student = Subject(host, grader.reference_files, "reference as a hand-in", grader.most_seconds)
        trial, finding = grader.trial_of(test, student)
        if finding is not None:
            continue
        lines = dict[str, str]()
        for call, came in sorted(trial.returned, key=lambda it: -_different_numbers(it[0])):
            is_new = name in shown or (test.question, call.name) not in covered
            if call.owner is None and call.name not in lines and is_new:
                drawn = _drawn(call)
                if drawn is not None and _is_answered(student, call, drawn, came.value):
                    lines[call.name] = f"compare({', '.join([repr(call.name), *drawn.values()])})"
        covered |= {(test.question, it) for it in lines}
        if lines:
            yield name, tuple(lines.values())


def _different_numbers(call: Call) -> int:
    """Return how many different numbers the arrays and lists among the arguments of a call hold, besides 0 and 1."""
    found = set[float]()
    for value in [*call.args, *call.keywords.values()]:
        if isinstance(value, (np.ndarray, list)):
            with contextlib.suppress(ValueError, TypeError):
                found |= set(np.asarray(value, dtype=float).ravel()[:_MOST_NUMBERS].tolist())
    return len(found - {0.0, 1.0})


def _name(test: str) -> str:
    return test.rpartition("::")[2].partition("[")[0]


def _drawn(call: Call) -> dict[int | str, str] | None:
    """Return the arguments of a call as source that draws them, by position or name; None if nothing is drawn."""
    made, draws = dict[int | str, str](), False
    given: dict[int | str, Any] = dict(enumerate(call.args))
    given.update(call.keywords)
    for place, value in given.items():
        source = _source_drawing(value)
        draws |= source is not None
        source = source or _plain_source(value)
        if source is None:
            return None
        made[place] = source if isinstance(place, int) else f"{place}={source}"
    return made if draws and sum(map(len, made.values())) <= _MOST_CHARACTERS else None


def _plain_source(value: Any) -> str | None:
    """Return a value that stays as it is; None if it has no short source."""
    if isinstance(value, np.ndarray):
        if type(value) is not np.ndarray or not value.ndim:
            return None
        if value.ndim == 2 and value.dtype == np.float64 and np.array_equal(value, np.eye(len(value))):
            return f"np.eye({len(value)})"
        # Integers that are all the same are often labels of the only class there is.
        return f"np.array({value.tolist()})" if value.dtype == np.int64 and value.size <= _MOST_KEPT else None
    source = repr(value)
    try:
        is_itself = ast.literal_eval(source) == value
    except (ValueError, SyntaxError, TypeError):
        return None
    return source if is_itself is True and len(source) <= 60 else None


def _source_drawing(value: Any) -> str | None:
    """Return source that draws an array, or a list of numbers, like this one; None for anything else."""
    if isinstance(value, list) and value:
        try:
            array = np.array(value)
        except ValueError:
            return None
        source = _of_array(array)
        return f"{source}.tolist()" if source is not None else None
    return _of_array(value) if type(value) is np.ndarray else None


def _of_array(x: np.ndarray) -> str | None:
    is_usable = x.dtype.kind in "fiub" and x.ndim and 1 <= x.size <= _MOST_NUMBERS
    if not is_usable or not np.isfinite(x).all():
        return None
    shape = f"size={x.shape if x.ndim > 1 else len(x)}"
    if x.dtype.kind == "b":
        return f"(rng.random({shape}) < 0.5)"
    low, high = x.min().item(), x.max().item()
    is_pair = low < high and len(np.unique(x)) == 2
    if is_pair and (x.size > 4 or (low, high) in ((0, 1), (-1, 1))):  # labels, or marks of a class
        return f"rng.choice([{low!r}, {high!r}], {shape})"
    if x.dtype.kind in "iu":
        return f"rng.integers({low}, {high + 1}, {shape})" if low < high else None
    if x.ndim == 2 and x.shape[0] == x.shape[1] and np.array_equal(x, x.T):
        return None  # another symmetric matrix need not have what this one has, such as positive eigenvalues
    if low >= 0 and x.shape[-1] > 1 and np.allclose(x.sum(axis=-1), 1):
        rows = f", size={x.shape[:-1] if x.ndim > 2 else len(x)}" if x.ndim > 1 else ""
        return f"rng.dirichlet(np.ones({x.shape[-1]}){rows})"
    if low == high:
        low, high = (low / 2, 2 * low) if low > 0 else (2 * low - 1, low / 2 + 1)
    source = f"rng.uniform({low:.3g}, {high:.3g}, {shape})"
    is_sorted = x.ndim == 1 and x.size > 2 and bool((np.diff(x) > 0).all())
    return f"np.sort({source})" if is_sorted else source


def _is_answered(student: Subject, call: Call, drawn: Mapping[int | str, str], known: Any) -> bool:
    """Return whether the reference takes what is drawn, and gives something finite that depends on it."""
    replies = []
    for seed in range(_SEEDS):
        names = {
            "np": np,
            "rng": np.random.default_rng(seed),
            "taken": lambda *args, **keywords: (args, keywords),
        }
        try:
            # Source that was made above, of numbers; the generator may find them too large.
            args, keywords = eval(f"taken({', '.join(drawn.values())})", names)
            replies.append(student.call(call.name, *args, **keywords))
        except (CallFailed, AutograderError, ValueError, OverflowError):
            return False
    same_kind = all(type(it) is type(known) and _is_finite(it) for it in replies)
    return same_kind and any(compare_values(replies[0], it, ("",)) is not None for it in replies[1:])


def _is_finite(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_finite, value))
    try:
        return bool(np.isfinite(np.asarray(value, dtype=float)).all())
    except (TypeError, ValueError):
        return isinstance(value, (str, dict, np.ndarray))
