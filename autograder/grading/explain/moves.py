"""Says what becomes of results when rows, columns or arguments change places, or are stretched or moved.

None of it is known beforehand. What should hold is what holds for the reference at every probe that was tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.grading.explain.conditions import plural, singular
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.inputs import Change
from autograder.grading.explain.outcomes import FAR, Outcome, close, part_of
from autograder.grading.explain.probes import PROBES_OF_RELATIONS, Probe
from autograder.grading.ladder import Ladder, Size


@dataclass(frozen=True)
class Moved:
    """What happened to the inputs along one axis: their new order, or that they were repeated.

    Attributes
    ----------
    knob
        The size whose axis it is.
    way
        `reordered` or `repeated`.
    times
        How often each is there when they are repeated.
    """

    knob: str
    way: str
    times: int = 2

    def change(self, ladder: Ladder) -> Change:
        """Return the function that moves arguments."""
        knob: Size = ladder.all_of(Size)[self.knob]

        def moved(arguments: dict[str, Any]) -> dict[str, Any] | None:
            order = self.order(ladder, arguments)
            if order is None:
                return None
            found = dict(arguments)
            for place in knob.places:
                array = arguments[place.argument]
                found[place.argument] = np.ascontiguousarray(np.take(array, order, axis=place.axis))
            for name in knob.labels.split():
                found[name] = np.argsort(order)[arguments[name]].astype(np.asarray(arguments[name]).dtype)
            return found

        return moved

    def order(self, ladder: Ladder, arguments: dict[str, Any]) -> np.ndarray | None:
        """Return which of the old positions stands at each new one; None where nothing would move."""
        place = ladder.all_of(Size)[self.knob].places[0]
        array = arguments[place.argument]
        if not isinstance(array, np.ndarray) or array.ndim <= place.axis:
            return None
        size = array.shape[place.axis]
        if self.way == "repeated":
            return np.tile(np.arange(size), self.times)
        if size < 2:
            return None
        # A shift by one and a swap: no position keeps its element, and the order is not its own inverse.
        return np.roll(np.arange(size), 1) if size < 4 else np.r_[size - 1, 0, np.arange(1, size - 1)[::-1]]


def moves_of(ladder: Ladder) -> Iterator[Moved]:
    """Yield every move that the knobs of a ladder allow."""
    for name, knob in ladder.all_of(Size).items():
        if knob.places:
            yield Moved(name, "reordered")
            if not knob.labels:
                yield Moved(name, "repeated")


def facts_of_moves(
    examined: Examined, parts: Sequence[str], probes: Sequence[Probe], labels: Set[str]
) -> Iterator[Fact]:
    """Yield what changes under a move although it should not, or does not follow although it should.

    Parameters
    ----------
    labels
        Those of the parts that are chosen, not added up.
    """
    ladder = examined.inputs.ladder
    # Most moves break nothing, as their first probe shows.
    examined.ask(examined.inputs.changed(probes[0], move, move.change(ladder)) for move in moves_of(ladder))
    for move in moves_of(ladder):
        broken: dict[str, list[str]] = {}
        for part in parts:
            how = broken_by(examined, move, part, probes)
            if how:
                broken.setdefault(how, []).append(part)
        for how, names in broken.items():
            things = plural(ladder, move.knob)
            if move.way == "repeated":
                said = f"changes when every {singular(ladder, move.knob)} is there twice, and should not"
                question = f"Which step of your code adds up over the {things}, or counts them?"
                if set(names) <= labels:
                    question = f"What does your code do where two {things} are alike?"
            elif how == "changes":
                said = f"changes when the {things} are put into another order, and should not"
                question = (
                    f"Which step of your code treats the first or the last of the {things} differently?"
                )
            else:
                said = f"is not just put into another order when the {things} are"
                question = (
                    f"Which step of your code treats the first or the last of the {things} differently?"
                )
            yield Fact(about(tuple(names), said), question, "moved", tuple(names), (move, how), rank=2)


def broken_by(
    examined: Examined, move: Moved, part: str, probes: Sequence[Probe], fewest: int = 2 * PROBES_OF_RELATIONS
) -> str:
    """Return how a part breaks at every probe what the reference keeps at all: `changes`, `order`; or nothing.

    It is nothing, too, where fewer than `fewest` probes can be moved.
    """
    inputs, ladder = examined.inputs, examined.inputs.ladder
    kept: set[int | None] | None = None
    seen = 0
    for probe in probes:
        after = inputs.changed(probe, move, move.change(ladder))
        arguments = inputs.arguments(probe)
        if arguments is None or inputs.arguments(after) is None:
            continue
        order = move.order(ladder, arguments)
        assert order is not None
        keeps = _keeps(examined.expected(probe), examined.expected(after), part, order)
        kept = keeps if kept is None else kept & keeps
        here = _breaks(examined.outcome(probe), examined.outcome(after), part, order, kept)
        if not kept or not here:
            return ""
        seen += 1
    if seen < fewest or kept is None:
        return ""
    return "changes" if None in kept else "order"


def _keeps(before: Outcome | None, after: Outcome | None, part: str, order: np.ndarray) -> set[int | None]:
    """Return the axes along which a part is moved like the inputs, None for not at all."""
    left, right = part_of(before, part), part_of(after, part)
    if left is None or right is None:
        return set()
    axes: list[int | None] = [None, *(axis for axis in range(left.ndim) if left.shape[axis] == len(order))]
    if len(set(order)) < len(order):
        axes = [None]
    return {
        it for it in axes if close(left if it is None else np.take(left, order, axis=it), right, FAR / 10)
    }


def _breaks(
    before: Outcome | None, after: Outcome | None, part: str, order: np.ndarray, kept: set[int | None]
) -> bool:
    left, right = part_of(before, part), part_of(after, part)
    if left is None or right is None or not np.isfinite(left).all() or not np.isfinite(right).all():
        return False
    for axis in kept:
        if axis is not None and (axis >= left.ndim or left.shape[axis] != len(order)):
            return False
        if close(left if axis is None else np.take(left, order, axis=axis), right, FAR):
            return False
    return True
