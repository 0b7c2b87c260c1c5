"""Runs an assignment's tests on code: on a hand-in, on the reference, and on the reference with a known mistake."""

from __future__ import annotations

import contextlib
import functools
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Self

import numpy as np

from autograder.errors import CourseError
from autograder.grading.counterexample import with_evidence
from autograder.grading.deadlines import MOST_SECONDS, Deadlines
from autograder.grading.explain.bank import Bank, Variant, in_all_functions, load_bank
from autograder.grading.explain.contrast import Contrast
from autograder.grading.explain.explanation import Witness
from autograder.grading.explain.observation import Behaviour, observation_of
from autograder.grading.explain.recognise import Candidates
from autograder.grading.findings import fault_of, finding_of
from autograder.grading.known_behaviour import KnownBehaviour
from autograder.grading.lending import Lender
from autograder.grading.names.not_allowed import Reading, read_for
from autograder.grading.pytest_session import Session, plan_of, test_files
from autograder.grading.reference_results import ReferenceResults
from autograder.grading.seeding import PUBLIC_SALT, rng_of
from autograder.grading.trial import Finding, NotPassed, NotTried, Subject, Trial, reference_raised
from autograder.model.assignment import Assignment, Solution
from autograder.model.plan import Plan, PlannedTest
from autograder.model.verdict import Kind
from autograder.sandbox.call_failures import CallFailed, CodeRaised
from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.process import Sandbox

STUDENT_SPACE = ""
"""The space of a hand-in's code, which is another one's next."""
TIMINGS = 3
"""How often the reference is timed in a test: the first time it is imported, then other programs may disturb it."""


