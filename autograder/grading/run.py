"""Grades one hand-in after the other: runs the planned tests and turns each run into a verdict."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

import msgspec
import numpy as np
import pytest

from autograder.grading import pytest_session as session
from autograder.grading.explain.bank import Bank, KnownMistake, Variant, load_bank
from autograder.grading.explain.recognise import Diagnosis, Observation, observation_of
from autograder.grading.findings import finding_of
from autograder.grading.not_allowed import Use, find_uses
from autograder.grading.plain_pytest import PUBLIC_SALT, rng_of
from autograder.grading.trial import Finding, NotPassed, Subject, Trial
from autograder.model.assignment import Assignment, Solution
from autograder.model.plan import Plan, PlannedTest
from autograder.model.verdict import Family, Kind, Verdict
from autograder.sandbox.call_failures import CallFailed, CallTimedOut
from autograder.sandbox.code import Call, Code, Host, Returned
from autograder.sandbox.process import Sandbox

STUDENT_SPACE = ""
HANGS_PER_QUESTION = 2
"""After so many time-outs in a question the rest of it is not tried."""
HANGS_IN_ALL = 5
"""After so many time-outs in all, every later call gets a short deadline."""
SHORT_DEADLINE = 1.0
OWED_SHARE = 0.5
"""This share of the budget is kept in equal parts for the questions to come, whatever earlier ones use up."""
MIXED = (
    "this follows the task as it is written, but earlier results of this question follow another convention"
)


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
        self.plan = plan or session.collect_plan(assignment, solution)
        self.sandbox = sandbox or Sandbox.of_this_machine(assignment.limits.memory_mb)
        self._files = session.test_files(assignment, solution)
        self.bank = load_bank(assignment, solution) if solution else Bank()
        self.reference_files = solution.reference_files(assignment) if solution else {}
        self._session: session.Session | None = None
        self._trusted = Host(self.sandbox)
        self.diagnosis = Diagnosis(self.bank, assignment)
        self._uses: dict[tuple[str, str], list[Use]] = {}

    def grade(
        self,
        files: Mapping[str, bytes],
        on_verdict: Callable[[Verdict], None] = lambda verdict: None,
        seconds_total: float | None = None,
        only: Callable[[PlannedTest], bool] = lambda test: True,
        on_returned: Callable[[Call, Returned], None] = lambda call, returned: None,
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
        on_returned
            Called with every call into the hand-in that brought a value.
        """
        wanted = [test for test in self.plan.tests if only(test)]
        # What was found in the sources of known mistakes stays; the last hand-in's does not.
        self._uses = {key: uses for key, uses in self._uses.items() if key[0] != STUDENT_SPACE}
        with Host(self.sandbox) as host:
            hand_in = _HandIn(
                self, host, files, wanted, on_verdict, seconds_total or self.assignment.limits.seconds_total
            )
            hand_in.student.on_returned = on_returned
            hand_in.run_all(self._session_of_tests())
        for test in wanted:
            if test.id not in hand_in.verdicts:
                problems = "\n".join(self._session_of_tests().problems)
                fault = Finding(Kind.GRADER_FAULT, "the test did not report", problems)
                hand_in.report(test, _verdict(test, fault))
        return {test.id: hand_in.verdicts[test.id] for test in wanted}

    def _session_of_tests(self) -> session.Session:
        """Return the session that collected the tests; it serves one hand-in after the other."""
        if self._session is None:
            self._session = session.Session(self._files)
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

    def reference_code(self) -> Code | None:
        """Return the reference as tests call it, or None without a solution."""
        if self.solution is None:
            return None
        return Code(self._trusted, self.reference_files, "reference", self.assignment.limits.seconds_per_call)

    def variant_code(self, variant: Variant) -> Subject:
        """Return the reference with one known mistake."""
        return Subject(self._trusted, variant.files, variant.name, self.assignment.limits.seconds_per_call)

    def use_of_what_is_not_allowed(self, code: Code, test: PlannedTest) -> Use | None:
        """Return the first use of something that the test's question does not allow."""
        question = self.assignment.question(test.question)
        key = (code.space, question.id)
        if key not in self._uses:
            self._uses[key] = find_uses(code.files, question.functions, question.not_allowed)
        return next((use for use in self._uses[key] if test.structural or not use.hides_loop), None)

    def rng(self, test: PlannedTest) -> np.random.Generator:
        """Return the generator of a test: the same in every run, secret for graded tests."""
        salt = PUBLIC_SALT if test.public or self.solution is None else self.solution.salt
        return rng_of(salt, test.id)


