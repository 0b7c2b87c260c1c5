"""The statistics of a class, gathered one result at a time, so that only one is held in memory."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import numpy as np

from autograder.model.assignment import Assignment, Question
from autograder.model.hint_use import STAGES, HintUse
from autograder.model.plan import Plan, PlannedTest
from autograder.model.result import GradingResult, QuestionResult
from autograder.model.verdict import Family, Kind, Verdict
from autograder.model.written import WrittenQuestion
from autograder.report.in_short import in_short, known_mistakes, why_nothing
from autograder.report.unexplained import Group, group_of
from autograder.report.view import name_of_test


@dataclass
class HintTally:
    """What became of one hint of one question.

    Attributes
    ----------
    saw
        How many students saw each stage, the first first.
    fixed
        For each stage, how many attempts those took for whom it was the last before the mistake was gone.
    """

    question: str
    hint: str
    saw: list[int] = field(default_factory=lambda: [0] * STAGES)
    fixed: list[list[int]] = field(default_factory=lambda: [[] for _ in range(STAGES)])

    def add(self, use: HintUse) -> None:
        """Add what one student was shown of it."""
        for stage in range(use.stage):
            self.saw[stage] += 1
        if use.fixed:
            self.fixed[use.stage - 1].append(use.attempts)

    def attempts(self, stage: int) -> str:
        """Return, for a stage from 0, within how many attempts it was fixed, in words; empty if it was not."""
        found = sorted(self.fixed[stage])
        if not found:
            return ""
        half, most = found[(len(found) - 1) // 2], found[-1]
        return f"{most}" if half == most else f"half within {half}, all within {most}"


@dataclass
class QuestionTally:
    """One question: the points of every hand-in, and the kinds of its verdicts.

    Attributes
    ----------
    scores
        Points, one per hand-in.
    kinds
        How many hand-ins had at least one graded test of each kind of verdict.
    unknown
        How many hand-ins had wrong values or exceptions that no known mistake explains.
    """

    question: Question
    scores: list[float] = field(default_factory=list)
    kinds: Counter[Kind] = field(default_factory=Counter)
    unknown: int = 0

    @property
    def points(self) -> float:
        """What it is worth."""
        return float(self.question.points)

    @property
    def mean(self) -> float:
        """The mean number of points."""
        return statistics.fmean(self.scores) if self.scores else 0.0

    @property
    def share(self) -> float:
        """The mean share of its points that was earned."""
        return self.mean / self.points if self.points else 0.0

    @property
    def full(self) -> int:
        """How many hand-ins have all its points."""
        return sum(score >= self.points for score in self.scores)

    @property
    def none(self) -> int:
        """How many have none."""
        return sum(score == 0 for score in self.scores)


@dataclass
class TestTally:
    """One test function with all its cases.

    Attributes
    ----------
    passed_all
        How many hand-ins pass every case.
    outcomes
        How many hand-ins got each kind of verdict: that of the first case that failed.
    waiting
        How many pass without earning points, because the question's values are wrong.
    cpu_ratios
        The CPU time of each hand-in that was raced, as a multiple of the reference's.
    """

    name: str
    question: str
    cases: int
    structural: bool
    public: bool
    hand_ins: int = 0
    passed_all: int = 0
    outcomes: Counter[Kind] = field(default_factory=Counter)
    waiting: int = 0
    cpu_ratios: list[float] = field(default_factory=list)
    limits: tuple[float, float] | None = None
    _passed: list[bool] = field(default_factory=list)
    _totals: list[float] = field(default_factory=list)

    @property
    def ways(self) -> dict[str, int]:
        """How many hand-ins fare in each way in a test of structure: `plots.STRUCTURE` draws them."""
        counts = {
            "passed": self.outcomes[Kind.PASSED] - self.waiting,
            "loops": self.outcomes[Kind.LOOPS],
            "slow": self.outcomes[Kind.SLOW],
            "memory": self.outcomes[Kind.OUT_OF_MEMORY],
            "not allowed": self.outcomes[Kind.NOT_ALLOWED],
            "wrong values": self.waiting
            + sum(count for kind, count in self.outcomes.items() if kind.family is Family.VALUE),
            "missing": self.outcomes[Kind.MISSING],
        }
        return {**counts, "no value": self.hand_ins - sum(counts.values())}

    @property
    def rate(self) -> float:
        """The share of the hand-ins that pass every case."""
        return self.passed_all / self.hand_ins if self.hand_ins else 0.0

    @property
    def remark(self) -> str:
        """What is worth a look: a test that everybody or nobody passes does not distinguish."""
        if not self.hand_ins or 0 < self.passed_all < self.hand_ins:
            return ""
        return "everybody passes" if self.passed_all else "nobody passes"

    @property
    def discrimination(self) -> float | None:
        """Correlation over the hand-ins of passing with the total; None if it is undefined."""
        if len(self._totals) < 3 or not 0 < self.rate < 1 or np.ptp(self._totals) < 1e-6:
            return None
        return float(np.corrcoef(self._passed, self._totals)[0, 1])

    def cpu_quantile(self, share: float) -> float:
        """Return the CPU time, of those measured, that this share of the hand-ins stays at or below."""
        return float(np.quantile(self.cpu_ratios, share, method="higher"))

    def add(self, verdicts: list[Verdict], waiting: bool, total: float) -> None:
        """Add one hand-in's verdicts on all cases, and its share of all points."""
        failed = next((verdict for verdict in verdicts if not verdict.right), None)
        self.hand_ins += 1
        self.passed_all += failed is None
        self.outcomes[failed.kind if failed else Kind.PASSED] += 1
        self.waiting += failed is None and waiting
        self._passed.append(failed is None)
        self._totals.append(total)
        for verdict in verdicts:
            if "cpu_ratio" in verdict.measured:
                self.cpu_ratios.append(verdict.measured["cpu_ratio"])
                self.limits = (verdict.measured["full"], verdict.measured["none"])


