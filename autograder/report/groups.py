"""Puts checks that failed in the same way together, so that one slip is explained once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.model.verdict import Kind, Verdict


@dataclass(frozen=True)
class Group:
    """Checks that failed with the same message.

    Attributes
    ----------
    shown
        The one to explain in full: the first of those with the shortest counterexample.
    others
        The rest, in their order.
    """

    shown: Verdict
    others: tuple[Verdict, ...] = ()

    @property
    def rest(self) -> str:
        """What to say of the others; empty where there are none."""
        if not self.others:
            return ""
        return f"… and {len(self.others)} more {'fails' if len(self.others) == 1 else 'fail'} in the same way"


def grouped(verdicts: Iterable[Verdict]) -> list[Group]:
    """Return the groups of those that are not passed, in the order of their first."""
    groups: dict[tuple[Kind, str, str | None], list[Verdict]] = {}
    for verdict in verdicts:
        if not verdict.passed:
            groups.setdefault((verdict.kind, verdict.message, verdict.hint), []).append(verdict)
    return [_group(alike) for alike in groups.values()]


def _group(alike: list[Verdict]) -> Group:
    shown = min(alike, key=lambda verdict: len(verdict.counterexample) or 1_000_000)
    return Group(shown, tuple(verdict for verdict in alike if verdict is not shown))