class _HandIn:
    """Runs each test against one hand-in."""

    def __init__(
        self,
        grader: Grader,
        host: Host,
        files: Mapping[str, bytes],
        wanted: list[PlannedTest],
        on_verdict: Callable[[Verdict], None],
        seconds_total: float,
    ) -> None:
        self._grader = grader
        self.student = Subject(host, files, STUDENT_SPACE, grader.assignment.limits.seconds_per_call)
        self._files = files
        self._tests = {test.id: test for test in wanted}
        self._on_verdict = on_verdict
        self._deadline = time.monotonic() + seconds_total
        self._questions = list(dict.fromkeys(test.question for test in wanted if not test.public))
        self._owed_each = OWED_SHARE * seconds_total / max(1, len(self._questions))
        self._has_seen_hidden_inputs = False
        self._asked_of_process: tuple[int, set[str]] = (-1, set())
        self._fail_alone: set[str] = set()
        self._hangs: Counter[str] = Counter()
        self._found: list[str] = []
        self._follows: dict[tuple[str, str], bool] = {}
        self.verdicts: dict[str, Verdict] = {}

    def run_all(self, session_of_tests: session.Session) -> None:
        """Run every planned test that was collected."""
        for item in session_of_tests.items:
            test = self._planned(item)
            if test is None:
                continue
            try:
                run = _Runner(self._grader, session_of_tests, item, test)
                verdict = self._skipped(test) or self._judged(run, test)
            except (
                Exception
            ) as error:  # whatever goes wrong here is ours and costs the student nothing silently
                verdict = _verdict(test, _fault(error))
            self.report(test, verdict)

    # --- one test -------------------------------------------------------------------------------------

    def report(self, test: PlannedTest, verdict: Verdict) -> None:
        """Keep a verdict and pass it on."""
        self.verdicts[test.id] = verdict
        self._on_verdict(verdict)

    def _planned(self, item: pytest.Item) -> PlannedTest | None:
        return self._tests.get(session.normalised_id(self._grader.assignment.name, item))

    def _skipped(self, test: PlannedTest) -> Verdict | None:
        """Return the verdict of a test that is not worth running any more."""
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
        """Return how long a test may take without using what later questions are owed."""
        to_come = len(self._questions)
        if not test.public:
            to_come -= self._questions.index(test.question) + 1
        return self._deadline - to_come * self._owed_each - time.monotonic()

    def _keep_hidden_inputs_hidden(self, test: PlannedTest) -> None:
        """Run public checks, whose output is shown, in a process in which no hidden input has ever been.

        They come first, so that one process mostly serves a whole hand-in: starting one is the largest
        part of what grading costs.
        """
        if test.public and self._has_seen_hidden_inputs:
            self.student.start_afresh()
        self._has_seen_hidden_inputs = not test.public

    def _other_questions_ran(self, test: PlannedTest) -> bool:
        """Note that a test runs now; return whether the process has run code of other questions before."""
        number, questions = self._asked_of_process
        if number != self.student.host.restarts:
            number, questions = self.student.host.restarts, set()
        others = bool(questions - {test.question})
        self._asked_of_process = number, questions | {test.question}
        return others

    def _may_come_from_afar(self, test: PlannedTest, finding: Finding) -> bool:
        """Return whether code of another question may be what failed a test in the process that both share.

        A question that has failed in a process of its own is not tried in another at each further failure.
        """
        return finding.kind not in NEVER_FROM_AFAR and test.question not in self._fail_alone

    def _judged(self, run: _Runner, test: PlannedTest) -> Verdict:
        limit = self._grader.assignment.limits.seconds_per_call
        if self._hangs.total() >= HANGS_IN_ALL:
            limit = min(limit, SHORT_DEADLINE)
        self.student.seconds_per_call = max(0.1, min(limit, self._seconds_left(test)))
        self.student.public = test.public
        self._keep_hidden_inputs_hidden(test)
        others_ran = self._other_questions_ran(test)
        trial, finding = run(self.student)
        if others_ran and finding is not None and self._may_come_from_afar(test, finding):
            self.student.start_afresh()
            others_ran = self._other_questions_ran(test)
            trial, finding = run(self.student)
        if finding is not None and not others_ran:
            self._fail_alone.add(test.question)
        if finding is not None and _may_be_an_accident(finding):
            trial, finding = run(self.student)
        if isinstance(trial.aftermath, CallTimedOut):
            self._hangs[test.question] += 1
        verdict = self._verdict_on(run, trial, finding)
        return msgspec.structs.replace(verdict, measured=trial.measured)

    def _verdict_on(self, run: _Runner, trial: Trial, finding: Finding | None) -> Verdict:
        test = run.test
        if finding is None:
            return self._passed(run, trial)
        if finding.kind is Kind.TIMED_OUT and self._seconds_left(test) <= 0:
            # The call may have had less time than it should have.
            return _verdict(test, Finding(Kind.NOT_RUN, "the time for this question ran out in this test"))
        if finding.kind is Kind.TIMED_OUT:
            self._hangs[test.question] += 1
        if not test.public and _may_be_explained(finding.kind) and not trial.failed_to_import:
            return self._explained(run, trial, finding)
        return _verdict(test, finding)

    def _passed(self, run: _Runner, trial: Trial) -> Verdict:
        """Return the verdict of a test that is passed as the task is written.

        Another reading of the task is accepted where the whole question follows it: the first test that tells
        it apart decides which reading that is.
        """
        if not run.test.public and not run.test.structural:
            telling = {it.mistake.id for it in self._conventions(run) if run.tells_apart(it)}
            follows = [self._follows.setdefault((run.test.question, id), False) for id in telling]
            if any(follows):
                return _verdict(run.test, Finding(Kind.WRONG_VALUE, MIXED))
        return Verdict(test=run.test.id, kind=Kind.PASSED, credit=Fraction(1), flags=tuple(trial.flags))

    def _conventions(self, run: _Runner) -> list[Variant]:
        return self._grader.diagnosis.conventions(run.test.question)

    def _explained(self, run: _Runner, trial: Trial, finding: Finding) -> Verdict:
        """Return the verdict with the hint of the known mistake that does the same."""
        diagnosis = self._grader.diagnosis
        for accepted in self._conventions(run):
            known = accepted.mistake
            place = run.test.question, known.id
            if self._follows.get(place, True) and run.passes_under(self.student, accepted):
                self._follows[place] = True
                return Verdict(
                    test=run.test.id,
                    kind=Kind.PASSED,
                    credit=Fraction(1),
                    message=known.hint,
                    mistake=known.id,
                    flags=tuple(trial.flags),
                )
        mistake = diagnosis.explain(run.test, observation_of(trial, finding), run.observe, self._found)
        if mistake is not None:
            self._found.append(mistake.id)
        return _verdict(run.test, finding, mistake)


