"""How the results of a function hang together: when its inputs are reordered, as slopes, and on what they depend.

None of it is known beforehand. What should hold is what holds for the reference at every probe that was tried.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.grading.explain.conditions import does, plural, pronoun, singular
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.inputs import MOST_TOGETHER, Inputs
from autograder.grading.explain.outcomes import FAR, Outcome, close, part_of
from autograder.grading.explain.probes import Probe, probe_of
from autograder.grading.ladder import Case, Ladder, Size, Switch

PROBES = 3
"""Probes of each draw at which a relation is tried."""
STEPS = (1e-4, 1e-5)
"""Steps of the difference quotients that a slope is compared with; both have to say the same."""
KINK = 0.1
"""From this relative difference on, slopes on both sides of a point are two."""
SAME_SLOPE, OTHER_SLOPE = 1e-4, 1e-2
"""Relative differences up to the first are those of difference quotients; from the second on they are a mistake."""

IDLE = 1e-10
"""Relative differences up to this are no dependence."""
SPECIAL = 8
"""Further probes at which an argument is also tried as it is in each special case."""

Change = Callable[[dict[str, Any]], dict[str, Any] | None]


def generic(ladder: Ladder, draw: int, number: int = PROBES) -> list[Probe]:
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


# --- order and repetition -----------------------------------------------------------------------------


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
    examined: Examined, move: Moved, part: str, probes: Sequence[Probe], fewest: int = 2 * PROBES
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


# --- the slope ----------------------------------------------------------------------------------------


def slope_state(examined: Examined, probe: Probe, seed: int = 0) -> bool | None:
    """Return whether a derivative is the slope of the function's own values; None where that cannot be told."""
    nearby = _nearby(examined, probe, seed)
    if nearby is None:
        return None
    value, derivative, _ = examined.inputs.ladder.slope
    here, right = (part_of(it, derivative) for it in (examined.outcome(probe), examined.expected(probe)))
    assert here is not None and right is not None
    direction, steps = nearby
    found = set()
    for step, after in steps.items():
        own = _quotient([part_of(examined.outcome(it), value) for it in after], step)
        reference = _quotient([part_of(examined.expected(it), value) for it in after], step)
        if own is None or reference is None:
            return None
        scale = max(float(np.abs(here * direction).sum()), abs(own), 1e-3)
        if abs(reference - float((right * direction).sum())) > SAME_SLOPE * max(abs(reference), scale):
            return None  # the reference has a kink here
        if _has_kink(
            [part_of(examined.outcome(it), value) for it in (after[0], probe, after[1])], step, scale
        ):
            return None
        apart = abs(own - float((here * direction).sum()))
        found.add(True if apart <= SAME_SLOPE * scale else False if apart >= OTHER_SLOPE * scale else None)
    return found.pop() if len(found) == 1 else None


def _nearby(
    examined: Examined, probe: Probe, seed: int
) -> tuple[np.ndarray, dict[float, list[Probe]]] | None:
    """Return a direction, and the two probes a step along it for each step; None where no slope can be told."""
    _, derivative, argument = examined.inputs.ladder.slope
    arguments = examined.inputs.arguments(probe)
    here = part_of(examined.outcome(probe), derivative)
    right = part_of(examined.expected(probe), derivative)
    if arguments is None or here is None or right is None or here.shape != right.shape:
        return None
    point = np.asarray(arguments[argument], dtype=np.float64)
    if here.shape != point.shape or not np.isfinite(here).all():
        return None
    rng = np.random.default_rng([seed, *probe.seed])
    # Along the right derivative, so that the slope is not a small difference of large numbers.
    direction = np.where(right < 0, -1.0, 1.0) * rng.uniform(0.5, 1.5, size=point.shape)
    key = ("along", argument, seed, probe.seed, probe.settings, examined.reference.space)
    return direction, {
        step: [
            examined.inputs.changed(
                probe, (*key, sign * step), _along(argument, point + sign * step * direction)
            )
            for sign in (1, -1)
        ]
        for step in STEPS
    }


