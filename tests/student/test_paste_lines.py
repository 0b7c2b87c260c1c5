"""The lines to paste of every public check that a known mistake fails show, in a fresh Python, what the check saw."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course.loading import find_course
from autograder.grading.explain.bank import Variant, load_bank
from autograder.grading.grader import Grader
from autograder.grading.trial import Trial
from autograder.model.verdict import Kind, Verdict
from autograder.sandbox.code import Handle
from autograder.values.same import same
from autograder.values.walk import agree

COURSE = find_course(Path(__file__))
ENDLESS = (Kind.TIMED_OUT, Kind.DIED, Kind.OUT_OF_MEMORY)


@dataclass(frozen=True)
class Failed:
    """A public check that a known mistake fails."""

    verdict: Verdict
    trial: Trial


def failures(grader: Grader, variant: Variant) -> Iterator[Failed]:
    """Yield the public checks that a mistake fails and that have lines to paste."""
    own = {it.id for it in grader.assignment.questions_of(variant.target)} | {*variant.mistake.also_affects}
    last: list[Trial] = []
    found: list[Failed] = []
    grader.grade(
        variant.files,
        lambda verdict: found.append(Failed(verdict, last[-1])) if last else None,
        only=lambda test: test.public and test.question in own,
        on_trial=last.append,
    )
    for it in found:
        if it.verdict.counterexample and it.verdict.kind not in ENDLESS:
            yield it


def pasted(every: list[str], folder: Path) -> list[tuple[str, Any]]:
    """Paste lines into a Python of their own, which knows nothing of the student's files before each of them.

    Return for each the kind of what came, and the value or the names of the exception's classes.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            os.chdir(folder)
            sys.path.insert(0, str(folder))
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            own = {path.stem for path in folder.glob("*.py")}
            with os.fdopen(writing, "wb") as file:
                for lines in every:
                    file.write(pickle.dumps(_evaluated(lines)))
                    file.flush()
                    for name in own & {*sys.modules}:
                        del sys.modules[name]
        finally:
            os._exit(0)
    os.close(writing)
    came = list[tuple[str, Any]]()
    with os.fdopen(reading, "rb") as file:
        while file.peek(1):
            came.append(pickle.load(file))
    os.waitpid(child, 0)
    return came + [("nothing", None)] * (len(every) - len(came))


def _evaluated(lines: str) -> tuple[str, Any]:
    *before, last = lines.splitlines()
    names: dict[str, Any] = {}
    try:
        exec("\n".join(before), names)
        value = eval(last, names)
    except (Exception, SystemExit) as error:
        return "raised", [it.__name__ for it in type(error).__mro__]
    try:
        pickle.dumps(value)
    except Exception:
        return "object", type(value).__name__
    return "value", value


@pytest.mark.system
@pytest.mark.parametrize("name", COURSE.names())
def test_every_line_to_paste_shows_what_the_check_saw(name: str, tmp_path: Path) -> None:
    assignment = COURSE.assignment(name)
    bank = load_bank(assignment, COURSE.solution(name))
    tried, wrong = 0, list[str]()
    with Grader(assignment, None) as grader:  # as on a student's machine
        for number, variant in enumerate(it for it in bank.variants if not it.convention):
            folder = tmp_path / str(number)
            folder.mkdir()
            for file, content in variant.files.items():
                (folder / file).write_bytes(content)
            failed = list(failures(grader, variant))
            tried += len(failed)
            for it, came in zip(
                failed, pasted([it.verdict.counterexample for it in failed], folder), strict=True
            ):
                problem = differs(it, *came)
                if problem:
                    wrong.append(
                        f"{variant.name} {it.verdict.test}: {problem}\n{it.verdict.counterexample}\n"
                    )
    assert tried
    assert not wrong, f"{len(wrong)} of {tried}\n" + "\n".join(wrong[:5])


def differs(failed: Failed, kind: str, came: Any) -> str:
    """Return how what came differs from what the check saw; empty if it does not."""
    last_line = failed.verdict.counterexample.rpartition("\n")[2]
    if failed.verdict.kind is Kind.RAISED:
        return "" if kind == "raised" else f"it raised, the lines give {came!r:.200}"
    if kind in ("raised", "nothing"):
        return f"it gave a value, the lines end in {kind} {came}"
    if "  # expected: " not in last_line or kind != "value" or not failed.trial.compared:
        return ""
    got = failed.trial.compared[-1].got
    if isinstance(got, Handle):
        return ""
    right = eval(last_line.partition("  # expected: ")[2], {"np": np})
    if not agree(same, got, came) and agree(same, right, came):
        return f"the check saw {got!r:.200}, the lines give the right value"
    return ""
