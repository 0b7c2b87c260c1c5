"""Grades one hand-in after the other: holds what all hand-ins of an assignment are graded with."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from autograder.grading.explain.bank import Bank, Variant, load_bank
from autograder.grading.explain.recognise import Diagnosis, Observation, observation_of
from autograder.grading.findings import fault_of, finding_of
from autograder.grading.not_allowed import Use, find_uses
from autograder.grading.pytest_session import Session, collect_plan, test_files
from autograder.grading.run import STUDENT_SPACE, Run
from autograder.grading.seeding import PUBLIC_SALT, rng_of
from autograder.grading.trial import Finding, NotPassed, Subject, Trial
from autograder.model.assignment import Assignment, Solution
from autograder.model.plan import Plan, PlannedTest
from autograder.model.verdict import Kind, Verdict
from autograder.sandbox.call_failures import CallFailed
from autograder.sandbox.code import Code, Host
from autograder.sandbox.process import Sandbox


class Grader:
    """Holds what every hand-in of an assignment is graded with.

    Parameters
    ----------
    assignment, solution
        The two halves; without a solution only public checks run, as they do for a student.
    plan
        What will count, collected beforehand.
    sandbox
        How workers are confined; the best that this machine gives unless told.
    """

    def __init__(
        self,
        assignment: Assignment,
        solution: Solution | None,
        plan: Plan | None = None,
        sandbox: Sandbox | None = None,
    ) -> None:
        self.assignment = assignment
        self.solution = solution
        self.plan = plan or collect_plan(assignment, solution)
        self.sandbox = sandbox or Sandbox.of_this_machine(assignment.limits.memory_mb)
        self.bank = load_bank(assignment, solution) if solution else Bank()
        self.reference_files = solution.reference_files(assignment) if solution else {}
        self.diagnosis = Diagnosis(self.bank, assignment)
        self._files = test_files(assignment, solution)
        self._session: Session | None = None
        self._trusted = Host(self.sandbox)
        self._uses: dict[tuple[str, str], list[Use]] = {}
        self._observed: dict[tuple[str, str], Observation] = {}

    def grade(
        self,
        files: Mapping[str, bytes],
        on_verdict: Callable[[Verdict], None] = lambda verdict: None,
        seconds_total: float | None = None,
        only: Callable[[PlannedTest], bool] = lambda test: True,
        on_trial: Callable[[Trial], None] = lambda trial: None,
    ) -> dict[str, Verdict]:
        """Return the verdict of every planned test on a hand-in, in the plan's order.

        Parameters
        ----------
        files
            The named files of the hand-in, by name.
        on_verdict
            Called with each verdict as soon as it is known.
        seconds_total
            Wall-clock budget; tests that it leaves no time for are `NOT_RUN`.
        only
            Which planned tests to run; the others are left out of what is returned.
        on_trial
            Called with every run of a test on the hand-in.
        """
        wanted = [test for test in self.plan.tests if only(test)]
        # What was found in the sources of known mistakes stays; the last hand-in's does not.
        self._uses = {key: uses for key, uses in self._uses.items() if key[0] != STUDENT_SPACE}
        with Host(self.sandbox) as host:
            student = Subject(host, files, STUDENT_SPACE, self.assignment.limits.seconds_per_call)
            budget = seconds_total or self.assignment.limits.seconds_total
            return Run(self, student, wanted, budget, on_trial).verdicts(on_verdict)

    @property
    def session(self) -> Session:
        """The session that collected the tests; it serves one hand-in after the other."""
        if self._session is None:
            self._session = Session(self.assignment.name, self._files)
        return self._session

    def close(self) -> None:
        """End the reference's worker and the session of tests."""
        self._trusted.close()
        if self._session is not None:
            self._session.close()
            self._session = None

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # --- running one test -----------------------------------------------------------------------------

    def trial_of(
        self, test: PlannedTest, student: Subject, convention: Variant | None = None
    ) -> tuple[Trial, Finding | None]:
        """Run a test on some code; return the trial and why the test is not passed, None where it explicitly is.

        With a convention, the reference is the one that follows it.
        """
        reference: Code | None = None
        if convention is not None:
            reference = self._variant(convention)
        elif not test.public and self.solution is not None:
            limit = self.assignment.limits.seconds_per_call
            reference = Code(self._trusted, self.reference_files, "reference", limit)
        trial = Trial(student, reference, self._rng(test))
        finding = self._finding(test, trial)
        if finding is not None and finding.kind in (Kind.GRADER_FAULT, Kind.MISSING):
            return trial, finding
        use = self._use_of_what_is_not_allowed(student, test)
        if use is None or (use.unchecked and finding is not None and not finding.credit):
            return trial, finding
        details = finding.details if finding else ""
        return trial, Finding(
            Kind.NOT_ALLOWED, use.sentence, details, flags=tuple(trial.flags), rule=use.rule
        )

    def observe(self, test: PlannedTest, variant: Variant) -> Observation:
        """Return what a test sees of a known mistake: the same for every hand-in, so it is found out once."""
        key = test.id, variant.name
        if key not in self._observed:
            self._observed[key] = observation_of(*self.trial_of(test, self._variant(variant)))
        return self._observed[key]

    def _variant(self, variant: Variant) -> Subject:
        """Return the reference with one known mistake."""
        return Subject(self._trusted, variant.files, variant.name, self.assignment.limits.seconds_per_call)

    def _rng(self, test: PlannedTest) -> np.random.Generator:
        """Return the generator of a test: the same in every run, secret for graded tests."""
        return rng_of(PUBLIC_SALT if test.public or self.solution is None else self.solution.salt, test.id)

    def _use_of_what_is_not_allowed(self, code: Code, test: PlannedTest) -> Use | None:
        """Return the first use of something that the test's question does not allow."""
        question = self.assignment.question(test.question)
        key = (code.space, question.id)
        if key not in self._uses:
            self._uses[key] = find_uses(code.files, question.functions, question.not_allowed)
        return next((use for use in self._uses[key] if test.structural or not use.hides_loop), None)

    def _finding(self, test: PlannedTest, trial: Trial) -> Finding | None:
        trial.begin()
        try:
            run = self.session.run(test.id, trial)
        finally:
            trial.end()
        if run.error is not None:
            # Where nothing was asked of the code, it cannot be what failed.
            asked = trial.outcomes or isinstance(run.error, CallFailed)
            finding = _finding_of(run.error, trial) if asked else fault_of(run.error)
            _let_go(run.error)
            return finding
        if not run.passed:
            return Finding(Kind.GRADER_FAULT, "the test neither passed nor failed")
        if not trial.outcomes:
            return Finding(Kind.GRADER_FAULT, "the test never called the code that it judges")
        return None


def _let_go(error: BaseException) -> None:
    """Drop the frames that an error came through: what they hold would stay until garbage is collected."""
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__context__


def _finding_of(error: BaseException, trial: Trial) -> Finding:
    if isinstance(error, NotPassed):
        return error.finding
    if isinstance(error, CallFailed):
        return finding_of(error) if error.code is trial.student else fault_of(error)
    if isinstance(error, AssertionError):
        return Finding(Kind.WRONG_VALUE, "a property that the result must have does not hold", _failed(error))
    return fault_of(error)


def _failed(error: AssertionError) -> str:
    """Return the line of an assertion that does not hold, and the values in it, which pytest has written down."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return f"{Path(last.filename).name}, line {last.lineno}: {last.line}\n{error}"[:2_000]
