"""What the public checks say of each question, and what is to be mended first: one rule for all that is shown of it.

`check`, its page, `status`, `hint` and `submit` ask here, so that none calls unwritten what another calls wrong.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from autograder.model.verdict import Family, Kind, Verdict
from autograder.report.view import FailedCheck, failed_checks
from autograder.student.checks import Checks

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
            State.FAILING: f"{check}; for a hint, autograder hint {question}",
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
    """

    question: str
    seen: Seen
    failed: tuple[Verdict, ...]
    above: int
    needs: str

    @property
    def state(self) -> State:
        """The state of the question."""
        return self.seen.state

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
        return self.state is State.FAILING and self.failed[0].kind.family is not Family.UNJUDGED


def outcomes_of(checks: Checks) -> list[Outcome]:
    """Return how the checks of each question went, the question to be mended first coming first."""
    found = [_outcome(checks, id, verdicts) for id, verdicts in checks.verdicts.items()]
    return sorted(found, key=lambda it: (it.state.rank, bool(it.needs)))


def _outcome(checks: Checks, question: str, verdicts: Sequence[Verdict]) -> Outcome:
    failed = [verdict for verdict in verdicts if not verdict.passed]
    own = sorted((it for it in failed if not checks.is_told_above(it)), key=_order)
    first = next((check.message for check in failed_checks(own)), "")
    borrowed = [file.name for file in checks.assignment.files if file.origin is not None]
    if not failed:
        state = State.DONE if verdicts else State.WITHOUT_CHECKS
    elif len(own) < len(failed):
        state = State.BROKEN
    elif all(verdict.kind is Kind.MISSING for verdict in own):
        state = State.WAITING if any(f"in {name}" in first for name in borrowed) else State.TO_DO
    else:
        state = State.FAILING
    seen = Seen(state, len(verdicts) - len(failed), len(verdicts), first)
    needs = _needs_first(checks, question) if own else ""
    return Outcome(question, seen, tuple(own), len(failed) - len(own), needs)


def _order(verdict: Verdict) -> int:
    if verdict.kind is Kind.MISSING:
        return 3
    return {Family.BROKEN: 0, Family.VALUE: 1, Family.STRUCTURE: 2}.get(verdict.kind.family, 4)


# --- which question another one needs ---------------------------------------------------------------------


def _needs_first(checks: Checks, question: str) -> str:
    """Return another question whose function this one's calls, and whose checks fail; empty if there is none.

    Questions that call each other do not wait for each other.
    """
    own = _names_in(checks, question)
    wanted = _called_by(checks, own)
    for other in checks.verdicts:
        names = _names_in(checks, other)
        failing = any(
            not it.passed and it.kind.family in (Family.VALUE, Family.BROKEN) and not checks.is_told_above(it)
            for it in checks.verdicts[other]
        )
        if other != question and failing and names & wanted and not own & _called_by(checks, names):
            return other
    return ""


def _names_in(checks: Checks, question: str) -> set[str]:
    return {it.rpartition(".")[2] for it in checks.assignment.question(question).functions}


def _called_by(checks: Checks, names: Collection[str]) -> set[str]:
    """Return the names that some functions call, and those that are called in turn, as far as names tell."""
    calls: dict[str, set[str]] = {}
    for file, source in checks.submission.files.items():
        try:
            tree = ast.parse(source if file.endswith(".py") else b"")
        except (SyntaxError, ValueError, RecursionError):
            continue
        for function in ast.walk(tree):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                called = [it.func for it in ast.walk(function) if isinstance(it, ast.Call)]
                found = calls.setdefault(function.name, set())
                found.update(it.id for it in called if isinstance(it, ast.Name))
                found.update(it.attr for it in called if isinstance(it, ast.Attribute))
    reached = set[str]()
    todo = list(names)
    while todo:
        new = calls.get(todo.pop(), set()) - reached
        reached |= new
        todo += new
    return reached
