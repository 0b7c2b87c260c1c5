"""How wrong numbers lie beside the right ones: rounded, to one side of them, or apart by what many entries share."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from autograder.grading.explain.conditions import APART, counted
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.likeness import ordinary
from autograder.grading.explain.outcomes import FAR, LARGEST_COUNT, NEAR, Outcome, close, part_of
from autograder.grading.explain.probes import CONFIRMING_DRAW, Probe, off_level, probe_of
from autograder.grading.explain.properties import FEWEST, holds_where_wrong
from autograder.grading.explain.regions import is_chosen
from autograder.grading.ladder import Case, Size, Switch

MOST_DECIMALS = 4
"""Results that are rounded to more decimals are nearly right."""
MOST_ROUNDING = 1e-3
"""What a large number may be from a whole one that it stands for."""
FEWEST_WHOLE = 3
"""Different whole numbers that must have been seen, for a result not to be whole by chance."""
FEWEST_ASIDE = 24
"""Wrong entries that must all lie on the same side, for that not to be chance."""
FEW_ASIDE = 8
"""Wrong results that are looked at before all of them are."""
FEW_NUMBERS = 3
"""Whole numbers that are all there is in right results, where these say which of some cases there is."""
FEWEST_SHARING = 3
"""Entries that have to share a factor, or a difference, for that to be more than chance."""
FEWEST_TELLING = 16
"""Probes, of which one at least has to tell that entries share something, before all are looked at."""
FEWEST_STRETCHED = 5
"""Different entries that have to share both, as any two numbers do."""
CONFIRMING_SMALLEST = 12
"""Further probes at the smallest of a size, of what is said for that size alone."""


# --- decimals -----------------------------------------------------------------------------------------


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
    if not _are_whole(unit * got) or _are_whole(unit * right):
        return False
    return ROUNDINGS[name].within(unit * (got - right), right)


def has_more_decimals(examined: Examined, part: str, probes: Sequence[Probe], decimals: int) -> bool:
    """Return whether a part has more decimals than these anywhere: what is right there has not been rounded."""
    came = (part_of(examined.outcome(it), part) for it in probes)
    return any(it is not None and not _are_whole(10.0**decimals * it[np.isfinite(it)]) for it in came)


def is_whole_alone(examined: Examined, part: str, probes: Sequence[Probe], fewest: int = FEWEST) -> bool:
    """Return whether a part is made of whole numbers wherever the right one is not, and of different ones."""
    seen: set[float] = set()
    occasions = 0
    for probe in probes:
        right, got = part_of(examined.expected(probe), part), part_of(examined.outcome(probe), part)
        if right is None or got is None or right.shape != got.shape or _are_whole(right):
            continue
        if not np.isfinite(got).all() or not _are_whole(got):
            return False
        seen |= set(got.ravel().tolist())
        occasions += 1
    return occasions >= fewest and len(seen) >= min(fewest, FEWEST_WHOLE)


@np.errstate(all="ignore")
def _are_whole(numbers: np.ndarray) -> bool:
    if np.abs(numbers).max(initial=0) > LARGEST_COUNT:
        return False
    rounding = np.minimum(1e-9 * np.maximum(1, np.abs(numbers)), MOST_ROUNDING)
    return bool((np.abs(numbers - np.round(numbers)) <= rounding).all())


# --- to one side --------------------------------------------------------------------------------------

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
        return found if len(found) <= FEW_NUMBERS and _are_whole(found) else None

    return examined.inputs.shared(("values", examined.reference.space, part), find)


def _may_be_places(examined: Examined, part: str) -> bool:
    """Return whether right results may be labels or places in a list: whole numbers in no table that say which one.

    They are out of the numbers of an argument, or below the number of things that an argument holds or says.
    """

    def find() -> bool:
        right = [(probe, part_of(examined.expected(probe), part)) for probe in examined.inputs.design]
        known = [(it, examined.inputs.arguments(probe) or {}) for probe, it in right if it is not None]
        if not known or not all(it.ndim < 2 and _are_whole(it) for it, _ in known):
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
        whole &= _are_whole(right) and _are_whole(got)
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


# --- what entries share -------------------------------------------------------------------------------


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