@dataclass
class WrittenTally:
    """One written question.

    Attributes
    ----------
    answered
        How many hand-ins answer it.
    scores
        Points of those that are graded.
    met
        How many of these meet each item of the rubric, by its text.
    judged
        How many were graded with the rubric's items.
    """

    question: WrittenQuestion
    answered: int = 0
    scores: list[float] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    judged: int = 0

    @property
    def graded(self) -> int:
        """How many hand-ins are graded, with an answer or without."""
        return len(self.scores)

    @property
    def mean(self) -> float | None:
        """The mean number of points; None before the first is graded."""
        return statistics.fmean(self.scores) if self.scores else None

    def add(self, result: QuestionResult) -> None:
        """Add one hand-in's answer."""
        answer = result.written
        if answer is None:
            return
        self.answered += bool(answer.text)
        if answer.graded:
            self.scores.append(float(result.score))
            self.judged += bool(answer.marks)
            self.met.update({mark.text: int(mark.met) for mark in answer.marks})


@dataclass
class MistakeTally:
    """One known mistake: who makes it, and in which question."""

    id: str
    hand_ins: list[str] = field(default_factory=list)
    by_question: dict[str, list[str]] = field(default_factory=dict)

    @property
    def questions(self) -> Counter[str]:
        """How many hand-ins make it in each question."""
        return Counter({question: len(labels) for question, labels in self.by_question.items()})

    @property
    def same_everywhere(self) -> bool:
        """Whether everybody who makes it makes it in each question in which anybody does."""
        return all(len(labels) == len(self.hand_ins) for labels in self.by_question.values())


@dataclass(frozen=True)
class HandInRow:
    """One hand-in in the table of all.

    Attributes
    ----------
    total
        None while written answers that count are not graded.
    scores
        Points by question, without written answers that are not graded yet.
    mistakes
        The known mistakes that it makes, by id, that of most tests first.
    found
        In a few words, what else was found.
    nothing
        Why no graded test got a value to judge; empty if one did.
    kinds
        Of the verdicts of its graded tests, but for a bonus that somebody did not go for.
    """

    label: str
    total: float | None
    scores: dict[str, float]
    mistakes: tuple[str, ...] = ()
    found: str = ""
    nothing: str = ""
    kinds: tuple[Kind, ...] = ()
    flagged: bool = False


