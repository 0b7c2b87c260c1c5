"""Conditions on the knobs of a ladder, and statements in which regions of it a function is right and wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any, Literal

from autograder.grading.explain.examined import Examined
from autograder.grading.explain.probes import Probe
from autograder.grading.ladder import Case, Ladder, Size, Switch

Sort = Literal["from", "only", "fewer", "as many", "with", "where"]

APART = ", special cases apart"
"""What is added where it does not hold of special cases."""
_NUMBERS = ("no", "one", "two", "three")


@dataclass(frozen=True)
class Condition:
    """A condition on the knobs of a ladder, or its opposite.

    Attributes
    ----------
    sort
        `from`: the size `knob` is `value` or larger, and `below` is the next smaller one; `only`: it is `value`;
        `fewer`: it is smaller than the size `value`; `as many`: it equals it. `with`: the switch `knob` is on.
        `where`: the case `knob` holds.
    holds
        False for the opposite.
    """

    sort: Sort
    knob: str
    value: Any = None
    below: int = 0
    holds: bool = True

    def met(self, examined: Examined, part: str, probe: Probe) -> bool:
        """Return whether a probe meets it; a switch that makes no difference to the part there counts as off."""
        value = probe[self.knob]
        match self.sort:
            case "from":
                found = value >= self.value
            case "only":
                found = value == self.value
            case "fewer":
                found = value < probe[self.value]
            case "as many":
                found = value == probe[self.value]
            case "with":
                off = examined.inputs.ladder.knobs[self.knob].tried[0]  # type: ignore[union-attr]
                found = value != off and examined.matters(probe, self.knob, part)
            case "where":
                found = value
        return bool(found) is self.holds


@dataclass(frozen=True)
class Where:
    """What a function is like where any of some conditions is met, or none of them, and what it is like elsewhere.

    Attributes
    ----------
    conditions
        One, or two of which each suffices.
    wrong
        What it is like there: always wrong, or always right.
    exact
        Whether it is always the opposite elsewhere; otherwise it is, in some cases.
    mostly
        Whether these are most of the cases.
    outside
        Whether it is about where none of the conditions is met.
    apart
        Whether inputs with a special case are left out of it.
    bad, good
        The words: "wrong" or "raises KeyError"; "right" or "gives a result".
    """

    conditions: tuple[Condition, ...]
    wrong: bool
    exact: bool
    mostly: bool = False
    outside: bool = False
    apart: bool = False
    bad: str = "wrong"
    good: str = "right"

    @property
    def leaves_much_open(self) -> bool:
        """Whether it says no more than that there is a special case in which nothing is wrong."""
        (condition, *others) = self.conditions
        return not (others or self.exact or self.wrong) and condition.sort == "where" and condition.holds

    def there(self, examined: Examined, part: str, probe: Probe) -> bool:
        """Return whether a probe is where the statement is about."""
        return any(it.met(examined, part, probe) for it in self.conditions) is not self.outside


def conditions_of(ladder: Ladder) -> Iterator[Condition]:
    """Yield every condition that the knobs of a ladder allow to state, and its opposite."""
    for condition in _conditions(ladder):
        yield condition
        yield Condition(condition.sort, condition.knob, condition.value, condition.below, holds=False)


def _conditions(ladder: Ladder) -> Iterator[Condition]:
    sizes: dict[str, Size] = ladder.all_of(Size)
    for name, knob in sizes.items():
        # Of the largest number alone, nothing would follow for those beyond it.
        for below, value in pairwise(knob.tried[:-1]):
            yield Condition("from", name, value, below)
        for value in knob.tried[1:-1]:
            # Of the last number but one, too little.
            if knob.tried[-1] - value > 1:
                yield Condition("only", name, value)
    for one, other in combinations(sizes, 2):
        yield Condition("fewer", one, other)
        yield Condition("fewer", other, one)
        yield Condition("as many", one, other)
    yield from (Condition("with", name) for name in ladder.all_of(Switch))
    yield from (Condition("where", name) for name in ladder.all_of(Case))


# --- in words -----------------------------------------------------------------------------------------


def in_words(ladder: Ladder, where: Where) -> tuple[str, str]:
    """Return a statement in words, and a question."""
    observation, question = _in_words(ladder, where)
    return f"{observation}{APART if where.apart else ''}", question


def _in_words(ladder: Ladder, where: Where) -> tuple[str, str]:
    (condition, *others) = where.conditions
    there, elsewhere = (where.bad, where.good) if where.wrong else (where.good, where.bad)
    cases = "in most cases" if where.mostly else "in some cases"
    if not where.exact:
        elsewhere = f"{elsewhere} {cases}"
    question = _question(ladder, condition, condition.holds is where.wrong)
    if others:
        question = "Compare such a case with any other, by hand: at which step do they part?"
        return f"{_of_two(ladder, where, there, elsewhere)} everywhere else that was tried", question
    return _of_one(ladder, condition, there, elsewhere, where.exact), question


def _of_two(ladder: Ladder, where: Where, there: str, elsewhere: str) -> str:
    """Return a statement of two conditions up to "everywhere else".

    Where one is that something is not the case, or any number but one, it says what holds where it is: "right unless A
    or where B" could be read in two ways.
    """
    if where.outside:
        return f"{elsewhere} {' or '.join(_place(ladder, it) for it in where.conditions)}, {there}"
    excluded = [it for it in where.conditions if it.sort in ("where", "only") and not it.holds]
    either = [it for it in where.conditions if it not in excluded]
    if not excluded:
        return f"{there} {' or '.join(_place(ladder, it) for it in either)}, {elsewhere}"
    both = " and at the same time ".join(_place(ladder, replace(it, holds=True)) for it in excluded)
    excepted = "".join(f" except {_place(ladder, it)}" for it in either)
    return f"{elsewhere} {both}{excepted}, {there}"


def _of_one(ladder: Ladder, condition: Condition, there: str, elsewhere: str, exact: bool) -> str:
    met, unmet = (there, elsewhere) if condition.holds else (elsewhere, there)
    match condition.sort:
        case "from":
            below = _place(ladder, Condition("from", condition.knob, condition.value, condition.below, False))
            return f"{unmet} {below}, {met} from {number(condition.value)} on"
        case "only":
            these, word = counted(ladder, condition.knob, condition.value), plural(ladder, condition.knob)
            return f"{met} for {these}, {unmet} for any other number of {word} that was tried"
        case "with":
            noun = ladder.knobs[condition.knob].noun  # type: ignore[union-attr]
            return f"{unmet} without {noun}, {met} with {pronoun(noun)}"
    place = _place(ladder, replace(condition, holds=True))
    if exact or not condition.holds:
        return f"{met} {place}, {unmet} everywhere else that was tried"
    return f"{met} {place}, {unmet.replace(' cases', ' other cases')}"


def pronoun(noun: str) -> str:
    """Return the word that stands for a noun, which has an article or is in the plural."""
    if noun.split()[0] in ("a", "an"):
        return "one"
    return "them" if _is_plural(noun) else "it"


def does(noun: str) -> str:
    """Return how a question about what a noun does begins after its first word."""
    return "do they" if _is_plural(noun) else "does it"


def _is_plural(noun: str) -> bool:
    return noun.split()[0] not in ("a", "an", "the") and noun.endswith("s") and not noun.endswith("ss")


def _place(ladder: Ladder, condition: Condition) -> str:
    """Return where a condition is met, as it stands after "right" or "wrong"."""
    knob = condition.knob
    match condition.sort, condition.holds:
        case "from", True:
            return f"from {counted(ladder, knob, condition.value)} on"
        case "from", False:
            least = condition.below == ladder.knobs[knob].tried[0]  # type: ignore[union-attr]
            return f"{'for' if least else 'up to'} {counted(ladder, knob, condition.below)}"
        case "only", True:
            return f"for {counted(ladder, knob, condition.value)}"
        case "only", False:
            return f"for any number of {plural(ladder, knob)} but {number(condition.value)}"
        case "fewer", True:
            return f"where there are fewer {plural(ladder, knob)} than {plural(ladder, condition.value)}"
        case "fewer", False:
            return f"where there are at least as many {plural(ladder, knob)} as {plural(ladder, condition.value)}"
        case "as many", True:
            return f"where there are as many {plural(ladder, knob)} as {plural(ladder, condition.value)}"
        case "as many", False:
            return f"where the numbers of {plural(ladder, knob)} and {plural(ladder, condition.value)} differ"
        case "with", holds:
            return f"{'with' if holds else 'without'} {ladder.knobs[knob].noun}"  # type: ignore[union-attr]
        case _, holds:
            return f"{'where' if holds else 'unless'} {ladder.knobs[knob].where}"  # type: ignore[union-attr]


def _question(ladder: Ladder, condition: Condition, inside: bool) -> str:
    """Return what to ask about a condition; `inside` says that what goes wrong does so where it holds."""
    knob = condition.knob
    match condition.sort:
        case "from" if inside:
            this, below = counted(ladder, knob, condition.value), number(condition.below)
            return f"Work it out by hand for {this}: which step of your code still thinks of {below}?"
        case "from":
            below = counted(ladder, knob, condition.below)
            return f"Work it out by hand for {below}: which step of your code needs more?"
        case "only" if inside:
            this = counted(ladder, knob, condition.value)
            return f"What is special about {this}, and which step of your code does not expect it?"
        case "only":
            return (
                f"Which step of your code takes it that there are {counted(ladder, knob, condition.value)}?"
            )
        case "fewer" | "as many":
            return f"In which step of your code do {plural(ladder, knob)} and {plural(ladder, condition.value)} meet?"
        case "with" if inside:
            noun = ladder.knobs[knob].noun  # type: ignore[union-attr]
            return f"What should {noun} add, and what {does(noun)} add in your code?"
        case "with":
            return f"Which step of your code needs {ladder.knobs[knob].noun}?"  # type: ignore[union-attr]
    if inside:
        return "Work out a small case of that kind by hand: which step of your code does not expect it?"
    return "What is simpler in that case than in any other, and which step of your code relies on it?"


def counted(ladder: Ladder, knob: str, size: int) -> str:
    """Return a size with its word: "one example", "12 classes"."""
    return f"{number(size)} {singular(ladder, knob) if size == 1 else plural(ladder, knob)}"


def number(size: int) -> str:
    """Return a number, in words if it is small."""
    return _NUMBERS[size] if size < len(_NUMBERS) else str(size)


def plural(ladder: Ladder, knob: str) -> str:
    """Return the word for the things that a size counts."""
    size = ladder.knobs[knob]
    return (size.many if isinstance(size, Size) else "") or knob.replace("_", " ")


def singular(ladder: Ladder, knob: str) -> str:
    """Return the word for one of the things that a size counts."""
    size = ladder.knobs[knob]
    return (size.one if isinstance(size, Size) else "") or plural(ladder, knob).removesuffix("s")