class Examiner:
    """Holds an assignment's tests, and what they are run with and compared to.

    Parameters
    ----------
    assignment, solution
        The two halves; without a solution only public checks run, as they do for a student.
    plan
        What will count, collected beforehand.
    sandbox
        How workers are confined; the best that this machine gives unless told.
    known
        What is known of the bank beforehand; closed with the grader.
    bank
        The known mistakes, if they have been read before.
    """

    def __init__(
        self,
        assignment: Assignment,
        solution: Solution | None,
        plan: Plan | None = None,
        sandbox: Sandbox | None = None,
        known: KnownBehaviour | None = None,
        bank: Bank | None = None,
    ) -> None:
        self.assignment = assignment
        self.solution = solution
        self._files = test_files(assignment, solution)
        self.sandbox = sandbox or Sandbox.for_assignment(assignment)
        self.bank = bank or (load_bank(assignment, solution) if solution else Bank())
        self.reference_files = solution.reference_files(assignment) if solution else {}
        self.candidates = Candidates(self.bank, assignment)
        self._trusted = Host(self.sandbox)
        self._readings: dict[tuple[str, str], Reading] = {}
        self._observed: dict[tuple[str, str, int], Behaviour] = {}
        self._with_mistakes: dict[str, tuple[str, Mapping[str, bytes]]] = {}
        self._known = known or KnownBehaviour(None)
        self._results = ReferenceResults()
        self.deadlines = Deadlines(assignment.limits, self._slowest_call if solution else None)
        self._session: Session | None = None
        self.plan = plan or self._collected_plan()

    @functools.cached_property
    def contrast(self) -> Contrast:
        """The ladders that the graded tests declare, to be tried on functions that nothing else explains."""
        return Contrast(self.session.ladders)

    def _collected_plan(self) -> Plan:
        try:
            return plan_of(self.session, self.assignment, self.solution)
        except CourseError:
            self.close()
            raise

    @property
    def session(self) -> Session:
        """The session that collected the tests; it serves one hand-in after the other."""
        if self._session is None:
            self._session = Session(self.assignment.name, self._files)
        return self._session

    @functools.cached_property
    def _lender(self) -> Lender:
        return Lender(self.assignment, self.reference_files, self.sandbox, self.most_seconds)

    def forget_hand_in(self) -> None:
        """Drop what was read in the last hand-in, and keep what was in known mistakes."""
        self._readings = {key: it for key, it in self._readings.items() if key[0] != STUDENT_SPACE}

    def require_worker(self) -> None:
        """Start the reference's worker, which most tests need.

        Raises
        ------
        GraderError, OSError
            If no worker can be started here.
        """
        self._trusted.process()

    def end_worker(self) -> None:
        """End the reference's workers, until a test needs them again."""
        self._trusted.close()
        self._lender.close()

    def close(self) -> None:
        """End the reference's worker and the session of tests."""
        self.end_worker()
        self._known.close()
        if self._session is not None:
            self._session.close()
            self._session = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # --- running one test -----------------------------------------------------------------------------

    def trial_of(
        self,
        test: PlannedTest,
        student: Subject,
        convention: Variant | None = None,
        given_up: Mapping[str, Finding] | None = None,
        inputs_of: Mapping[str, bytes] | None = None,
    ) -> tuple[Trial, Finding | None]:
        """Run a test on some code; return the trial and why the test is not passed, None where it explicitly is.

        With a convention, the reference is the one that follows it. Functions that are given up are not called.
        Where files are given, what fixtures that measure draw depends on them as well.
        """
        reference: Code | None = None
        if convention is not None:
            reference = self.subject_of(convention)
        elif not test.public:
            reference = self._reference
        given = () if test.public else self.assignment.question(test.question).given
        student.lender = None if test.public or self.solution is None else self._lender.replacement
        rng = functools.partial(self._rng, test)
        trial = Trial(
            student,
            reference,
            rng,
            test.parts,
            given_up or {},
            mistaken=self._mistaken,
            found_as=self.assignment.found_as,
            results=self._results,
        )
        if inputs_of is not None:
            trial.measuring_rng = self._rng(test, inputs_of)
        with self._lender.lending(student, given):
            finding = self._finding(test, trial)
            if finding is not None and finding.kind in (Kind.GRADER_FAULT, Kind.MISSING):
                return trial, finding
            # Read what ran: the reference's file is lent for one that is given.
            reading = self._reading(student, test)
        called = {call.name for call in trial.calls}
        uses = (it for it in reading.uses if not it.undefined or it.undefined in called)
        use = next((it for it in uses if test.structural or not it.hides_loop), None)
        if not test.public:
            trial.flags += reading.flags
        if use is None or (use.unchecked and finding is not None and not finding.credit):
            return trial, finding
        details = finding.details if finding else ""
        return trial, Finding(
            Kind.NOT_ALLOWED, use.sentence, details, flags=tuple(trial.flags), rule=use.rule
        )

    def observe(self, test: PlannedTest, variant: Variant, run: int = 0) -> Behaviour:
        """Return what a test sees of a known mistake: the same for every hand-in, so it is found out once.

        Code that draws random numbers of its own may give something else in a run with another number.
        """
        key = test.id, variant.name, run
        if key not in self._observed:
            before = self._known.get(*key)
            self._observed[key] = before or self.behaviour_of(test, variant)
            if before is None:
                self._known.put(*key, self._observed[key])
        return self._observed[key]

    def observe_bank(self) -> None:
        """Find out, and keep, what every graded test sees of the mistakes that may explain its question."""
        for test in self.plan.tests:
            if not test.public:
                for variant in self.candidates.all_of(test.question):
                    self.observe(test, variant)

    def behaviour_of(
        self, test: PlannedTest, variant: Variant, inputs_of: Mapping[str, bytes] | None = None
    ) -> Behaviour:
        """Return what a test sees of a known mistake; where files are given, on inputs that depend on them."""
        # How values are computed is judged by the convention that they follow, as it is for a hand-in.
        convention = self._convention_of(variant) if test.structural else None
        trial, finding = self.trial_of(test, self.subject_of(variant), convention, None, inputs_of)
        return Behaviour(observation_of(trial, finding), tuple(it.got for it in trial.compared))

    def _convention_of(self, variant: Variant) -> Variant | None:
        """Return the convention that a mistake's code follows besides, if any."""
        wanted = variant.convention, variant.target
        return next((it for it in self.bank.variants if (it.mistake.id, it.target) == wanted), None)

    def witness(self) -> Witness:
        """Return how explanations ask what tests see of known mistakes and of the reference."""
        return Witness(self.observe, self.subject_of, self._reference, self._tells_apart)

    def _tells_apart(self, question: str, function: str, student: Subject, variant: Variant) -> bool:
        """Return whether inputs of a ladder tell a hand-in from a known mistake that tests saw the same of."""
        # Ladders call a function on the hand-in's own files.
        if self.assignment.question(question).given:
            return False
        student.public = False
        other = self.subject_of(variant)
        try:
            return self.contrast.tells_apart(question, function, student, other, self.assignment)
        except CourseError:
            return False  # of a ladder's own fault, which `verify` names, a student knows nothing

    def references(self, question: str) -> list[Code]:
        """Return the reference, and those that follow the accepted conventions of a question."""
        reference = self._reference
        assert reference is not None
        return [reference, *(self.subject_of(it) for it in self.candidates.conventions(question))]

    @functools.cached_property
    def _reference(self) -> Code | None:
        return (
            Code(self._trusted, self.reference_files, "reference", self.most_seconds)
            if self.solution
            else None
        )

    def subject_of(self, variant: Variant) -> Subject:
        """Return the reference with one known mistake."""
        return Subject(self._trusted, variant.files, variant.name, self.most_seconds)

    def _mistaken(self, id: str) -> tuple[str, Mapping[str, bytes]]:
        """Return the title of a known mistake, and the reference with it in all its functions."""
        if id not in self._with_mistakes:
            assert self.solution is not None
            self._with_mistakes[id] = in_all_functions(self.assignment, self.solution, id)
        return self._with_mistakes[id]

    @property
    def most_seconds(self) -> float:
        """What code of the course itself may take for a call."""
        return max(MOST_SECONDS, self.assignment.limits.seconds_per_call)

    def _slowest_call(self, test: PlannedTest) -> float:
        """Return the seconds that the slowest call of the reference takes in a test."""
        seconds = []
        for _ in range(TIMINGS):
            reference = Subject(
                self._trusted, self.reference_files, "reference as a hand-in", self.most_seconds
            )
            self.trial_of(test, reference)
            seconds.append(reference.slowest_seconds)
        return min(seconds[1:])

    def _rng(self, test: PlannedTest, files: Mapping[str, bytes] | None = None) -> np.random.Generator:
        """Return the generator of a test: the same in every run, secret for graded tests; for some files their own."""
        salt = PUBLIC_SALT if test.public or self.solution is None else self.solution.salt
        return rng_of(salt, test.id, files)

    def _reading(self, code: Code, test: PlannedTest) -> Reading:
        """Return what the source says of what the test's question does not allow."""
        question = self.assignment.question(test.question)
        key = (code.space, question.id)
        if key not in self._readings:
            self._readings[key] = read_for(code.files, question.functions, question.not_allowed)
        return self._readings[key]

    def _finding(self, test: PlannedTest, trial: Trial) -> Finding | None:
        trial.begin()
        try:
            run = self.session.run(test.id, trial)
        finally:
            trial.end()
        if run.error is not None:
            # Code that was never called cannot have failed.
            asked = trial.outcomes or isinstance(run.error, (CallFailed, NotTried))
            finding = _finding_of(run.error, trial) if asked else fault_of(run.error)
            finding = with_evidence(trial, finding)
            _let_go(run.error)
            return finding
        if not run.passed:
            return Finding(Kind.GRADER_FAULT, "the test neither passed nor failed")
        if not trial.outcomes:
            return Finding(Kind.GRADER_FAULT, "the test never called the code that it judges")
        return next(iter(trial.other_types), None)


