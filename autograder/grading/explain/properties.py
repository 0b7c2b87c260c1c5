"""What the numbers of a result look like: which entries are wrong, and which properties of right ones are missing."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.outcomes import FAR, NEAR, close, part_of
from autograder.grading.explain.probes import Probe
from autograder.grading.ladder import Case, Switch

FEWEST = 6
"""Probes at which a property must have been seen."""
FEWEST_AT_BOUND = 3
"""Right results that must reach a bound other than 0, for it to be more than the largest number that was met."""
FEWEST_LINES = 3
"""Rows, columns or entries that a result must have for one of them to be singled out."""


@dataclass(frozen=True)
class Pattern:
    """Some of the entries of an array.

    Attributes
    ----------
    words
        "the last row".
    mask
        Marks the entries in an array of a shape.
    ndim
        How many dimensions the array must have.
    axis
        The one along which it is the first or the last; None for any other pattern.
    fewest
        Rows and columns that an array must have, for one of them to be singled out.
    along
        How many of them there must be along the first axis.
    """

    words: str
    mask: Callable[[tuple[int, ...]], np.ndarray]
    ndim: int
    axis: int | None = None
    fewest: int = FEWEST_LINES
    along: int = 0


def _slice(ndim: int, axis: int, index: int | slice) -> Callable[[tuple[int, ...]], np.ndarray]:
    def mask(shape: tuple[int, ...]) -> np.ndarray:
        marked = np.zeros(shape, dtype=bool)
        marked[tuple(index if it == axis else slice(None) for it in range(ndim))] = True
        return marked

    return mask


def _diagonal(shape: tuple[int, ...]) -> np.ndarray:
    return np.eye(*shape, dtype=bool)


def _above(shape: tuple[int, ...]) -> np.ndarray:
    return np.triu(np.ones(shape, dtype=bool), 1)


def _below(shape: tuple[int, ...]) -> np.ndarray:
    return np.tril(np.ones(shape, dtype=bool), -1)


PATTERNS = (
    Pattern("the first row", _slice(2, 0, 0), 2, 0),
    Pattern("the last row", _slice(2, 0, -1), 2, 0),
    Pattern("the first column", _slice(2, 1, 0), 2, 1),
    Pattern("the last column", _slice(2, 1, -1), 2, 1),
    Pattern("the diagonal", _diagonal, 2),
    Pattern("the entries above the diagonal", _above, 2),
    Pattern("the entries below the diagonal", _below, 2),
    Pattern("the first entry", _slice(1, 0, 0), 1),
    Pattern("the last entry", _slice(1, 0, -1), 1),
    Pattern("the first two rows", _slice(2, 0, slice(2)), 2, fewest=2, along=4),
    Pattern("the first two entries", _slice(1, 0, slice(2)), 1, along=4),
)


def facts_of_entries(
    examined: Examined, part: str, probes: Sequence[Probe], by_chance: bool
) -> Iterator[Fact]:
    """Yield which entries alone are wrong, wherever the part is.

    Of a row of labels, which may be right by chance, one is never said to be right alone.
    """
    shapes = _shapes_of(examined, part, probes)
    for pattern in (it for it in PATTERNS if it.ndim in map(len, shapes)):
        if _has_two_of(shapes, pattern):
            pattern = replace(pattern, fewest=2)
        for inside in (True, False) if pattern.ndim > 1 or not by_chance else (True,):
            if _always_in(examined, part, probes, pattern, inside):
                said = f"wrong in {pattern.words} alone" if inside else f"right in {pattern.words} alone"
                question = f"What does your code do differently with {pattern.words}?"
                if examined.inputs.ladder.compared is not None:
                    # It is made of what the code returned, which has no such rows.
                    question = f"Which step of your code decides about {pattern.words}?"
                yield Fact(
                    about((part,), said),
                    question,
                    "entries",
                    (part,),
                    (pattern.words, inside),
                    rank=1,
                )
                return


def _always_in(
    examined: Examined, part: str, probes: Sequence[Probe], pattern: Pattern, inside: bool
) -> bool:
    seen = 0
    cases = examined.inputs.ladder.all_of(Case)
    for probe in probes:
        there = wrong_in(examined, part, probe, pattern, inside)
        if there is False:
            return False
        # Where a special case lies in the inputs is up to who wrote the ladder.
        seen += bool(there) and not any(probe[it] for it in cases)
    return seen >= FEWEST and all(
        wrong_in(examined, part, it, pattern, inside) is not False for it in examined.further
    )


def _shapes_of(examined: Examined, part: str, probes: Sequence[Probe]) -> set[tuple[int, ...]]:
    """Return the shapes of right results at the probes of a ladder."""

    def find() -> set[tuple[int, ...]]:
        arrays = (part_of(examined.expected(probe), part) for probe in probes)
        return {it.shape for it in arrays if it is not None}

    return examined.inputs.shared(("shapes", examined.reference.space, part), find)


def _has_two_of(shapes: set[tuple[int, ...]], pattern: Pattern) -> bool:
    """Return whether every result has two of the lines of which a pattern is one, as points have two coordinates."""
    if pattern.axis is None:
        return False
    return {shape[pattern.axis] for shape in shapes if len(shape) == pattern.ndim} == {2}


def wrong_in(examined: Examined, part: str, probe: Probe, pattern: Pattern, inside: bool) -> bool | None:
    """Return whether a part is wrong in every entry of a pattern and right in all others; None where it is right."""
    right, got = part_of(examined.expected(probe), part), part_of(examined.outcome(probe), part)
    if right is None or got is None or right.shape != got.shape:
        return False if right is not None else None
    if right.ndim != pattern.ndim or min(right.shape, default=0) < pattern.fewest:
        return None
    if pattern.along and len(right) < pattern.along:
        return None
    scale = float(np.abs(right[np.isfinite(right)]).max(initial=0))
    with np.errstate(invalid="ignore"):
        apart = ~((np.abs(got - right) <= NEAR * scale) | (got == right))
    if not apart.any():
        return None
    mask = pattern.mask(right.shape)
    if apart[mask != inside].any() or apart[mask == inside].mean() <= 0.5:
        return False
    return inside or _wrong_in_each_line(apart, mask)


def _wrong_in_each_line(apart: np.ndarray, mask: np.ndarray) -> bool:
    """Return whether each entry, row and column that is not marked whole has something wrong that is not marked."""
    if apart.ndim == 1:
        return bool(apart[~mask].all())
    return all(bool((apart.any(axis=axis) | mask.all(axis=axis)).all()) for axis in range(apart.ndim))


# --- properties ---------------------------------------------------------------------------------------


def _all_rows_constant(it: np.ndarray) -> bool:
    return it.ndim == 2 and it.shape[1] > 1 and close(it, np.broadcast_to(it[:, :1], it.shape))


def _all_rows_equal(it: np.ndarray) -> bool:
    return it.ndim == 2 and it.shape[0] > 1 and close(it, np.broadcast_to(it[:1], it.shape))


def _all_equal(it: np.ndarray) -> bool:
    return it.size > 1 and close(it, np.broadcast_to(it.flat[0], it.shape))


def _adds_up(it: np.ndarray, axis: int, total: float) -> bool:
    largest = float(np.abs(it).max(initial=0))
    return bool(np.abs(it.sum(axis=axis) - total).max() <= NEAR * largest * it.shape[axis])


def _rows_add_up(it: np.ndarray) -> bool:
    return it.ndim == 2 and it.shape[1] > 1 and _adds_up(it, 1, 1.0)


def _entries_add_up(it: np.ndarray) -> bool:
    return it.ndim == 1 and it.size > 1 and _adds_up(it, 0, 1.0)


STRANGE: Mapping[str, tuple[Callable[[np.ndarray], bool], str]] = {
    "0 everywhere": (lambda it: not it.any(), "Where is this result computed, and is that what is returned?"),
    "NaN everywhere": (
        lambda it: bool(np.isnan(it).all()),
        "Which step gives NaN: 0 / 0, inf - inf, the root of a negative number?",
    ),
    "all entries are the same": (_all_equal, "Which loop or index should make them differ?"),
    "all entries of a row are the same": (_all_rows_constant, "What should make the columns differ?"),
    "all rows are the same": (_all_rows_equal, "What should make the rows differ?"),
    "the entries of each row add up to 1, and should not": (
        _rows_add_up,
        "Which step of your code makes shares of a whole, and does the task ask for them?",
    ),
    "its entries add up to 1, and should not": (
        _entries_add_up,
        "Which step of your code makes shares of a whole, and does the task ask for them?",
    ),
}
"""Properties that wrong results have everywhere and right ones nowhere, the strongest first."""


def _is_above(it: np.ndarray, bound: float) -> bool:
    return bool((it - bound >= -NEAR * max(bound, np.abs(it).max(initial=0))).all())


@dataclass(frozen=True)
class Law:
    """A property that right results may have everywhere.

    Attributes
    ----------
    has
        Returns whether a result has it.
    said, question
        What is said where wrong results have not.
    bound
        The number that no result exceeds, or falls below, where that is the property: it is broken by some results
        alone, and others have to be so large for it to be more than chance. None for other properties.
    """

    has: Callable[[np.ndarray], bool]
    said: str
    question: str
    bound: float | None = None


def _never(words: str, sign: int, bound: float, question: str) -> Law:
    return Law(
        lambda it: _is_above(it if sign > 0 else 2 * bound - it, bound),
        f"should never be {words}, but is",
        f"Which step of your code can make it {question}?",
        bound,
    )


def _sums(what: str, ndim: int, axis: int, total: float, question: str, power: int = 1) -> Law:
    return Law(
        lambda it: it.ndim == ndim and _adds_up(it**power, axis, total),
        f"{what} should add up to {total:g}, and do not",
        question,
    )


_TAKEN = "What is taken from one entry{} that is added to the others?"
_DIVIDED = "By what should {} be divided in the end?"
LAWS: Mapping[str, Law] = {
    "never negative": _never("negative", 1, 0.0, "negative"),
    "never positive": _never("positive", -1, 0.0, "positive"),
    "never below 1": _never("smaller than 1", 1, 1.0, "smaller than that"),
    "never above 1": _never("larger than 1", -1, 1.0, "larger than that"),
    "rows": _sums("the entries of each row", 2, 1, 0, _TAKEN.format(" of a row")),
    "columns": _sums("the entries of each column", 2, 0, 0, _TAKEN.format(" of a column")),
    "total of 0": _sums("its entries", 1, 0, 0, _TAKEN.format("")),
    "total": _sums("its entries", 1, 0, 1, _DIVIDED.format("all entries")),
    "shares of rows": _sums("the entries of each row", 2, 1, 1, _DIVIDED.format("the entries of a row")),
    "shares of columns": _sums(
        "the entries of each column", 2, 0, 1, _DIVIDED.format("the entries of a column")
    ),
    "length": _sums("the squares of its entries", 1, 0, 1, _DIVIDED.format("all entries"), power=2),
    "lengths of rows": _sums(
        "the squares of each row", 2, 1, 1, _DIVIDED.format("the entries of a row"), power=2
    ),
}
"""Properties that right results may have everywhere, with what is said where wrong ones have not."""


def facts_of_properties(
    examined: Examined, part: str, probes: Sequence[Probe], unswitched: Sequence[Probe], without: str
) -> Iterator[Fact]:
    """Yield what all results have in common and right ones do not, and what right ones have in common and these do not.

    Parameters
    ----------
    unswitched
        Those of the probes whose switches are off.
    without
        How a sentence about these begins, "without a penalty, "; empty where there are no switches.
    """
    pairs = list(_numbers_of(examined, part, probes))
    found = [name for name, (has, _) in STRANGE.items() if has_strange(has, pairs)]
    if found:
        name = found[0]
        yield Fact(about((part,), name), STRANGE[name][1], "strange", (part,), name, rank=2)
    for prefix, group in (("", probes), (without, unswitched if without else ())):
        telling = telling_of(_numbers_of(examined, part, group))
        for name in _laws_of(examined, part, telling, prefix):
            law = LAWS[name]
            if breaks(law, telling) and _is_law_broken_still(examined, part, law, bool(prefix)):
                said = about((part,), f"{prefix}{law.said}")
                made = examined.inputs.ladder.compared is not None
                question = "Which step of your code should see to that?" if made else law.question
                yield Fact(said, question, "law", (part,), (name, bool(prefix)), rank=3)
                return


# --- what is cut off ---------------------------------------------------------------------------------


TOLD_LIMITS = frozenset(
    {0.0, *(sign * it for sign in (1, -1) for it in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50))}
)
"""Limits that are told by their number; any other may be one that a hand-in took from an input of a graded test."""


def facts_of_limits(examined: Examined, part: str, probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield between which numbers a part is right, if it is cut off there and nothing else is wrong with it."""
    limits: set[tuple[float, float]] = set()
    for probe in probes:
        limits |= set(cuts_of(examined, part, probe) or ())
        below, above = ({it for side, it in limits if side == sign} for sign in (-1, 1))
        if max(len(below), len(above)) > 1:
            return
    if not limits:
        return
    found = tuple(limits)
    within = sum(_is_right_within(examined, part, probe, found) for probe in probes)
    if within >= FEWEST and holds_where_wrong(
        examined, part, probes, lambda right, got: is_cut_off(right, got, found)
    ):
        if above | below <= TOLD_LIMITS:
            words = [f"exceeds {it + 0.0:g}" for it in above] + [f"falls below {it + 0.0:g}" for it in below]
            said = f"it never {' or '.join(words)}, and should"
        else:
            which = " and ".join([*(["largest"] if above else []), *(["smallest"] if below else [])])
            said = f"its {which} numbers are cut off, and should not be"
        yield Fact(
            about((part,), f"right, but {said}"),
            "Which step of your code limits these numbers?",
            "limits",
            (part,),
            found,
            rank=-1,
        )


