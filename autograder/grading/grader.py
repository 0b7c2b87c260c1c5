"""Grades one hand-in after the other: each planned test is run on it, and each run becomes a verdict."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np

from autograder.grading.explain.bank import Bank, Variant, load_bank
from autograder.grading.explain.recognise import Diagnosis, Observation, observation_of
from autograder.grading.findings import fault_of, finding_of
from autograder.grading.not_allowed import Use, find_uses
from autograder.grading.pytest_session import Session, collect_plan, test_files
from autograder.grading.seeding import PUBLIC_SALT, rng_of
from autograder.grading.trial import Finding, NotPassed, Subject, Trial
from autograder.model.assignment import Assignment, Solution
from autograder.model.known_mistake import KnownMistake
from autograder.model.plan import Plan, PlannedTest
from autograder.model.verdict import Family, Kind, Verdict
from autograder.sandbox.call_failures import CallFailed, CallTimedOut
from autograder.sandbox.code import Code, Host
from autograder.sandbox.process import Sandbox

STUDENT_SPACE = ""
HANGS_PER_QUESTION = 2
"""After this many time-outs the rest of a question is not tried."""
HANGS_IN_ALL = 5
"""After this many time-outs in a hand-in every later call gets a short deadline."""
SHORT_DEADLINE = 1.0
OWED_SHARE = 0.5
"""This share of the budget is reserved, in equal parts, for the questions still to come."""
MIXED = (
    "this follows the task as it is written, but earlier results of this question follow another convention"
)


NEVER_FROM_ANOTHER_QUESTION = frozenset({Kind.TIMED_OUT, Kind.NOT_ALLOWED, Kind.GRADER_FAULT})
"""Failures that code of another question, run earlier in the same process, cannot cause. Any other failure counts
only in a process in which no other question's code has run."""


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
        # Keep what was found in known mistakes; drop the last hand-in's.
        self._uses = {key: uses for key, uses in self._uses.items() if key[0] != STUDENT_SPACE}
        with Host(self.sandbox) as host:
            student = Subject(host, files, STUDENT_SPACE, self.assignment.limits.seconds_per_call)
            budget = seconds_total or self.assignment.limits.seconds_total
            return _Run(self, student, wanted, budget, on_trial).verdicts(on_verdict)

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
            # Code that was never called cannot have failed.
            asked = trial.outcomes or isinstance(run.error, CallFailed)
            finding = _finding_of(run.error, trial) if asked else fault_of(run.error)
            _let_go(run.error)
            return finding
        if not run.passed:
            return Finding(Kind.GRADER_FAULT, "the test neither passed nor failed")
        if not trial.outcomes:
            return Finding(Kind.GRADER_FAULT, "the test never called the code that it judges")
        return None