class ClassStatistics:
    """Everything that a class report counts.

    Parameters
    ----------
    assignment
        Its questions, including those graded only by hand.
    plan
        The tests that count.
    hinted
        The groups for which the instructor has written a hint.

    Attributes
    ----------
    groups
        Hand-ins whose wrong values nothing explains, by group.
    rows
        Every hand-in that was added.
    totals
        Points of every hand-in, lateness deducted, without those whose written answers count and are not graded yet.
    written
        The questions that are answered in words, graded or not.
    late
        How many hand-ins lose points for lateness.
    hints
        What became of hints that students asked for, by question and hint.
    flags, faults
        Pairs of a hand-in's label and why a person should look at it, and those that the grader failed on.
    """

    def __init__(self, assignment: Assignment, plan: Plan, hinted: Collection[str] = ()) -> None:
        self.assignment = assignment
        self.rows: list[HandInRow] = []
        self.totals: list[float] = []
        self.written = {question.id: WrittenTally(question) for question in assignment.written}
        self.late = 0
        self.seconds = 0.0
        self.flags: list[tuple[str, str]] = []
        self.faults: list[tuple[str, str]] = []
        self.questions = {question.id: QuestionTally(question) for question in assignment.questions}
        self.tests = _tallies(plan.tests)
        self.mistakes: dict[str, MistakeTally] = {}
        self.accepted: dict[str, MistakeTally] = {}
        self.hints: dict[tuple[str, str], HintTally] = {}
        self.other_hints: Counter[tuple[str, str]] = Counter()
        self.groups: dict[str, Group] = {}
        self._hinted = hinted

    @property
    def hand_ins(self) -> int:
        """How many were added."""
        return len(self.rows)

    @property
    def points(self) -> float:
        """What all questions together are worth."""
        return float(self.assignment.total_points)

    @property
    def mean(self) -> float:
        """The mean total."""
        return statistics.fmean(self.totals) if self.totals else 0.0

    def quantile(self, share: float) -> float:
        """Return the total that this share of the hand-ins stays at or below, interpolated."""
        return float(np.quantile(self.totals, share)) if self.totals else 0.0

    def hardest(self) -> list[QuestionTally]:
        """Return the questions, the one with the smallest share of its points earned first."""
        return sorted(self.questions.values(), key=lambda tally: tally.share)

    def most_frequent(self) -> list[MistakeTally]:
        """Return the known mistakes, the most frequent first."""
        return sorted(self.mistakes.values(), key=lambda tally: (-len(tally.hand_ins), tally.id))

    def add(self, label: str, result: GradingResult) -> None:
        """Add one hand-in."""
        total = None if result.ungraded_of(self.assignment) else float(result.score)
        self.totals += [total] if total is not None else []
        self.late += result.kept < 1
        self.seconds += result.seconds
        self.flags += [(label, flag) for flag in result.all_flags]
        self.faults += [(label, fault) for fault in (*result.faults, *result.tests_at_fault)]
        # The record is the student's own: of two lines about the same, one counts.
        for place, use in {(it.question, it.hint): it for it in result.hints}.items():
            if use.question in self.questions:
                self.hints.setdefault(place, HintTally(*place)).add(use)
        share = float(result.score) / self.points if self.points else 0.0
        mistakes: dict[tuple[bool, str], set[str]] = {}
        for question in result.questions:
            if question.id in self.written:
                self.written[question.id].add(question)
            tally = self.questions.get(question.id)
            if tally is None or question.ungraded:
                continue
            self._add_question(label, question, tally)
            for verdict in question.graded:
                if verdict.mistake:
                    mistakes.setdefault((verdict.passed, verdict.mistake), set()).add(question.id)
            self._add_tests(question, share)
        self.rows.append(
            HandInRow(
                label,
                total,
                {it.id: float(it.score) for it in result.questions if not it.ungraded},
                tuple(id for id in known_mistakes(result) if (False, id) in mistakes),
                in_short(result),
                why_nothing(result),
                tuple(sorted({kind for question in result.questions for kind in _kinds(question)})),
                flagged=bool(result.all_flags or result.at_fault),
            )
        )
        for (accepted, id), questions in mistakes.items():
            there = (self.accepted if accepted else self.mistakes).setdefault(id, MistakeTally(id))
            there.hand_ins.append(label)
            for question_id in questions:
                there.by_question.setdefault(question_id, []).append(label)

    def _add_question(self, label: str, question: QuestionResult, tally: QuestionTally) -> None:
        """Add the result of one question, and what nothing explains in it."""
        tally.scores.append(float(question.score))
        tally.kinds.update(_kinds(question))
        wrong_values = [
            it
            for it in question.graded
            if it.kind.family is Family.VALUE and not it.right and it.mistake is None
        ]
        group = group_of(question)
        tally.unknown += bool(wrong_values) or group is not None
        if group is not None:
            self.groups.setdefault(group.id, group).hand_ins.append(label)
        if group is None or group.id not in self._hinted:
            self.other_hints.update({(question.id, it.hint) for it in wrong_values if it.hint})

    def _add_tests(self, question: QuestionResult, share: float) -> None:
        by_function: dict[str, list[Verdict]] = {}
        for verdict in question.verdicts:
            by_function.setdefault(_function(verdict.test), []).append(verdict)
        for function, cases in by_function.items():
            tally = self.tests.get((question.id, function))
            if tally is not None:
                tally.add(cases, any(case.test in question.withheld for case in cases), share)


def _tallies(tests: Iterable[PlannedTest]) -> dict[tuple[str, str], TestTally]:
    """Return an empty tally for each test function of each question, by question and function."""
    tallies: dict[tuple[str, str], TestTally] = {}
    for test in tests:
        key = (test.question, _function(test.id))
        name = name_of_test(test.id)
        empty = TestTally(name, test.question, 0, test.structural, test.public)
        tallies.setdefault(key, empty).cases += 1
    return tallies


def _kinds(question: QuestionResult) -> set[Kind]:
    """Return the kinds of a question's graded verdicts; a bonus that somebody did not go for is not missing."""
    kinds = {verdict.kind for verdict in question.graded}
    return kinds - {Kind.MISSING} if question.bonus else kinds


def _function(test: str) -> str:
    return test.partition("[")[0]
