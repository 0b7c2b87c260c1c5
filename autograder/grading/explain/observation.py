"""What a test observed of the code under test, and whether two hand-ins behaved the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograder.grading.names.not_allowed import HIDDEN_LOOPS
from autograder.grading.trial import Finding, Trial
from autograder.model.verdict import Family, Kind
from autograder.sandbox.call_failures import CallFailed, CodeRaised
from autograder.sandbox.replies import Returned
from autograder.values.kinds import WorkerObject
from autograder.values.other_types import in_types_of
from autograder.values.same import same
from autograder.values.walk import agree, mapped

_MEASURED = frozenset({Kind.LOOPS, Kind.SLOW, Kind.OUT_OF_MEMORY})
"""What is wrong with how a right value was computed, whatever the value."""


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
        """Return whether two hand-ins behaved the same; those that pass do."""
        if self.kind is None or other.kind is None:
            return self.kind is other.kind
        if self.kind.family is Family.STRUCTURE and self.kind is not other.kind:
            return False
        # Right numbers of another type are a mistake of their own, beside whichever makes them wrong.
        return agree(same, in_types_of(other.events, self.events), other.events)

    def agrees_with(self, first: Observation, again: Observation) -> bool:
        """Return whether it is what two runs of the same code show, in all that both of them show alike.

        What a test sees of code that draws random numbers of its own differs each time, and tells nothing.
        """
        if self.kind not in (first.kind, again.kind):
            return False
        if first.same_as(again):
            return self.same_as(first)
        pairs = list(zip(first.events, again.events, strict=False))
        steady = [number for number, pair in enumerate(pairs) if agree(same, *pair)]
        if not steady or len(self.events) != len(first.events):
            return not steady
        events = in_types_of(first.events, self.events)
        return all(agree(same, events[number], first.events[number]) for number in steady)


@dataclass(frozen=True)
class Behaviour:
    """What a test saw of a known mistake.

    Attributes
    ----------
    compared
        The values that were compared with expected ones.
    """

    observation: Observation
    compared: tuple[Any, ...] = ()


def observation_of(trial: Trial, finding: Finding | None) -> Observation:
    """Return the observation of a finished trial."""
    # Right numbers of another type are right: no mistake is needed to explain them.
    kind = finding.kind if finding is not None and finding.kind is not Kind.OTHER_TYPE else None
    if trial.features:
        raised = [("raised", it.type_name) for it in trial.outcomes if isinstance(it, CodeRaised)]
        return Observation(kind, (*sorted(trial.features.items()), *raised))
    if finding is not None and finding.rule in HIDDEN_LOOPS:
        return Observation(kind, (finding.rule,))
    if kind in _MEASURED:
        return Observation(kind, ())  # on inputs that may be those of one hand-in alone
    return Observation(kind, tuple(map(_event, trial.outcomes)))


def _event(outcome: Returned | CallFailed) -> Any:
    if isinstance(outcome, Returned):
        return (
            "returned",
            _plain(outcome.value),
            {name: _plain(value) for name, value in outcome.changed.items()},
        )
    if isinstance(outcome, CodeRaised):
        return ("raised", outcome.type_name, "" if outcome.asked_for else outcome.text)
    return ("failed", type(outcome).__name__)


def _plain(value: Any) -> Any:
    """Return the value with classes and fields in the place of objects, which are never the same."""

    def plain(part: Any) -> Any:
        if not isinstance(part, WorkerObject):
            return part
        name = f"<{part.type_name}>"
        return name if part.parts is None else (name, {key: _plain(it) for key, it in part.parts.items()})

    return mapped(plain, value)
