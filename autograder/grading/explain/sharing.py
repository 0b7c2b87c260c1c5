"""Says what wrong entries share: one factor, one difference, or both, in each row or column or everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from autograder.grading.explain.conditions import APART, counted
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.likeness import ordinary
from autograder.grading.explain.outcomes import FAR, NEAR, close, part_of
from autograder.grading.explain.probes import CONFIRMING_DRAW, Probe, off_level, probe_of
from autograder.grading.explain.properties import FEWEST
from autograder.grading.ladder import Case, Size, Switch

FEWEST_SHARING = 3
"""Entries that have to share a factor, or a difference, for that to be more than chance."""
FEWEST_TELLING = 16
"""Probes, of which one at least has to tell that entries share something, before all are looked at."""
FEWEST_STRETCHED = 5
"""Different entries that have to share both, as any two numbers do."""
CONFIRMING_SMALLEST = 12
"""Further probes at the smallest of a size, of what is said for that size alone."""


@dataclass(frozen=True)
class Shared:
    """What entries may share.

    Attributes
    ----------
    what
        A factor, a difference, or one of each: what comes is stretched and moved.
    axis
        Along which they share it, of matrices, or of three axes where it is the last, -1; None for all entries.
    said, question
        What is said of it.
    """

    what: Literal["factor", "difference", "both"]
    axis: int | None
    said: str
    question: str


_MULTIPLY = "By what should your code multiply or divide {}?"
_STRETCH = "What should your code take from {}, and by what should it divide?"
_ADD = "What should your code add to {}, or take away?"
SHARED: Mapping[str, Shared] = {
    "factor": Shared(
        "factor",
        None,
        "is what it should be times a number that all entries share",
        _MULTIPLY.format("them all"),
    ),
    "factor of each row": Shared(
        "factor",
        1,
        "each row is what it should be times a number of its own",
        _MULTIPLY.format("a whole row"),
    ),
    "factor of each column": Shared(
        "factor",
        0,
        "each column is what it should be times a number of its own",
        _MULTIPLY.format("a whole column"),
    ),
    "factor along the last axis": Shared(
        "factor",
        -1,
        "along the last axis, entries are what they should be times a number that they share",
        _MULTIPLY.format("the entries along the last axis"),
    ),
    "difference": Shared(
        "difference",
        None,
        "differs from what it should be by a number that all entries share",
        _ADD.format("them all"),
    ),
    "difference of each row": Shared(
        "difference",
        1,
        "each row differs from what it should be by a number of its own",
        _ADD.format("a whole row"),
    ),
    "difference of each column": Shared(
        "difference",
        0,
        "each column differs from what it should be by a number of its own",
        _ADD.format("a whole column"),
    ),
    "both": Shared(
        "both",
        None,
        "is what it should be times a number plus another, both of which all entries share",
        _STRETCH.format("all entries"),
    ),
    "both of each row": Shared(
        "both",
        1,
        "each row is what it should be times a number of its own, plus another",
        _STRETCH.format("a whole row"),
    ),
    "both of each column": Shared(
        "both",
        0,
        "each column is what it should be times a number of its own, plus another",
        _STRETCH.format("a whole column"),
    ),
}
"""What entries may share, those first that say more."""


def facts_of_sharing(examined: Examined, part: str, probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield which entries of a part are apart from the right ones by the same factor, or by the same difference."""
    wrong = [it for it in probes if examined.state(it, part) != "right"]
    if not _has_enough(examined, part, wrong):
        return
    for apart in (False, True):
        these = ordinary(examined, wrong) if apart else wrong
        for name, shared in SHARED.items():
            if not shares(examined, part, these, name, fewest=1):
                continue
            every = [*wrong, *examined.further]
            if shares(examined, part, ordinary(examined, every) if apart else every, name):
                words = f"{shared.said}{APART if apart else ''}"
                claim = name, "", apart
                # Much is stretched and moved: what it ignores, or which of its rows are right, says more.
                rank = 3 if shared.what == "both" else 0
                yield Fact(about((part,), words), shared.question, "shared", (part,), claim, rank=rank)
                return


def facts_of_sharing_at_the_smallest(
    examined: Examined, part: str, probes: Sequence[Probe]
) -> Iterator[Fact]:
    """Yield the same for the smallest of a size alone.

    The gradient for one example is one factor apart where those of several are not.
    """
    if not _has_enough(examined, part, probes):
        return
    ladder = examined.inputs.ladder
    switches = ladder.all_of(Switch)
    without = "".join(f" and without {it.noun}" for it in switches.values())
    off = [it for it in probes if all(it[name] == switch.off for name, switch in switches.items())]
    for knob in (name for name, size in ladder.all_of(Size).items() if size.tried[0] == 1):
        these = [it for it in off if it[knob] == 1]
        for name, shared in SHARED.items():
            if shared.what == "both" or not shares(examined, part, these, name, fewest=2):
                continue
            further = smallest(examined, knob, CONFIRMING_DRAW)
            examined.ask(further)
            if shares(examined, part, [*these, *further], name):
                it_is = "it " if shared.axis is None else ""
                words = f"for {counted(ladder, knob, 1)}{without}, {it_is}{shared.said}"
                claim = name, knob, False
                yield Fact(about((part,), words), shared.question, "shared", (part,), claim, rank=3)
                return


