"""Grades one hand-in after the other: each planned test is run on it, and each run becomes a verdict."""

from __future__ import annotations

import contextlib
import functools
import math
import time
import traceback
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from types import FrameType

import msgspec
import numpy as np

from autograder.errors import CourseError
from autograder.grading.counterexample import with_evidence
from autograder.grading.deadlines import MOST_SECONDS, Deadlines
from autograder.grading.explain.bank import Bank, Variant, in_all_functions, load_bank
from autograder.grading.explain.contrast import SECONDS, Contrast, Unexplained, facts_of_failures
from autograder.grading.explain.digest import digest_of_events
from autograder.grading.explain.explanation import Explanation, Seen, Witness, explain
from autograder.grading.explain.observation import Behaviour, observation_of
from autograder.grading.explain.recognise import Candidates
from autograder.grading.findings import fault_of, finding_of
from autograder.grading.given_up import GivenUp, did_not_end
from autograder.grading.known_behaviour import KnownBehaviour
from autograder.grading.lending import Lender
from autograder.grading.not_allowed import Reading, read_for
from autograder.grading.pytest_session import Session, plan_of, test_files
from autograder.grading.seeding import PUBLIC_SALT, rng_of
from autograder.grading.told import Told
from autograder.grading.trial import Finding, NotPassed, NotTried, Subject, Trial, reference_raised
from autograder.handin.cell_lines import CellLines
from autograder.model.assignment import Assignment, Solution
from autograder.model.plan import Plan, PlannedTest
from autograder.model.verdict import Family, Kind, Verdict
from autograder.sandbox.call_failures import CallFailed, CodeRaised
from autograder.sandbox.code import Code, Host, Returned
from autograder.sandbox.process import Sandbox
from autograder.values.walk import mapped