class _Runner:
    """Runs one pytest item, as often as needed, on the hand-in and on known mistakes."""

    def __init__(
        self, grader: Grader, session_of_tests: session.Session, item: pytest.Item, test: PlannedTest
    ) -> None:
        self.test = test
        self._grader = grader
        self._session = session_of_tests
        self._item = item

    def __call__(self, student: Subject, reference: Code | None = None) -> tuple[Trial, Finding | None]:
        """Return the trial and why the test is not passed, None where it explicitly is."""
        if reference is None and not self.test.public:
            reference = self._grader.reference_code()
        trial = Trial(student, reference, self._grader.rng(self.test))
        finding = self._finding(trial)
        if finding is not None and finding.kind in (Kind.GRADER_FAULT, Kind.MISSING):
            return trial, finding
        use = self._grader.use_of_what_is_not_allowed(student, self.test)
        if use is None or (use.unchecked and finding is not None and not finding.credit):
            return trial, finding
        details = finding.details if finding else ""
        return trial, Finding(
            Kind.NOT_ALLOWED, use.sentence, details, flags=tuple(trial.flags), rule=use.rule
        )

    def passes_under(self, student: Subject, convention: Variant) -> bool:
        """Return whether the hand-in passes where the reference follows another convention."""
        _, finding = self(student, self._grader.variant_code(convention))
        return finding is None

    def tells_apart(self, convention: Variant) -> bool:
        """Return whether code that follows a convention does not pass as the task is written."""
        seen = self._grader.diagnosis.observation(self.test, convention, self.observe)
        return seen.kind is not None

    def observe(self, variant: Variant) -> Observation:
        """Return what the test sees of a known mistake."""
        return observation_of(*self(self._grader.variant_code(variant)))

    def _finding(self, trial: Trial) -> Finding | None:
        trial.begin()
        try:
            outcome = self._session.run(self._item, trial)
        finally:
            trial.end()
        if outcome.error is not None:
            # Where nothing was asked of the code, it cannot be what failed.
            asked = trial.outcomes or isinstance(outcome.error, CallFailed)
            finding = _finding_of(outcome.error, trial) if asked else _fault(outcome.error)
            _let_go(outcome.error)
            return finding
        if not outcome.passed:
            return Finding(Kind.GRADER_FAULT, "the test neither passed nor failed")
        if not trial.outcomes:
            return Finding(Kind.GRADER_FAULT, "the test never called the code that it judges")
        return None


