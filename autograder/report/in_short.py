"""What was found in one hand-in, in a few words: for a line of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from textwrap import shorten

from autograder.model.result import GradingResult
from autograder.model.verdict import Family, Kind, Verdict
from autograder.report.view import message_of
from autograder.text import one_line

_LIMIT, _LONGEST = 120, 1_000
_MOST_REASONS = 2
_SAY_ENOUGH = (Kind.RAISED, Kind.MISSING)
"""Kinds whose message says what is wrong in a few words, if it is the same in every test."""


def known_mistakes(result: GradingResult) -> tuple[str, ...]:
    """Return the ids of the known mistakes that a hand-in makes, that of most tests first."""
    return tuple(id for id, _ in Counter(it.mistake for it in _failed(result) if it.mistake).most_common())


def in_short(result: GradingResult) -> str:
    """Return what else was found, in a few words; empty if nothing was."""
    if result.at_fault:
        return f"the grader is at fault: {'; '.join((*result.faults, *result.tests_at_fault))[:200]}"
    verdicts = list(_failed(result))
    if result.notes and not any(question.score for question in result.questions):
        return shorten(one_line(result.notes[0], _LONGEST), _LIMIT, placeholder=" …")
    if len({verdict.message for verdict in verdicts}) == 1 and verdicts[0].kind in _SAY_ENOUGH:
        return shorten(message_of(verdicts[0]), _LIMIT, placeholder=" …")
    kinds = Counter(str(verdict.kind).replace("_", " ") for verdict in verdicts)
    return ", ".join(f"{kind} ({count})" for kind, count in kinds.most_common(2))


def why_nothing(result: GradingResult) -> str:
    """Return why no graded test got a value to judge, as sentences; empty if one did, or if the grader is at fault."""
    judged = [it for question in result.questions if not question.bonus for it in question.graded]
    if result.at_fault or not judged or any(not _without_value(it) for it in judged):
        return ""
    reasons = dict.fromkeys(message_of(it) for it in judged if it.kind is not Kind.NOT_RUN)
    shown = list(reasons)[:_MOST_REASONS]
    return " ".join([*shown, *(["…"] if len(reasons) > len(shown) else [])])


def _without_value(verdict: Verdict) -> bool:
    return verdict.kind.family is Family.BROKEN or verdict.kind is Kind.NOT_RUN


def _failed(result: GradingResult) -> Iterator[Verdict]:
    """Yield what a hand-in failed; a bonus that somebody did not go for is nothing that was found."""
    for question in result.questions:
        for verdict in question.graded:
            if not verdict.passed and not (question.bonus and verdict.kind is Kind.MISSING):
                yield verdict
