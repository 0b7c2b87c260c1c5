"""From which amount on a function overflows: the limit is closed in on by halves, on each draw by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.probes import CONFIRMING_DRAW, DRAWS, Examined, Probe, part_of, probe_of
from autograder.grading.ladder import Amount

CLOSEST = 1.005
"""The limit is known when what is wrong is no more than this many times what is right."""
SAME_LIMIT = 1.15
"""How far the limits of both draws may be apart."""
CONFIRMING = 6
"""Further draws that have to be right below the limit and wrong beyond it, by as much as limits may be apart."""


def facts_of_amounts(examined: Examined, parts: Sequence[str]) -> Iterator[Fact]:
    """Yield the amounts from which on parts that are right otherwise are not."""
    for name, amount in examined.inputs.ladder.all_of(Amount).items():
        found: dict[tuple[str, str], list[str]] = {}
        for part in parts:
            limits = [limit_of(examined, part, name, amount, draw) for draw in DRAWS]
            known = sorted(it for it in limits if it is not None)
            if len(known) < len(limits):
                continue
            (low, one), (high, other) = known
            if (
                one == other
                and high <= SAME_LIMIT * low
                and _is_confirmed(examined, part, name, amount, low, high)
            ):
                found.setdefault((_rounded(math.sqrt(low * high)), one), []).append(part)
        for (limit, how), names in found.items():
            yield Fact(
                about(tuple(names), f"right up to {amount.noun} of about {limit}, {how} beyond"),
                _question(amount, how),
                "amount",
                tuple(names),
                (name, float(limit.replace(" ", "")), how),
                rank=0,
            )


def _question(amount: Amount, how: str) -> str:
    if how in ("NaN", "infinite"):
        return f"Which number in your code grows with the {amount.noun} until it is too large to hold, or rounds to 0?"
    return f"Which step of your code rounds or limits a number when the {amount.noun} grow?"


def limit_of(examined: Examined, part: str, name: str, amount: Amount, draw: int) -> tuple[float, str] | None:
    """Return the largest amount at which a part is right, and what it is beyond; None without such a limit."""

    def at(value: float) -> Probe:
        return probe_of({**examined.inputs.ladder.base, name: value}, draw, 900)

    low, high = amount.base, amount.most
    if examined.state(at(low), part) != "right" or examined.state(at(high), part) == "right":
        return None
    while high > CLOSEST * low:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if examined.state(at(middle), part) == "right" else (low, middle)
    below = [at(amount.base * (low / amount.base) ** share) for share in (0.25, 0.5, 0.75, 0.95)]
    above = [at(high * (amount.most / high) ** share) for share in (0.05, 0.25, 0.5, 0.75, 1.0)]
    if any(examined.state(it, part) != "right" for it in below):
        return None
    ways = {how(examined, it, part) for it in above}
    if "right" in ways:
        return None
    return low, ways.pop() if len(ways) == 1 else "wrong"


def _is_confirmed(examined: Examined, part: str, name: str, amount: Amount, low: float, high: float) -> bool:
    """Return whether other draws have the limit in the same place: it may depend on more than the amount."""
    for number in range(CONFIRMING):
        below, beyond = (
            probe_of({**examined.inputs.ladder.base, name: value}, CONFIRMING_DRAW, 900 + number)
            for value in (low / SAME_LIMIT, min(high * SAME_LIMIT, amount.most))
        )
        if how(examined, below, part) != "right" or how(examined, beyond, part) == "right":
            return False
    return True


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


def _rounded(value: float) -> str:
    """Return a number with two digits, in groups of three."""
    digits = 1 - math.floor(math.log10(value))
    return f"{round(value, digits):,.0f}".replace(",", " ") if value >= 10 else f"{value:.1g}"
