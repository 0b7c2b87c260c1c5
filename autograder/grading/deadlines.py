"""How long a call may take: so many times what the reference takes in the same test, and never less than 0.3 seconds.

Versions that compute one number at a time in Python take up to 520 times as long as the reference where values are
compared, and 820 times where cost is measured, on inputs that are large; `benchmarks/deadlines.py` shows how far they
stay from their deadlines. The import of a file has time of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from autograder.model.assignment import Limits
from autograder.model.plan import PlannedTest

FACTOR = 1000.0
"""So many times what the slowest call of the reference takes."""
STRUCTURE_FACTOR = 4.0
"""Tests of structure give that much more: their inputs are larger, and some make several calls in a row."""
STRUCTURE_LEAST_FACTOR = 10.0
"""So many times the least is theirs: lines and arrays are counted there, which takes most of the time of a loop."""
MOST_SECONDS = 10.0
"""No reference earns its test more than this; the author may, by `seconds_per_call`."""


class Deadlines:
    """The seconds of CPU time that a call of each test may take, as `TimeUsed` counts them.

    The reference is asked only when a call has used up the least that every call has: that is enough for nearly all.

    Parameters
    ----------
    limits
        Of the assignment.
    slowest_call
        Returns the seconds of the slowest call of the reference in a test; None where there is no reference, so that
        every call has the most.
    """

    def __init__(self, limits: Limits, slowest_call: Callable[[PlannedTest], float] | None) -> None:
        self._least = limits.seconds_per_call
        self._slowest_call = slowest_call
        self._known: dict[str, float] = {}

    def so_far(self, test: PlannedTest) -> float:
        """Return what a call may take before the reference is asked."""
        if self._slowest_call is None:
            return self.of(test)
        return self._known.get(test.id) or self._least_of(test)

    def of(self, test: PlannedTest) -> float:
        """Return what a call may take."""
        if test.id not in self._known:
            slowest = self._slowest_call(test) if self._slowest_call is not None else math.inf
            factor = STRUCTURE_FACTOR if test.structural else 1.0
            by_reference = min(MOST_SECONDS, factor * FACTOR * slowest)
            self._known[test.id] = max(self._least_of(test), by_reference)
        return self._known[test.id]

    def _least_of(self, test: PlannedTest) -> float:
        return STRUCTURE_LEAST_FACTOR * self._least if test.structural else self._least
