"""Whose score changed since a class was graded before, by how much and in which question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from autograder.classroom.record import ClassRecord
from autograder.classroom.store import Store
from autograder.handin.find import Fate
from autograder.model.result import GradingResult

Scores = Mapping[str, Fraction]


@dataclass(frozen=True)
class Change:
    """One hand-in whose points are not what they were.

    Attributes
    ----------
    questions
        For each question that changed, the points before and after.
    other_work
        Whether the hand-in itself is not the same as before.
    """

    label: str
    questions: Mapping[str, tuple[Fraction, Fraction]]
    other_work: bool

    @property
    def difference(self) -> Fraction:
        """Points won or, below 0, lost."""
        return sum((after - before for before, after in self.questions.values()), Fraction(0))


class Before:
    """The scores of a class as they were, by hand-in."""

    def __init__(self, record: ClassRecord | None, store: Store) -> None:
        self._scores: dict[str, tuple[Scores, str]] = {}
        for item in record.items if record else ():
            outcome = store.get(item.key) if item.fate is Fate.GRADED and item.key else None
            if outcome is not None:
                self._scores[item.label] = (_scores(outcome.result), _hand_in(outcome.result))

    def change(self, label: str, result: GradingResult) -> Change | None:
        """Return what is different now, or None where nothing is or nothing is known."""
        if label not in self._scores or result.at_fault:
            return None
        before, hand_in = self._scores[label]
        after = _scores(result)
        differing = {
            id: (before.get(id, Fraction(0)), after.get(id, Fraction(0)))
            for id in _either(after, before)
            if before.get(id, Fraction(0)) != after.get(id, Fraction(0))
        }
        return Change(label, differing, hand_in != _hand_in(result)) if differing else None


def _scores(result: GradingResult) -> Scores:
    return {question.id: question.score for question in result.questions}


def _hand_in(result: GradingResult) -> str:
    return result.hashes.get("hand-in", "")


def _either(one: Iterable[str], other: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*one, *other]))