def _agreed(examined: Examined, probes: Sequence[Probe]) -> bool | None:
    """Return what all probes say that say anything, None if they disagree or are too few."""
    found = _slope_states(examined, probes)
    return found[0] if len(found) > PROBES and len(set(found)) == 1 else None


def _slope_states(examined: Examined, probes: Sequence[Probe]) -> list[bool]:
    examined.ask(probes)
    nearby = [it[1].values() for probe in probes if (it := _nearby(examined, probe, 0)) is not None]
    examined.ask(probe for steps in nearby for pair in steps for probe in pair)
    states = (slope_state(examined, probe) for probe in probes)
    return [it for it in states if it is not None]


def special_slopes(ladder: Ladder, draw: int) -> list[Probe]:
    """Return a probe with each special case alone, at which a derivative may be no slope."""
    (plain, *_) = generic(ladder, draw, 1)
    return [plain.with_(**{name: True}) for name in ladder.all_of(Case)]


def _is_slope_where_wrong(examined: Examined, parts: Sequence[str], probes: Sequence[Probe]) -> bool:
    """Return whether a derivative is a slope in all special cases that tell, and something is wrong where it is one.

    What is right belongs together in any case.
    """
    special = [it for draw in (1, 2) for it in special_slopes(examined.inputs.ladder, draw)]
    if not all(_slope_states(examined, special)):
        return False
    return any(examined.state(it, part) == "wrong" for it in [*probes, *special] for part in parts)


def _along(argument: str, point: np.ndarray) -> Change:
    return lambda arguments: {**arguments, argument: point}


def _quotient(values: Sequence[np.ndarray | None], step: float) -> float | None:
    """Return the difference quotient of two single numbers, None if they are something else."""
    above, below = values
    if above is None or below is None or above.ndim or below.ndim:
        return None
    slope = float(above - below) / (2 * step)
    return slope if np.isfinite(slope) else None


def _has_kink(values: Sequence[np.ndarray | None], step: float, scale: float) -> bool:
    """Return whether a single number grows by much less, or much more, above a point than below it."""
    above, here, below = values
    if above is None or here is None or below is None or here.ndim:
        return False
    return bool(abs(float(above - here) - float(here - below)) > KINK * scale * step)


