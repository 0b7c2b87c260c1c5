"""Says whether one part of a result is the slope of another, as it is for the reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from autograder.grading.explain.conditions import pronoun
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact
from autograder.grading.explain.inputs import Change
from autograder.grading.explain.outcomes import part_of
from autograder.grading.explain.probes import PROBES_OF_RELATIONS, Probe, generic
from autograder.grading.ladder import Case, Ladder, Switch

STEPS = (1e-4, 1e-5)
"""Steps of the difference quotients that a slope is compared with; both have to say the same."""
KINK = 0.1
"""From this relative difference on, slopes on both sides of a point are two."""
SAME_SLOPE, OTHER_SLOPE = 1e-4, 1e-2
"""Relative differences up to the first are those of difference quotients; from the second on they are a mistake."""


def slope_state(examined: Examined, probe: Probe, seed: int = 0) -> bool | None:
    """Return whether a derivative is the slope of the function's own values; None where that cannot be told."""
    nearby = _nearby(examined, probe, seed)
    if nearby is None:
        return None
    value, derivative, _ = examined.inputs.ladder.slope
    here, right = (part_of(it, derivative) for it in (examined.outcome(probe), examined.expected(probe)))
    assert here is not None and right is not None
    direction, steps = nearby
    found = set()
    for step, after in steps.items():
        own = _quotient([part_of(examined.outcome(it), value) for it in after], step)
        reference = _quotient([part_of(examined.expected(it), value) for it in after], step)
        if own is None or reference is None:
            return None
        scale = max(float(np.abs(here * direction).sum()), abs(own), 1e-3)
        if abs(reference - float((right * direction).sum())) > SAME_SLOPE * max(abs(reference), scale):
            return None  # the reference has a kink here
        if _has_kink(
            [part_of(examined.outcome(it), value) for it in (after[0], probe, after[1])], step, scale
        ):
            return None
        apart = abs(own - float((here * direction).sum()))
        found.add(True if apart <= SAME_SLOPE * scale else False if apart >= OTHER_SLOPE * scale else None)
    return found.pop() if len(found) == 1 else None


def _nearby(
    examined: Examined, probe: Probe, seed: int
) -> tuple[np.ndarray, dict[float, list[Probe]]] | None:
    """Return a direction, and the two probes a step along it for each step; None where no slope can be told."""
    _, derivative, argument = examined.inputs.ladder.slope
    arguments = examined.inputs.arguments(probe)
    here = part_of(examined.outcome(probe), derivative)
    right = part_of(examined.expected(probe), derivative)
    if arguments is None or here is None or right is None or here.shape != right.shape:
        return None
    point = np.asarray(arguments[argument], dtype=np.float64)
    if here.shape != point.shape or not np.isfinite(here).all():
        return None
    rng = np.random.default_rng([seed, *probe.seed])
    # Along the right derivative, so that the slope is not a small difference of large numbers.
    direction = np.where(right < 0, -1.0, 1.0) * rng.uniform(0.5, 1.5, size=point.shape)
    key = ("along", argument, seed, probe.seed, probe.settings, examined.reference.space)
    return direction, {
        step: [
            examined.inputs.changed(
                probe, (*key, sign * step), _along(argument, point + sign * step * direction)
            )
            for sign in (1, -1)
        ]
        for step in STEPS
    }


def _agreed(examined: Examined, probes: Sequence[Probe]) -> bool | None:
    """Return what all probes say that say anything, None if they disagree or are too few."""
    found = _slope_states(examined, probes)
    return found[0] if len(found) > PROBES_OF_RELATIONS and len(set(found)) == 1 else None


def _slope_states(examined: Examined, probes: Sequence[Probe]) -> list[bool]:
    examined.ask(probes)
    nearby = [it[1].values() for probe in probes if (it := _nearby(examined, probe, 0)) is not None]
    examined.ask(probe for steps in nearby for pair in steps for probe in pair)
    states = (slope_state(examined, probe) for probe in probes)
    return [it for it in states if it is not None]


def special_slopes(ladder: Ladder, draw: int) -> list[Probe]:
    """Return a probe with each special case alone, at which a derivative may be no slope."""
    (plain, *_) = generic(ladder, draw, 1)
    return [plain.with_(**{name: True}) for name in ladder.all_of(Case)]


def _is_slope_where_wrong(examined: Examined, parts: Sequence[str], probes: Sequence[Probe]) -> bool:
    """Return whether a derivative is a slope in all special cases that tell, and something is wrong where it is one.

    What is right belongs together in any case.
    """
    special = [it for draw in (1, 2) for it in special_slopes(examined.inputs.ladder, draw)]
    if not all(_slope_states(examined, special)):
        return False
    return any(examined.state(it, part) == "wrong" for it in [*probes, *special] for part in parts)


def _along(argument: str, point: np.ndarray) -> Change:
    return lambda arguments: {**arguments, argument: point}


def _quotient(values: Sequence[np.ndarray | None], step: float) -> float | None:
    """Return the difference quotient of two single numbers, None if they are something else."""
    above, below = values
    if above is None or below is None or above.ndim or below.ndim:
        return None
    slope = float(above - below) / (2 * step)
    return slope if np.isfinite(slope) else None


def _has_kink(values: Sequence[np.ndarray | None], step: float, scale: float) -> bool:
    """Return whether a single number grows by much less, or much more, above a point than below it."""
    above, here, below = values
    if above is None or here is None or below is None or here.ndim:
        return False
    return bool(abs(float(above - here) - float(here - below)) > KINK * scale * step)


def facts_of_slope(examined: Examined, states: dict[str, bool], probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield whether the derivative is the slope of the function's own values, where that tells something.

    Parameters
    ----------
    states
        For the value and its derivative, whether it is right at all probes of the ladder; without one that is known.
    """
    ladder = examined.inputs.ladder
    if not ladder.slope:
        return
    value, derivative, argument = ladder.slope
    if states.get(value, True) or states.get(derivative, True):
        return  # one is right, or right elsewhere, and the other is not: so much is known
    off = [probe.with_(**{name: it.off for name, it in ladder.all_of(Switch).items()}) for probe in probes]
    with_it = _agreed(examined, probes)
    if with_it is None:
        return
    without = _agreed(examined, off)
    parts = (value, derivative)
    switches = list(ladder.all_of(Switch).values())
    yours = f"your {derivative} is the slope of your own {value} by {argument}"
    if with_it is without is True and _is_slope_where_wrong(examined, parts, [*probes, *off]):
        yield Fact(
            f"{yours[0].upper()}{yours[1:]}, so the two belong together.",
            f"Look at {value} first: which term of it is not what the task asks for?",
            "slope",
            parts,
            (True, True),
            rank=1,
        )
    elif without is True and with_it is False and len(switches) == 1:
        noun = switches[0].noun
        yield Fact(
            f"Without {noun}, {yours}; with {pronoun(noun)}, it is not.",
            f"What is the derivative of what {noun} adds to your {value}?",
            "slope",
            parts,
            (True, False),
            rank=1,
        )
    elif with_it is without is False:
        yield Fact(
            f"Your {derivative} is not the slope of your own {value} by {argument}.",
            f"Move one entry of {argument} a little: by how much does your {value} change, and by how much does "
            f"your {derivative} say?",
            "slope",
            parts,
            (False, False),
            rank=4,
        )
