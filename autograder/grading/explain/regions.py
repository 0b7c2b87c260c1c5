"""Finds the conditions that part where a function is right from where it is wrong.

A statement is made only if both draws of the ladder agree with it, if chance would hardly part the probes like that,
and if probes that were drawn to contradict it do not.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from autograder.grading.explain.conditions import Condition, Where, conditions_of
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.moves import Moved
from autograder.grading.explain.outcomes import LARGEST_COUNT, State, numbers, part_of
from autograder.grading.explain.probes import CONFIRMING_DRAW, Probe, off_level, probe_of
from autograder.grading.ladder import Case, Ladder, Size, Switch

MOST_CHANCE = 1e-5
"""A statement that chance would meet more often than this, wherever the wrong probes lie, is not made."""
WORTH_CONFIRMING = 1e-2
"""Chance up to which a statement is tried on further probes, until they make it as unlikely as that."""
MOST_CONFIRMING = 30
"""Further probes on each side of a statement, at most."""
CONTRADICTING = 8
"""Probes that are drawn to contradict a statement, at least: in the region of each condition, and twice as many
elsewhere."""
TRIED_WITH_EACH = 3
"""How often each special case is tried with a statement, at least, where it holds and elsewhere."""
MOSTLY, MOST = 0.8, 2 / 3
"""The share of probes from which on it is most of them; and the share that has to be so of further ones."""
MOST_SHARED, MOST_LOOKED_AT, ROUNDED = 100, 20, 1e-9
"""Numbers that are whole once they are multiplied by one number up to the first are shares of that many things; so
many of them are looked at, and so far they may be from whole ones."""
SELDOM = 0.5
"""The share of probes up to which it is too few of them to be spoken of."""
_TRIES = 30

Table = Sequence[tuple[Probe, State]]


@dataclass(frozen=True)
class Question:
    """What is asked of each probe: whether a part is wrong there, or whether the call raises an exception.

    Attributes
    ----------
    part
        The part of the result; for exceptions any of them.
    bad
        The states that count as wrong.
    words
        For these and for the others.
    by_chance
        Whether wrong code may well be right by chance, as with labels: then it is never said to be wrong always.
    """

    part: str
    bad: frozenset[State]
    words: tuple[str, str]
    by_chance: bool = False

    def asked(self, examined: Examined, probe: Probe) -> bool | None:
        """Return the answer; None where there is none."""
        state = examined.state(probe, self.part)
        if state is None or (state == "unclear" and "wrong" in self.bad):
            return None
        return state in self.bad


def questions_of(examined: Examined, part: str, table: Table) -> Iterator[Question]:
    """Yield what is worth asking: of exceptions, where there are others than wrong values; and of anything wrong."""
    states = {state for _, state in table}
    raised = {it.raised for probe, _ in table if (it := examined.outcome(probe)) and it.raised}
    raises = f"raises {raised.pop()}" if len(raised) == 1 else "raises an exception"
    if {"raised"} < states - {"right"}:
        yield Question(part, frozenset({"raised"}), (raises, "gives a result"))
    if "unclear" not in states:
        wrong = "wrong or an exception" if "raised" in states else "wrong"
        words = (wrong if states & {"wrong", "odd"} else raises, "right")
        by_chance = "wrong" in states and not is_real(examined, part)
        yield Question(part, frozenset({"wrong", "raised", "odd"}), words, by_chance)


def is_real(examined: Examined, part: str) -> bool:
    """Return whether the right values of a part are measured on a continuous scale, so that none is met by chance.

    They are not if they are chosen from the numbers of an argument.
    """

    def find() -> bool:
        right = [(probe, part_of(examined.expected(probe), part)) for probe in examined.inputs.design]
        known = [(probe, it) for probe, it in right if it is not None]
        if not known or all(_are_counts_or_shares(it) for _, it in known):
            return False
        return not all(
            it.ndim == 0 and _is_from(it, examined.inputs.arguments(probe) or {}) for probe, it in known
        )

    return examined.inputs.shared(("real", examined.reference.space, part), find)


def is_chosen(examined: Examined, part: str) -> bool:
    """Return whether right results are out of the numbers that an argument holds, as labels and best settings are."""

    def find() -> bool:
        right = [(probe, part_of(examined.expected(probe), part)) for probe in examined.inputs.design]
        known = [(it, examined.inputs.arguments(probe) or {}) for probe, it in right if it is not None]
        return bool(known) and all(_is_from(it, arguments) for it, arguments in known)

    return examined.inputs.shared(("chosen", examined.reference.space, part), find)


def _is_from(result: np.ndarray, arguments: Mapping[str, Any]) -> bool:
    """Return whether all numbers of a result, which is no table, are among the several of an argument."""
    if result.ndim > 1:
        return False
    several = (numbers(np.array([*it])) for it in arguments.values() if _holds_several(it))
    return any(it is not None and bool(np.isin(result, it).all()) for it in several)


def _holds_several(value: Any) -> bool:
    """Return whether an argument is an array, or a list of numbers or a table by numbers, and holds several."""
    if isinstance(value, np.ndarray):
        return value.size > 1
    if not isinstance(value, (list, tuple, dict)):
        return False
    return len(value) > 1 and all(isinstance(it, (int, float)) for it in value)


def _are_counts_or_shares(right: np.ndarray) -> bool:
    """Return whether all numbers are whole, or whole parts of some number of things."""
    if np.abs(right).max() > LARGEST_COUNT:
        return False
    if (right == np.round(right)).all():
        return True
    counts = right.reshape(1, -1)[:, :MOST_LOOKED_AT] * np.arange(1, MOST_SHARED + 1)[:, np.newaxis]
    return bool((np.abs(counts - np.round(counts)) < ROUNDED).all(axis=1).any())


def where_bad(
    examined: Examined, question: Question, probes: Sequence[Probe], apart: bool = False
) -> Where | None:
    """Return where the answer to a question is yes, None if no conditions say it.

    Parameters
    ----------
    apart
        Whether no probe has a special case, and none that is drawn to contradict a statement is to have one.
    """
    answers = [question.asked(examined, it) for it in probes]
    if None in answers or True not in answers or False not in answers:
        return None
    bad = np.array(answers, dtype=bool)
    conditions = [it for it in conditions_of(examined.inputs.ladder) if not (apart and it.sort == "where")]
    for where, chance in _candidates(examined, question.part, probes, bad, question.by_chance, conditions):
        number = _confirming(chance, float((bad == where.wrong).mean()))
        if number > MOST_CONFIRMING:
            continue
        if question.by_chance and any(it.sort == "from" for it in where.conditions):
            # Next to a limit, wrong code may be right by chance most of the time.
            number = MOST_CONFIRMING
        worded = replace(where, bad=question.words[0], good=question.words[1], apart=apart)
        refined = _refined(examined, question, worded)
        if refined is not None and is_confirmed(examined, question, refined, number):
            return replace(refined, mostly=refined.mostly and _is_mostly(examined, question, refined))
    return None


def _is_mostly(examined: Examined, question: Question, where: Where) -> bool:
    """Return whether most further probes outside the region of a statement are the opposite of those in it, too."""
    cases = examined.inputs.ladder.all_of(Case)
    probes = [it for it in examined.further if not (where.apart and any(it[name] for name in cases))]
    examined.inputs.ask_without(examined.reference, probes, _switched_by(where.conditions))
    answers = [
        question.asked(examined, it) is not where.wrong
        for it in probes
        if examined.outcome(it) is not None and not where.there(examined, question.part, it)
    ]
    return sum(answers) > MOST * len(answers)


def _confirming(chance: float, share: float) -> int:
    """Return how many probes have to agree with a statement, when such a share of all would by chance."""
    if chance <= MOST_CHANCE or share == 0:
        return CONTRADICTING
    return max(CONTRADICTING, math.ceil(math.log(MOST_CHANCE / chance) / math.log(share)))


def _candidates(
    examined: Examined,
    part: str,
    probes: Sequence[Probe],
    bad: np.ndarray,
    by_chance: bool,
    conditions: Sequence[Condition],
) -> Iterator[tuple[Where, float]]:
    """Yield the statements that no probe contradicts, and how often chance would make them.

    Exact ones come first, then those that leave the least open.
    """
    met = _met(examined, part, probes, conditions)
    pure = {
        wrong: {it: there for it, there in met.items() if there.any() and (bad[there] == wrong).all()}
        for wrong in ((False,) if by_chance else (False, True))
    }

    def where(wrong: bool, there: np.ndarray, *them: Condition) -> Where:
        opposite = (bad[~there] != wrong).mean()
        # How often wrong code is right by chance depends on the sizes that are drawn, so "mostly" is not said of it.
        exact, mostly = bool(opposite == 1) and not by_chance, bool(opposite > MOSTLY) and not by_chance
        return Where(them, wrong, exact, mostly)

    for wrong, regions in pure.items():
        for condition, there in regions.items():
            if (condition.holds or by_chance) and (bad[~there] != wrong).all():
                yield from _unlikely(where(wrong, there, condition), bad, there)
    # Where wrong code may be right by chance, two conditions can always be found that take in what chance left over.
    for wrong, regions in () if by_chance else pure.items():
        for one, other in _pairs(regions, int((bad == wrong).sum())):
            plain = not wrong or (_is_special(one) and _is_special(other))
            if plain and one.knob != other.knob:
                there = regions[one] | regions[other]
                yield from _unlikely(where(wrong, there, one, other), bad, there)
    if by_chance:
        yield from _two_cases(bad, met)
    open_ones = [
        (int((~there).sum()), where(wrong, there, condition), there)
        for wrong, regions in pure.items()
        for condition, there in regions.items()
        if condition.sort in ("from", "with", "where")
        and not there.all()
        and (condition.sort != "with" or _is_literal(examined.inputs.ladder, condition, probes, bad, wrong))
        # That what is wrong nearly everywhere is always wrong in a region would tell nothing.
        and (not wrong or (~bad[~there]).mean() > SELDOM)
    ]
    # A number from which on something is wrong says more than a case in which there may be nothing to compute.
    open_ones.sort(key=lambda it: (it[1].leaves_much_open, it[0]))
    for _, found, there in open_ones:
        yield from _unlikely(found, bad, there)
    # What was always the opposite elsewhere, until further probes were drawn, may still be so in most cases.
    for _, found, there in open_ones:
        if found.exact:
            yield from _unlikely(replace(found, exact=False), bad, there)


def _met(
    examined: Examined, part: str, probes: Sequence[Probe], conditions: Sequence[Condition]
) -> Mapping[Condition, np.ndarray]:
    """Return which probes of a ladder meet each condition; the same for a class."""

    def find() -> Mapping[Condition, np.ndarray]:
        switches = dict.fromkeys(_switched_by(conditions))
        examined.inputs.ask_without(examined.reference, probes, switches)
        return {it: np.array([it.met(examined, part, probe) for probe in probes]) for it in conditions}

    key = "met", examined.reference.space, part, tuple(probes), tuple(conditions)
    return examined.inputs.shared(key, find)


def _pairs(regions: Mapping[Condition, np.ndarray], wanted: int) -> Iterator[tuple[Condition, Condition]]:
    """Yield the pairs of regions that take in so many probes together, each of them two that the other does not."""
    if len(regions) < 2:
        return
    conditions, there = list(regions), np.array(list(regions.values()), dtype=np.int64)
    sizes, common = there.sum(axis=1), there @ there.T
    alone = sizes[:, np.newaxis] - common
    found = (alone + sizes == wanted) & (np.minimum(alone, alone.T) >= 2)
    for one, other in np.argwhere(np.triu(found, 1)).tolist():
        yield conditions[one], conditions[other]


def _two_cases(bad: np.ndarray, met: Mapping[Condition, np.ndarray]) -> Iterator[tuple[Where, float]]:
    """Yield the two special cases outside which nothing is wrong, where wrong code may be right by chance in them.

    Where chance leaves little over, there are two of them that take it in: it has to be unlikely enough for all pairs.
    """
    cases = [it for it in met if it.sort == "where" and it.holds]
    pairs = [(one, other, met[one] | met[other]) for one, other in combinations(cases, 2)]
    for one, other, there in sorted(pairs, key=lambda it: it[2].sum()):
        alone = met[one] & ~met[other], met[other] & ~met[one]
        both_needed = min(int((bad & it).sum()) for it in alone) >= 2
        if both_needed and not bad[~there].any():
            where = Where((one, other), wrong=False, exact=False, outside=True)
            for found, chance in _unlikely(where, bad, ~there):
                if chance * len(pairs) <= MOST_CHANCE:
                    yield found, chance


def _is_literal(
    ladder: Ladder, condition: Condition, probes: Sequence[Probe], bad: np.ndarray, wrong: bool
) -> bool:
    """Return whether all probes with a switch on are alike, those too in which that makes no difference."""
    off = ladder.knobs[condition.knob].tried[0]  # type: ignore[union-attr]
    on = np.array([it[condition.knob] != off for it in probes])
    return not condition.holds or bool((bad[on] == wrong).all())


def _is_special(condition: Condition) -> bool:
    """Return whether a condition names what is special, not what is ordinary."""
    return condition.holds and condition.sort != "from"


def _unlikely(where: Where, bad: np.ndarray, there: np.ndarray) -> Iterator[tuple[Where, float]]:
    """Yield a statement unless chance makes it often: that all of a region is alike, or all that is unlike in it."""
    same = int((bad == where.wrong).sum())
    inside, total = int(there.sum()), len(bad)
    if inside > same:
        return
    chance = math.comb(same, inside) / math.comb(total, inside)
    if chance <= WORTH_CONFIRMING:
        yield where, chance


# --- looking for contradictions -----------------------------------------------------------------------


def _refined(examined: Examined, question: Question, where: Where) -> Where | None:
    """Return the statement with thresholds that are known to the number, None if sizes in between contradict it."""
    if len(where.conditions) > 1:
        closed = all(it.sort != "from" or it.value - it.below == 1 for it in where.conditions)
        return where if closed else None
    condition = where.conditions[0]
    if condition.sort != "from":
        return where
    ladder = examined.inputs.ladder
    on = {name: it.on for name, it in ladder.all_of(Switch).items()}
    low, high = condition.below, int(condition.value)
    while high - low > 1:
        middle = (low + high) // 2
        probes = [
            probe_of({**ladder.base, **also, condition.knob: middle}, CONFIRMING_DRAW, number)
            for number in (1, 2)
            for also in ({}, on)
        ]
        examined.ask(probes)
        answers = {question.asked(examined, it) for it in probes}
        if None in answers or (where.exact and len(answers) > 1):
            return None
        met = (answers == {where.wrong}) is condition.holds
        low, high = (low, middle) if met else (middle, high)
    return replace(where, conditions=(replace(condition, value=high, below=low),))


def is_confirmed(examined: Examined, question: Question, where: Where, number: int = CONTRADICTING) -> bool:
    """Return whether probes that were drawn to contradict a statement agree with it, on both sides of it."""
    if _holds_for_chance_alone(examined, question, where):
        return False
    tried = {True: 0, False: 0}
    probes = contradicting(examined, question.part, where, wanted=number)
    while together := list(itertools.islice(probes, CONTRADICTING)):
        examined.ask(together)
        for probe in together:
            if contradicts(examined, question, where, probe):
                return False
            tried[where.there(examined, question.part, probe)] += 1
    return min(tried.values()) > 0 and (number == CONTRADICTING or tried[True] >= number)


def _holds_for_chance_alone(examined: Examined, question: Question, where: Where) -> bool:
    """Return whether a larger number is wrong only because each of them may be: what is right is so repeated, too.

    Of rows that are right by themselves now and then, a single one is right more often than all of several.
    """
    (condition, *others) = where.conditions
    if others or where.exact or not where.wrong or condition.sort != "from" or not condition.holds:
        return False
    ladder = examined.inputs.ladder
    knob = ladder.knobs[condition.knob]
    if not isinstance(knob, Size) or not knob.places or knob.labels:
        return False
    rng = np.random.default_rng(CONFIRMING_DRAW)
    plain = dict.fromkeys(ladder.all_of(Case), False) if where.apart else {}
    probes = []
    for number in range(_TRIES):
        size = int(rng.integers(knob.tried[0], condition.below + 1))
        settings = {**off_level(ladder, rng), **plain, condition.knob: size}
        probes.append(probe_of(settings, CONFIRMING_DRAW, 4000 + number))
    for number in range(0, _TRIES, CONTRADICTING):
        together = probes[number : number + CONTRADICTING]
        examined.ask(together)
        right = [it for it in together if question.asked(examined, it) is False]
        several = {
            it: Moved(
                condition.knob, "repeated", max(2, math.ceil(condition.value / max(1, it[condition.knob])))
            )
            for it in right
        }
        repeated = [examined.inputs.changed(it, move, move.change(ladder)) for it, move in several.items()]
        examined.ask(repeated)
        if any(question.asked(examined, it) is False for it in repeated):
            return True
    return False


def contradicting(
    examined: Examined,
    part: str,
    where: Where,
    seed: int = CONFIRMING_DRAW,
    wanted: int = CONTRADICTING,
) -> Iterator[Probe]:
    """Yield probes on both sides of a statement, with random settings and sizes that are no levels of the ladder."""
    rng = np.random.default_rng([seed, len(where.conditions)])
    ladder = examined.inputs.ladder
    # Each special case is forced in turn: a statement that holds but for one of them is false. So are the smallest
    # sizes: of many examples, some nearly always are what a single one is by chance.
    cases = ladder.all_of(Case)
    smallest = {name: size.tried[0] for name, size in ladder.all_of(Size).items()}
    forced: list[dict[str, Any]] = [{}, {}, smallest, *({name: True} for name in cases)]
    if where.apart:
        plain = dict.fromkeys(cases, False)
        forced = [plain, plain, plain | smallest]
    wanted = max(wanted, TRIED_WITH_EACH * len(forced))
    number = 1000
    aims: list[tuple[Collection[Condition], bool]] = [((it,), True) for it in where.conditions]
    if where.outside:
        aims = [(where.conditions, False)]
    if where.exact:
        aims += [(where.conditions, False)] * 2
    for conditions, holds in aims:
        found = 0
        turns = iter(range(_TRIES * wanted))
        while together := list(itertools.islice(turns, wanted - found)):
            probes = []
            for turn in together:
                settings = off_level(ladder, rng) | forced[turn % len(forced)]
                if turn // len(forced) % TRIED_WITH_EACH == 1:
                    # Of a single example, a special case may be all there is.
                    settings |= smallest
                for condition in conditions:
                    settings |= towards(ladder, condition, condition.holds is holds, rng)
                number += 1
                probes.append(probe_of(settings, seed, number))
            possible = [it for it in probes if examined.inputs.arguments(it) is not None]
            examined.inputs.ask_without(examined.reference, possible, _switched_by(where.conditions))
            for probe in possible:
                if where.there(examined, part, probe) is (holds is not where.outside):
                    found += 1
                    yield probe
    if not where.apart:
        yield from _two_cases_at_the_smallest(examined, part, where, seed)
    if not where.exact:
        yield from _elsewhere(examined, part, where, seed)


def _switched_by(conditions: Iterable[Condition]) -> list[str]:
    """Return the switches that conditions are about."""
    return [it.knob for it in conditions if it.sort == "with"]


def _two_cases_at_the_smallest(examined: Examined, part: str, where: Where, seed: int) -> Iterator[Probe]:
    """Yield a probe of the smallest sizes for any two special cases, where a statement says what happens.

    Drawn at random, they hardly ever meet there, where both may be all that is left of an input.
    """
    ladder = examined.inputs.ladder
    smallest = ladder.base | {name: size.tried[0] for name, size in ladder.all_of(Size).items()}
    for number, pair in enumerate(combinations(ladder.all_of(Case), 2)):
        probe = probe_of(smallest | dict.fromkeys(pair, True), seed, 6000 + number)
        if examined.inputs.arguments(probe) is not None and (
            where.exact or where.there(examined, part, probe)
        ):
            yield probe


def _elsewhere(examined: Examined, part: str, where: Where, seed: int) -> Iterator[Probe]:
    """Yield one probe outside the region of a statement, where it leaves open what happens."""
    base = probe_of(examined.inputs.ladder.base, seed, 1)
    others = (base, *(base.with_(**settings) for settings in _switched(examined.inputs.ladder, where)))
    for probe in others:
        if examined.inputs.arguments(probe) is not None and not where.there(examined, part, probe):
            yield probe
            return


def _switched(ladder: Ladder, where: Where) -> Iterator[Mapping[str, Any]]:
    rng = np.random.default_rng(0)
    for condition in itertools.islice(itertools.cycle(where.conditions), _TRIES):
        yield towards(ladder, condition, condition.holds is where.outside, rng)


def towards(ladder: Ladder, condition: Condition, holds: bool, rng: np.random.Generator) -> Mapping[str, Any]:
    """Return settings that make a condition, taken without its opposite, hold or not, as far as that is easy."""
    knob = ladder.knobs[condition.knob]
    if isinstance(knob, Switch):
        return {condition.knob: knob.drawn(rng) if holds else knob.off}
    if isinstance(knob, Case):
        return {condition.knob: holds}
    assert isinstance(knob, Size)
    if condition.sort == "from" and rng.random() < 0.5:
        # A limit that is off by one shows only there.
        return {condition.knob: int(condition.value) if holds else condition.below}
    match condition.sort, holds:
        case "only", True:
            return {condition.knob: condition.value}
        case "from", True:
            return {
                condition.knob: int(
                    rng.integers(condition.value, min(condition.value + 3, knob.tried[-1]) + 1)
                )
            }
        case "from", False:
            return {condition.knob: int(rng.integers(knob.tried[0], condition.below + 1))}
        case "as many", True:
            other: Size = ladder.all_of(Size)[condition.value]
            low, most = max(knob.tried[0], other.tried[0], 2), min(knob.tried[-1], other.tried[-1])
            if low > most:
                return {}
            size = int(rng.integers(low, max(min(most, 7), low), endpoint=True))
            return {condition.knob: size, condition.value: size}
        case "fewer", _:
            return _fewer_or_not(ladder, condition, holds, rng)
    return {}


def _fewer_or_not(
    ladder: Ladder, condition: Condition, fewer: bool, rng: np.random.Generator
) -> Mapping[str, Any]:
    """Return two sizes of which one is smaller, or not, and each likely to be any that allows it.

    Drawn at random, they would hardly ever do so but where one of them is 1.
    """
    names = (condition.knob, condition.value) if fewer else (condition.value, condition.knob)
    smaller, larger = (tuple(map(int, ladder.knobs[it].tried)) for it in names)  # type: ignore[union-attr]
    most = min(smaller[-1], larger[-1] - fewer)
    if smaller[0] > most:
        return {}
    small = int(rng.integers(smaller[0], most + 1))
    large = int(rng.integers(max(larger[0], small + fewer), larger[-1] + 1))
    return dict(zip(names, (small, large), strict=True))


def contradicts(examined: Examined, question: Question, where: Where, probe: Probe) -> bool:
    """Return whether what happens at a probe contradicts a statement."""
    bad = question.asked(examined, probe)
    if bad is None:
        return True
    if where.there(examined, question.part, probe):
        return bad is not where.wrong
    return where.exact and bad is where.wrong