class _Run:
    """Runs each test on one hand-in.

    Parameters
    ----------
    grader
        What all hand-ins are graded with.
    student
        The hand-in.
    wanted
        The tests to run.
    seconds_total
        Wall-clock budget, of which every question is owed a part.
    on_trial
        Called with every run of a test.
    """

    def __init__(
        self,
        grader: Grader,
        student: Subject,
        wanted: list[PlannedTest],
        seconds_total: float,
        on_trial: Callable[[Trial], None],
    ) -> None:
        self._grader = grader
        self._student = student
        self._wanted = wanted
        self._on_trial = on_trial
        self._deadline = time.monotonic() + seconds_total
        self._questions = list(dict.fromkeys(test.question for test in wanted if not test.public))
        self._owed_each = OWED_SHARE * seconds_total / max(1, len(self._questions))
        self._has_seen_hidden_inputs = False
        self._asked_of_process: tuple[int, set[str]] = (-1, set())
        self._fail_alone: set[str] = set()
        self._hangs: Counter[str] = Counter()
        self._found: list[str] = []
        self._follows: dict[tuple[str, str], bool] = {}

    def verdicts(self, on_verdict: Callable[[Verdict], None]) -> dict[str, Verdict]:
        """Run every test and return its verdict, which `on_verdict` is called with as soon as it is known."""
        verdicts: dict[str, Verdict] = {}
        for test in self._wanted:
            try:
                verdict = self._collected(test) or self._skipped(test) or self._judged(test)
            except Exception as error:  # a fault of ours never becomes a silent zero
                verdict = _verdict(test, fault_of(error))
            verdicts[test.id] = verdict
            on_verdict(verdict)
        return verdicts

    def _collected(self, test: PlannedTest) -> Verdict | None:
        """Return the verdict of a test that was planned but not collected."""
        session = self._grader.session
        if test.id in session.items:
            return None
        return _verdict(
            test, Finding(Kind.GRADER_FAULT, "the test did not report", "\n".join(session.problems))
        )

    def _skipped(self, test: PlannedTest) -> Verdict | None:
        """Return the verdict of a test that is not worth running, or None."""
        if time.monotonic() >= self._deadline:
            finding = Finding(Kind.NOT_RUN, "the time for the whole hand-in ran out before this test")
            return _verdict(test, finding)
        if self._seconds_left(test) <= 0:
            finding = Finding(Kind.NOT_RUN, "the time for this question ran out before this test")
            return _verdict(test, finding)
        if self._hangs[test.question] >= HANGS_PER_QUESTION:
            finding = Finding(Kind.TIMED_OUT, "not tried: earlier calls of this question did not end")
            return _verdict(test, finding)
        return None

    def _seconds_left(self, test: PlannedTest) -> float:
        """Return the seconds that a test may take without using what is reserved for later questions."""
        to_come = len(self._questions)
        if not test.public:
            to_come -= self._questions.index(test.question) + 1
        return self._deadline - to_come * self._owed_each - time.monotonic()

    def _keep_hidden_inputs_hidden(self, test: PlannedTest) -> None:
        """Run public checks, whose output is shown, in a process that has never seen a hidden input.

        They come first, so that one process mostly serves a whole hand-in; starting one is the largest part of
        the cost of grading.
        """
        if test.public and self._has_seen_hidden_inputs:
            self._student.start_afresh()
        self._has_seen_hidden_inputs = not test.public

    def _other_questions_ran(self, test: PlannedTest) -> bool:
        """Note that a test runs now; return whether the process has run other questions' code before."""
        number, questions = self._asked_of_process
        if number != self._student.host.restarts:
            number, questions = self._student.host.restarts, set()
        others = bool(questions - {test.question})
        self._asked_of_process = number, questions | {test.question}
        return others

    def _may_stem_from_another(self, test: PlannedTest, finding: Finding) -> bool:
        """Return whether code of another question that ran in the same process may have caused a failure.

        A question that has failed in a process of its own is not given another at each further failure.
        """
        return finding.kind not in NEVER_FROM_ANOTHER_QUESTION and test.question not in self._fail_alone

    def _judged(self, test: PlannedTest) -> Verdict:
        limit = self._grader.assignment.limits.seconds_per_call
        if self._hangs.total() >= HANGS_IN_ALL:
            limit = min(limit, SHORT_DEADLINE)
        self._student.seconds_per_call = max(0.1, min(limit, self._seconds_left(test)))
        self._student.public = test.public
        self._keep_hidden_inputs_hidden(test)
        others_ran = self._other_questions_ran(test)
        trial, finding = self._tried(test)
        if others_ran and finding is not None and self._may_stem_from_another(test, finding):
            self._student.start_afresh()
            others_ran = self._other_questions_ran(test)
            trial, finding = self._tried(test)
        if finding is not None and not others_ran:
            self._fail_alone.add(test.question)
        if finding is not None and _may_be_an_accident(finding):
            trial, finding = self._tried(test)
        if isinstance(trial.aftermath, CallTimedOut):
            self._hangs[test.question] += 1
        verdict = self._verdict_on(test, trial, finding)
        return msgspec.structs.replace(verdict, measured=trial.measured)

    def _verdict_on(self, test: PlannedTest, trial: Trial, finding: Finding | None) -> Verdict:
        if finding is None:
            return self._passed(test, trial)
        if finding.kind is Kind.TIMED_OUT and self._seconds_left(test) <= 0:
            # The call may have had less than its full time.
            return _verdict(test, Finding(Kind.NOT_RUN, "the time for this question ran out in this test"))
        if finding.kind is Kind.TIMED_OUT:
            self._hangs[test.question] += 1
        if not test.public and _may_be_explained(finding.kind) and not trial.failed_to_import:
            return self._explained(test, trial, finding)
        return _verdict(test, finding)

    def _tried(self, test: PlannedTest, convention: Variant | None = None) -> tuple[Trial, Finding | None]:
        trial, finding = self._grader.trial_of(test, self._student, convention)
        self._on_trial(trial)
        return trial, finding

    def _passed(self, test: PlannedTest, trial: Trial) -> Verdict:
        """Return the verdict of a test that is passed as the task is written.

        Another convention is accepted only if the whole question follows it; the first test that tells the
        conventions apart decides which one that is.
        """
        if not test.public and not test.structural:
            telling = {it.mistake.id for it in self._conventions(test) if self._tells_apart(test, it)}
            follows = [self._follows.setdefault((test.question, id), False) for id in telling]
            if any(follows):
                return _verdict(test, Finding(Kind.WRONG_VALUE, MIXED))
        return Verdict(test=test.id, kind=Kind.PASSED, credit=Fraction(1), flags=tuple(trial.flags))

    def _conventions(self, test: PlannedTest) -> list[Variant]:
        return self._grader.diagnosis.conventions(test.question)

    def _tells_apart(self, test: PlannedTest, convention: Variant) -> bool:
        """Return whether code that follows a convention does not pass as the task is written."""
        return self._grader.observe(test, convention).kind is not None

    def _explained(self, test: PlannedTest, trial: Trial, finding: Finding) -> Verdict:
        """Return the verdict with the hint of the known mistake that does the same."""
        diagnosis = self._grader.diagnosis
        for accepted in self._conventions(test):
            known = accepted.mistake
            place = test.question, known.id
            if self._follows.get(place, True) and self._tried(test, accepted)[1] is None:
                self._follows[place] = True
                return Verdict(
                    test=test.id,
                    kind=Kind.PASSED,
                    credit=Fraction(1),
                    message=known.hint,
                    mistake=known.id,
                    flags=tuple(trial.flags),
                )
        mistake = diagnosis.explain(
            test,
            observation_of(trial, finding),
            lambda variant: self._grader.observe(test, variant),
            self._found,
        )
        if mistake is not None:
            self._found.append(mistake.id)
        return _verdict(test, finding, mistake)


def _may_be_explained(kind: Kind) -> bool:
    return kind.family in (Family.VALUE, Family.STRUCTURE) or kind is Kind.RAISED


def _may_be_an_accident(finding: Finding) -> bool:
    """Return whether something other than the hand-in, such as a machine short of memory, may have failed a test."""
    killed = finding.kind is Kind.DIED and "SIGKILL" in finding.details
    return killed or finding.kind is Kind.GRADER_FAULT


def _verdict(test: PlannedTest, finding: Finding, known: KnownMistake | None = None) -> Verdict:
    return Verdict(
        test=test.id,
        kind=finding.kind,
        credit=finding.credit,
        message=finding.message,
        details=finding.details,
        hint=known.hint if known else finding.hint,
        mistake=known.id if known else None,
        flags=finding.flags,
        counterexample=finding.counterexample,
    )


def _let_go(error: BaseException) -> None:
    """Drop the frames of a traceback, which would keep large values alive until garbage is collected."""
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
