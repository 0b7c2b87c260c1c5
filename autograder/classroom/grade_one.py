"""Grades one hand-in: its named files, the tests' verdicts, exact points, one result."""

from __future__ import annotations

import functools
import platform
import re
import time
from collections.abc import Callable
from pathlib import Path

from autograder.classroom.identity import grader_hash, versions
from autograder.classroom.work import Work
from autograder.errors import CourseError
from autograder.grading.grader import Grader
from autograder.grading.known_behaviour import KnownBehaviour
from autograder.grading.names.parsing import parsed_or_none
from autograder.handin.open_hand_in import Submission
from autograder.model.assignment import Assignment
from autograder.model.result import GradingResult
from autograder.model.scoring import score
from autograder.model.verdict import Verdict
from autograder.sandbox.isolation import Tier, landlock_version, readable_by_others
from autograder.sandbox.process import Sandbox


def open_grader(work: Work) -> Grader:
    """Return a grader of hand-ins, one after the other.

    Raises
    ------
    CourseError
        If student code could read the solutions.
    GraderError
        If the requested isolation is not available on this machine.
    """
    sandbox = Sandbox.for_assignment(work.assignment, work.tier)
    require_secrets_kept(work.solution.folder, sandbox.tier)
    known = KnownBehaviour(work.known, f"{work.hash} {grader_hash()}", read_only=work.known_is_final)
    return Grader(work.assignment, work.solution, work.plan, sandbox, known, work.bank)


def grade_one(
    work: Work,
    grader: Grader,
    submission: Submission,
    on_progress: Callable[[Callable[[], GradingResult]], None] = lambda so_far: None,
) -> GradingResult:
    """Return the result of one hand-in.

    Parameters
    ----------
    submission
        Its files; what is missing or unusable is among its notes.
    on_progress
        Called before the first test and after each with what returns the result so far, which takes a while.
    """
    started = time.monotonic()
    verdicts: dict[str, Verdict] = {}

    def result(finished: bool) -> GradingResult:
        return GradingResult(
            assignment=work.assignment.name,
            questions=score(work.plan, work.assignment, verdicts),
            tier=grader.sandbox.tier,
            release=submission.release,
            hints=submission.hints,
            versions=versions() | dict(grader.sandbox.interpreter.versions),
            hashes={"assignment": work.hash, "grader": grader_hash(), "hand-in": submission.content_hash},
            seconds=time.monotonic() - started,
            notes=notes_on(submission, work.assignment),
            finished=finished,
        )

    def note(verdict: Verdict) -> None:
        verdicts[verdict.test] = verdict
        on_progress(so_far)

    so_far = functools.partial(result, finished=False)
    on_progress(so_far)
    grader.grade(submission.files, note, unusable=submission.unusable)
    return result(finished=True)


def notes_on(submission: Submission, assignment: Assignment) -> tuple[str, ...]:
    """Return what a student should know about a hand-in before its results."""
    absent = [submission.why_not(name) for name in assignment.file_names]
    notes = [*(reason for reason in absent if reason), *submission.notes]
    if note := _note_on_python(submission):
        notes.append(note)
    if submission.assignment and submission.assignment != assignment.name:
        notes.append(f"this hand-in was made for {submission.assignment}, not for {assignment.name}.")
    if submission.release and submission.release != assignment.version:
        notes.append(
            f"this hand-in was made from release {submission.release} of {assignment.name}; "
            f"graded is release {assignment.version}."
        )
    return tuple(notes)


def _note_on_python(submission: Submission) -> str:
    """Return a sentence if a newer Python made a hand-in that the one that grades cannot read, else nothing."""
    made, graded = (re.match(r"(\d+)\.(\d+)", it) for it in (submission.python, platform.python_version()))
    if not made or not graded or tuple(map(int, made.groups())) <= tuple(map(int, graded.groups())):
        return ""
    unread = [
        name
        for name, content in submission.files.items()
        if name.endswith(".py") and parsed_or_none(content) is None
    ]
    if not unread:
        return ""
    return (
        f"{unread[0]} was written with Python {made[0]} and is graded with Python {graded[0]}, which cannot read it; "
        f"use only what {graded[0]} knows."
    )


def require_secrets_kept(folder: Path, tier: Tier) -> None:
    """Refuse to grade if student code could read the solutions on disk.

    Raises
    ------
    CourseError
        If the tier hides no files and other users may read `folder`.
    """
    hidden = tier.has_namespaces or landlock_version() > 0
    if tier is Tier.USER and not hidden and readable_by_others(folder):
        raise CourseError(
            f"{folder} can be read by every user of this machine, student code included; "
            f"take that right away (chmod 700 {folder.parent}) or install bubblewrap"
        )
