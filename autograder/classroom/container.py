"""What a Gradescope container runs: grades `/autograder/submission` and always leaves a valid results.json.

The first file lists every question as not run, and it is replaced after every test. Whatever goes wrong
on our side is written as our fault, never as a student's zero in silence: every interim file already reports a
grader fault, for whatever may end this process.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from autograder.classroom.grade_one import grade_one, open_grader
from autograder.classroom.identity import grader_hash
from autograder.classroom.settle import settle
from autograder.classroom.watchdog import watched
from autograder.classroom.work import Work, at_fault, refused
from autograder.classroom.written import Asked
from autograder.course.loading import find_course
from autograder.errors import CourseError, GraderError, SubmissionError
from autograder.grading.known_behaviour import KNOWN_FILE
from autograder.handin.metadata import Metadata, read_metadata
from autograder.model.plan import Plan
from autograder.model.result import GradingResult
from autograder.model.scoring import not_run
from autograder.report.gradescope import to_gradescope, write_results

GRACE_SECONDS = 60.0
"""The grader ends itself this long after its budget, should a test of the instructor's never end."""
ENDED = "the grader was ended before it was done"
FASTEST_REWRITE = 0.2
"""Results are rewritten after every test, but at most once in this many seconds."""


def grade_in_container(root: Path = Path("/autograder")) -> GradingResult:
    """Grade the submission below `root`, which is laid out as in the platform's containers.

    Returns
    -------
    GradingResult
        What was written last; also on disk, as `root/results/results.json`.

    Raises
    ------
    CourseError
        If the bundle itself is broken, so that not even its questions can be listed.
    """
    work = _work(root / "source")
    file = _ResultsFile(root / "results" / "results.json", work)
    file.write(file.last())
    seconds = work.assignment.limits.seconds_total + GRACE_SECONDS

    def bark() -> None:
        hung = GraderError(f"the grader did not end within {seconds:.0f} seconds")
        file.write(at_fault(file.last(), hung))
        os._exit(1)

    with watched(seconds, bark):
        try:
            result = _grade(root, work, file)
        except Exception as error:  # whatever it is, the student gets a result that says whose fault it is
            result = at_fault(file.last(), error)
    return file.write(result)


def prepare_container(root: Path = Path("/autograder")) -> None:
    """Find out, once for all hand-ins, what the tests see of known mistakes: the longest part of explaining one."""
    work = _work(root / "source")
    with open_grader(replace(work, known=root / "source" / KNOWN_FILE, known_is_final=False)) as grader:
        grader.observe_bank()


def _work(source: Path) -> Work:
    course = find_course(source)
    name = _assignment_of(source / "bundle.json")
    plan = Plan.from_json(_read(source / "plan.json"))
    return Work(
        course.assignment(name), course.solution(name), plan, known=source / KNOWN_FILE, known_is_final=True
    )


def _grade(root: Path, work: Work, file: _ResultsFile) -> GradingResult:
    file.metadata = read_metadata(root / "submission_metadata.json")
    with open_grader(work) as grader:
        try:
            submission = work.opened(root / "submission", label="submission")
            file.answers = submission.answers
            return grade_one(work, grader, submission, file.write_in_passing)
        except SubmissionError as error:
            nothing = refused(work.plan, work.assignment, str(error), grader.sandbox.tier)
            hashes = {"assignment": work.hash, "grader": grader_hash()}
            return msgspec.structs.replace(nothing, hashes=hashes)


class _ResultsFile:
    """Writes results.json again and again, each time as a whole.

    Attributes
    ----------
    metadata
        What the platform says about the hand-in.
    answers
        The written answers, by question, for people to grade.
    """

    def __init__(self, path: Path, work: Work) -> None:
        self._path = path
        self._work = work
        self._lock = threading.Lock()
        self._written_at = 0.0
        self._written = not_run(work.plan, work.assignment)
        """What was written last."""
        self._so_far: Callable[[], GradingResult] | None = None
        """Returns what is known since."""
        self.metadata = Metadata()
        self.answers: Mapping[str, str] = {}

    def last(self) -> GradingResult:
        """Return the latest result before the deduction for lateness, that written last if no later one can be made."""
        try:
            return self._so_far() if self._so_far else self._written
        except Exception:  # whoever asks is about to write why the grader ended
            return self._written

    def write(self, result: GradingResult) -> GradingResult:
        """Replace the file, and return the result as it stands there."""
        settled = self._settled(result)
        written = settled
        if not result.finished:
            written = msgspec.structs.replace(settled, faults=(*settled.faults, ENDED))
        visibility = self._work.solution.visibility
        with self._lock:
            write_results(self._path, to_gradescope(written, self._work.assignment, visibility))
            self._written, self._so_far = result, None
            self._written_at = time.monotonic()
        return settled

    def write_in_passing(self, so_far: Callable[[], GradingResult]) -> None:
        """Replace the file, unless that was done a moment ago and more is to come."""
        self._so_far = so_far
        if time.monotonic() - self._written_at >= FASTEST_REWRITE:
            self.write(so_far())

    def _settled(self, result: GradingResult) -> GradingResult:
        """Return the result after the deduction for lateness.

        The dates are the platform's, the student's own extensions included, so that a regrade weeks later gives
        the same points.
        """
        policy, about = self._work.solution.late, self.metadata
        flags: tuple[str, ...] = ()
        if policy.policy != "none":
            unknown = about.created_at is None or about.due is None
            flags = (*about.notes, *(["it is not known whether this was in time"] if unknown else []))
        lowest = self._work.solution.drop.lowest
        written = [Asked(it, self.answers.get(it.id, "")) for it in self._work.assignment.written]
        return settle(
            result, policy, about.created_at, about.due, written=written, flags=flags, lowest_dropped=lowest
        )


def _assignment_of(bundle: Path) -> str:
    """Return the name of the assignment that a bundle is for."""
    name = msgspec.json.decode(_read(bundle), type=dict[str, object]).get("assignment")
    if not isinstance(name, str):
        raise CourseError(f"{bundle} names no assignment; make the bundle again")
    return name


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path} cannot be read ({error.strerror}); make the bundle again") from error
