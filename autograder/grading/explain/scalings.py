"""What becomes of a result when the numbers of an argument are doubled, change their signs, or are moved by 1.

What should become of it is what becomes of the reference's at every probe that was tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.inputs import Inputs
from autograder.grading.explain.outcomes import FAR, close, part_of
from autograder.grading.explain.probes import Probe

FEWEST = 4
"""Probes at which it must have been seen."""


@dataclass(frozen=True)
class Scaling:
    """A change of all numbers of an argument.

    Attributes
    ----------
    words
        "{} is doubled", with the place of the argument's name.
    change
        Returns the numbers that come instead.
    effects
        What may become of a result: returns the numbers that come instead, with what is said where they do not.
    """

    words: str
    change: Callable[[Any], Any]
    effects: Mapping[str, tuple[Callable[[np.ndarray], np.ndarray], str]]


def _same(numbers: np.ndarray) -> np.ndarray:
    return numbers


def _times(factor: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda numbers: factor * numbers


SCALINGS: Mapping[str, Scaling] = {
    "opposite": Scaling(
        "{} changes its sign",
        lambda numbers: -numbers,
        {
            "same": (_same, "changes when {}, and should not"),
            "opposite": (_times(-1.0), "does not change its sign when {}, and should"),
        },
    ),
    "moved": Scaling(
        "1 is added to {}",
        lambda numbers: numbers + 1,
        {
            "same": (_same, "changes when {}, and should not"),
            "moved": (lambda numbers: numbers + 1, "does not grow by 1 when {}, and should"),
        },
    ),
    "doubled": Scaling(
        "{} is doubled",
        lambda numbers: 2 * numbers,
        {
            "same": (_same, "changes when {}, and should not"),
            "twice": (_times(2.0), "is not doubled when {}, and should be"),
            "half": (_times(0.5), "is not halved when {}, and should be"),
            "four times": (_times(4.0), "is not four times as large when {}, and should be"),
            "a quarter": (_times(0.25), "is not a quarter as large when {}, and should be"),
        },
    ),
}
"""Changes of an argument, with what may become of a result; those first whose effect says more."""


def facts_of_scalings(
    examined: Examined, parts: Sequence[str], probes: Sequence[Probe], all_probes: Sequence[Probe]
) -> Iterator[Fact]:
    """Yield which changes of an argument have another effect on a part than they should have, the first of each part.

    Parameters
    ----------
    probes
        Ordinary ones.
    all_probes
        These and others, which show what numbers an argument may have.
    """
    if not parts:
        return
    arguments = list(_changeable(examined.inputs, all_probes))
    tried = [(name, scaling, argument) for name, scaling in SCALINGS.items() for argument in arguments]
    # Most have the effect that they should have, or none that could be told, as the first probe shows.
    examined.ask(scaled(examined.inputs, probes[0], *it[::2]) for it in tried)
    left = list(parts)
    for name, scaling, argument in tried:
        broken: dict[str, list[str]] = {}
        for part in list(left):
            effect = broken_effect(examined, part, name, argument, probes)
            if effect:
                broken.setdefault(effect, []).append(part)
                left.remove(part)
        for effect, names in broken.items():
            changed = scaling.words.format(argument)
            yield Fact(
                about(tuple(names), scaling.effects[effect][1].format(changed)),
                f"Which step of your code should take care of that, and what does it do when {changed}?",
                "scaling",
                tuple(names),
                (name, argument, effect),
                rank=3,
            )


def _changeable(inputs: Inputs, probes: Sequence[Probe]) -> Iterator[str]:
    """Yield the arguments whose numbers may be any: real ones of both signs.

    Those that are never negative may be shares or distances, which have no other sign and may not be as large as one
    likes.
    """
    drawn = [it for probe in probes if (it := inputs.arguments(probe)) is not None]
    for name in drawn[0] if drawn else ():
        values = [np.asarray(it[name]) for it in drawn if isinstance(it[name], (float, np.ndarray))]
        if len(values) == len(drawn) and all(it.dtype.kind == "f" for it in values):
            numbers = np.concatenate([it.ravel() for it in values])
            if min((numbers < 0).mean(), (numbers > 0).mean()) > 0.2:
                yield name


def scaled(inputs: Inputs, probe: Probe, name: str, argument: str) -> Probe:
    """Return the probe with the numbers of an argument changed."""
    change = SCALINGS[name].change
    return inputs.changed(
        probe, ("scaled", name, argument), lambda it: {**it, argument: change(it[argument])}
    )


@np.errstate(all="ignore")
def broken_effect(
    examined: Examined, part: str, name: str, argument: str, probes: Sequence[Probe], fewest: int = FEWEST
) -> str:
    """Return the effect that a change has on what is right at every probe, and on what came at none; or nothing.

    It is nothing, too, where fewer than `fewest` probes can be changed.
    """
    effects = SCALINGS[name].effects
    left: list[str] = list(effects)
    seen = 0
    for probe in probes:
        after = scaled(examined.inputs, probe, name, argument)
        if examined.inputs.arguments(probe) is None:
            continue
        right, then = (part_of(examined.expected(it), part) for it in (probe, after))
        if right is None or then is None or not np.isfinite(right).all() or not right.any():
            return ""
        left = [it for it in left if close(effects[it][0](right), then, FAR / 10)]
        if not left:
            return ""
        got, came = (part_of(examined.outcome(it), part) for it in (probe, after))
        if any(it is None or not np.isfinite(it).all() or it.shape != right.shape for it in (got, came)):
            return ""
        assert got is not None and came is not None
        if close(effects[left[0]][0](got), came, FAR):
            return ""
        seen += 1
    return left[0] if seen >= fewest else ""
