"""What the public checks say of each question, and what is to be mended first: one rule for all that is shown of it.

`check`, its page, `status`, `hint` and `submit` ask here, so that none calls unwritten what another calls wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from autograder.model.verdict import Family, Kind, Verdict
from autograder.report.view import FailedCheck, failed_checks
from autograder.student.calls import calls_in
from autograder.student.checks import Checks
from autograder.student.notes import Note, notes_on

STOPPED = "cannot be run, for the reason above"
"""What is said of a check that failed because of a file, after what is wrong with that file."""


class State(StrEnum):
    """What the public checks say of a question, what needs work first coming first; the value is the word shown."""

    FAILING = "failing"
    TO_DO = "to do"
    """Whatever fails is not filled in yet."""
    WAITING = "waiting"
    """What is not filled in yet is in a file of an earlier assignment."""
    BROKEN = "broken"
    """A file that it needs cannot be run at all."""
    UNKNOWN = "not checked"
    WITHOUT_CHECKS = "no checks"
    """No public check is about it: it is graded when it is handed in."""
    DONE = "done"

    @property
    def rank(self) -> int:
        """Its place among the states."""
        return list(State).index(self)


class Seen(msgspec.Struct, frozen=True):
    """What was seen of one question.

    Attributes
    ----------
    passed, of
        How many of its checks passed, and of how many.
    first
        What is said of the failure to be mended first; empty if there is none.
    """

    state: State = State.UNKNOWN
    passed: int = 0
    of: int = 0
    first: str = ""

    @property
    def count(self) -> str:
        """How many checks pass, in words."""
        if self.state is State.WITHOUT_CHECKS:
            return "no public check; it is graded when it is handed in"
        return f"{self.passed} of {self.of} checks pass"

    def to_do(self, question: str) -> str:
        """Return what the student does next for the question; empty if nothing is left to do."""
        check = f"autograder check {question}"
        first = self.first.rstrip(".")
        return {
            State.FAILING: f"mend {question}; {check} shows what is wrong, autograder hint {question} gives a hint",
            State.TO_DO: f"{first}: write it, then {check}",
            State.WAITING: f"{first}: copy your own from the earlier assignment, then {check}",
            State.BROKEN: check,
            State.UNKNOWN: check,
        }.get(self.state, "")


@dataclass(frozen=True)
class Outcome:
    """How the public checks of one question went.

    Attributes
    ----------
    failed
        What failed for a reason of its own, to be mended in this order: what breaks, what is wrong, what is not
        written yet, what could not be judged.
    above
        How many checks failed because a file cannot be run, which is said once for all questions.
    needs
        Another question that fails, whose function this one's calls; empty if there is none.
    bonus
        Whether its points are on top of those of the assignment.
    notes
        What else its checks have seen of its functions, whether they passed or not.
    """

    question: str
    seen: Seen
    failed: tuple[Verdict, ...]
    above: int
    needs: str
    bonus: bool
    notes: tuple[Note, ...] = ()

    @property
    def state(self) -> State:
        """The state of the question."""
        return self.seen.state

    @property
    def comes_first(self) -> str:
        """What is to be mended before anything that its failed checks say, in a clause; empty if nothing is."""
        if self.needs:
            return f"it calls what {self.needs} asks for, which fails: mend that first"
        noted = (note.text for note in self.notes if note.comes_first and self.failed)
        return next(noted, "")

    @property
    def is_bonus_left(self) -> bool:
        """Whether it is for bonus points and not begun."""
        return self.bonus and self.state in (State.TO_DO, State.WAITING)

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is known but that a file cannot be run."""
        return self.above == self.seen.of > 0

    @property
    def failed_checks(self) -> Iterable[FailedCheck]:
        """What to show of the failed checks: what failed alike once."""
        return failed_checks(self.failed)

    @property
    def can_be_hinted_at(self) -> bool:
        """Whether there is a first attempt, and something is known to be wrong with it."""
        first = self.failed[0].kind if self.failed else Kind.PASSED
        return (
            self.state is State.FAILING and first is not Kind.MISSING and first.family is not Family.UNJUDGED
        )

    @property
    def is_offered_a_hint(self) -> bool:
        """Whether a hint could say more than what is said without one."""
        return self.can_be_hinted_at and not self.comes_first


