"""Says whether wrong numbers are the right ones, rounded: to how many decimals, and which way."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.outcomes import LARGEST_COUNT, NEAR, part_of
from autograder.grading.explain.probes import Probe
from autograder.grading.explain.properties import FEWEST, holds_where_wrong

MOST_DECIMALS = 4
"""Results that are rounded to more decimals are nearly right."""
MOST_ROUNDING = 1e-3
"""What a large number may be from a whole one that it stands for."""
FEWEST_WHOLE = 3
"""Different whole numbers that must have been seen, for a result not to be whole by chance."""


@dataclass(frozen=True)
class Rounding:
    """A way to lose decimals.

    Attributes
    ----------
    words
        "rounded down to whole numbers" is made of "rounded down" and the number of decimals.
    within
        Returns whether differences are such as it makes: of what came to what is right, in units of the last decimal
        that is left, and the right numbers.
    """

    words: str
    within: Callable[[np.ndarray, np.ndarray], bool]


def _nearest(apart: np.ndarray, right: np.ndarray) -> bool:
    return bool((np.abs(apart) <= 0.5 + NEAR).all())


def _down(apart: np.ndarray, right: np.ndarray) -> bool:
    return bool(((apart > -1) & (apart <= NEAR)).all())


def _up(apart: np.ndarray, right: np.ndarray) -> bool:
    return _down(-apart, right)


def _towards_zero(apart: np.ndarray, right: np.ndarray) -> bool:
    return _down(apart * np.where(right < 0, -1, 1), right)


ROUNDINGS: Mapping[str, Rounding] = {
    "nearest": Rounding("rounded", _nearest),
    "cut": Rounding("cut off", _towards_zero),
    "down": Rounding("rounded down", _down),
    "up": Rounding("rounded up", _up),
}
"""Ways to lose decimals, those first that say more."""
_DECIMALS = ("", "one decimal", "two decimals", "three decimals", "4 decimals")


def facts_of_rounding(examined: Examined, part: str, probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield how a part is the right one without some of its decimals; or that it is whole, and should not be."""
    for decimals in range(MOST_DECIMALS + 1):
        for name, rounding in ROUNDINGS.items():
            rounded = functools.partial(is_rounded, name=name, decimals=decimals)
            if holds_where_wrong(examined, part, probes, rounded) and not has_more_decimals(
                examined, part, [*probes, *examined.further], decimals
            ):
                to = f" after {_DECIMALS[decimals]}" if name == "cut" else f" to {_DECIMALS[decimals]}"
                if not decimals:
                    to = " to whole numbers" if name != "cut" else " after the point"
                yield Fact(
                    about((part,), f"is what it should be, {rounding.words}{to}"),
                    "Which step of your code rounds a number, or puts it where only whole ones can be?"
                    if not decimals
                    else "Which step of your code rounds a number, and does the task ask for that?",
                    "rounding",
                    (part,),
                    (name, decimals, False),
                    rank=-1,
                )
                return
    # What further probes cost is spent where they could contradict something.
    if is_whole_alone(examined, part, probes, fewest=0) and is_whole_alone(
        examined, part, [*probes, *examined.further]
    ):
        yield Fact(
            about((part,), "holds whole numbers alone, and should not"),
            "Which array of your code can hold whole numbers only, or which step rounds them?",
            "whole",
            (part,),
            (True,),
            rank=1,
        )


@np.errstate(all="ignore")
def is_rounded(right: np.ndarray, got: np.ndarray, name: str, decimals: int) -> bool:
    """Return whether numbers are the right ones, which are not whole, rounded in this way to so many decimals."""
    if right.shape != got.shape or not np.isfinite(got).all():
        return False
    unit = 10.0**decimals
    if not are_whole(unit * got) or are_whole(unit * right):
        return False
    return ROUNDINGS[name].within(unit * (got - right), right)


def has_more_decimals(examined: Examined, part: str, probes: Sequence[Probe], decimals: int) -> bool:
    """Return whether a part has more decimals than these anywhere: what is right there has not been rounded."""
    came = (part_of(examined.outcome(it), part) for it in probes)
    return any(it is not None and not are_whole(10.0**decimals * it[np.isfinite(it)]) for it in came)


def is_whole_alone(examined: Examined, part: str, probes: Sequence[Probe], fewest: int = FEWEST) -> bool:
    """Return whether a part is made of whole numbers wherever the right one is not, and of different ones."""
    seen: set[float] = set()
    occasions = 0
    for probe in probes:
        right, got = part_of(examined.expected(probe), part), part_of(examined.outcome(probe), part)
        if right is None or got is None or right.shape != got.shape or are_whole(right):
            continue
        if not np.isfinite(got).all() or not are_whole(got):
            return False
        seen |= set(got.ravel().tolist())
        occasions += 1
    return occasions >= fewest and len(seen) >= min(fewest, FEWEST_WHOLE)


@np.errstate(all="ignore")
def are_whole(numbers: np.ndarray) -> bool:
    """Return whether all numbers are whole but for rounding, and small enough to have been counted."""
    if np.abs(numbers).max(initial=0) > LARGEST_COUNT:
        return False
    rounding = np.minimum(1e-9 * np.maximum(1, np.abs(numbers)), MOST_ROUNDING)
    return bool((np.abs(numbers - np.round(numbers)) <= rounding).all())
