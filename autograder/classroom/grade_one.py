"""The way of one hand-in: its named files, the tests' verdicts, exact points, one result."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np

import autograder
from autograder.classroom.identity import assignment_hash, grader_hash
from autograder.errors import CourseError
from autograder.grading.run import Grader
from autograder.handin.open_hand_in import Submission
from autograder.model.assignment import Assignment, Solution
from autograder.model.plan import Plan
from autograder.model.result import GradingResult
from autograder.model.scoring import not_run, score
from autograder.model.verdict import Verdict
from autograder.sandbox.isolation import Tier, landlock_version, readable_by_others
from autograder.sandbox.process import Sandbox

OnResult = Callable[[GradingResult], None]


class HandInGrader:
    """Grades hand-ins of one assignment, one after the other.

    Parameters
    ----------
    assignment, solution
        The two halves.
    plan
        What counts, collected beforehand; collected now if None.
    tier
        Isolation to use; the best that this machine gives if None.

    Raises
    ------
    CourseError
        Where the assignment is not gradable, or its secrets would be readable by student code.
    GraderError
        Where the tier cannot be had.
    """

    def __init__(
        self, assignment: Assignment, solution: Solution, plan: Plan | None = None, tier: str | None = None
    ) -> None:
        self.assignment = assignment
        sandbox = Sandbox.of_this_machine(assignment.limits.memory_mb, tier)
        require_secrets_kept(solution.folder, sandbox.tier)
        self.grader = Grader(assignment, solution, plan, sandbox)
        self.plan = self.grader.plan
        self.hashes = {"assignment": assignment_hash(assignment, solution), "grader": grader_hash()}

    def grade(
        self, submission: Submission, on_result: OnResult | None = None, kept: Fraction = Fraction(1)
    ) -> GradingResult:
        """Return the result of one hand-in.

        Parameters
        ----------
        submission
            Its files; what is missing or unusable is among its notes.
        on_result
            Called with the result so far: before the first test and after each.
        kept
            Share of the points that lateness leaves.
        """
        started = time.monotonic()
        verdicts: dict[str, Verdict] = {}

        def result(finished: bool) -> GradingResult:
            return GradingResult(
                assignment=self.assignment.name,
                questions=score(self.plan, self.assignment, verdicts),
                tier=self.grader.sandbox.tier,
                release=submission.release,
                versions=versions(),
                hashes={**self.hashes, "hand-in": submission.content_hash},
                seconds=time.monotonic() - started,
                notes=notes_on(submission, self.assignment),
                kept=kept,
                finished=finished,
            )

        def note(verdict: Verdict) -> None:
            verdicts[verdict.test] = verdict
            if on_result is not None:
                on_result(result(finished=False))

        if on_result is not None:
            on_result(result(finished=False))
        self.grader.grade(submission.files, note)
        return result(finished=True)

    def refused(self, reason: str, kept: Fraction = Fraction(1)) -> GradingResult:
        """Return the result of a hand-in that could not be opened, with the sentence that says why."""
        nothing = not_run(self.plan, self.assignment, self.grader.sandbox.tier)
        return GradingResult(
            assignment=nothing.assignment,
            questions=nothing.questions,
            tier=nothing.tier,
            versions=versions(),
            hashes=self.hashes,
            notes=(reason,),
            kept=kept,
        )

    def close(self) -> None:
        """End the workers that are kept between hand-ins."""
        self.grader.close()

    def __enter__(self) -> HandInGrader:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def notes_on(submission: Submission, assignment: Assignment) -> tuple[str, ...]:
    """Return what a student should know of a hand-in before its results."""
    absent = [submission.why_not(name) for name in assignment.file_names]
    notes = [*(reason for reason in absent if reason), *submission.notes]
    if submission.assignment and submission.assignment != assignment.name:
        notes.append(f"this hand-in was made for {submission.assignment}, not for {assignment.name}.")
    if submission.release and submission.release != assignment.version:
        notes.append(
            f"this hand-in was made from release {submission.release} of {assignment.name}; "
            f"graded is release {assignment.version}."
        )
    return tuple(notes)


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {
        "autograder": autograder.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def require_secrets_kept(folder: Path, tier: Tier) -> None:
    """Refuse to grade where student code could read the solutions on disk.

    Raises
    ------
    CourseError
        Under a tier that hides no files, where other users may read `folder`.
    """
    hidden = tier.has_namespaces or landlock_version() > 0
    if tier is Tier.USER and not hidden and readable_by_others(folder):
        raise CourseError(
            f"{folder} can be read by every user of this machine, student code included; "
            f"take that right away (chmod 700 {folder.parent}) or install bubblewrap"
        )