NEVER_FROM_AFAR = frozenset({Kind.TIMED_OUT, Kind.NOT_ALLOWED, Kind.GRADER_FAULT})
"""What code of one question cannot do to another in the same process; anything else counts only in a process
in which no other question's code has run."""


def _may_be_explained(kind: Kind) -> bool:
    return kind.family in (Family.VALUE, Family.STRUCTURE) or kind is Kind.RAISED


def _let_go(error: BaseException) -> None:
    """Drop the frames that an error came through: what they hold would stay until garbage is collected."""
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__context__


def _may_be_an_accident(finding: Finding) -> bool:
    """Return whether a test ended in what a machine without memory, for example, does to any process."""
    killed = finding.kind is Kind.DIED and "SIGKILL" in finding.details
    return killed or finding.kind is Kind.GRADER_FAULT


def _finding_of(error: BaseException, trial: Trial) -> Finding:
    if isinstance(error, NotPassed):
        return error.finding
    if isinstance(error, CallFailed):
        return finding_of(error) if error.code is trial.student else _fault(error)
    if isinstance(error, AssertionError):
        return Finding(
            Kind.WRONG_VALUE, "a property that the result must have does not hold", str(error)[:2_000]
        )
    return _fault(error)


def _fault(error: BaseException) -> Finding:
    where = ""
    if error.__traceback__ is not None:
        last = list(itertools.islice(_lines(error), 200))[-1]
        where = f" ({last})"
    return Finding(Kind.GRADER_FAULT, "the grader is at fault", f"{type(error).__name__}: {error}{where}")


def _lines(error: BaseException) -> Iterator[str]:
    traceback = error.__traceback__
    while traceback is not None:
        yield f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}"
        traceback = traceback.tb_next


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
