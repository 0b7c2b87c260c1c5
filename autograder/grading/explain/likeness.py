"""What a wrong result is instead of the right one: a closed form of it, or what is right for other inputs.

Tests may be too few, or too much alike, for a closed form to be more than chance; a ladder has inputs of many sizes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograder.grading.explain.closed_forms import (
    Form,
    Sample,
    constant_form_of,
    form_of,
    forms_at,
    may_have_form,
)
from autograder.grading.explain.conditions import APART
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.inputs import Inputs
from autograder.grading.explain.outcomes import FAR, NEAR, close, part_of
from autograder.grading.explain.probes import Probe

FEWEST = 6
"""Probes at which it must have been seen, where it differs from what is right."""
FIRST = 12
"""Probes that show whether all of them are worth looking at."""


def facts_of_forms(examined: Examined, part: str, probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield the closed form that a part is of the right one: everywhere, or where there is no special case."""
    at_first: dict[Probe, list[Form]] = {}
    for apart in ("", APART):
        group = _group(examined, probes, bool(apart))[:FIRST]
        few = samples_of(examined, part, group)
        if few is None:
            continue
        wrong = next((both for both in zip(group, few, strict=True) if both[1].differs), None)
        if wrong is not None:
            probe, sample = wrong
            if probe not in at_first:
                at_first[probe] = forms_at(sample)
            if not may_have_form([it for it in few if it.differs], at_first[probe]):
                continue
        group = _group(examined, [*probes, *examined.further], bool(apart))
        samples = samples_of(examined, part, group)
        form = None if samples is None else form_of(samples) or constant_form_of(samples)
        if form is not None:
            yield Fact(
                about((part,), form.observation + apart),
                form.question,
                "form",
                (part,),
                (form, bool(apart)),
                rank=-1,
            )
            return


def _group(examined: Examined, probes: Sequence[Probe], apart: bool) -> Sequence[Probe]:
    return ordinary(examined, probes) if apart else probes


def ordinary(examined: Examined, probes: Sequence[Probe]) -> list[Probe]:
    """Return the probes without special cases, whose amounts are the usual ones."""
    return [probe for probe in probes if examined.inputs.is_ordinary(probe)]


def samples_of(examined: Examined, part: str, probes: Sequence[Probe]) -> list[Sample] | None:
    """Return a part at each probe beside the right one; None where one of them has none, or another shape."""
    found = []
    for probe in probes:
        arguments = examined.inputs.arguments(probe)
        if arguments is None:
            continue
        right, got = part_of(examined.expected(probe), part), part_of(examined.outcome(probe), part)
        if right is None or got is None or right.shape != got.shape:
            return None
        found.append(Sample(right, got, arguments, _largest(right, got)))
    return found


def _largest(*arrays: np.ndarray) -> float:
    finite = [np.abs(it[np.isfinite(it)]).max(initial=0) for it in arrays]
    return float(max(finite)) or 1.0


def form_holds(examined: Examined, part: str, form: Form, probes: Sequence[Probe]) -> bool:
    """Return whether a part is as a form says at all probes that are wrong, and at some."""
    samples = samples_of(examined, part, probes)
    return samples is not None and any(it.differs for it in samples) and form.holds(samples)


