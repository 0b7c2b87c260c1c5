"""What a Gradescope container runs: grades `/autograder/submission` and always leaves a valid results.json.

The first file lists every question as not run, and it is replaced after every test. Whatever goes wrong
on our side is written as our fault, never as a student's zero in silence: every interim file already reports a
grader fault, for whatever may end this process.
"""

from __future__ import annotations

import os
import threading
import time
from fractions import Fraction
from pathlib import Path

import msgspec

from autograder.classroom.grade_one import grade_one, open_grader
from autograder.classroom.identity import grader_hash
from autograder.classroom.lateness import Lateness
from autograder.classroom.watchdog import Watchdog
from autograder.classroom.work import Work, refused
from autograder.course.loading import Course, find_course
from autograder.errors import AutograderError, CourseError, SubmissionError
from autograder.handin.metadata import read_metadata
from autograder.handin.open_hand_in import open_hand_in
from autograder.model.assignment import Assignment, LatePolicy, Solution
from autograder.model.plan import Plan
from autograder.model.result import GradingResult
from autograder.model.scoring import not_run
from autograder.report.gradescope import to_gradescope, write_results

GRACE_SECONDS = 60.0
"""The grader ends itself so long after its budget, should a test of the instructor's never end."""
ENDED = "the grader was ended before it was done"
FASTEST_REWRITE = 0.2
"""Results are rewritten after every test, but not more often than every so many seconds."""


def grade_in_container(root: Path = Path("/autograder")) -> GradingResult:
    """Grade the submission below `root`, which is laid out as in the platform's containers.

    Returns
    -------
    GradingResult
        What was written last; also on disk, as `root/results/results.json`.

    Raises
    ------
    CourseError
        Where the bundle itself is broken, so that not even its questions can be listed.
    """
    source = root / "source"
    course = find_course(source)
    assignment, solution = _only_assignment(course)
    plan = Plan.from_json(_read(source / "plan.json"))
    file = _ResultsFile(root / "results" / "results.json", assignment, solution)
    file.write(not_run(plan, assignment))
    watchdog = _watchdog(assignment.limits.seconds_total + GRACE_SECONDS, file, assignment, plan)
    try:
        result = _grade(root, Work(assignment, solution, plan), file)
    except Exception as error:  # whatever it is, the student gets a result that says whose fault it is
        result = _at_fault(file.last or not_run(plan, assignment), error)
    watchdog.cancel()
    file.write(result)
    return result


def _grade(root: Path, work: Work, file: _ResultsFile) -> GradingResult:
    kept, notes, flags = _lateness(root / "submission_metadata.json", work.solution.late)
    with open_grader(work) as grader:
        try:
            submission = open_hand_in(root / "submission", work.assignment.file_names, label="submission")
            result = grade_one(work, grader, submission, file.write_in_passing, kept)
        except SubmissionError as error:
            nothing = refused(work.plan, work.assignment, str(error), grader.sandbox.tier)
            hashes = {"assignment": work.hash, "grader": grader_hash()}
            result = msgspec.structs.replace(nothing, hashes=hashes, kept=kept)
    return msgspec.structs.replace(result, notes=(*result.notes, *notes), flags=(*result.flags, *flags))


class _ResultsFile:
    """Writes results.json, again and again, each time whole."""

    def __init__(self, path: Path, assignment: Assignment, solution: Solution) -> None:
        self._path = path
        self._assignment = assignment
        self._visibility = solution.visibility
        self._lock = threading.Lock()
        self._written_at = 0.0
        self.last: GradingResult | None = None

    def write(self, result: GradingResult) -> None:
        """Replace the file."""
        written = result
        if not result.finished:
            written = msgspec.structs.replace(result, faults=(*result.faults, ENDED))
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_results(self._path, to_gradescope(written, self._assignment, self._visibility))
            self.last = result
            self._written_at = time.monotonic()

    def write_in_passing(self, result: GradingResult) -> None:
        """Replace the file, unless that was done a moment ago and more is to come."""
        self.last = result
        if time.monotonic() - self._written_at >= FASTEST_REWRITE:
            self.write(result)


def _watchdog(seconds: float, file: _ResultsFile, assignment: Assignment, plan: Plan) -> Watchdog:
    """Return what ends the process with a valid result where the grader itself hangs."""

    def bark() -> None:
        so_far = file.last or not_run(plan, assignment)
        file.write(_at_fault(so_far, TimeoutError(f"the grader did not end within {seconds:.0f} seconds")))
        os._exit(1)

    return Watchdog(seconds, bark)


def _at_fault(result: GradingResult, error: Exception) -> GradingResult:
    reason = str(error) if isinstance(error, AutograderError) else f"{type(error).__name__}: {error}"
    return msgspec.structs.replace(result, faults=(*result.faults, reason), finished=True)


def _only_assignment(course: Course) -> tuple[Assignment, Solution]:
    """Return the assignment that a bundle is for: the one that has both halves."""
    bundle = course.root / "bundle.json"
    name = msgspec.json.decode(_read(bundle), type=dict[str, object]).get("assignment")
    if not isinstance(name, str):
        raise CourseError(f"{bundle} names no assignment; make the bundle again")
    return course.assignment(name), course.solution(name)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path} cannot be read ({error.strerror}); make the bundle again") from error


def _lateness(metadata: Path, policy: LatePolicy) -> tuple[Fraction, tuple[str, ...], tuple[str, ...]]:
    """Return the share of the points that lateness leaves, the note about it, and flags for the instructor.

    The dates are the platform's, of the student's own extensions too, so that a regrade weeks later comes to
    the same.
    """
    if policy.policy == "none":
        return Fraction(1), (), ()
    read = read_metadata(metadata)
    lateness = Lateness(read.created_at, read.due)
    sentence = lateness.sentence(policy)
    flags = (
        read.notes if lateness.late is not None else (*read.notes, "it is not known whether this was in time")
    )
    return lateness.share_kept(policy), (sentence,) if sentence else (), flags
