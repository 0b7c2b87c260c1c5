"""Says on which side of the right numbers, or of the right answers, wrong ones lie."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.grading.explain.conditions import APART
from autograder.grading.explain.decimals import are_whole
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.likeness import ordinary
from autograder.grading.explain.outcomes import NEAR, Outcome, part_of
from autograder.grading.explain.probes import Probe
from autograder.grading.explain.properties import FEWEST
from autograder.grading.explain.regions import is_chosen
from autograder.grading.ladder import Case

FEWEST_ASIDE = 24
"""Wrong entries that must all lie on the same side, for that not to be chance."""
FEW_ASIDE = 8
"""Wrong results that are looked at before all of them are."""
FEW_NUMBERS = 3
"""Whole numbers that are all there is in right results, where these say which of some cases there is."""


SIDES: Mapping[str, tuple[str, str]] = {
    "too small by 1": (
        "where it is wrong, it is too small by 1",
        "Which step of your code cuts off decimals that should be rounded, or starts to count too late?",
    ),
    "too large by 1": (
        "where it is wrong, it is too large by 1",
        "Which step of your code rounds up what should be rounded to the nearest, or counts one too many?",
    ),
    "too small": (
        "where it is wrong, it is always too small",
        "Which step of your code leaves something out, or takes too much away?",
    ),
    "too large": (
        "where it is wrong, it is always too large",
        "Which step of your code counts something more than once, or takes too little away?",
    ),
    "too close to 0": (
        "where it is wrong, it is always too close to 0",
        "Which factor or which summand is left out?",
    ),
    "too far from 0": (
        "where it is wrong, it has the right sign, but is always too far from 0",
        "Which factor or which summand is one too many?",
    ),
    "off by 1": (
        "where it is wrong, it is off by 1",
        "Which step of your code makes whole numbers, and which of two neighbours does it choose?",
    ),
    "false": (
        "where it is wrong, it is always False and should be True",
        "Which case does your code refuse that the task allows?",
    ),
    "true": (
        "where it is wrong, it is always True and should be False",
        "Which case does your code allow that the task refuses?",
    ),
}
"""On which side of the right numbers wrong ones lie, with what is said of it; the first that holds is said."""
TELLING_SIDES = frozenset({"too small by 1", "too large by 1", "off by 1", "false", "true"})
"""Those that say what to look for."""
_CHOOSES = "How does your code compare two of them, and which of the two does it keep?"
_STARTS = "At which number does the task start to count, and at which does your code?"
_DECIDES = (
    "Which of the numbers does the task ask for there, and which step of your code decides between them?"
)


def facts_of_sides(examined: Examined, part: str, probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield on which side of the right numbers all wrong ones lie; special cases apart if that is telling.

    Of labels, or places in a list, none is too large or too small but by 1.
    """
    chosen, places = is_chosen(examined, part), _may_be_places(examined, part)
    values = _values(examined, part)
    one_of_few = values is not None and part_of(examined.expected(probes[0]), part) is not None
    cases = dict.fromkeys(examined.inputs.ladder.all_of(Case), False)
    for apart in (False, True):
        first = ordinary(examined, probes) if apart else probes
        # A few show most of the time that there is no such side.
        wrong = (it for it in first if examined.state(it, part) not in (None, "right"))
        few = list(itertools.islice(wrong, FEW_ASIDE))
        if not all(sides_of(examined, part, these, fewest=0) for these in (few, first)):
            continue
        further = [it.with_(**cases) for it in examined.inputs.further] if apart else examined.further
        examined.ask(further)
        sides = sides_of(examined, part, [*first, *further])
        if sides and (sides[0] in TELLING_SIDES or not apart):
            said, question = SIDES[sides[0]]
            if one_of_few and sides[0] == "off by 1":
                return  # whatever else is there would be
            if places and sides[0] not in ("too small by 1", "too large by 1"):
                return
            if one_of_few:
                question = _DECIDES
            elif places:
                question = _STARTS
            elif chosen:
                question = _CHOOSES
            rank = 1 if sides[0] in TELLING_SIDES else 4
            words = f"{said}{APART if apart else ''}"
            yield Fact(about((part,), words), question, "side", (part,), (sides[0], apart), rank=rank)
            return


OPPOSITES: Mapping[str, tuple[str, Callable[[np.ndarray, np.ndarray], np.ndarray]]] = {
    "other": (
        "has in every entry the other of the two values that there are",
        lambda right, values: values.sum() - right,
    ),
    "sign": ("has the opposite sign in every entry that is not 0", lambda right, values: -right),
}
"""What may stand in the place of every one of a few numbers, with what is said of it."""