def facts_of_transposes(examined: Examined, part: str, probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield that a part is the transpose of what it should be, everywhere or special cases apart."""
    for apart in ("", APART):
        few = _group(examined, probes, bool(apart))[:FIRST]
        if is_transposed(examined, part, few, fewest=1) and is_transposed(
            examined, part, _group(examined, [*probes, *examined.further], bool(apart))
        ):
            said = f"is the transpose of what it should be{apart}"
            yield Fact(
                about((part,), said),
                "Which axis should come first?",
                "transposed",
                (part,),
                (bool(apart),),
                rank=-1,
            )
            return


def is_transposed(examined: Examined, part: str, probes: Sequence[Probe], fewest: int = FEWEST) -> bool:
    """Return whether a part is at each probe the transpose of the right one, and at so many of them not that itself."""
    seen = 0
    for probe in probes:
        right, got = part_of(examined.expected(probe), part), part_of(examined.outcome(probe), part)
        if examined.inputs.arguments(probe) is None:
            continue
        if right is None or got is None or right.ndim != 2 or not close(right.T, got, NEAR):
            return False
        seen += not close(right, got, FAR)
    return seen >= fewest


# --- what has changed places ----------------------------------------------------------------------------


def facts_of_exchanges(examined: Examined, parts: Sequence[str], probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield the two arguments, or the two parts, that have changed places."""
    if not parts:
        return
    for apart in ("", APART):
        found = [
            *_exchanged_arguments(examined, parts, probes, bool(apart)),
            *_exchanged_parts(examined, parts, probes, bool(apart)),
        ]
        for kind, names, those in found:
            one, other = names
            if kind == "exchanged arguments":
                said = f"is what is right for {one} and {other} in each other's place"
                question = f"In which step of your code should {one} stand, and in which {other}?"
            else:
                said = "are right, but in each other's place"
                question = "Which of them should your function return first?"
            yield Fact(about(those, said + apart), question, kind, those, (*names, bool(apart)), rank=-1)
        if found:
            return


def _exchanged_arguments(
    examined: Examined, parts: Sequence[str], probes: Sequence[Probe], apart: bool
) -> Iterator[tuple[str, tuple[str, str], tuple[str, ...]]]:
    group = _group(examined, probes, apart)
    arguments = next((it for probe in group if (it := examined.inputs.arguments(probe))), {})
    for one, other in itertools.combinations(arguments, 2):
        if not _are_alike(arguments[one], arguments[other]):
            continue
        left: Sequence[str] = parts
        for fewest, these in ((0, group[:FIRST]), (0, group)):
            left = [it for it in left if arguments_exchanged(examined, it, one, other, these, fewest)]
        if not left:
            continue
        every = _group(examined, [*probes, *examined.further], apart)
        those = tuple(it for it in left if arguments_exchanged(examined, it, one, other, every))
        if those:
            yield "exchanged arguments", (one, other), those


def _are_alike(one: Any, other: Any) -> bool:
    """Return whether two arguments could be taken for each other."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return bool(one.shape == other.shape and one.dtype.kind == other.dtype.kind)
    if isinstance(one, float) or isinstance(other, float):
        return isinstance(one, float) and isinstance(other, float)
    return isinstance(one, int) and isinstance(other, int)


def arguments_exchanged(
    examined: Examined, part: str, one: str, other: str, probes: Sequence[Probe], fewest: int = FEWEST
) -> bool:
    """Return whether a part is at each probe what is right for two arguments in each other's place."""
    seen = 0
    swapped = [_swapped(examined.inputs, probe, one, other) for probe in probes]
    examined.inputs.ask_trusted(examined.reference, [it for it in swapped if it is not None])
    for probe, changed in zip(probes, swapped, strict=True):
        if changed is None:
            continue
        right, instead = (part_of(examined.expected(it), part) for it in (probe, changed))
        got = part_of(examined.outcome(probe), part)
        if right is None or got is None or instead is None or not close(instead, got, NEAR):
            return False
        seen += not close(right, instead, FAR)
    return seen >= fewest


def _swapped(inputs: Inputs, probe: Probe, one: str, other: str) -> Probe | None:
    """Return the probe with two arguments in each other's place, None where it has none that are alike."""
    arguments = inputs.arguments(probe)
    if arguments is None or not _are_alike(arguments[one], arguments[other]):
        return None
    key = ("swapped", one, other)
    return inputs.changed(probe, key, lambda it: {**it, one: it[other], other: it[one]})


# --- whether places matter --------------------------------------------------------------------------------

PLACES = {
    "same": (
        "is the same when {} and {} change places, and should not be",
        "What does the task do with {} that it does not do with {}?",
    ),
    "changes": (
        "changes when {} and {} change places, and should not",
        "Which step of your code treats {} differently from {}?",
    ),
}
"""What is said where the places of two arguments should matter and do not, or the other way round."""


def facts_of_places(examined: Examined, parts: Sequence[str], probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield the two arguments that may change places although they should not, or may not although they should."""
    arguments = next((it for probe in probes if (it := examined.inputs.arguments(probe))), {})
    arrays = [name for name, value in arguments.items() if isinstance(value, np.ndarray)]
    for one, other in itertools.combinations(arrays, 2):
        if not _are_alike(arguments[one], arguments[other]):
            continue
        ways: dict[str, list[str]] = {}
        for part in parts:
            way = way_of_places(examined, part, one, other, probes)
            if way and (way != "same" or way_of_places(examined, part, one, other, examined.further) == way):
                ways.setdefault(way, []).append(part)
        for way, names in ways.items():
            said, question = (it.format(one, other) for it in PLACES[way])
            claim = one, other, way
            yield Fact(about(tuple(names), said), question, "places", tuple(names), claim, rank=2)


def way_of_places(
    examined: Examined, part: str, one: str, other: str, probes: Sequence[Probe], fewest: int = FEWEST
) -> str:
    """Return whether a part is the `same` at every probe with two arguments in each other's place, or `changes`.

    It is nothing where the right one does likewise, and where some probes show one and some the other.
    """
    swapped = [_swapped(examined.inputs, probe, one, other) for probe in probes]
    examined.ask(it for it in swapped if it is not None)
    ways = []
    for probe, changed in zip(probes, swapped, strict=True):
        if changed is None:
            continue
        right, then = (part_of(examined.expected(it), part) for it in (probe, changed))
        got, came = (part_of(examined.outcome(it), part) for it in (probe, changed))
        if right is None or then is None or not (np.isfinite(right).all() and np.isfinite(then).all()):
            continue
        if close(right, then, FAR) is not close(right, then, NEAR):
            continue
        if got is None or came is None:
            return ""
        should_be_same = close(right, then, NEAR)
        if should_be_same is close(got, came, NEAR if not should_be_same else FAR):
            # A special case may be the same in any order.
            if should_be_same:
                continue
            return ""
        ways.append("changes" if should_be_same else "same")
    return ways[0] if len(ways) >= fewest and len(set(ways)) == 1 else ""


def _exchanged_parts(
    examined: Examined, parts: Sequence[str], probes: Sequence[Probe], apart: bool
) -> Iterator[tuple[str, tuple[str, str], tuple[str, ...]]]:
    group = _group(examined, probes, apart)
    for one, other in itertools.combinations(parts, 2):
        if not parts_exchanged(examined, one, other, group, fewest=0):
            continue
        if parts_exchanged(examined, one, other, _group(examined, [*probes, *examined.further], apart)):
            yield "exchanged parts", (one, other), (one, other)


def parts_exchanged(
    examined: Examined, one: str, other: str, probes: Sequence[Probe], fewest: int = FEWEST
) -> bool:
    """Return whether each of two parts is at each probe what the other should be."""
    seen = 0
    for probe in probes:
        if examined.inputs.arguments(probe) is None:
            continue
        right = [part_of(examined.expected(probe), it) for it in (one, other)]
        got = [part_of(examined.outcome(probe), it) for it in (other, one)]
        for wanted, came in zip(right, got, strict=True):
            if wanted is None or came is None or not close(wanted, came, NEAR):
                return False
        assert right[0] is not None and right[1] is not None
        seen += not close(right[0], right[1], FAR)
    return seen >= fewest
