"""Runs each planned test on one hand-in, explains what fails, and makes a verdict of each."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from fractions import Fraction

import msgspec
import numpy as np

from autograder.grading.examiner import Examiner
from autograder.grading.explain.bank import Variant
from autograder.grading.explain.contrast import SECONDS, Unexplained, facts_of_failures
from autograder.grading.explain.digest import digest_of_events
from autograder.grading.explain.explanation import Explanation, Seen, explain
from autograder.grading.explain.observation import observation_of
from autograder.grading.findings import fault_of
from autograder.grading.given_up import GivenUp, did_not_end
from autograder.grading.told import Told
from autograder.grading.trial import Finding, Subject, Trial
from autograder.model.plan import PlannedTest
from autograder.model.verdict import Family, Kind, Verdict
from autograder.sandbox.replies import Returned
from autograder.values.walk import mapped

SHORT_DEADLINE = 1.0
"""Seconds for each call that only serves to explain what is wrong."""
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


class HandInRun:
    """Runs each test on one hand-in.

    Parameters
    ----------
    examiner
        What runs tests.
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
        examiner: Examiner,
        student: Subject,
        wanted: list[PlannedTest],
        seconds_total: float,
        on_trial: Callable[[Trial], None],
    ) -> None:
        self._examiner = examiner
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
        examiner, seen = self._examiner, self._seen
        if examiner.solution is None:
            return {}
        failed = [
            Unexplained(test.question, seen[test.id].function, verdicts[test.id])
            for test in self._wanted
            if test.id in seen and not test.public and not verdicts[test.id].right
            # Ladders call a function on the hand-in's own files.
            if not examiner.assignment.question(test.question).given
        ]
        if not failed:
            return {}
        self._student.public = False
        seconds = self._time_to_explain(SECONDS)
        try:
            hints = facts_of_failures(
                examiner.contrast, failed, examiner.assignment, self._student, examiner.references, seconds
            )
        except Exception as error:  # the points stand, so a person is told instead of the student
            flag = f"a ladder could not be tried ({type(error).__name__}); run autograder verify"
            one = failed[0].verdict
            return {one.test: msgspec.structs.replace(one, flags=(*one.flags, flag))}
        return {id: msgspec.structs.replace(verdicts[id], hint=hint) for id, hint in hints.items()}

    def _explanations(self) -> dict[str, list[Explanation]]:
        """Return why tests failed, as far as time is left for it."""
        examiner = self._examiner
        if self._time_to_explain() <= 0:
            return {}
        explained = explain(
            list(self._seen.values()),
            self._student,
            examiner.candidates,
            examiner.witness(),
            examiner.assignment.switches,
            _may_be_explained,
        )
        return explained | self._explanations_on_own_inputs(explained)

    def _explanations_on_own_inputs(
        self, explained: Mapping[str, list[Explanation]]
    ) -> dict[str, list[Explanation]]:
        """Return the known mistakes that other tests name, for those that are failed on inputs of the hand-in's own.

        What a test sees of a mistake there nobody knows beforehand, so the mistake is asked about the same inputs.
        """
        examiner = self._examiner
        named: dict[str, dict[str, Variant]] = {}
        for id, explanations in explained.items():
            of_question = named.setdefault(self._seen[id].test.question, {})
            of_question |= {it.variant.name: it.variant for it in explanations if it.variant is not None}
        found: dict[str, list[Explanation]] = {}
        for id, seen in self._seen.items():
            if not seen.on_own_inputs or seen.kind is not Kind.WRONG_VALUE or id in explained:
                continue
            for variant in named.get(seen.test.question, {}).values():
                behaviour = examiner.behaviour_of(seen.test, variant, self._student.files)
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
        session = self._examiner.session
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
            finding = self._told.closed(finding, trial, self._examiner.session.items[test.id].path)
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
        deadlines, student = self._examiner.deadlines, self._student
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
        return self._examiner.trial_of(test, self._student, convention, given_up, own)

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
        return self._examiner.candidates.conventions(test.question)

    def _tells_apart(self, test: PlannedTest, convention: Variant) -> bool:
        """Return whether code that follows a convention does not pass as the task is written."""
        return self._examiner.observe(test, convention).observation.kind is not None


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
        begun=finding.begun,
    )
