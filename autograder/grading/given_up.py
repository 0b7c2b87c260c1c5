"""Which functions of a hand-in are called no more, because more calls would cost time and tell nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autograder.grading.trial import Finding, Trial
from autograder.model.plan import PlannedTest
from autograder.model.verdict import NOT_TRIED, Kind
from autograder.sandbox.call_failures import CallOutOfDisk, CallTimedOut, ProtocolBroken, WorkerDied

MOST_DEATHS = 5
"""After so many calls that cost a process, a function is called no more: each costs the start of another."""
HANGS = Finding(Kind.TIMED_OUT, f"{NOT_TRIED}: an earlier call of this function did not end")
DIES = f"{NOT_TRIED}: earlier calls of this function cost the process that they ran in"


class GivenUp:
    """Notes how the calls of each function of a hand-in ended.

    A call that does not end in a test of values decides the function. One that does not end in a test of structure,
    whose inputs are large, decides tests of structure alone: whatever its values earn is not touched. Other functions
    are not touched either.
    """

    def __init__(self) -> None:
        self._hangs: set[str] = set()
        self._hangs_in_structure: set[str] = set()
        self._deaths: dict[str, list[Kind]] = {}

    def note(self, test: PlannedTest, trial: Trial, finding: Finding | None) -> None:
        """Note how a run of a test ended."""
        if did_not_end(trial):
            (self._hangs_in_structure if test.structural else self._hangs).add(trial.called_last)
        ends: Iterable[object] = (*trial.outcomes, trial.aftermath)
        if any(isinstance(it, (WorkerDied, ProtocolBroken, CallOutOfDisk)) for it in ends):
            kind = finding.kind if finding is not None else Kind.DIED
            self._deaths.setdefault(trial.called_last, []).append(kind)

    def before(self, test: PlannedTest) -> Mapping[str, Finding]:
        """Return the functions that a test is not to call, and what is said instead."""
        hung = self._hangs | self._hangs_in_structure if test.structural else self._hangs
        dead = {
            name: Finding(kinds[-1], DIES)
            for name, kinds in self._deaths.items()
            if len(kinds) >= MOST_DEATHS
        }
        return dead | dict.fromkeys(hung, HANGS)


def did_not_end(trial: Trial) -> bool:
    """Return whether a call of a run did not end."""
    return any(isinstance(it, CallTimedOut) for it in (*trial.outcomes, trial.aftermath))
