"""Probes: the inputs of a ladder, drawn so that they can say what a mistake depends on."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from autograder.grading.ladder import Amount, Case, Ladder, Size, Switch

COMBINED_FOR_EACH, MOST_COMBINED = 8, 40
"""Probes of a ladder in which several knobs are turned at once: for each knob, and at most."""
DRAWS = (1, 2)
"""The numbers of the two independent draws of every ladder."""
PROBES_OF_RELATIONS = 3
"""Probes of each draw at which a relation between results is tried."""
CONFIRMING_DRAW = 3
"""The number of the draw whose probes may contradict what the other two say."""


@dataclass(frozen=True)
class Probe:
    """One input of a ladder.

    Attributes
    ----------
    settings
        A value for every knob.
    seed
        The draw and a number.
    change
        What was changed in the input after it was drawn: a key that the engine chooses; empty for nothing.
    """

    settings: tuple[tuple[str, Any], ...]
    seed: tuple[int, ...]
    change: Hashable = ""

    def __hash__(self) -> int:
        return self._hash

    @functools.cached_property
    def _hash(self) -> int:
        # Everything that is known of a probe is looked up by it, some thousand times.
        return hash((self.settings, self.seed, self.change))

    def __getitem__(self, knob: str) -> Any:
        return self._by_knob[knob]

    @functools.cached_property
    def _by_knob(self) -> dict[str, Any]:
        return dict(self.settings)

    def with_(self, **settings: Any) -> Probe:
        """Return the probe of the same seed with other settings."""
        return replace(self, settings=tuple({**dict(self.settings), **settings}.items()))

    def again(self, number: int) -> Probe:
        """Return the probe with the same settings and other random numbers."""
        return replace(self, seed=(*self.seed, number))


def probe_of(settings: Mapping[str, Any], *seed: int) -> Probe:
    """Return the probe of some settings."""
    return Probe(tuple(settings.items()), seed)


def design(ladder: Ladder, draw: int) -> list[Probe]:
    """Return the probes of one draw of a ladder: each knob turned alone, with switches on, and several at once."""
    rng = np.random.default_rng([draw, *hashlib.sha256(ladder.name.encode()).digest()[:4]])
    base = ladder.base
    settings: list[dict[str, Any]] = [
        base,
        base | {name: it.on for name, it in ladder.all_of(Switch).items()},
    ]
    on = settings[-1]
    for name, knob in ladder.knobs.items():
        if not isinstance(knob, Amount):
            settings += [{**both, name: value} for value in knob.tried for both in (base, on)]
    settings += [base | dict.fromkeys(pair, True) for pair in combinations(ladder.all_of(Case), 2)]
    settings += [
        base | _equal(ladder, one, other, rng) for one, other in combinations(ladder.all_of(Size), 2)
    ]
    each_once = list({tuple(it.items()): it for it in settings}.values())
    each_once += [
        _combination(ladder, rng) for _ in range(min(COMBINED_FOR_EACH * len(ladder.knobs), MOST_COMBINED))
    ]
    return [probe_of(it, draw, number) for number, it in enumerate(each_once)]


def _combination(ladder: Ladder, rng: np.random.Generator) -> dict[str, Any]:
    settings = ladder.base
    for name, knob in ladder.knobs.items():
        if isinstance(knob, Case):
            settings[name] = bool(rng.random() < 0.25)
        elif isinstance(knob, Switch):
            if rng.random() < 0.5:
                settings[name] = knob.drawn(rng)
        elif not isinstance(knob, Amount) and rng.random() < 0.5:
            settings[name] = knob.tried[rng.integers(len(knob.tried))]
    sizes = list(ladder.all_of(Size))
    if len(sizes) > 1 and rng.random() < 0.25:
        one, other = rng.choice(sizes, size=2, replace=False).tolist()
        settings |= _equal(ladder, one, other, rng)
    return settings


def _equal(ladder: Ladder, one: str, other: str, rng: np.random.Generator) -> dict[str, int]:
    """Return two sizes that are equal, nothing where they cannot be."""
    tried, others = (ladder.all_of(Size)[name].tried for name in (one, other))
    common = sorted(set(tried) & set(others) - {1}) or sorted(set(tried) & set(others))
    return dict.fromkeys((one, other), common[rng.integers(len(common))]) if common else {}


def off_level(ladder: Ladder, rng: np.random.Generator) -> dict[str, Any]:
    """Return random settings whose sizes need not be levels of the ladder."""
    settings = _combination(ladder, rng)
    if rng.random() < 0.5:
        return settings
    for name, knob in ladder.all_of(Size).items():
        if rng.random() < 0.7:
            settings[name] = int(rng.integers(knob.tried[0], knob.tried[-1] + 1))
    return settings


def generic(ladder: Ladder, draw: int, number: int = PROBES_OF_RELATIONS) -> list[Probe]:
    """Return probes without special cases: switches on, sizes of at least three that differ where they can."""
    rng = np.random.default_rng([draw, 77])
    probes = []
    for index in range(number):
        on = {name: it.drawn(rng) for name, it in ladder.all_of(Switch).items()}
        settings, taken = ladder.base | on, set[int]()
        for name in rng.permutation(list(ladder.all_of(Size))).tolist():
            knob: Size = ladder.all_of(Size)[name]
            low, high = max(knob.tried[0], min(3, knob.tried[-1])), min(knob.tried[-1], max(knob.base + 2, 8))
            free = [it for it in range(low, high + 1) if it not in taken] or [knob.base]
            settings[name] = int(rng.choice(free))
            taken.add(settings[name])
        probes.append(probe_of(settings, draw, 500 + index))
    return probes
