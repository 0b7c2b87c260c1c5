"""Whose score changed since a class was graded before, by how much and in which question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from autograder.classroom.record import ClassRecord
from autograder.classroom.store import Store
from autograder.model.result import GradingResult


@dataclass(frozen=True)
class Change:
    """One hand-in whose points have changed.

    Attributes
    ----------
    questions
        For each question that changed, the points before and after.
    other_work
        Whether the hand-in itself has changed.
    """

    label: str
    questions: Mapping[str, tuple[Fraction, Fraction]]
    other_work: bool


class Before:
    """The scores of a class as they were, by hand-in."""

    def __init__(self, record: ClassRecord | None, store: Store) -> None:
        outcomes = ((item.label, store.get(item.key)) for item in (record.items if record else ()))
        self._known = {label: _scores(outcome.result) for label, outcome in outcomes if outcome}

    def change(self, label: str, result: GradingResult) -> Change | None:
        """Return what has changed; None if nothing has, or the earlier score is unknown."""
        if label not in self._known or result.at_fault:
            return None
        (before, files_before), (after, files) = self._known[label], _scores(result)
        points = {id: (before.get(id, Fraction(0)), after.get(id, Fraction(0))) for id in after | before}
        changed = {id: pair for id, pair in points.items() if pair[0] != pair[1]}
        return Change(label, changed, files_before != files) if changed else None


def _scores(result: GradingResult) -> tuple[dict[str, Fraction], str]:
    """Return the points by question, and a hash of the files that they were earned with."""
    return {question.id: question.score for question in result.questions}, result.hashes.get("hand-in", "")
