"""The public checks as a student runs them: on the files as saved, in a process of their own.

The terminal, notebooks and plain pytest all come down to the tests in `test_public.py`. A notebook asks
through `check_afresh`: a second Python, which knows nothing of what the kernel has imported or changed.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from autograder.course.loading import load_assignment
from autograder.errors import AutograderError, CourseError, GraderError
from autograder.grading.explain.sealed import (
    LARGEST_FILE,
    SEALED_FILE,
    SealedHints,
    Watch,
    open_hint,
    read_sealed,
)
from autograder.grading.grader import Grader
from autograder.handin.open_hand_in import Submission, open_hand_in
from autograder.model.assignment import Assignment
from autograder.model.verdict import Verdict
from autograder.report.view import failed_checks
from autograder.sandbox.process import Sandbox

NAMES_SHOWN = 3


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
    """

    assignment: Assignment
    submission: Submission
    verdicts: dict[str, list[Verdict]]
    problem: str = ""

    @property
    def absent(self) -> list[str]:
        """A sentence for every file to hand in that is missing or unusable."""
        reasons = (self.submission.why_not(name) for name in self.assignment.file_names)
        return [reason for reason in reasons if reason]

    @property
    def passed(self) -> bool:
        """Whether every file is there and every check passed."""
        return not self.absent and all(it.passed for it in itertools.chain(*self.verdicts.values()))

    @property
    def text(self) -> str:
        """Everything that is to be said, as lines of plain text."""
        lines = [
            line for id, verdicts in self.verdicts.items() for _, line in explained(id, self.absent, verdicts)
        ]
        return "\n".join([*self.absent, *([self.problem] if self.problem else []), *lines])


class Report(msgspec.Struct, frozen=True):
    """What `check_afresh` gets from the other Python.

    Attributes
    ----------
    passed
        Whether every file is there and every check passed.
    text
        Everything about those that did not.
    problem
        Why nothing could be checked at all; empty if something was.
    """

    passed: bool = False
    text: str = ""
    problem: str = ""


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
    assignment = load_assignment(folder)
    wanted = {assignment.question(id).id for id in questions}
    submission = open_hand_in(folder, assignment.file_names)
    sandbox = Sandbox.of_this_machine(assignment.limits.memory_mb, tier)
    hints, problem = _sealed_hints(folder)
    with Grader(assignment, None, sandbox=sandbox) as grader:
        plan = grader.plan
        watch = Watch(plan.tests, assignment.switches if hints else None)
        found = grader.grade(
            submission.files,
            watch.on_verdict,
            only=lambda test: test.public and (not wanted or test.question in wanted),
            on_trial=watch.on_trial,
            unusable=submission.unusable,
        )
    verdicts = {}
    for question in assignment.questions:
        if not wanted or question.id in wanted:
            of_question = [found[test.id] for test in plan.of_question(question.id) if test.id in found]
            hint = open_hint(hints, question.id, watch.of_question(question.id)) if hints else None
            verdicts[question.id] = [_with(verdict, hint) for verdict in of_question]
    return Checks(assignment, submission, verdicts, problem)


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


def check_afresh(question: str, folder: Path | None = None) -> Report:
    """Run the public checks of one question in another Python and return what it found.

    Raises
    ------
    CourseError
        If the folder is not an assignment's or has no such question.
    GraderError
        If the other Python broke down.
    """
    # Without -P a student's file called like a library would be imported in its place.
    command = [sys.executable, "-P", "-m", __spec__.name, question]
    done = subprocess.run(command, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL)
    try:
        report = msgspec.json.decode(done.stdout, type=Report)
    except msgspec.MsgspecError as error:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[-1]
        raise GraderError(f"the checks could not be run: {last}") from error
    if report.problem:
        raise CourseError(report.problem)
    return report


def explained(question: str, absent: Sequence[str], verdicts: Sequence[Verdict]) -> list[tuple[str, str]]:
    """Return the lines that say how the checks of one question went, each with the role it plays.

    Roles are `passed` and `failed` for the headline, `message`, `hint` and `details`.
    """
    passed = sum(verdict.passed for verdict in verdicts)
    role = "passed" if passed == len(verdicts) and not absent else "failed"
    lines = [(role, f"{question}: {passed} of {len(verdicts)} checks pass")]
    for check in failed_checks(verdicts):
        lines.append(("message", f"  {check.name}: {check.message}"))
        if check.hint:
            lines.append(("hint", f"      {check.hint}"))
        lines += [("details", f"      {line}") for line in check.details.splitlines()]
        if check.counterexample:
            lines.append(("hint", "      to see it, paste:"))
            lines += [("details", line) for line in check.counterexample.splitlines()]
        if check.rest:
            more = ", …" if len(check.others) > NAMES_SHOWN else ""
            lines.append(("message", f"  {check.rest}: {', '.join(check.others[:NAMES_SHOWN])}{more}"))
    return lines


def main() -> None:
    """Check one question in the current folder and print a `Report` as JSON."""
    try:
        checks = check_folder(sys.argv[1:])
        report = Report(checks.passed, checks.text)
    except AutograderError as error:
        report = Report(problem=str(error))
    sys.stdout.buffer.write(msgspec.json.encode(report))


if __name__ == "__main__":
    main()
