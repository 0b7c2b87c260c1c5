"""The fixture `loops`: decides "vectorized" by counting Python events at n, at 2n and, where they grow, at 4n.

A place in the code that runs more often when there are more examples is a Python-level loop over the
examples. Work in large chunks grows too, but slowly: the busiest place may grow by less than n / 8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.grading.failures import file_and_line
from autograder.grading.trial import Finding, NotPassed, Target, Trial, prepared_call, returned
from autograder.grading.values import require_same
from autograder.grading.verdict import Kind
from autograder.sandbox.code import Returned
from autograder.sandbox.outcomes import CodeRaised

CHUNK = 8
"""A loop over chunks of more than this many examples is no loop over examples."""
DEEPER = 1.25
"""Where k nested loops are allowed, a count that grows by this factor more than n**k comes from a deeper one."""
MOST_FOR_EACH = 1_000
MOST_RUNS = 10_000_000
"""What is told of counts: whole numbers for each example up to the first, others up to the second."""
FEWEST_EVENTS = 1
"""A call of a Python function is an event; a call without any was hidden."""


@dataclass(frozen=True)
class Count:
    """How often a place ran, and the student's line that it ran for."""

    file: str
    line: int
    times: int


Counts = Mapping[str, Count]


@dataclass(frozen=True)
class Loops:
    """The fixture `loops`."""

    trial: Trial

    def __call__(
        self,
        target: Target,
        generate: Callable[[int, np.random.Generator], Sequence[Any]],
        at_most: int = 0,
        n: int = 32,
        names: Sequence[str] = (),
        over: str = "examples",
    ) -> None:
        """Require right values and at most `at_most` nested Python loops over the axis that n scales.

        Parameters
        ----------
        target
            `module.function`, or a script that returns a bound call.
        generate
            `(n, rng) -> arguments`, with n entries along one axis and every other axis fixed.
        over
            What that axis counts, for the message.
        """
        self._outcome(target, generate(n, self.trial.rng), names)  # imports on the way are not counted
        counted = [self._count(target, generate(size, self.trial.rng), names) for size in (n, 2 * n)]
        growing = growing_places(counted[0], counted[1], n, at_most)
        if not growing:
            return
        # A third size tells a loop over n from one over what the data happened to hold.
        counted.append(self._count(target, generate(4 * n, self.trial.rng), names))
        lasting = set(growing_places(counted[1], counted[2], 2 * n, at_most))
        place = next((place for place in growing if place in lasting), None)
        if place is not None:
            runs = [counts[place].times if place in counts else 0 for counts in counted]
            told = runs if _is_plain(runs, n) else [_roughly(times) for times in runs]
            self.trial.measured.update(n=n, runs_at_n=told[0], runs_at_2n=told[1])
            about = "" if told == runs else "about "
            raise NotPassed(Finding(Kind.LOOPS, _message(counted[-1][place], told, about, n, at_most, over)))

    def _count(self, target: Target, args: Sequence[Any], names: Sequence[str]) -> Counts:
        lines = self._outcome(target, args, names, count_lines=True).lines or ()
        counted = {place: Count(file, line, times) for place, file, line, times in lines}
        if sum(count.times for count in counted.values()) < FEWEST_EVENTS:
            raise NotPassed(Finding(Kind.LOOPS, "the call ran less Python than any call must"))
        return counted

    def _outcome(
        self, target: Target, args: Sequence[Any], names: Sequence[str], count_lines: bool = False
    ) -> Returned:
        """Make the call and return what came of it, after checking that it is right."""
        expected = returned(self.trial.expected(target, tuple(args), {}))
        got: Returned | CodeRaised
        try:
            got = prepared_call(self.trial.student, target, tuple(args)).outcome(count_lines=count_lines)
        except CodeRaised as error:
            got = error
        require_same(self.trial, expected, got, names)
        assert isinstance(got, Returned)
        return got


def growing_places(small: Counts, large: Counts, n: int, at_most: int) -> list[str]:
    """Return the places whose count grows more from n to 2n than is allowed; the student's own and fastest first."""
    allowed = n**at_most * n / CHUNK
    grown = []
    for place, count in large.items():
        few = small[place].times if place in small else 0
        deeper = at_most == 0 or count.times > few * 2**at_most * DEEPER
        if deeper and count.times - few >= allowed:
            own = bool(count.file) and place.startswith(count.file)
            grown.append((own, count.times - few, few, place))
    return [place for *_, place in sorted(grown, reverse=True)]


def _is_plain(runs: Sequence[int], n: int) -> bool:
    """Return whether counts at n, 2n and 4n are a whole number for each example, give or take two."""
    each = (runs[1] - runs[0]) // n
    rests = {times - each * size for times, size in zip(runs, (n, 2 * n, 4 * n), strict=True)}
    return 0 < each <= MOST_FOR_EACH and len(rests) == 1 and -2 <= min(rests) <= 2


def _roughly(times: int) -> int:
    """Return a count by its first digit.

    The worker's own word is no more than that: code that has seen hidden inputs could count up to them.
    """
    unit = int(10 ** (len(str(times)) - 1))
    return min(MOST_RUNS, round(times / unit) * unit)


def _message(where: Count, times: Sequence[int], about: str, n: int, at_most: int, over: str) -> str:
    line = f"{file_and_line(where.file, where.line)}," if where.file else "the code"
    allowed = (
        "no Python loop" if at_most == 0 else f"{at_most} nested Python loop{'s' * (at_most > 1)} at most"
    )
    return (
        f"{line} runs in a Python loop: {about}{times[0]} times for {n} {over}, "
        f"{about}{times[1]} times for {2 * n}, {about}{times[2]} times for {4 * n}. "
        f"This question allows {allowed} over the {over}"
    )