def _is_right_within(
    examined: Examined, part: str, probe: Probe, limits: Sequence[tuple[float, float]]
) -> bool:
    """Return whether a part that is wrong at a probe has right numbers there too, which no limit has touched."""
    right, got = part_of(examined.expected(probe), part), part_of(examined.outcome(probe), part)
    if right is None or got is None or right.shape != got.shape or examined.state(probe, part) != "wrong":
        return False
    bounds = dict(limits)
    inside = (got > bounds.get(-1, -np.inf)) & (got < bounds.get(1, np.inf))
    return bool((inside & (np.abs(got - right) <= NEAR * np.abs(right).max(initial=0))).any())


def cuts_of(examined: Examined, part: str, probe: Probe) -> set[tuple[float, float]] | None:
    """Return at which numbers a part is cut off at a probe, each with its side: 1 above and -1 below.

    It is None where there is nothing wrong.
    """
    right, got = part_of(examined.expected(probe), part), part_of(examined.outcome(probe), part)
    if right is None or got is None or right.shape != got.shape or not np.isfinite(right).all():
        return None
    wrong = np.abs(got - right) > NEAR * np.abs(right).max(initial=0)
    sides = np.sign(right - got)[wrong]
    return set(zip(sides.tolist(), got[wrong].tolist(), strict=True))


