"""The public checks as a student runs them: on the files as saved, in a process of their own.

The terminal, notebooks and plain pytest all come down to the tests in `test_public.py`.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec

from autograder.course.loading import load_work, parameters_of_release
from autograder.grading.explain.sealed import (
    LARGEST_FILE,
    SEALED_FILE,
    SealedHints,
    Watch,
    open_hint,
    read_sealed,
)
from autograder.grading.grader import Grader
from autograder.grading.trial import Trial
from autograder.handin.open_hand_in import Submission
from autograder.model.assignment import Assignment
from autograder.model.verdict import Family, Kind, Verdict
from autograder.sandbox.call_failures import CodeRaised
from autograder.sandbox.process import Sandbox
from autograder.student.file_problems import FileProblem, file_problems, tells_of
from autograder.student.notes import Change, changes_in
from autograder.student.work import open_work


@dataclass(frozen=True)
class Part:
    """One part of what a check compared."""

    name: str
    expected: Any
    got: Any


def parts_of_trial(trial: Trial) -> tuple[Part, ...]:
    """Return what the check compared last, part by part."""
    if not trial.compared:
        return ()
    compared = trial.compared[-1]
    names = compared.names or ("the result",)
    if len(names) == 1:
        return (Part(names[0], compared.expected, compared.got),)
    expected, got = compared.expected, compared.got
    if not isinstance(got, (tuple, list)) or len(got) != len(names):
        return (Part(", ".join(names), expected, got),)
    return tuple(Part(*it) for it in zip(names, expected, got, strict=True))


@dataclass(frozen=True)
class Checks:
    """The public checks' verdicts on a folder.

    Attributes
    ----------
    submission
        The files that were found.
    verdicts
        By question id, in the assignment's order.
    problem
        Why known mistakes cannot be named, in a sentence; empty if they can, or if the folder has no hints.
    compared
        What the failed checks compared, by their ids.
    called
        The function that each failed check called last, as its object names it, by their ids.
    changed
        What the calls of each check changed of their arguments, by its id.
    raised
        The exception of each check that failed by one, by its id.
    not_imported
        The ids of the checks for which a file raised an error when it was imported.
    handed_out
        The names of parameters that functions had when they were handed out; empty where that is not known.
    """

    assignment: Assignment
    submission: Submission
    verdicts: dict[str, list[Verdict]]
    problem: str = ""
    compared: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, Sequence[Change]] = field(default_factory=dict)
    raised: Mapping[str, CodeRaised] = field(default_factory=dict)
    not_imported: Collection[str] = ()
    handed_out: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @functools.cached_property
    def problems(self) -> list[FileProblem]:
        """What keeps files from being run at all."""
        return list(file_problems(self.assignment, self.submission, self.verdicts, self.not_imported))

    @property
    def passed(self) -> bool:
        """Whether every file is there and every check passed, but for bonus questions that are not begun."""
        bonus = {question.id for question in self.assignment.questions if question.bonus}
        return not self.problems and all(
            it.passed or (id in bonus and it.kind is Kind.MISSING)
            for id, verdicts in self.verdicts.items()
            for it in verdicts
        )

    def is_told_above(self, verdict: Verdict) -> bool:
        """Return whether a check failed because a file cannot be run, which is said once for all."""
        return any(tells_of(problem, verdict) for problem in self.problems)


class Checker(Protocol):
    """What checks questions in a notebook: otter-grader's `Notebook`, or our own."""

    def check(self, question: str) -> object:
        """Run the public checks of a question on the files as saved, and show what they found."""


def check_folder(
    questions: Sequence[str] = (),
    folder: Path | None = None,
    tier: str | None = None,
) -> Checks:
    """Run the public checks of the assignment that `folder` belongs to.

    Parameters
    ----------
    questions
        Ids to check; all if empty.
    folder
        Holds the student's files and `assignment.toml`; the current folder if None.

    Raises
    ------
    CourseError
        If the folder is not an assignment's or has no such question.
    """
    folder = folder or Path.cwd()
    assignment = load_work(folder)
    wanted = {assignment.question(id).id for id in questions}
    submission = open_work(folder, assignment)
    sandbox = Sandbox.for_assignment(assignment, tier)
    hints, problem = _sealed_hints(folder)
    with Grader(assignment, None, sandbox=sandbox) as grader:
        plan = grader.plan
        watch = Watch(plan.tests, assignment.switches if hints else None)
        compared: dict[str, tuple[Part, ...]] = {}
        called: dict[str, str] = {}
        changed: dict[str, list[Change]] = {}
        raised: dict[str, CodeRaised] = {}
        not_imported = set[str]()
        last: list[Trial] = []

        def on_trial(trial: Trial) -> None:
            watch.on_trial(trial)
            last[:] = [trial]

        def on_verdict(verdict: Verdict) -> None:
            watch.on_verdict(verdict)
            if last and not verdict.passed:
                called.setdefault(verdict.test, last[0].called_last)
            if last and verdict.kind.family is Family.VALUE:
                compared.setdefault(verdict.test, parts_of_trial(last[0]))
            if last and verdict.kind is Kind.RAISED:
                for error in last[0].outcomes:
                    if isinstance(error, CodeRaised):
                        raised[verdict.test] = error  # the last one
            if last:
                changed.setdefault(verdict.test, []).extend(changes_in(last[0]))
            if last and last[0].failed_to_import:
                not_imported.add(verdict.test)
            last.clear()

        found = grader.grade(
            submission.files,
            on_verdict,
            only=lambda test: test.public and (not wanted or test.question in wanted),
            on_trial=on_trial,
            unusable=submission.unusable,
        )
    verdicts = {}
    for question in assignment.questions:
        if not wanted or question.id in wanted:
            of_question = [found[test.id] for test in plan.of_question(question.id) if test.id in found]
            hint = open_hint(hints, question.id, watch.of_question(question.id)) if hints else None
            verdicts[question.id] = [_with(verdict, hint) for verdict in of_question]
    return Checks(
        assignment,
        submission,
        verdicts,
        problem,
        compared=compared,
        called=called,
        changed=changed,
        raised=raised,
        not_imported=not_imported,
        handed_out=parameters_of_release(folder),
    )


def _sealed_hints(folder: Path) -> tuple[SealedHints | None, str]:
    """Return the sealed hints of a release, and what is wrong with the file that holds them, if anything."""
    path = folder / SEALED_FILE
    if not path.is_file():
        return None, ""
    try:
        with path.open("rb") as file:
            return read_sealed(file.read(LARGEST_FILE + 1)), ""
    except (OSError, ValueError):
        return None, f"{SEALED_FILE} is damaged, so no hints can be given; copy it from the release again."


def _with(verdict: Verdict, hint: str | None) -> Verdict:
    failed = not verdict.passed and hint is not None
    return msgspec.structs.replace(verdict, hint=hint) if failed else verdict
