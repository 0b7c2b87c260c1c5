"""Recognises a known mistake: the one that behaves the same in the same test on the same inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.grading.explain.bank import Bank, Variant
from autograder.grading.not_allowed import HIDDEN_LOOPS
from autograder.grading.trial import Finding, Trial
from autograder.model.assignment import Assignment
from autograder.model.known_mistake import KnownMistake
from autograder.model.plan import PlannedTest
from autograder.model.verdict import Family, Kind
from autograder.sandbox.call_failures import CallFailed, CodeRaised
from autograder.sandbox.code import Returned
from autograder.values.pack import WorkerObject
from autograder.values.same import same
from autograder.values.walk import agree, mapped


@dataclass(frozen=True)
class Observation:
    """What a test observed of the code under test.

    Attributes
    ----------
    kind
        The verdict, None where the test passed.
    events
        Values, changed arguments and exceptions in order; or the features that the test recorded, with the types
        of exceptions but not their texts, which depend on how random numbers were drawn.
    """

    kind: Kind | None
    events: tuple[Any, ...]

    def same_as(self, other: Observation) -> bool:
        """Return whether two hand-ins behaved the same."""
        if (self.kind is None) != (other.kind is None):
            return False
        if self.kind is not None and self.kind.family is Family.STRUCTURE and self.kind is not other.kind:
            return False
        return agree(same, self.events, other.events)


def observation_of(trial: Trial, finding: Finding | None) -> Observation:
    """Return the observation of a finished trial."""
    kind = finding.kind if finding else None
    if trial.features:
        raised = [("raised", it.type_name) for it in trial.outcomes if isinstance(it, CodeRaised)]
        return Observation(kind, (*sorted(trial.features.items()), *raised))
    if finding is not None and finding.rule in HIDDEN_LOOPS:
        return Observation(kind, (finding.rule,))
    return Observation(kind, tuple(map(_event, trial.outcomes)))


def _event(outcome: Returned | CallFailed) -> Any:
    if isinstance(outcome, Returned):
        return (
            "returned",
            _plain(outcome.value),
            {name: _plain(value) for name, value in outcome.changed.items()},
        )
    if isinstance(outcome, CodeRaised):
        return ("raised", outcome.type_name, outcome.text)
    return ("failed", type(outcome).__name__)


def _plain(value: Any) -> Any:
    """Return the value with the names of their classes in the place of objects, which are never the same."""
    return mapped(lambda part: f"<{part.type_name}>" if isinstance(part, WorkerObject) else part, value)


class Diagnosis:
    """Looks up a hand-in's behaviour among the known mistakes."""

    def __init__(self, bank: Bank, assignment: Assignment) -> None:
        self._variants: dict[str, list[Variant]] = {}
        for variant in bank.variants:
            for question in assignment.questions_of(variant.target):
                self._variants.setdefault(question.id, []).append(variant)
        for variant in bank.variants:  # a question's own mistakes are tried before those it only feels
            for id in variant.mistake.also_affects:
                self._variants.setdefault(id, []).append(variant)
        self._accepts = {
            entry.id for entry in bank.mistakes if assignment.conventions.get(entry.id, "accept") == "accept"
        }

    def conventions(self, question: str) -> list[Variant]:
        """Return the accepted conventions of a question."""
        return [
            variant
            for variant in self._variants.get(question, ())
            if variant.mistake.accepted and variant.mistake.id in self._accepts
        ]

    def explain(
        self,
        test: PlannedTest,
        seen: Observation,
        observe: Callable[[Variant], Observation],
        found: Sequence[str],
    ) -> KnownMistake | None:
        """Return the known mistake that behaves as observed, or None.

        Parameters
        ----------
        seen
            What the test saw of the hand-in.
        observe
            Returns what the test sees of a variant.
        found
            Mistakes already recognised in this hand-in; they are tried first.
        """
        accepted = {variant.mistake.id for variant in self.conventions(test.question)}
        candidates = [
            variant for variant in self._variants.get(test.question, ()) if variant.mistake.id not in accepted
        ]
        if test.structural:
            candidates = _structural_candidates(candidates, seen, found)
        else:
            # A structural mistake gives right values, so it cannot explain wrong ones.
            candidates = [variant for variant in candidates if not variant.mistake.structural]
            candidates.sort(key=lambda variant: variant.mistake.id not in found)
        for variant in candidates:
            if observe(variant).same_as(seen):
                return variant.mistake
        return None


def _structural_candidates(
    candidates: list[Variant], seen: Observation, found: Sequence[str]
) -> list[Variant]:
    """Return the variants worth running in a test of structure, where each may take a race.

    Only structural mistakes explain how a value is computed. Wrong values have mostly been recognised by the
    value tests before.
    """
    if seen.kind is not None and seen.kind.family is Family.STRUCTURE:
        structural = [variant for variant in candidates if variant.mistake.structural]
        # Two mistakes may be equally slow; one that an earlier test has recognised is likelier.
        return sorted(structural, key=lambda variant: variant.mistake.id not in found)
    values = [variant for variant in candidates if not variant.mistake.structural]
    return [variant for variant in values if variant.mistake.id in found] or values
