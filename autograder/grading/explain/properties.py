"""What the numbers of a result look like: which entries are wrong, and which properties of right ones are missing."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.probes import (
    FAR,
    NEAR,
    Examined,
    Probe,
    close,
    part_of,
)
from autograder.grading.ladder import Case, Switch

FEWEST = 6
"""Probes at which a property must have been seen."""
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
    """

    words: str
    mask: Callable[[tuple[int, ...]], np.ndarray]
    ndim: int


def _slice(ndim: int, axis: int, index: int) -> Callable[[tuple[int, ...]], np.ndarray]:
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
    Pattern("the first row", _slice(2, 0, 0), 2),
    Pattern("the last row", _slice(2, 0, -1), 2),
    Pattern("the first column", _slice(2, 1, 0), 2),
    Pattern("the last column", _slice(2, 1, -1), 2),
    Pattern("the diagonal", _diagonal, 2),
    Pattern("the entries above the diagonal", _above, 2),
    Pattern("the entries below the diagonal", _below, 2),
    Pattern("the first entry", _slice(1, 0, 0), 1),
    Pattern("the last entry", _slice(1, 0, -1), 1),
)


def facts_of_entries(
    examined: Examined, part: str, probes: Sequence[Probe], by_chance: bool
) -> Iterator[Fact]:
    """Yield which entries alone are wrong, wherever the part is.

    Of a row of labels, which may be right by chance, one is never said to be right alone.
    """
    dimensions = {it.ndim for probe in probes if (it := part_of(examined.expected(probe), part)) is not None}
    for pattern in (it for it in PATTERNS if it.ndim in dimensions):
        for inside in (True, False) if pattern.ndim > 1 or not by_chance else (True,):
            if _always_in(examined, part, probes, pattern, inside):
                said = f"wrong in {pattern.words} alone" if inside else f"right in {pattern.words} alone"
                yield Fact(
                    about((part,), said),
                    f"What does your code do differently with {pattern.words}?",
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


def wrong_in(examined: Examined, part: str, probe: Probe, pattern: Pattern, inside: bool) -> bool | None:
    """Return whether a part is wrong in every entry of a pattern and right in all others; None where it is right."""
    right, got = part_of(examined.expected(probe), part), part_of(examined.outcome(probe), part)
    if right is None or got is None or right.shape != got.shape:
        return False if right is not None else None
    if right.ndim != pattern.ndim or min(right.shape, default=0) < FEWEST_LINES:
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


STRANGE: Mapping[str, tuple[Callable[[np.ndarray], bool], str]] = {
    "0 everywhere": (lambda it: not it.any(), "Where is this result computed, and is that what is returned?"),
    "NaN everywhere": (
        lambda it: bool(np.isnan(it).all()),
        "Which step gives NaN: 0 / 0, inf - inf, the root of a negative number?",
    ),
    "all entries are the same": (_all_equal, "Which loop or index should make them differ?"),
    "all entries of a row are the same": (_all_rows_constant, "What should make the columns differ?"),
    "all rows are the same": (_all_rows_equal, "What should make the rows differ?"),
}
"""Properties that wrong results have everywhere and right ones nowhere, the strongest first."""


def _never_negative(it: np.ndarray) -> bool:
    return bool((it >= -NEAR * np.abs(it).max(initial=0)).all())


def _rows_cancel(it: np.ndarray) -> bool:
    return it.ndim == 2 and _cancels(it, 1)


def _columns_cancel(it: np.ndarray) -> bool:
    return it.ndim == 2 and _cancels(it, 0)


def _cancels(it: np.ndarray, axis: int) -> bool:
    largest = float(np.abs(it).max(initial=0))
    return bool(np.abs(it.sum(axis=axis)).max() <= NEAR * largest * it.shape[axis])


LAWS: Mapping[str, tuple[Callable[[np.ndarray], bool], str, str]] = {
    "never negative": (
        _never_negative,
        "should never be negative, but is",
        "Which step of your code can make it negative?",
    ),
    "rows": (
        _rows_cancel,
        "the entries of each row should add up to 0, and do not",
        "What is taken from one entry of a row that is added to the others?",
    ),
    "columns": (
        _columns_cancel,
        "the entries of each column should add up to 0, and do not",
        "What is taken from one entry of a column that is added to the others?",
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
        for name, (has, said, question) in LAWS.items():
            if breaks_law(name, has, list(_numbers_of(examined, part, group))) and _is_law_broken_still(
                examined, part, name, bool(prefix)
            ):
                yield Fact(
                    about((part,), f"{prefix}{said}"), question, "law", (part,), (name, bool(prefix)), rank=3
                )
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
    if not limits or max(len(below), len(above)) > 1:
        return
    found = tuple(limits)
    within = sum(_is_right_within(examined, part, probe, found) for probe in probes)
    if within >= FEWEST and _everywhere(
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
        if _everywhere(examined, part, probes, functools.partial(is_within, most=most / 3)):
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


def _everywhere(
    examined: Examined,
    part: str,
    probes: Sequence[Probe],
    holds: Callable[[np.ndarray, np.ndarray], bool],
) -> bool:
    """Return whether something holds of every probe that is wrong, enough of them, and of further ones."""
    seen = 0
    for probe in (*probes, *examined.further):
        if examined.state(probe, part) in (None, "right"):
            continue
        right, got = part_of(examined.expected(probe), part), part_of(examined.outcome(probe), part)
        if right is None or got is None or not np.isfinite(right).all() or not holds(right, got):
            return False
        seen += 1
    return seen >= FEWEST


def _is_law_broken_still(examined: Examined, part: str, name: str, unswitched: bool) -> bool:
    """Return whether further probes break a law, too: all of them, unless it is about a sign."""
    off = {key: it.off for key, it in examined.inputs.ladder.all_of(Switch).items()} if unswitched else {}
    further = [it.with_(**off) for it in examined.further]
    return name == "never negative" or breaks_law(
        name, LAWS[name][0], list(_numbers_of(examined, part, further))
    )


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
    lasting = [
        (right, got)
        for right, got in pairs
        if right is not None and min(right.shape, default=1) > 1 and np.ptp(right) > FAR * np.abs(right).max()
    ]
    if len(lasting) < FEWEST:
        return False
    return all(got is not None and has(got) and not has(right) for right, got in lasting)


def breaks_law(
    name: str,
    has: Callable[[np.ndarray], bool],
    pairs: Sequence[tuple[np.ndarray | None, np.ndarray | None]],
) -> bool:
    """Return whether all right results have a property, and these have not: in most cases, or for a sign in some."""
    telling = [(right, got) for right, got in pairs if right is not None and np.abs(right).max() > 0]
    if len(telling) < FEWEST or not all(has(right) for right, _ in telling):
        return False
    if all(_whole(right) for right, _ in telling):
        return False
    broken = sum(got is not None and bool(np.isfinite(got).all()) and not has(got) for _, got in telling)
    return broken >= FEWEST and (name == "never negative" or broken == len(telling))


def _whole(it: np.ndarray) -> bool:
    return bool((it == np.round(it)).all())