def facts_of_opposites(examined: Examined, part: str, probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield that a part whose numbers say which of two or three cases there is has the opposite one everywhere."""
    values = _values(examined, part)
    if values is None or len(values) not in (2, 3):
        return
    name = "other" if len(values) == 2 else "sign"
    if is_opposite(examined, part, name, probes[:FEW_ASIDE], fewest=0) and is_opposite(
        examined, part, name, [*probes, *examined.further]
    ):
        said = OPPOSITES[name][0]
        question = "Which comparison or which sign in your code is the wrong way round?"
        yield Fact(about((part,), said), question, "opposite", (part,), (name, False), rank=-1)


def is_opposite(
    examined: Examined, part: str, name: str, probes: Sequence[Probe], fewest: int = FEWEST
) -> bool:
    """Return whether a part is at each probe the opposite of the right one, and at so many of them not that itself."""
    values = _values(examined, part)
    if values is None:
        return False
    seen = 0
    for probe in probes:
        if examined.outcome(probe) is None:
            continue
        right, truth = _numbers_or_truth(examined.expected(probe), part)
        got, also = _numbers_or_truth(examined.outcome(probe), part)
        if right is None or got is None or truth is not also:
            return False
        if not np.array_equal(OPPOSITES[name][1](right, values), got):
            return False
        seen += not np.array_equal(right, got)
    return seen >= fewest


def _values(examined: Examined, part: str) -> np.ndarray | None:
    """Return all numbers in right results, (values,) float64, if these are a few whole ones, or say what is true."""

    def find() -> np.ndarray | None:
        right = (_numbers_or_truth(examined.expected(it), part)[0] for it in examined.inputs.design)
        found = np.unique(np.concatenate([np.empty(0), *(it.ravel() for it in right if it is not None)]))
        return found if len(found) <= FEW_NUMBERS and are_whole(found) else None

    return examined.inputs.shared(("values", examined.reference.space, part), find)


def _may_be_places(examined: Examined, part: str) -> bool:
    """Return whether right results may be labels or places in a list: whole numbers in no table that say which one.

    They are out of the numbers of an argument, or below the number of things that an argument holds or says.
    """

    def find() -> bool:
        right = [(probe, part_of(examined.expected(probe), part)) for probe in examined.inputs.design]
        known = [(it, examined.inputs.arguments(probe) or {}) for probe, it in right if it is not None]
        if not known or not all(it.ndim < 2 and are_whole(it) for it, _ in known):
            return False
        return is_chosen(examined, part) or all(
            it.min() >= 0 and it.max() < _most_things(arguments.values()) for it, arguments in known
        )

    return examined.inputs.shared(("places", examined.reference.space, part), find)


def _most_things(values: Iterable[Any]) -> int:
    """Return the largest number of things that any of some arguments holds, or says."""
    numbers = [0]
    for value in values:
        if isinstance(value, np.ndarray):
            numbers += value.shape
        elif isinstance(value, (list, tuple, dict)):
            numbers.append(len(value))
        elif isinstance(value, int):
            numbers.append(value)
    return max(numbers)


@np.errstate(all="ignore")
def sides_of(examined: Examined, part: str, probes: Sequence[Probe], fewest: int = FEWEST_ASIDE) -> list[str]:
    """Return every side that all wrong entries lie on, the strongest first; none where there are too few of them."""
    rights, gots = [], []
    truth, whole = False, True
    for probe in probes:
        if examined.state(probe, part) in (None, "right"):
            continue
        right, truth = _numbers_or_truth(examined.expected(probe), part)
        got, also = _numbers_or_truth(examined.outcome(probe), part)
        if right is None or got is None or right.shape != got.shape or truth is not also:
            return []
        if np.isnan(right).any() or np.isnan(got).any():
            return []
        scale = float(np.abs(right[np.isfinite(right)]).max(initial=0))
        wrong = ~((np.abs(got - right) <= NEAR * scale) | (got == right))
        # Of measured numbers, a few may be whole without being counted.
        whole &= are_whole(right) and are_whole(got)
        rights.append(right[wrong])
        gots.append(got[wrong])
    right, got = (np.concatenate(it) if it else np.empty(0) for it in (rights, gots))
    if len(right) < fewest:
        return []
    if truth:
        return [name for name, value in (("false", 0), ("true", 1)) if (got == value).all()]
    apart = got - right
    holds = {
        "too small by 1": whole and bool((apart == -1).all()),
        "too large by 1": whole and bool((apart == 1).all()),
        "too small": bool((apart < 0).all()),
        "too large": bool((apart > 0).all()),
        "too close to 0": bool((got * right >= 0).all() and (np.abs(got) < np.abs(right)).all()),
        "too far from 0": bool((got * right > 0).all() and (np.abs(got) > np.abs(right)).all()),
        "off by 1": whole and bool((np.abs(apart) == 1).all()),
    }
    return [name for name, it in holds.items() if it]


def _numbers_or_truth(outcome: Outcome | None, part: str) -> tuple[np.ndarray | None, bool]:
    """Return a part as an array of numbers, and whether these stand for True and False."""
    found = part_of(outcome, part)
    if found is not None or outcome is None or outcome.parts is None:
        return found, False
    value = outcome.parts[part]
    if isinstance(value, np.ndarray):
        array = value
    elif isinstance(value, (list, tuple)) and all(isinstance(it, (bool, np.bool_)) for it in value):
        array = np.array(value, dtype=bool)
    elif isinstance(value, (bool, np.bool_)):
        array = np.array(value)
    else:
        return None, False
    return (array.astype(np.float64), True) if array.dtype.kind == "b" and array.size else (None, False)
