"""From which amount on a function overflows: the limit is closed in on by halves, on each draw by itself."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.outcomes import part_of
from autograder.grading.explain.probes import CONFIRMING_DRAW, DRAWS, Probe, probe_of
from autograder.grading.ladder import Amount

CLOSEST = 1.005
"""The limit is known when what is wrong is no more than this many times what is right."""
SAME_LIMIT = 1.15
"""How far the limits of both draws may be apart to be told as one."""
MOST_APART = 4.0
"""How far they may be apart to be told at all."""
CLOSE_BY = 1.3
"""How far apart limits may be that further draws have widened."""
CONFIRMING = 6
"""Further draws that have to be right below the limit and wrong beyond it, by as much as limits may be apart."""


def facts_of_amounts(examined: Examined, parts: Sequence[str]) -> Iterator[Fact]:
    """Yield the amounts from which on parts that are right otherwise are not."""
    for name, amount in examined.inputs.ladder.all_of(Amount).items():
        found: dict[tuple[float, float, str], list[str]] = {}
        for part in parts:
            limits = limits_of(examined, part, name, amount)
            known = [it for it in limits if it is not None]
            if len(known) < len(limits):
                continue
            low, high = min(it.low for it in known), max(it.high for it in known)
            ways = {it.how for it in known}
            if len(ways) == 1 and high <= MOST_APART * low:
                low, high = _with_further_draws(examined, part, name, amount, low, high)
            if len(ways) == 1 and high <= MOST_APART * low and _is_confirmed(examined, part, name, low, high):
                found.setdefault((*_rounded(low, high), ways.pop()), []).append(part)
        for (low, high, how), names in found.items():
            limit = f"right up to {amount.noun} of about {_in_groups(low)}"
            yield Fact(
                about(
                    tuple(names),
                    f"{limit}, {how} beyond" if low == high else f"{limit}, {how} from {_in_groups(high)} on",
                ),
                _question(amount, how),
                "amount",
                tuple(names),
                (name, low, high, how),
                rank=0,
            )


def _question(amount: Amount, how: str) -> str:
    if how in ("NaN", "infinite"):
        return f"Which number in your code grows with the {amount.noun} until it is too large to hold, or rounds to 0?"
    return f"Which step of your code rounds or limits a number when the {amount.noun} grow?"


@dataclass(frozen=True)
class Limit:
    """A part is right up to one amount, and from another on it is as `how` says."""

    low: float
    high: float
    how: str


def _with_further_draws(
    examined: Examined, part: str, name: str, amount: Amount, low: float, high: float
) -> tuple[float, float]:
    """Return limits that hold of further draws, too, where these are close by; otherwise the same.

    The class of one example may decide which of two limits a draw has.
    """
    examined.ask(it for number in range(CONFIRMING) for it in _around(examined, name, low, high, number))
    others = [
        number for number in range(CONFIRMING) if not _is_between(examined, part, name, low, high, number)
    ]
    # One that is farther away than this would not be told.
    near = low / CLOSE_BY, min(high * CLOSE_BY, amount.most)
    found = _closed_in_on(examined, part, name, [(CONFIRMING_DRAW, number) for number in others], *near)
    known = [(low, high), *(it for it in found if it is not None)]
    lowest, highest = min(it[0] for it in known), max(it[1] for it in known)
    return (low, high) if None in found or highest > CLOSE_BY * lowest else (lowest, highest)


def limits_of(examined: Examined, part: str, name: str, amount: Amount) -> list[Limit | None]:
    """Return up to which amount a part is right, and from which on it is wrong, for each draw; None without limits."""
    found = _closed_in_on(examined, part, name, [(draw, 0) for draw in DRAWS], amount.base, amount.most)
    return [
        None if limits is None else _limit_of(examined, part, name, amount, draw, *limits)
        for draw, limits in zip(DRAWS, found, strict=True)
    ]


def _limit_of(
    examined: Examined, part: str, name: str, amount: Amount, draw: int, low: float, high: float
) -> Limit | None:
    """Return the limits of one draw that has been closed in on; None if other amounts contradict them.

    In between, rounding may make it right by chance.
    """

    def at(value: float) -> Probe:
        return _probe_at(examined, name, value, draw, 0)

    def is_right(value: float) -> bool:
        return examined.state(at(value), part) == "right"

    below = [amount.base * (low / amount.base) ** share for share in (0.25, 0.5, 0.75, 0.85, 0.95)]
    above = [high * (amount.most / high) ** share for share in (0.05, 0.25, 0.5, 0.75, 1.0)]
    examined.ask(at(it) for it in (*below, *above))
    right = list(itertools.takewhile(is_right, below))
    if len(right) < len(below):
        low = right[-1] if right else amount.base
    ways = {how(examined, at(it), part) for it in above}
    if "right" in ways or low == amount.base:
        return None
    return Limit(low, high, ways.pop() if len(ways) == 1 else "wrong")


def _closed_in_on(
    examined: Examined, part: str, name: str, draws: Sequence[tuple[int, int]], low: float, high: float
) -> list[tuple[float, float] | None]:
    """Return up to which amount between two of them each draw is right, and from which on wrong; None if it is not so.

    All draws are asked about together, as the way across costs more than a call.
    """

    def is_right(draw: tuple[int, int], value: float) -> bool:
        return examined.state(_probe_at(examined, name, value, *draw), part) == "right"

    examined.ask(_probe_at(examined, name, value, *draw) for draw in draws for value in (low, high))
    limits = {draw: (low, high) for draw in draws if is_right(draw, low) and not is_right(draw, high)}
    while middles := {
        draw: math.sqrt(below * beyond)
        for draw, (below, beyond) in limits.items()
        if beyond > CLOSEST * below
    }:
        examined.ask(_probe_at(examined, name, value, *draw) for draw, value in middles.items())
        for draw, middle in middles.items():
            below, beyond = limits[draw]
            limits[draw] = (middle, beyond) if is_right(draw, middle) else (below, middle)
    return [limits.get(draw) for draw in draws]


def _probe_at(examined: Examined, name: str, value: float, draw: int, number: int) -> Probe:
    return probe_of({**examined.inputs.ladder.base, name: value}, draw, 900 + number)


def _is_confirmed(examined: Examined, part: str, name: str, low: float, high: float) -> bool:
    """Return whether other draws have the limit in the same place: it may depend on more than the amount."""
    return all(_is_between(examined, part, name, low, high, number) for number in range(CONFIRMING))


def _is_between(examined: Examined, part: str, name: str, low: float, high: float, number: int) -> bool:
    """Return whether a further draw is right below these limits and wrong beyond them."""
    below, beyond = _around(examined, name, low, high, number)
    return how(examined, below, part) == "right" and how(examined, beyond, part) != "right"


def _around(examined: Examined, name: str, low: float, high: float, number: int) -> list[Probe]:
    """Return probes of a further draw just below and just beyond some limits."""
    ladder = examined.inputs.ladder
    values = low / SAME_LIMIT, min(high * SAME_LIMIT, ladder.all_of(Amount)[name].most)
    return [_probe_at(examined, name, it, CONFIRMING_DRAW, number) for it in values]


def how(examined: Examined, probe: Probe, part: str) -> str:
    """Return how a part is at a probe: right, wrong, NaN, infinite, or what it raises."""
    if examined.state(probe, part) == "right":
        return "right"
    outcome = examined.outcome(probe)
    if outcome is not None and outcome.raised:
        return f"raises {outcome.raised}"
    got = part_of(outcome, part)
    if got is None or np.isfinite(got).all():
        return "wrong"
    return "NaN" if np.isnan(got).any() else "infinite"


def _rounded(low: float, high: float) -> tuple[float, float]:
    """Return limits with two digits; one for both if they are nearly the same."""
    if high <= SAME_LIMIT * low:
        low = high = math.sqrt(low * high)
    return _two_digits(low), _two_digits(high)


def _two_digits(value: float) -> float:
    return round(value, 1 - math.floor(math.log10(value)))


def _in_groups(value: float) -> str:
    """Return a number with its digits in groups of three."""
    return f"{value:,.0f}".replace(",", " ") if value >= 10 else f"{value:g}"
