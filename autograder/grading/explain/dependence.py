"""Says which arguments and special cases a result depends on, and should not, or does not, and should.

It should depend on what the reference's result depends on at every probe that was tried.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from autograder.grading.explain.conditions import does
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.inputs import MOST_TOGETHER, Inputs
from autograder.grading.explain.outcomes import FAR, close, part_of
from autograder.grading.explain.probes import PROBES_OF_RELATIONS, Probe
from autograder.grading.ladder import Case, Switch

IDLE = 1e-10
"""Relative differences up to this are no dependence."""
SPECIAL = 8
"""Further probes at which an argument is also tried as it is in each special case."""


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
    return seen >= 2 * PROBES_OF_RELATIONS


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
    return seen >= 2 * PROBES_OF_RELATIONS
