"""The fixture `race`: the CPU time of a call, as a ratio to what the reference needs for the same.

Student and reference run in workers of the same kind, in turn, on fresh inputs, and every output is
checked. The verdict is on minima: they are what load on the machine disturbs least. A race ends as soon as
its verdict is clear and goes on for longer where the ratio is close to a step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from autograder.errors import GraderError
from autograder.grading.trial import Finding, NotPassed, Target, Trial, prepared_call, returned
from autograder.grading.values import require_same
from autograder.grading.verdict import Kind
from autograder.sandbox.code import Code, Returned
from autograder.sandbox.measuring import CpuTime, timed
from autograder.sandbox.outcomes import CodeRaised

CALLS_PER_ROUND = 3
LONGEST_ROUND_SECONDS = 0.06
"""A call that is slow makes fewer calls in each round: what is cold at first hardly counts for it."""
STEPS = ((Fraction(1), 0.0), (Fraction(1, 2), 1 / 3))
"""Shares of the points, each with how far towards `none` it is still given, on a log scale.

The last ends well before: a call that does 27 times the reference's work reads as 18 to 25 times its CPU time,
because what the reference does once finds colder caches than what is done over and over.
"""
CLEAR_AFTER = ((2, 2.0), (4, 1.3), (8, 1.15), (16, 1.08))
"""After so many rounds, a ratio that is this factor away from every step is clear."""
MOST_ROUNDS = 24
MOST_SECONDS = 4.0
"""A race that took longer ends with the rounds it has; one is the least."""
SHORTEST_SECONDS = 1e-6
"""A shorter reading is none: taking the request alone costs more, so the clock was behind."""
AROUND_FACTOR, AROUND_SECONDS = 2.0, 0.3e-3
"""What a worker may spend around a call: so many times what the reference's worker needs, and so much more."""
TOO_FAST = 0.2
LOOPS_COST = (27, 158)
"""Ratios of losses with a Python loop over the examples, from honest work of earlier classes."""


@dataclass(frozen=True)
class Race:
    """The fixture `race`."""

    trial: Trial

    def __call__(
        self,
        target: Target,
        generate: Callable[[np.random.Generator], Sequence[Any]],
        full: float = 10.0,
        none: float = 30.0,
        names: Sequence[str] = (),
    ) -> None:
        """Require right values and CPU time close to the reference's.

        Parameters
        ----------
        target
            `module.function`, or a script that returns a bound call.
        generate
            `rng -> arguments`; called anew for every round. Large enough for a few milliseconds of work,
            with few features: there loops and whole arrays are furthest apart.
        full, none
            Ratios of CPU time: full credit up to `full`, certainly none beyond `none`; see `STEPS`.
        """
        steps = Steps(full, none)
        readings = Readings()
        deadline = time.monotonic() + MOST_SECONDS
        # The first round warms what is loaded lazily and tells how long a call takes; it does not count.
        _, theirs = self._round(target, [tuple(generate(self.trial.rng))], names)
        seen = len(self.trial.outcomes)
        calls = max(1, min(CALLS_PER_ROUND, int(LONGEST_ROUND_SECONDS / theirs.call))) if theirs.call else 1
        for number in range(MOST_ROUNDS):
            arguments = [tuple(generate(self.trial.rng)) for _ in range(calls)]
            readings.add(*self._round(target, arguments, names, student_first=number % 2 == 1))
            # How many rounds there are is chance, and they would all stay in memory; what the call does shows in
            # the first.
            del self.trial.outcomes[seen:]
            if readings.are_clear(steps) or time.monotonic() > deadline:
                break
        self._judge(readings, steps)

    def _round(
        self,
        target: Target,
        arguments: Sequence[tuple[Any, ...]],
        names: Sequence[str],
        student_first: bool = False,
    ) -> tuple[CpuTime, CpuTime]:
        """Let both make a call with each of the arguments; return the CPU time of the reference and the student."""
        reference, student = self.trial.reference, self.trial.student
        assert reference is not None
        runs: dict[Code, tuple[CpuTime, list[Returned | CodeRaised]]] = {}
        for code in (student, reference) if student_first else (reference, student):
            runs[code] = timed([prepared_call(code, target, args) for args in arguments])
        if student.process().has_company():
            message = (
                "the call starts processes, whose time cannot be measured; do the work in the call itself"
            )
            raise NotPassed(Finding(Kind.SLOW, message))
        for expected, got in zip(runs[reference][1], runs[student][1], strict=True):
            require_same(self.trial, returned(expected), got, names)
        return runs[reference][0], runs[student][0]

    def _judge(self, readings: Readings, steps: Steps) -> None:
        ratio = readings.ratio()
        self.trial.measured.update(cpu_ratio=ratio, full=steps.full, none=steps.none)
        if ratio < TOO_FAST:
            self.trial.flags.append(f"too fast to be true: {ratio:.2g} times the reference's CPU time")
        credit = steps.credit(ratio)
        if credit == 1:
            return
        message = (
            f"the call took {ratio:.3g} times the CPU time of a vectorized solution "
            f"({readings.theirs_seconds() * 1e3:.3g} ms against {readings.ours_seconds() * 1e3:.3g} ms): "
            f"{steps.in_words()}. A Python loop over the examples usually costs "
            f"{LOOPS_COST[0]} to {LOOPS_COST[1]} times"
        )
        raise NotPassed(Finding(Kind.SLOW, message, credit=credit, flags=tuple(self.trial.flags)))