def facts_of_slope(examined: Examined, states: dict[str, bool], probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield whether the derivative is the slope of the function's own values, where that tells something.

    Parameters
    ----------
    states
        For the value and its derivative, whether it is right at all probes of the ladder; without one that is known.
    """
    ladder = examined.inputs.ladder
    if not ladder.slope:
        return
    value, derivative, argument = ladder.slope
    if states.get(value, True) or states.get(derivative, True):
        return  # one is right, or right elsewhere, and the other is not: so much is known
    off = [probe.with_(**{name: it.off for name, it in ladder.all_of(Switch).items()}) for probe in probes]
    with_it = _agreed(examined, probes)
    if with_it is None:
        return
    without = _agreed(examined, off)
    parts = (value, derivative)
    switches = list(ladder.all_of(Switch).values())
    yours = f"your {derivative} is the slope of your own {value} by {argument}"
    if with_it is without is True and _is_slope_where_wrong(examined, parts, [*probes, *off]):
        yield Fact(
            f"{yours[0].upper()}{yours[1:]}, so the two belong together.",
            f"Look at {value} first: which term of it is not what the task asks for?",
            "slope",
            parts,
            (True, True),
            rank=1,
        )
    elif without is True and with_it is False and len(switches) == 1:
        noun = switches[0].noun
        yield Fact(
            f"Without {noun}, {yours}; with {pronoun(noun)}, it is not.",
            f"What is the derivative of what {noun} adds to your {value}?",
            "slope",
            parts,
            (True, False),
            rank=1,
        )
    elif with_it is without is False:
        yield Fact(
            f"Your {derivative} is not the slope of your own {value} by {argument}.",
            f"Move one entry of {argument} a little: by how much does your {value} change, and by how much does "
            f"your {derivative} say?",
            "slope",
            parts,
            (False, False),
            rank=4,
        )


# --- on what it depends -------------------------------------------------------------------------------


def facts_of_dependence(examined: Examined, parts: Sequence[str], probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield the arguments and switches that make no difference to a part although they should."""
    ladder = examined.inputs.ladder
    arguments = next((it for probe in probes if (it := examined.inputs.arguments(probe))), {})
    # Nearly everything depends on every argument, as the first probe shows.
    others = (other_argument(examined.inputs, probes[0], name) for name in arguments)
    examined.ask(probe for probe in others if probe is not None)
    for name in arguments:
        idle = tuple(
            part
            for part in parts
            if _is_idle(examined, name, part, probes) and not depends(examined, name, part, examined.further)
        )
        if idle:
            yield Fact(
                about(idle, f"does not depend on {name}, and should"),
                f"Where does {name} come in, in the task and in your code?",
                "idle",
                idle,
                name,
                rank=1,
            )
    for knob, switch in ladder.all_of(Switch).items():
        idle = tuple(part for part in parts if _is_idle(examined, knob, part, probes, switch))
        if idle:
            yield Fact(
                about(idle, f"is the same with {switch.noun} and without, and should not be"),
                f"What should {switch.noun} add, and where {does(switch.noun)} in your code?",
                "idle switch",
                idle,
                knob,
                rank=1,
            )


def facts_of_idle_cases(examined: Examined, parts: Sequence[str], probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield the special cases that make no difference to a part although they should."""
    if not parts:
        return
    cases: dict[str, Case] = examined.inputs.ladder.all_of(Case)
    # Nearly every case makes a difference, as the first probe shows.
    examined.ask(probes[0].with_(**{knob: value}) for knob in cases for value in (False, True))
    found = {part: [knob for knob in cases if is_idle_case(examined, knob, part, probes)] for part in parts}
    for knob, case in cases.items():
        # Of what ignores several of them, one would be the wrong thing to look at.
        idle = tuple(
            part
            for part in parts
            if found[part] == [knob] and not depends_on_case(examined, knob, part, examined.further)
        )
        if idle:
            yield Fact(
                about(idle, f"is the same whether or not {case.where}, and should not be"),
                "What should be different then, and where does that come in, in your code?",
                "idle case",
                idle,
                knob,
                rank=1,
            )


def depends_on_case(examined: Examined, knob: str, part: str, probes: Sequence[Probe]) -> bool:
    """Return whether a special case makes a difference to a part, where it should: alone, or beside other ones."""
    cases = dict.fromkeys(examined.inputs.ladder.all_of(Case), False)
    pairs = [
        [probe.with_(**{**others, knob: value}) for value in (False, True)]
        for others in (cases, {})
        for probe in probes
    ]
    examined.ask(it for pair in pairs for it in pair)
    for pair in pairs:
        if any(examined.inputs.arguments(it) is None for it in pair):
            continue
        right, other = (part_of(examined.expected(it), part) for it in pair)
        got, again = (part_of(examined.outcome(it), part) for it in pair)
        if right is None or other is None or close(right, other, FAR):
            continue
        if got is None or again is None or not close(got, again, IDLE):
            return True
    return False


def is_idle_case(examined: Examined, knob: str, part: str, probes: Sequence[Probe]) -> bool:
    """Return whether a part is the same with and without a special case wherever it should not be."""
    seen = 0
    for probe in probes:
        pair = [probe.with_(**{knob: value}) for value in (False, True)]
        if any(examined.inputs.arguments(it) is None for it in pair):
            continue
        right, other = (part_of(examined.expected(it), part) for it in pair)
        got, again = (part_of(examined.outcome(it), part) for it in pair)
        if any(it is None or not np.isfinite(it).all() for it in (right, other, got, again)):
            return False
        assert right is not None and other is not None and got is not None and again is not None
        if close(right, other, FAR) or not close(got, again, IDLE) or got.shape != right.shape:
            return False
        seen += 1
    return seen >= 2 * PROBES


def other_argument(inputs: Inputs, probe: Probe, name: str) -> Probe | None:
    """Return the probe with one argument from another draw of the same settings, None where it is no array."""
    return _with_argument_of(inputs, probe, name, probe.again(9), ("other", name, probe.seed, probe.settings))


def special_argument(inputs: Inputs, probe: Probe, name: str, case: str) -> Probe | None:
    """Return the probe with one argument as it is in a special case, or out of it; None where it is no array."""
    key = ("special", name, case, probe.seed, probe.settings)
    return _with_argument_of(inputs, probe, name, probe.with_(**{case: not probe[case]}), key)


def _with_argument_of(inputs: Inputs, probe: Probe, name: str, source: Probe, key: Hashable) -> Probe | None:
    """Return the probe with one argument of another probe, None where that is the same, or no array of that shape."""
    other, here = inputs.arguments(source), inputs.arguments(probe)
    if other is None or here is None:
        return None
    array, replaced = here[name], other[name]
    if isinstance(array, float) and isinstance(replaced, float):
        same = array == replaced
    elif isinstance(array, np.ndarray) and isinstance(replaced, np.ndarray) and array.shape == replaced.shape:
        same = np.array_equal(array, replaced)
    else:
        return None
    return None if same else inputs.changed(probe, key, lambda it: {**it, name: replaced})


def rolled_argument(inputs: Inputs, probe: Probe, name: str) -> Probe | None:
    """Return the probe with the entries of one argument moved by one place, None where it is no array of several.

    What an author puts into the same place in every draw, such as a label that has to occur, is elsewhere then.
    """
    arguments = inputs.arguments(probe)
    if arguments is None or not isinstance(arguments[name], np.ndarray) or arguments[name].size < 2:
        return None
    return inputs.changed(probe, ("rolled", name), lambda it: {**it, name: _rolled(it[name])})


def _rolled(array: np.ndarray) -> np.ndarray:
    return np.roll(array, 1, axis=0) if len(array) > 1 else np.roll(array, 1)


def depends(examined: Examined, name: str, part: str, probes: Sequence[Probe]) -> bool:
    """Return whether another argument makes a difference to a part at any of some probes."""
    inputs = examined.inputs
    pairs = [
        (probe, after)
        for change in (other_argument, rolled_argument)
        for probe in probes
        if (after := change(inputs, probe, name)) is not None
    ]
    special = [
        (probe, after)
        for probe in probes[:SPECIAL]
        for case in inputs.ladder.all_of(Case)
        if (after := special_argument(inputs, probe, name, case)) is not None
    ]
    inputs.ask_trusted(examined.reference, [after for _, after in special])
    # What the right function refuses is no input.
    pairs += [
        (probe, after) for probe, after in special if part_of(examined.expected(after), part) is not None
    ]
    for number, (probe, after) in enumerate(pairs):
        if number % MOST_TOGETHER == 0:
            examined.ask(it for _, it in pairs[number : number + MOST_TOGETHER])
        got, again = (part_of(examined.outcome(it), part) for it in (probe, after))
        if got is not None and (again is None or not close(got, again, IDLE)):
            return True
    return False


def _is_idle(
    examined: Examined, name: str, part: str, probes: Sequence[Probe], switch: Switch | None = None
) -> bool:
    seen = 0
    changed = [
        other_argument(examined.inputs, probe, name) if switch is None else probe.with_(**{name: switch.off})
        for probe in probes
    ]
    for number, (probe, after) in enumerate(zip(probes, changed, strict=True)):
        if after is None or examined.inputs.arguments(after) is None:
            continue
        if number:
            # The first has shown none: the others are asked about together.
            examined.ask(it for it in changed if it is not None)
        right, other = (part_of(examined.expected(it), part) for it in (probe, after))
        if right is None or other is None or close(right, other, FAR):
            return False
        got, again = (part_of(examined.outcome(it), part) for it in (probe, after))
        if got is None or again is None or not np.isfinite(got).all() or not close(got, again, IDLE):
            return False
        seen += 1
    return seen >= 2 * PROBES