def _let_go(error: BaseException) -> None:
    """Drop what the frames of a traceback hold, which would stay alive until garbage is collected.

    They hold each other in circles: pytest keeps the traceback in a variable of one of their callers.
    """
    link: BaseException | None = error
    while link is not None:
        if link.__traceback__ is not None:
            traceback.clear_frames(link.__traceback__)
            _clear_finished(link.__traceback__.tb_frame.f_back)
        link.__traceback__ = None
        link = link.__context__


def _clear_finished(frame: FrameType | None) -> None:
    with contextlib.suppress(RuntimeError):  # this one still runs, and so do its callers
        while frame is not None:
            frame.clear()
            frame = frame.f_back


def _finding_of(error: BaseException, trial: Trial) -> Finding:
    if isinstance(error, NotPassed):
        return error.finding
    if isinstance(error, CallFailed):
        if error.code is trial.student:
            return finding_of(error)
        return fault_of(CourseError(reference_raised(error)) if isinstance(error, CodeRaised) else error)
    if isinstance(error, AssertionError):
        return Finding(Kind.WRONG_VALUE, "a property that the result must have does not hold", _failed(error))
    return fault_of(error)


def _failed(error: AssertionError) -> str:
    """Return the line of an assertion that does not hold, and the values in it, which pytest has written down."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return f"{Path(last.filename).name}, line {last.lineno}: {last.line}\n{error}"[:2_000]
