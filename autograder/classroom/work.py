"""What a grading process needs to grade hand-ins of one assignment, and what comes of one."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import msgspec

from autograder.classroom.identity import assignment_hash, versions
from autograder.classroom.similarity import Print, fingerprints
from autograder.course.loading import Course
from autograder.grading.pytest_session import collect_plan
from autograder.model.assignment import Assignment, Solution
from autograder.model.plan import Plan
from autograder.model.result import GradingResult
from autograder.model.scoring import not_run


@dataclass(frozen=True)
class Work:
    """Everything that a worker process needs to grade hand-ins of one assignment."""

    assignment: Assignment
    solution: Solution
    plan: Plan
    tier: str | None = None

    @functools.cached_property
    def hash(self) -> str:
        """The content hash of all that decides points."""
        return assignment_hash(self.assignment, self.solution)

    @functools.cached_property
    def boilerplate(self) -> frozenset[int]:
        """The fingerprints of the stubs, which everybody's work has."""
        stubs = {file.name: file.source.read_bytes() for file in self.assignment.files}
        return frozenset(mark.value for mark in fingerprints(stubs, window=1))


class StoredResult(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a graded hand-in: its result, and the fingerprints of its code."""

    result: GradingResult
    prints: tuple[Print, ...] = ()

    def to_bytes(self) -> bytes:
        """Return it in a form that `from_bytes` reads; points as exact text."""
        return msgspec.msgpack.encode(self, enc_hook=str)

    @classmethod
    def from_bytes(cls, content: bytes) -> StoredResult:
        """Return what `to_bytes` wrote.

        Raises
        ------
        ValueError
            Where it is something else.
        """
        return msgspec.msgpack.decode(content, type=cls, dec_hook=_decoded)


def _decoded(wanted: type, value: Any) -> Any:
    if wanted is Fraction and isinstance(value, str) and len(value) < 200:
        return Fraction(value)
    raise ValueError(f"{wanted.__name__} is no part of a result")


def prepare(course: Course, name: str, tier: str | None = None) -> Work:
    """Collect, once and before any hand-in is opened, what all of them are graded with.

    Raises
    ------
    CourseError
        Where the assignment cannot be graded.
    """
    assignment, solution = course.assignment(name), course.solution(name)
    return Work(assignment, solution, collect_plan(assignment, solution), tier)


def refused(plan: Plan, assignment: Assignment, reason: str, tier: str = "") -> GradingResult:
    """Return the result of a hand-in that could not be opened, with the sentence that says why."""
    nothing = not_run(plan, assignment, tier)
    return msgspec.structs.replace(nothing, versions=versions(), notes=(reason,), finished=True)


def at_fault(plan: Plan, assignment: Assignment, reason: str) -> GradingResult:
    """Return the result of a hand-in that the grader failed on, with the sentence that says why."""
    return msgspec.structs.replace(not_run(plan, assignment), faults=(reason,), finished=True)