@dataclass(frozen=True)
class Steps:
    """Credit as a function of the ratio; iterating gives each share with the ratio that it is given up to."""

    full: float
    none: float

    def __iter__(self) -> Iterator[tuple[Fraction, float]]:
        """Yield (share, ratio), the largest share first."""
        return ((share, self.full * (self.none / self.full) ** position) for share, position in STEPS)

    def credit(self, ratio: float) -> Fraction:
        """Return the share of the points for a ratio."""
        return next((share for share, most in self if ratio <= most), Fraction(0))

    def distance(self, ratio: float) -> float:
        """Return the factor by which a ratio is away from the nearest step."""
        return min(max(ratio / most, most / ratio) for _, most in self)

    def in_words(self) -> str:
        """Return the steps as a student reads them."""
        parts = [
            f"{'all' if share == 1 else share} of the points up to {most:.3g} times" for share, most in self
        ]
        return f"{', '.join(parts)}, none beyond"


@dataclass
class Readings:
    """CPU seconds of every round that was measured, of the reference and of the student.

    A round in which the kernel's clock was behind is left out; of the rest the second smallest counts, so
    that one reading that escaped notice does not decide.
    """

    ours: list[CpuTime] = field(default_factory=list)
    theirs: list[CpuTime] = field(default_factory=list)

    def add(self, ours: CpuTime, theirs: CpuTime) -> None:
        """Add a round."""
        if min(ours.call, theirs.call) >= SHORTEST_SECONDS:
            self.ours.append(ours)
            self.theirs.append(theirs)

    def ours_seconds(self) -> float:
        """Return what the reference needs."""
        return _second_smallest([time.call for time in self.ours])

    def theirs_seconds(self) -> float:
        """Return what the student's code needs, work before the call and after its return included."""
        most = self._transfer_seconds()
        return _second_smallest([time.call + max(0.0, time.around - most) for time in self.theirs])

    def ratio(self) -> float:
        """Return how many times the reference's CPU time the student's code needs."""
        return self.theirs_seconds() / self.ours_seconds()

    def are_clear(self, steps: Steps) -> bool:
        """Return whether more rounds would hardly change the verdict."""
        factors = [factor for rounds, factor in CLEAR_AFTER if rounds <= len(self.theirs)]
        return bool(factors) and steps.distance(self.ratio()) >= factors[-1]

    def _transfer_seconds(self) -> float:
        """Return what taking arguments in and sending a value may cost, by what it costs the reference's worker."""
        return AROUND_FACTOR * _second_smallest([time.around for time in self.ours]) + AROUND_SECONDS


def _second_smallest(readings: list[float]) -> float:
    if not readings:
        raise GraderError("no round of a race could be measured: the workers' clocks stand still")
    return sorted(readings)[min(1, len(readings) - 1)]
