"""What a grading process needs to grade hand-ins of one assignment, and what it returns for each."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.classroom.identity import assignment_hash, versions
from autograder.classroom.similarity import Fingerprint, computations, fingerprints
from autograder.course.loading import Course
from autograder.errors import AutograderError, GraderError
from autograder.grading.explain.bank import Bank, load_bank
from autograder.grading.pytest_session import collect_plan
from autograder.handin.candidates import Source
from autograder.handin.open_hand_in import Submission, open_hand_in
from autograder.model.assignment import Assignment, Solution
from autograder.model.plan import Plan
from autograder.model.result import GradingResult
from autograder.model.scoring import not_run
from autograder.text import one_line


@dataclass(frozen=True)
class Work:
    """Everything that a grading process needs.

    Attributes
    ----------
    tier
        The requested isolation; the best that there is unless given.
    known
        The file in which grading processes share what tests see of known mistakes, if any.
    known_is_final
        Whether nothing is added to it.
    """

    assignment: Assignment
    solution: Solution
    plan: Plan
    tier: str | None = None
    known: Path | None = None
    known_is_final: bool = False

    @functools.cached_property
    def hash(self) -> str:
        """The content hash of everything that decides points."""
        return assignment_hash(self.assignment, self.solution)

    @functools.cached_property
    def bank(self) -> Bank:
        """The known mistakes; once they are read, grading processes get them with the rest."""
        return load_bank(self.assignment, self.solution)

    @functools.cached_property
    def stubs(self) -> dict[str, bytes]:
        """The files as they are handed out, by name."""
        return {file.name: file.stub() for file in self.assignment.every_file}

    def opened(self, source: Path | Source, label: str | None = None) -> Submission:
        """Read a hand-in, as `open_hand_in` does.

        Raises
        ------
        SubmissionError
            If it cannot be opened at all.
        """
        assignment = self.assignment
        return open_hand_in(
            source,
            assignment.file_names,
            label=label,
            stubs=self.stubs,
            optional=assignment.optional_names,
            written=assignment.written,
        )

    @functools.cached_property
    def boilerplate(self) -> frozenset[int]:
        """The fingerprints of the stubs, which every hand-in has."""
        return frozenset(mark.value for mark in fingerprints(self.stubs, window=1))

    @functools.cached_property
    def computed_by_stubs(self) -> frozenset[int]:
        """What the stubs compute."""
        return frozenset(it.value for it in computations(self.stubs))


class CannotGrade(GraderError):
    """No hand-in can be graded here, whatever is in it."""


class StoredResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a hand-in, and what of its code is needed later.

    Attributes
    ----------
    fingerprints, computations
        To be compared with those of others.
    sources
        Its files as text, by name: its page shows them, and the class report those with a mistake.
    """

    result: GradingResult
    fingerprints: tuple[Fingerprint, ...] = ()
    computations: tuple[Fingerprint, ...] = ()
    sources: dict[str, str] = msgspec.field(default_factory=dict)


def prepare(course: Course, name: str, tier: str | None = None) -> Work:
    """Collect what all hand-ins are graded with, once and before any of them is opened.

    Raises
    ------
    CourseError
        If the assignment cannot be graded.
    """
    assignment, solution = course.assignment(name), course.solution(name)
    return Work(assignment, solution, collect_plan(assignment, solution), tier)


def refused(plan: Plan, assignment: Assignment, reason: str, tier: str = "") -> GradingResult:
    """Return the result of a hand-in that could not be opened, with the sentence that says why."""
    nothing = not_run(plan, assignment, tier)
    return msgspec.structs.replace(nothing, versions=versions(), notes=(reason,), finished=True)


def at_fault(result: GradingResult, error: Exception) -> GradingResult:
    """Return the result of a hand-in that the grader failed on, with the sentence that says why."""
    reason = str(error)
    if not isinstance(error, AutograderError):
        reason = one_line(f"{type(error).__name__}: {error}".removesuffix(": "))
    return msgspec.structs.replace(result, faults=(*result.faults, reason), finished=True)