def outcomes_of(checks: Checks) -> list[Outcome]:
    """Return how the checks of each question went, the question to be mended first coming first."""
    found = [_outcome(checks, id, verdicts) for id, verdicts in checks.verdicts.items()]
    return sorted(found, key=lambda it: (it.state.rank, bool(it.needs)))


def first_to_mend(checks: Checks) -> str:
    """Return the question to be mended first, of a file that cannot be run the first that it stops."""
    for problem in checks.problems:
        if problem.questions:
            return problem.questions[0]
    outcomes = outcomes_of(checks)
    return next((it for it in outcomes if not it.is_bonus_left), outcomes[0]).question


def _outcome(checks: Checks, question: str, verdicts: Sequence[Verdict]) -> Outcome:
    failed = [verdict for verdict in verdicts if not verdict.passed]
    own = sorted((it for it in failed if not checks.is_told_above(it)), key=_order)
    first = next((check.message for check in failed_checks(own)), "")
    borrowed = [file.name for file in checks.assignment.files if file.origin is not None]
    if not failed:
        state = State.DONE if verdicts else State.WITHOUT_CHECKS
    elif len(own) < len(failed):
        state = State.BROKEN
    elif all(it.kind is Kind.MISSING and not it.begun for it in own):
        state = State.WAITING if any(f"in {name}" in first for name in borrowed) else State.TO_DO
    else:
        state = State.FAILING
    seen = Seen(state, len(verdicts) - len(failed), len(verdicts), first)
    needs = _needs_first(checks, question) if own else ""
    asked = checks.assignment.question(question)
    changes = [change for verdict in verdicts for change in checks.changed.get(verdict.test, ())]
    notes = tuple(notes_on(asked, checks.submission.files, checks.handed_out, changes))
    return Outcome(question, seen, tuple(own), len(failed) - len(own), needs, asked.bonus, notes)


def _order(verdict: Verdict) -> int:
    if verdict.kind is Kind.MISSING:
        return 4
    if verdict.kind is Kind.OTHER_TYPE:  # where other values are wrong, that is not all
        return 2
    return {Family.BROKEN: 0, Family.VALUE: 1, Family.STRUCTURE: 3}.get(verdict.kind.family, 5)


# --- which question another one needs ---------------------------------------------------------------------


def _needs_first(checks: Checks, question: str) -> str:
    """Return another question whose function this one's calls, and whose checks fail; empty if there is none.

    Questions that call each other do not wait for each other.
    """
    calls = calls_in(checks.submission.files)
    own = _functions_of(checks, question)
    wanted = _reached(calls, own)
    for other in checks.verdicts:
        functions = _functions_of(checks, other)
        # What is not there, such as a method outside its class, is called by its name alone.
        functions |= {it.rpartition(".")[2] for it in functions if it not in calls}
        failing = any(
            not it.passed and it.kind.family in (Family.VALUE, Family.BROKEN) and not checks.is_told_above(it)
            for it in checks.verdicts[other]
        )
        if other != question and failing and functions & wanted and not own & _reached(calls, functions):
            return other
    return ""


def _functions_of(checks: Checks, question: str) -> set[str]:
    return {it.partition(".")[2] for it in checks.assignment.question(question).functions}


def _reached(calls: Mapping[str, Set[str]], functions: Collection[str]) -> set[str]:
    """Return what some functions call, and what that calls in turn."""
    reached = set[str]()
    todo = list(functions)
    while todo:
        new = calls.get(todo.pop(), set()) - reached
        reached |= new
        todo += new
    return reached