def is_cut_off(right: np.ndarray, got: np.ndarray, limits: Sequence[tuple[float, float]]) -> bool:
    """Return whether a result is what is left of the right one within some limits."""
    if right.shape != got.shape or not np.isfinite(got).all():
        return False
    bounds = dict(limits)
    return close(np.clip(right, bounds.get(-1, -np.inf), bounds.get(1, np.inf)), got, NEAR)


# --- what is nearly right -----------------------------------------------------------------------------

PRECISIONS = {1e-3: "0.1 %", 1e-2: "1 %"}
"""Differences that a nearly right result never exceeds, relative to its largest number, and their words."""


def facts_of_precision(examined: Examined, part: str, probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield by how much a part that is nearly right is wrong at most."""
    for most, words in PRECISIONS.items():
        # Other inputs may be off by more.
        if holds_where_wrong(examined, part, probes, functools.partial(is_within, most=most / 3)):
            yield Fact(
                about(
                    (part,),
                    f"nearly right: where it is wrong, it is off by less than {words} of its largest number",
                ),
                "Which step of your code is only nearly what is asked for, or leaves something small out?",
                "precision",
                (part,),
                most,
                rank=4,
            )
            return


def is_within(right: np.ndarray, got: np.ndarray, most: float) -> bool:
    """Return whether a result differs from the right one by no more than this part of its largest number."""
    return right.shape == got.shape and bool(np.isfinite(got).all()) and close(right, got, most)


def _further(examined: Examined) -> Iterator[Probe]:
    yield from examined.further


def holds_where_wrong(
    examined: Examined,
    part: str,
    probes: Sequence[Probe],
    holds: Callable[[np.ndarray, np.ndarray], bool],
) -> bool:
    """Return whether something holds of every probe that is wrong, enough of them, and of further ones."""
    seen = 0
    # Further ones are asked about where the others have not contradicted it.
    for probe in itertools.chain(probes, _further(examined)):
        if examined.state(probe, part) is None or examined.may_be_right(probe, part):
            continue
        right, got = part_of(examined.expected(probe), part), part_of(examined.outcome(probe), part)
        if right is None or got is None or not np.isfinite(right).all() or not holds(right, got):
            return False
        seen += 1
    return seen >= FEWEST


def _laws_of(
    examined: Examined, part: str, telling: Sequence[tuple[np.ndarray, np.ndarray | None]], prefix: str
) -> Sequence[str]:
    """Return the laws that right results obey at the probes of a ladder, or at those that a prefix is about."""
    return examined.inputs.shared(
        ("laws", examined.reference.space, part, prefix),
        lambda: [name for name, law in LAWS.items() if is_obeyed(law, [right for right, _ in telling])],
    )


def _is_law_broken_still(examined: Examined, part: str, law: Law, unswitched: bool) -> bool:
    """Return whether further probes break a law, too: all of them, unless it is about a bound, which they may not.

    What is right for them has to obey it.
    """
    off = {key: it.off for key, it in examined.inputs.ladder.all_of(Switch).items()} if unswitched else {}
    pairs = telling_of(_numbers_of(examined, part, [it.with_(**off) for it in examined.further]))
    if law.bound is None:
        return breaks_law(law, pairs)
    return all(law.has(right) for right, _ in pairs)


def _numbers_of(
    examined: Examined, part: str, probes: Sequence[Probe]
) -> Iterator[tuple[np.ndarray | None, np.ndarray | None]]:
    for probe in probes:
        right, got = part_of(examined.expected(probe), part), part_of(examined.outcome(probe), part)
        if right is not None:
            yield right, got


def has_strange(
    has: Callable[[np.ndarray], bool], pairs: Sequence[tuple[np.ndarray | None, np.ndarray | None]]
) -> bool:
    """Return whether every result has a property, and no right one that could."""
    seen = 0
    for right, got in pairs:
        if right is None or min(right.shape, default=1) < 2 or np.ptp(right) <= FAR * np.abs(right).max():
            continue
        if got is None or not has(got) or has(right):
            return False
        seen += 1
    return seen >= FEWEST


def telling_of(
    pairs: Iterable[tuple[np.ndarray | None, np.ndarray | None]],
) -> list[tuple[np.ndarray, np.ndarray | None]]:
    """Return the pairs of what is right and what came that may tell whether a law holds: where not all is 0."""
    return [(right, got) for right, got in pairs if right is not None and right.any()]


def breaks_law(law: Law, telling: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> bool:
    """Return whether all right results have a property, and these have not: in most cases, or for a bound in some."""
    return is_obeyed(law, [right for right, _ in telling]) and breaks(law, telling)


def is_obeyed(law: Law, rights: Sequence[np.ndarray]) -> bool:
    """Return whether all right results have a property, and are enough for that to be a law."""
    if len(rights) < FEWEST or not all(map(law.has, rights)) or all(map(_whole, rights)):
        return False
    if not law.bound:
        return True
    return sum(bool((np.abs(it - law.bound) <= NEAR).any()) for it in rights) >= FEWEST_AT_BOUND


def breaks(law: Law, telling: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> bool:
    """Return whether results break a law that right ones obey."""
    if law.bound is None:
        return len(telling) >= FEWEST and all(_has_not(law, got) for _, got in telling)
    return sum(_has_not(law, got) for _, got in telling) >= FEWEST


def _has_not(law: Law, got: np.ndarray | None) -> bool:
    return got is not None and bool(np.isfinite(got).all()) and not law.has(got)


def _whole(it: np.ndarray) -> bool:
    return bool((it == np.round(it)).all())