def _has_enough(examined: Examined, part: str, probes: Sequence[Probe]) -> bool:
    """Return whether a part has enough entries anywhere for some of them to share something."""
    right = (part_of(examined.expected(it), part) for it in probes)
    return any(it is not None and it.size >= FEWEST_SHARING for it in right)


def smallest(examined: Examined, knob: str, draw: int) -> list[Probe]:
    """Return further probes with one of what a size counts, and without switches.

    Two of three have nothing else special; in the others, each special case is there in turn, alone.
    """
    rng = np.random.default_rng([draw, 5])
    ladder = examined.inputs.ladder
    off = {name: it.off for name, it in ladder.all_of(Switch).items()} | {knob: 1}
    cases = list(ladder.all_of(Case))
    settings = []
    for number in range(max(CONFIRMING_SMALLEST, 3 * len(cases))):
        drawn = off_level(ladder, rng)
        special = {name: name == cases[number // 3 % len(cases)] for name in cases}
        settings.append(drawn | (ladder.base if number % 3 else special) | off)
    return [probe_of(it, draw, 5000 + number) for number, it in enumerate(settings)]


def shares(examined: Examined, part: str, probes: Sequence[Probe], name: str, fewest: int = FEWEST) -> bool:
    """Return whether entries share a factor or a difference wherever a part is wrong, and are enough there to tell."""
    shared = SHARED[name]
    axis = shared.axis
    seen = looked_at = 0
    for probe in probes:
        state = examined.state(probe, part)
        if state in (None, "right"):
            continue
        right, got = part_of(examined.expected(probe), part), part_of(examined.outcome(probe), part)
        if right is None or got is None or right.shape != got.shape:
            return False
        if shared.what == "factor" and not right.any() and np.isnan(got).all():
            continue  # 0 / 0: a factor is missing for want of numbers
        if not np.isfinite(right).all() or not np.isfinite(got).all():
            return False
        if axis is not None and right.ndim != (3 if axis < 0 else 2):
            return False
        pairs = (right, got) if axis != 0 else (right.T, got.T)
        length = right.size if axis is None else pairs[0].shape[-1]
        rights, gots = (it.reshape(-1, length) for it in pairs)
        lines = list(zip(rights, gots, strict=True))
        if len(lines[0][0]) < FEWEST_SHARING:
            continue  # so few entries nearly always share something
        tells = False
        for line in lines:
            number = _shared(*line, shared.what)
            if number is None:
                return False
            # Lines that are right share a factor of 1.
            tells |= bool(np.isfinite(number) and number != 0 and not close(*line, NEAR))
        # So near to what is right, all entries may share a factor of nearly 1.
        seen += tells and state != "unclear"
        looked_at += 1
        if not seen and looked_at == FEWEST_TELLING:
            return False
    return seen >= fewest


@np.errstate(all="ignore")
def _shared(right: np.ndarray, got: np.ndarray, what: str) -> float | None:
    """Return the factor or the difference that a line of numbers shares, NaN where any would do; None without one."""
    scale = float(max(np.abs(right).max(), np.abs(got).max()))
    if what == "both":
        return _stretched(right, got, scale)
    if what == "difference":
        apart = got - right
        if np.ptp(apart) > NEAR * scale:
            return None
        return float(apart.mean()) if np.ptp(right) > FAR * scale else np.nan
    if not right.any():
        return None if got.any() else np.nan
    if not got.any():
        return 0.0
    factor = float(got @ right / (right @ right))
    if (
        np.abs(got - factor * right).max()
        > NEAR * np.abs(got).max() + NEAR * abs(factor) * np.abs(right).max()
    ):
        return None
    distinct = len(np.unique(np.round(right[right != 0] / np.abs(right).max(), 6)))
    return factor if distinct >= FEWEST_SHARING else np.nan


def _stretched(right: np.ndarray, got: np.ndarray, scale: float) -> float | None:
    """Return by how much a line of numbers is stretched that may be moved, too; NaN where any two would do."""
    centred = right - right.mean()
    if np.ptp(got) <= NEAR * scale:
        return 0.0 if np.ptp(right) > FAR * scale else np.nan
    if np.ptp(right) <= FAR * scale:
        return None
    factor = float(centred @ got / (centred @ centred))
    if np.abs(got - got.mean() - factor * centred).max() > NEAR * scale:
        return None
    distinct = len(np.unique(np.round(centred / np.abs(centred).max(), 6)))
    return factor if distinct >= FEWEST_STRETCHED else np.nan
