"""Says at which simplest input a function is wrong already, where nothing else is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from autograder.grading.explain.conditions import counted
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.probes import DRAWS, Probe, probe_of
from autograder.grading.explain.regions import MOSTLY, Table, is_real
from autograder.grading.ladder import Case, Ladder, Size, Switch

SIMPLEST_TRIED = 8
"""How often the simplest wrong input is drawn anew in each draw."""


def facts_of_the_simplest(
    examined: Examined, parts: Sequence[str], table: Mapping[str, Table]
) -> Iterator[Fact]:
    """Yield the simplest settings at which every draw is wrong, or most draws of what may be right by chance."""
    ladder = examined.inputs.ladder
    for settings in simplest_first(ladder, (probe for probe, _ in table[parts[0]])):
        again = [probe_of(settings, draw, 700 + n) for draw in DRAWS for n in range(SIMPLEST_TRIED)]
        examined.ask(again)
        states = {part: {examined.state(it, part) for it in again} for part in parts}
        mostly = [
            part
            for part in parts
            if "raised" not in states[part]
            and not is_real(examined, part)
            and sum(examined.state(it, part) == "wrong" for it in again) >= MOSTLY * len(again)
        ]
        always = tuple(part for part in parts if states[part] in ({"wrong"}, {"raised"}) or part in mostly)
        if always:
            raised = {it.raised for probe in again if (it := examined.outcome(probe)) is not None}
            same = states[always[0]] == {"raised"} and len(raised) == 1
            certain = same or all(
                is_real(examined, it) and not _is_right_at_more(ladder, table[it], settings) for it in always
            )
            verb = f"raises {raised.pop()}" if same else "wrong" if certain else "wrong in most cases"
            sizes = in_full(ladder, settings)
            yield Fact(
                about(always, f"{verb} already {f'for {sizes}' if sizes else 'without any special case'}"),
                "Work that out by hand and print what your code has after each step: where do the two part?",
                "simplest",
                always,
                (dict(settings), certain),
                rank=5,
            )
            return


def _is_right_at_more(ladder: Ladder, rows: Table, settings: Mapping[str, Any]) -> bool:
    """Return whether a part is right somewhere with no less of anything: what is wrong may be right by chance, too."""
    sizes = ladder.all_of(Size)
    return any(
        state == "right"
        and all(probe[it] >= settings[it] if it in sizes else probe[it] == settings[it] for it in settings)
        for probe, state in rows
    )


def simplest_first(ladder: Ladder, probes: Iterable[Probe]) -> list[Mapping[str, object]]:
    """Return the smallest settings of a ladder, then those of probes without special cases, the smaller first."""
    base = ladder.base | {name: knob.tried[0] for name, knob in ladder.all_of(Size).items()}
    sizes, others = list(ladder.all_of(Size)), [*ladder.all_of(Switch), *ladder.all_of(Case)]
    tried = [dict(it.settings) for it in probes]
    tried.sort(
        key=lambda it: (sum(it[name] != base[name] for name in others), sum(it[name] for name in sizes))
    )
    plain = [it for it in tried if all(it[name] == base[name] for name in ladder.all_of(Case))]
    return [base, *plain[:6]]


def in_full(ladder: Ladder, settings: Mapping[str, object]) -> str:
    """Return settings in words: "one example, two classes and without a penalty"."""
    words = [counted(ladder, name, int(settings[name])) for name in ladder.all_of(Size)]  # type: ignore[call-overload]
    words += [
        f"{'without' if settings[name] == switch.off else 'with'} {switch.noun}"
        for name, switch in ladder.all_of(Switch).items()
    ]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
