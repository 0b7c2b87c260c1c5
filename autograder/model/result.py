"""The result of grading one hand-in, in exact points."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from autograder.model.assignment import Assignment
from autograder.model.hint_use import HintUse
from autograder.model.verdict import Kind, Verdict
from autograder.model.written import WrittenAnswer


class QuestionResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one question.

    Attributes
    ----------
    points, score
        What it is worth and what was earned, before the deduction for lateness.
    verdicts
        One for every planned test of the question, public checks included, in the plan's order.
    public
        The ids of those that are public checks.
    withheld
        The ids of the structural tests whose credit is withheld until the question's values are right.
    deducted
        Points that right numbers of another type cost, once for the question; `score` is without them.
    bonus
        Whether its points come on top of the total.
    dropped
        Whether it is left out of this student's total.
    written
        The answer, if it is answered in words.
    """

    id: str
    title: str
    points: Fraction
    score: Fraction
    verdicts: tuple[Verdict, ...] = ()
    public: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    deducted: Fraction = Fraction(0)
    bonus: bool = False
    dropped: bool = False
    written: WrittenAnswer | None = None

    @property
    def ungraded(self) -> bool:
        """Whether a person has to grade it and has not yet: it counts neither for nor against anybody."""
        return self.written is not None and not self.written.graded

    @property
    def checks(self) -> tuple[Verdict, ...]:
        """The verdicts of the public checks."""
        return tuple(verdict for verdict in self.verdicts if verdict.test in self.public)

    @property
    def graded(self) -> tuple[Verdict, ...]:
        """The verdicts of the tests that earn points."""
        return tuple(verdict for verdict in self.verdicts if verdict.test not in self.public)

    @property
    def passed(self) -> bool:
        """Whether all points were earned; if it is worth none, whether every graded test passed."""
        if self.points:
            return self.score == self.points
        return bool(self.graded) and all(verdict.passed for verdict in self.graded)


class GradingResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one hand-in.

    Attributes
    ----------
    tier
        The isolation that the student's code ran under.
    release
        The release that the hand-in was made from, if it says so.
    hints
        What the student was shown of hints, if it says so; for the class report.
    versions, hashes
        Versions of what graded it, and content hashes of what was graded and with what, by name.
    seconds
        Time spent, in seconds.
    notes
        Sentences for the student, shown above everything else.
    faults
        What went wrong on the grader's side, for the instructor.
    flags
        Reasons for a person to look at this hand-in, for the instructor.
    kept
        The share of the points kept despite lateness, between 0 and 1.
    slip_days_used
        Days late that cost nothing.
    finished
        False while tests are still to be run.
    """

    assignment: str
    questions: tuple[QuestionResult, ...]
    tier: str = ""
    release: str | None = None
    hints: tuple[HintUse, ...] = ()
    versions: dict[str, str] = msgspec.field(default_factory=dict)
    hashes: dict[str, str] = msgspec.field(default_factory=dict)
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    kept: Fraction = Fraction(1)
    slip_days_used: int = 0
    finished: bool = True

    @property
    def points(self) -> Fraction:
        """What all questions together are worth, without bonus and without answers that are not graded yet."""
        return sum((it.points for it in self.questions if not it.bonus and not it.ungraded), Fraction(0))

    @property
    def score(self) -> Fraction:
        """What was earned in total, after the deduction for lateness.

        Where questions are left out, the others are worth as much more as those were worth; written answers stay as
        they are.
        """
        return sum(map(self.share_of_score, self.questions), Fraction(0))

    def share_of_score(self, question: QuestionResult) -> Fraction:
        """Return what one of the questions adds to the score."""
        if question.dropped or question.ungraded:
            return Fraction(0)
        if question.bonus or question.written is not None:
            return self.kept * question.score
        shared = [it for it in self.questions if not it.bonus and it.written is None]
        worth = sum((it.points for it in shared if not it.dropped), Fraction(0))
        total = sum((it.points for it in shared), Fraction(0))
        return self.kept * question.score * (total / worth if worth else 1)

    def ungraded_of(self, assignment: Assignment) -> tuple[str, ...]:
        """Return the titles of those of an assignment's questions whose written answers are not graded yet.

        While there are some, there is no total.
        """
        ids = {question.id for question in assignment.questions}
        return tuple(it.title for it in self.questions if it.ungraded and it.id in ids)

    @property
    def tests_at_fault(self) -> tuple[str, ...]:
        """The ids of the tests that the grader could not judge."""
        return tuple(
            verdict.test
            for question in self.questions
            for verdict in question.verdicts
            if verdict.kind is Kind.GRADER_FAULT
        )

    @property
    def at_fault(self) -> bool:
        """Whether anything went wrong on the grader's side, so that the hand-in must be graded again."""
        return bool(self.faults or self.tests_at_fault)

    @property
    def all_flags(self) -> tuple[str, ...]:
        """The flags of the hand-in and of its verdicts, each once."""
        of_verdicts = (flag for question in self.questions for it in question.verdicts for flag in it.flags)
        return tuple(dict.fromkeys((*self.flags, *of_verdicts)))