STUDENT_SPACE = ""
SHORT_DEADLINE = 1.0
"""Seconds for each call that only serves to explain what is wrong."""
TIMINGS = 3
"""How often the reference is timed in a test: the first time it is imported, then other programs may disturb it."""
OWED_SHARE = 0.5
"""This share of the budget is reserved, in equal parts, for the questions still to come."""
MOST_KEPT_BYTES = 4 << 20
"""Replies that are larger than this in one test are not explained: they would be kept and converted."""
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
    known
        What is known of the bank beforehand; closed with the grader.
    """

    def __init__(
        self,
        assignment: Assignment,
        solution: Solution | None,
        plan: Plan | None = None,
        sandbox: Sandbox | None = None,
        known: KnownBehaviour | None = None,
    ) -> None:
        self.assignment = assignment
        self.solution = solution
        self._files = test_files(assignment, solution)
        self.sandbox = sandbox or Sandbox.for_assignment(assignment)
        self.bank = load_bank(assignment, solution) if solution else Bank()
        self.reference_files = solution.reference_files(assignment) if solution else {}
        self.candidates = Candidates(self.bank, assignment)
        self._trusted = Host(self.sandbox)
        self._readings: dict[tuple[str, str], Reading] = {}
        self._observed: dict[tuple[str, str, int], Behaviour] = {}
        self._with_mistakes: dict[str, tuple[str, Mapping[str, bytes]]] = {}
        self._known = known or KnownBehaviour(None)
        self.deadlines = Deadlines(assignment.limits, self._slowest_call if solution else None)
        self._session: Session | None = None
        self.plan = plan or self._collected_plan()

    def grade(
        self,
        files: Mapping[str, bytes],
        on_verdict: Callable[[Verdict], None] = lambda verdict: None,
        seconds_total: float | None = None,
        only: Callable[[PlannedTest], bool] = lambda test: True,
        on_trial: Callable[[Trial], None] = lambda trial: None,
        unusable: Mapping[str, str] | None = None,
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
        unusable
            Why a file is not among them: a sentence for each, by name.
        """
        wanted = [test for test in self.plan.tests if only(test)]
        # Keep what was found in known mistakes; drop the last hand-in's.
        self._readings = {key: it for key, it in self._readings.items() if key[0] != STUDENT_SPACE}
        with Host(self.sandbox) as host:
            student = Subject(host, files, STUDENT_SPACE)
            absent = (file for file in self.assignment.files if file.name not in files)
            student.unusable = {file.name: f"{file.due} is missing" for file in absent} | dict(unusable or {})
            budget = seconds_total or self.assignment.limits.seconds_total
            run = _Run(self, student, wanted, budget, on_trial)
            lines = CellLines(files)
            verdicts = run.verdicts(lambda verdict: on_verdict(_by_cell(verdict, lines)))
            return {test: _by_cell(verdict, lines) for test, verdict in verdicts.items()}

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

    def __enter__(self) -> Grader:
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
        self._given_up = GivenUp()
        self._told = Told()
        self._wrong_questions: set[str] = set()
        self._seen: dict[str, Seen] = {}
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
        try:
            explained = self._explanations()
        except Exception as error:  # the points stand, so a person is told instead of the student
            explained = {}
            flag = f"known mistakes could not be looked for ({type(error).__name__}); run autograder verify"
            flagged = min((verdicts[test_id] for test_id in self._seen or verdicts), key=lambda it: it.right)
            verdicts[flagged.test] = msgspec.structs.replace(flagged, flags=(*flagged.flags, flag))
            on_verdict(verdicts[flagged.test])
        for test_id, explanations in explained.items():
            if not verdicts[test_id].right:
                verdicts[test_id] = _with(verdicts[test_id], explanations)
                on_verdict(verdicts[test_id])
        for test_id, changed in self._with_facts(verdicts).items():
            verdicts[test_id] = changed
            on_verdict(changed)
        return verdicts

    def _with_facts(self, verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
        """Return verdicts that nothing explains with what trying their functions says, as far as time is left."""
        grader, seen = self._grader, self._seen
        if grader.solution is None:
            return {}
        failed = [
            Unexplained(test.question, seen[test.id].function, verdicts[test.id])
            for test in self._wanted
            if test.id in seen and not test.public and not verdicts[test.id].right
            # Ladders call a function on the hand-in's own files.
            if not grader.assignment.question(test.question).given
        ]
        if not failed:
            return {}
        self._student.public = False
        seconds = self._time_to_explain(SECONDS)
        try:
            hints = facts_of_failures(
                grader.contrast, failed, grader.assignment, self._student, grader.references, seconds
            )
        except Exception as error:  # the points stand, so a person is told instead of the student
            flag = f"a ladder could not be tried ({type(error).__name__}); run autograder verify"
            one = failed[0].verdict
            return {one.test: msgspec.structs.replace(one, flags=(*one.flags, flag))}
        return {id: msgspec.structs.replace(verdicts[id], hint=hint) for id, hint in hints.items()}

    def _explanations(self) -> dict[str, list[Explanation]]:
        """Return why tests failed, as far as time is left for it."""
        grader = self._grader
        if self._time_to_explain() <= 0:
            return {}
        explained = explain(
            list(self._seen.values()),
            self._student,
            grader.candidates,
            grader.witness(),
            grader.assignment.switches,
            _may_be_explained,
        )
        return explained | self._explanations_on_own_inputs(explained)

    def _explanations_on_own_inputs(
        self, explained: Mapping[str, list[Explanation]]
    ) -> dict[str, list[Explanation]]:
        """Return the known mistakes that other tests name, for those that are failed on inputs of the hand-in's own.

        What a test sees of a mistake there nobody knows beforehand, so the mistake is asked about the same inputs.
        """
        grader = self._grader
        named: dict[str, dict[str, Variant]] = {}
        for id, explanations in explained.items():
            of_question = named.setdefault(self._seen[id].test.question, {})
            of_question |= {it.variant.name: it.variant for it in explanations if it.variant is not None}
        found: dict[str, list[Explanation]] = {}
        for id, seen in self._seen.items():
            if not seen.on_own_inputs or seen.kind is not Kind.WRONG_VALUE or id in explained:
                continue
            for variant in named.get(seen.test.question, {}).values():
                behaviour = grader.behaviour_of(seen.test, variant, self._student.files)
                if seen.observation.same_as(behaviour.observation):
                    found[id] = [Explanation(variant.mistake.hint, variant.mistake, variant)]
                    break
        return found

    def _time_to_explain(self, most: float = math.inf) -> float:
        """Return the seconds that are left to explain, at most so many, and give calls no more than that."""
        seconds = min(most, self._deadline - time.monotonic())
        self._student.seconds_per_call = SHORT_DEADLINE
        self._student.most_wall_seconds = seconds
        return seconds

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
        self._student.public = test.public
        self._keep_hidden_inputs_hidden(test)
        others_ran = self._other_questions_ran(test)
        trial, finding = self._tried(test)
        # What never ran cannot have been disturbed.
        ran = others_ran and bool(trial.outcomes)
        if ran and finding is not None and self._may_stem_from_another(test, finding):
            self._student.start_afresh()
            others_ran = self._other_questions_ran(test)
            trial, finding = self._tried(test)
        if finding is not None and not others_ran:
            self._fail_alone.add(test.question)
        if self._seconds_left(test) > 0:  # otherwise a call may have had less than its time
            self._given_up.note(test, trial, finding)
        as_written = trial, finding
        trial, finding, convention = self._by_convention(test, trial, finding)
        if finding is not None and finding.kind is Kind.WRONG_VALUE and self._has_own_inputs(test):
            trial, finding = self._on_inputs_of_the_class(test, convention, trial, finding)
        if not trial.failed_to_import and _can_be_kept(trial):
            # Explanations are relative to the task as it is written; how values are computed has no other reference
            # than the one that they are right by.
            run = (trial, finding) if test.structural else as_written
            self._seen[test.id] = _seen(test, *run, self._has_own_inputs(test))
        if finding is not None and not test.public:
            if not (test.structural or test.edge or _is_right(finding)):
                self._wrong_questions.add(test.question)
            finding = self._told.closed(finding, trial, self._grader.session.items[test.id].path)
        verdict = self._verdict_on(test, trial, finding, convention)
        of_interest = test.id in self._seen and not (test.public or test.structural or verdict.right)
        seen = digest_of_events(self._seen[test.id].observation.events) if of_interest else ""
        return msgspec.structs.replace(
            verdict, measured=trial.measured, other_type=bool(trial.other_types), seen=seen
        )

    def _by_convention(
        self, test: PlannedTest, trial: Trial, finding: Finding | None
    ) -> tuple[Trial, Finding | None, Variant | None]:
        """Return the run of a test against the accepted convention that a hand-in follows, and that convention.

        That is the run as the task is written unless the test is failed there and another convention is followed.
        """
        if test.public or finding is None or not _may_be_explained(finding.kind) or trial.failed_to_import:
            return trial, finding, None
        for accepted in self._conventions(test):
            place = test.question, accepted.mistake.id
            if not self._follows.get(place, True):
                continue
            run, found = self._tried(test, accepted)
            if found is None or self._follows.get(place, False) or _gets_further(found, finding):
                if _is_right(found):
                    self._follows[place] = True
                return run, found, accepted
        return trial, finding, None

    def _on_inputs_of_the_class(
        self, test: PlannedTest, convention: Variant | None, trial: Trial, finding: Finding
    ) -> tuple[Trial, Finding]:
        """Return a second run of the first test that finds wrong values on inputs by which mistakes are known, too."""
        self._wrong_questions.add(test.question)
        again, found = self._tried(test, convention)
        if found is not None and found.kind is finding.kind:
            return again, found
        self._wrong_questions.discard(test.question)
        return trial, finding

    def _verdict_on(
        self, test: PlannedTest, trial: Trial, finding: Finding | None, convention: Variant | None
    ) -> Verdict:
        if _is_right(finding) and convention is None and self._is_mixed(test):
            return _verdict(test, Finding(Kind.WRONG_VALUE, MIXED))
        if finding is None:
            return _passed(test, trial, convention)
        if finding.kind is Kind.TIMED_OUT and self._seconds_left(test) <= 0:
            # The call may have had less than its full time.
            return _verdict(test, Finding(Kind.NOT_RUN, "the time for this question ran out in this test"))
        return _verdict(test, finding)

    def _tried(self, test: PlannedTest, convention: Variant | None = None) -> tuple[Trial, Finding | None]:
        """Run a test, and once more where something else than the hand-in may have failed it."""
        trial, finding = self._tried_once(test, convention)
        if finding is not None and _may_be_an_accident(finding):
            return self._tried_once(test, convention)
        return trial, finding

    def _tried_once(self, test: PlannedTest, convention: Variant | None) -> tuple[Trial, Finding | None]:
        deadlines, student = self._grader.deadlines, self._student
        student.seconds_per_call = deadlines.so_far(test)
        trial, finding = self._run_once(test, convention)
        if did_not_end(trial) and deadlines.of(test) > student.seconds_per_call:
            student.seconds_per_call = deadlines.of(test)
            trial, finding = self._run_once(test, convention)
        self._on_trial(trial)
        return trial, finding

    def _run_once(self, test: PlannedTest, convention: Variant | None) -> tuple[Trial, Finding | None]:
        self._student.most_wall_seconds = max(0.1, self._seconds_left(test))
        given_up = self._given_up.before(test)
        own = self._student.files if self._has_own_inputs(test) else None
        return self._grader.trial_of(test, self._student, convention, given_up, own)

    def _has_own_inputs(self, test: PlannedTest) -> bool:
        """Return whether a test measures this hand-in on inputs that no other has.

        Where values are wrong nothing is at stake, and known mistakes are recognised by the class's inputs.
        """
        return test.structural and not test.public and test.question not in self._wrong_questions

    def _is_mixed(self, test: PlannedTest) -> bool:
        """Return whether a test that is right as the task is written follows results of another convention.

        Another convention is accepted only if the whole question follows it; the first test that tells the
        conventions apart decides which one that is.
        """
        if test.public or test.structural:
            return False
        telling = {it.mistake.id for it in self._conventions(test) if self._tells_apart(test, it)}
        follows = [self._follows.setdefault((test.question, id), False) for id in telling]
        return any(follows)

    def _conventions(self, test: PlannedTest) -> list[Variant]:
        return self._grader.candidates.conventions(test.question)

    def _tells_apart(self, test: PlannedTest, convention: Variant) -> bool:
        """Return whether code that follows a convention does not pass as the task is written."""
        return self._grader.observe(test, convention).observation.kind is not None


def _by_cell(verdict: Verdict, lines: CellLines) -> Verdict:
    """Return a verdict that says lines of a notebook as its student sees them."""
    if not lines:
        return verdict
    return msgspec.structs.replace(
        verdict,
        message=lines.said(verdict.message),
        details=lines.said(verdict.details),
        hint=lines.said(verdict.hint) if verdict.hint else verdict.hint,
    )


def _may_be_explained(kind: Kind) -> bool:
    return kind.family in (Family.VALUE, Family.STRUCTURE) or kind is Kind.RAISED


def _is_right(finding: Finding | None) -> bool:
    return finding is None or finding.kind is Kind.OTHER_TYPE


def _gets_further(found: Finding, finding: Finding) -> bool:
    """Return whether more is right by a convention than as the task is written: parts, or all of the values."""
    values_right = Family.STRUCTURE is found.kind.family is not finding.kind.family
    return found.credit > finding.credit or values_right


def _may_be_an_accident(finding: Finding) -> bool:
    """Return whether something other than the hand-in, such as a machine short of memory, may have failed a test."""
    killed = finding.kind is Kind.DIED and "SIGKILL" in finding.details
    return killed or finding.kind is Kind.GRADER_FAULT


def _can_be_kept(trial: Trial) -> bool:
    """Return whether what came back is small enough to be kept until the end, and converted, to be explained."""
    nbytes = 0

    def count(part: object) -> object:
        nonlocal nbytes
        nbytes += part.nbytes if isinstance(part, np.ndarray) else 64
        return None

    for outcome in trial.outcomes:
        if isinstance(outcome, Returned):
            mapped(count, outcome.value)
            mapped(count, dict(outcome.changed))
    return nbytes <= MOST_KEPT_BYTES


def _seen(test: PlannedTest, trial: Trial, finding: Finding | None, on_own_inputs: bool) -> Seen:
    function = trial.calls[-1].qualified_name if trial.calls else ""
    return Seen(test, observation_of(trial, finding), tuple(trial.compared), function, on_own_inputs)


def _with(verdict: Verdict, explanations: list[Explanation]) -> Verdict:
    """Return the verdict with what explains it; a hint that the test itself gave stays where nothing is found."""
    mistake = next((it.mistake.id for it in explanations if it.mistake is not None), None)
    hint = " ".join(it.hint for it in explanations) or verdict.hint
    return msgspec.structs.replace(verdict, hint=hint, mistake=mistake)


def _passed(test: PlannedTest, trial: Trial, convention: Variant | None) -> Verdict:
    known = convention.mistake if convention else None
    return Verdict(
        test=test.id,
        kind=Kind.PASSED,
        credit=Fraction(1),
        message=known.hint if known else "",
        mistake=known.id if known else None,
        flags=tuple(trial.flags),
    )


def _verdict(test: PlannedTest, finding: Finding) -> Verdict:
    return Verdict(
        test=test.id,
        kind=finding.kind,
        credit=finding.credit,
        message=finding.message,
        details=finding.details,
        hint=finding.hint,
        flags=finding.flags,
        counterexample=finding.counterexample,
    )


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
