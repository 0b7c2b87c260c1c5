"""What a hand-in makes of the probes of a ladder, asked as far as there is time."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.grading.explain.allowance import Allowance, Stopped
from autograder.grading.explain.inputs import Inputs, in_batches
from autograder.grading.explain.outcomes import SMALLEST_FAR, Outcome, State, part_of, state
from autograder.grading.explain.probes import Probe
from autograder.sandbox.call_failures import CallFailed
from autograder.sandbox.code import Code
from autograder.values.other_types import in_types_of

SLOW_SECONDS = 0.2
"""CPU time from which on the design is too much for a hand-in that shows nothing wrong at the first probes."""


@dataclass
class Examined:
    """A hand-in under probes: every probe is asked once, until the time is over.

    Parameters
    ----------
    inputs
        The probes' arguments.
    code
        The hand-in.
    reference
        What it is compared with.
    allowance
        The time that is left for it.
    seconds_per_call
        The most CPU seconds that one call may take.
    """

    inputs: Inputs
    code: Code
    reference: Code
    allowance: Allowance
    seconds_per_call: float = 1.0
    _outcomes: dict[Probe, Outcome | None] = field(default_factory=dict)
    _states: dict[tuple[str, Probe, str], State | None] = field(default_factory=dict)
    _called: Code | None = None

    def outcome(self, probe: Probe) -> Outcome | None:
        """Return what the hand-in makes of a probe, None where the probe has no arguments."""
        try:
            return self._outcomes[probe]
        except KeyError:
            self.ask([probe])
        return self._outcomes[probe]

    def ask(self, probes: Iterable[Probe]) -> None:
        """Find out what the hand-in makes of probes, as far as that is not known: together, which costs less."""
        new = [it for it in dict.fromkeys(probes) if it not in self._outcomes]
        self._outcomes |= self._asked(new)

    @functools.cached_property
    def further(self) -> Sequence[Probe]:
        """Probes of another draw, which may contradict what is to be said, asked about.

        Raises
        ------
        Stopped
            Where the hand-in gives neither a value nor an exception, or the time is over.
        """
        self.ask(self.inputs.further)
        return self.inputs.further

    def has_time_for(self, probes: Sequence[Probe]) -> bool:
        """Ask about the first probes, and return whether all of some are worth asking about.

        They are not where the hand-in is slow and right at the first of them: such code may do too much for what it
        returns. What would not be finished costs little then. The first call may import what takes long, so it does
        not count.

        Raises
        ------
        Stopped
            Where it is too slow in any case, or gives neither a value nor an exception.
        """
        one, few = self.inputs.first[:1], self.inputs.first[1:]
        self.ask(one)
        before = self.allowance.code_seconds()
        self.ask(few)
        seconds = (self.allowance.code_seconds() - before) / max(1, len(few)) * len(probes)
        if seconds > self.allowance.seconds:
            raise Stopped
        return seconds <= SLOW_SECONDS or not all(
            self.state(it, part) == "right" for it in (*one, *few) for part in self.inputs.ladder.parts
        )

    def asked_again(self, probes: Sequence[Probe]) -> list[Outcome | None]:
        """Return what the hand-in makes of probes now, whether or not it was asked before."""
        found = self._asked(probes)
        return [found[it] for it in probes]

    def _asked(self, probes: Sequence[Probe]) -> dict[Probe, Outcome | None]:
        """Call the hand-in with some probes.

        Raises
        ------
        Stopped
            Where it gives neither a value nor an exception, or the time is over.
        """
        arguments = {it: self.inputs.arguments(it) for it in probes}
        found: dict[Probe, Outcome | None] = dict.fromkeys(probes)
        for together in in_batches([(it, given) for it in probes if (given := arguments[it]) is not None]):
            outcomes = self._called_with([given for _, given in together])
            self.inputs.ask_trusted(self.reference, [probe for probe, _ in together])
            for (probe, _), got in zip(together, outcomes, strict=True):
                found[probe] = self._in_types_expected(got, self.expected(probe))
        return found

    def _called_with(self, all_arguments: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        left = self.allowance.wall_seconds_left()
        most = max(self.seconds_per_call, self.allowance.cpu_seconds_left())
        self.code.seconds_per_call = min(len(all_arguments) * self.seconds_per_call, most)
        self.code.most_wall_seconds = left
        try:
            self._called = self._called or self.inputs.prepared(self.code)
            self._called.seconds_per_call, self._called.most_wall_seconds = self.code.seconds_per_call, left
            return self.inputs.outcomes(self._called, all_arguments)
        except CallFailed as failure:
            raise Stopped from failure

    def _in_types_expected(self, got: Outcome, expected: Outcome | None) -> Outcome:
        if got.parts is None or expected is None or expected.parts is None:
            return got
        return replace(
            got, parts={name: in_types_of(expected.parts[name], it) for name, it in got.parts.items()}
        )

    def expected(self, probe: Probe) -> Outcome | None:
        """Return what the reference makes of a probe."""
        return self.inputs.trusted(self.reference, probe)

    def state(self, probe: Probe, part: str) -> State | None:
        """Return how a part of the result compares; None where the probe has no arguments."""
        key = self.reference.space, probe, part
        try:
            return self._states[key]
        except KeyError:
            expected, got = self.expected(probe), self.outcome(probe)
        found = self._states[key] = None if expected is None or got is None else state(expected, got, part)
        return found

    def may_be_right(self, probe: Probe, part: str) -> bool:
        """Return whether a part of the result is right, or so near that rounding may have made all the difference."""
        found = self.state(probe, part)
        if found != "unclear":
            return found == "right"
        right, got = part_of(self.expected(probe), part), part_of(self.outcome(probe), part)
        if right is None or got is None or right.shape != got.shape:
            return False
        apart = right != got
        with np.errstate(all="ignore"):
            return bool((np.abs(right[apart] - got[apart]) <= SMALLEST_FAR).all())

    def matters(self, probe: Probe, knob: str, part: str) -> bool:
        """Return whether a switch that is on makes a difference to a part of what the reference gives."""
        return self.inputs.matters(self.reference, probe, knob, part)
