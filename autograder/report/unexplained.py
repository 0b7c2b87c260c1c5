"""Hand-ins whose wrong values or exceptions nothing in the bank explains, grouped by what was observed of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from autograder.model.result import GradingResult, QuestionResult
from autograder.model.verdict import Family, Kind, Verdict
from autograder.report.view import message_of, name_of_test

_DIGITS = 8


@dataclass
class Group:
    """The hand-ins that behaved the same in one question: in the same tests, with the same values or exceptions.

    Attributes
    ----------
    id
        The same in every run, as long as tests and salt stay: `QUESTION-DIGITS`.
    tests
        The tests that fail, by name, with how many of their cases.
    messages
        What the students are told of these tests.
    told
        The hints that they are given, besides those of the instructor.
    """

    id: str
    question: str
    tests: Counter[str] = field(default_factory=Counter)
    messages: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    hand_ins: list[str] = field(default_factory=list)


def group_id(question: QuestionResult) -> str:
    """Return the id of the group that a hand-in is in by a question; empty if nothing is unexplained."""
    seen = _unexplained(question)
    if not seen:
        return ""
    observed = sorted((verdict.test, verdict.kind.value, verdict.seen) for verdict in seen)
    return f"{question.id}-{hashlib.blake2b(repr(observed).encode()).hexdigest()[:_DIGITS]}"


def group_of(question: QuestionResult) -> Group | None:
    """Return the group that a hand-in is in by a question, without any hand-in."""
    id = group_id(question)
    if not id:
        return None
    seen = _unexplained(question)
    return Group(
        id=id,
        question=question.id,
        tests=Counter(name_of_test(verdict.test) for verdict in seen),
        messages=tuple(dict.fromkeys(message_of(verdict) for verdict in seen)),
        told=tuple(dict.fromkeys(verdict.hint for verdict in seen if verdict.hint)),
    )


def largest_first(groups: Iterable[Group]) -> list[Group]:
    """Return groups in the order in which they are worth a look."""
    return sorted(groups, key=lambda group: (-len(group.hand_ins), group.id))


def groups_in(result: GradingResult) -> set[str]:
    """Return the ids of the groups that a hand-in is in."""
    return {id for id in map(group_id, result.questions) if id}


def with_hints(result: GradingResult, hints: Mapping[str, str]) -> GradingResult:
    """Return a result in which what no known mistake explains has the hints that were written for its groups."""
    if not hints:
        return result
    questions = tuple(
        _with_hint(question, hints.get(group_id(question), "")) for question in result.questions
    )
    return msgspec.structs.replace(result, questions=questions)


def _with_hint(question: QuestionResult, hint: str) -> QuestionResult:
    if not hint:
        return question
    # Tests of structure that come upon the same wrong values say the same, and are shown together with the others.
    alike = {(verdict.kind, verdict.message) for verdict in _unexplained(question)}
    own = {verdict.test for verdict in question.graded if verdict.mistake is None}
    verdicts = tuple(
        msgspec.structs.replace(verdict, hint=hint)
        if verdict.test in own and (verdict.kind, verdict.message) in alike
        else verdict
        for verdict in question.verdicts
    )
    return msgspec.structs.replace(question, verdicts=verdicts)


def _unexplained(question: QuestionResult) -> list[Verdict]:
    """Return the verdicts on wrong values and exceptions that no known mistake explains."""
    return [
        verdict
        for verdict in question.graded
        if verdict.seen
        and verdict.mistake is None
        and not verdict.right
        and (verdict.kind.family is Family.VALUE or verdict.kind is Kind.RAISED)
    ]
