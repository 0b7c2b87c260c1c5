"""Looks for what can be said of a wrong function, stage by stage: what says most comes first, and may be all.

Each stage is a kind of fact that another module finds; what was found before decides of which parts it is news.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from autograder.grading.explain.conditions import in_words
from autograder.grading.explain.decimals import facts_of_rounding
from autograder.grading.explain.dependence import facts_of_dependence, facts_of_idle_cases
from autograder.grading.explain.examined import Examined
from autograder.grading.explain.fact import Fact, about
from autograder.grading.explain.likeness import (
    facts_of_exchanges,
    facts_of_forms,
    facts_of_places,
    facts_of_transposes,
    ordinary,
)
from autograder.grading.explain.moves import facts_of_moves
from autograder.grading.explain.probes import DRAWS, Probe, generic
from autograder.grading.explain.properties import (
    facts_of_entries,
    facts_of_limits,
    facts_of_precision,
    facts_of_properties,
)
from autograder.grading.explain.regions import Table, is_real, questions_of, where_bad
from autograder.grading.explain.scalings import facts_of_scalings
from autograder.grading.explain.sharing import facts_of_sharing, facts_of_sharing_at_the_smallest
from autograder.grading.explain.sides import TELLING_SIDES, facts_of_opposites, facts_of_sides
from autograder.grading.explain.simplest import facts_of_the_simplest
from autograder.grading.explain.slopes import facts_of_slope
from autograder.grading.ladder import Switch

BESIDE_FORMS = frozenset({"where", "slope", "idle switch"})
"""The kinds of fact that say more of a part than what it always is instead of the right one."""
MOVED = frozenset({"transposed", "exchanged parts", "exchanged arguments"})
"""The kinds of fact that say what is right in another place."""
NO_PLACE = frozenset({"side", "scaling"})
"""The kinds of fact that do not say on which input to begin."""


def facts_of_wrong(
    examined: Examined, wrong: Sequence[str], table: Mapping[str, Table], probes: Sequence[Probe]
) -> Iterator[tuple[list[Fact], int]]:
    """Yield everything that was found after each stage, and the lowest rank of what a later one may find.

    Of equal rank, what is found first is said first.
    """
    ladder = examined.inputs.ladder
    if raised := _raised_everywhere(examined, table):
        sentence = about(ladder.parts, f"raises {raised} wherever it was tried")
        question = (
            "What is in each variable of the line that raises it, and which of them is another thing than you "
            "thought?"
        )
        yield [Fact(sentence, question, "everywhere", ladder.parts, raised)], 0
        return
    found, formed, whole = _facts_of_likeness(examined, wrong, table, probes)
    # What a part is in another place says everything about it.
    moved = {part for fact in found if fact.kind in MOVED for part in fact.parts if part in whole}
    wrong = [part for part in wrong if part not in moved]
    formless = [part for part in wrong if part not in whole]
    even = [part for part in formless if all(it != "odd" for _, it in table[part])]
    real = [part for part in even if is_real(examined, part)]
    found += [fact for part in real for fact in facts_of_limits(examined, part, probes)]
    yield found, 0

    found += _facts_of_conditions(examined, wrong, table)
    yield found, 0

    found += [
        fact for part in even if part not in formed for fact in facts_of_sharing(examined, part, probes)
    ]
    yield found, 1

    def news(facts: Iterable[Fact]) -> list[Fact]:
        return [it for it in facts if it.kind in BESIDE_FORMS or not whole.issuperset(it.parts)]

    usual = [probe for draw in DRAWS for probe in generic(ladder, draw)]
    examined.ask(usual)
    idle: set[str] = set()
    for fact in facts_of_dependence(examined, wrong, usual):
        # That all further probes bear one out costs much, so no more of them are looked for than are said.
        found += news([fact])
        yield found, 1
        idle |= set(fact.parts if fact.kind == "idle" else ())
    # Of what ignores a whole argument, a special case is no news.
    found += news(facts_of_idle_cases(examined, [part for part in wrong if part not in idle], usual))
    yield found, 1

    found += facts_of_slope(
        examined, {part: part not in wrong for part in ladder.parts if part not in moved}, usual
    )
    yield found, 1

    for part in even:
        found += facts_of_entries(examined, part, probes, by_chance=part not in real)
    yield found, 1

    sides = [fact for part in formless for fact in facts_of_sides(examined, part, probes)]
    telling = [fact for fact in sides if fact.claim[0] in TELLING_SIDES]
    yield found + telling, 2

    # Of labels in a wrong shape, all that is said of their order follows from that shape.
    labels = {part for part in wrong if _are_labels(examined, part, usual)}
    related = [part for part in wrong if part in even or part not in labels]
    found += news(facts_of_moves(examined, related, usual, labels))
    yield found + telling, 2

    found += news(facts_of_places(examined, even, usual))
    shared = {part for fact in found if fact.kind == "shared" for part in fact.parts}
    for part in even:
        found += _facts_of_properties(examined, part, probes)
        if part not in formed and part not in shared:
            found += facts_of_sharing_at_the_smallest(examined, part, probes)
    yield found + telling, 3

    told = {part for fact in found for part in fact.parts}
    found += [
        fact for part in formless if part not in told for fact in facts_of_precision(examined, part, probes)
    ]
    nearly = {part for fact in found if fact.kind == "precision" for part in fact.parts}
    changing = [part for part in formless if part in related and part not in formed and part not in nearly]
    found += facts_of_scalings(examined, changing, usual, probes)
    clear = {part for fact in found if not _leaves_much_open(fact) for part in fact.parts}
    # On which side wrong numbers lie is worth saying where nothing else is, unless it says what to look for.
    found += [fact for fact in sides if fact in telling or clear.isdisjoint(fact.parts)]
    yield found, 5

    said = {part for fact in found if fact.kind not in NO_PLACE for part in fact.parts}
    rest = [part for part in formless if part not in said]
    if rest:
        yield [*found, *facts_of_the_simplest(examined, rest, table)], 5


def _facts_of_likeness(
    examined: Examined, wrong: Sequence[str], table: Mapping[str, Table], probes: Sequence[Probe]
) -> tuple[list[Fact], set[str], set[str]]:
    """Return what wrong parts are instead of the right ones, the parts that have a form, and those that say it all."""
    even = [part for part in wrong if all(it not in ("odd", "raised") for _, it in table[part])]
    found = [fact for part in even for fact in facts_of_forms(examined, part, probes)]
    formed = {part for fact in found for part in fact.parts}
    found += [
        fact for part in even if part not in formed for fact in facts_of_opposites(examined, part, probes)
    ]
    formed = {part for fact in found for part in fact.parts}
    for part in even:
        if part not in formed and is_real(examined, part):
            found += facts_of_rounding(examined, part, probes)
    # What has changed places may have another shape there.
    moved = [part for part in wrong if all(it != "raised" for _, it in table[part])]
    found += [
        fact for part in moved if part not in formed for fact in facts_of_transposes(examined, part, probes)
    ]
    formed |= {part for fact in found for part in fact.parts}
    found += facts_of_exchanges(examined, [part for part in moved if part not in formed], probes)
    return found, formed, {part for fact in found for part in fact.parts if not fact.claim[-1]}


def _facts_of_properties(examined: Examined, part: str, probes: Sequence[Probe]) -> Iterator[Fact]:
    """Yield which properties of right numbers a part lacks, or has although right ones have not."""
    switches = examined.inputs.ladder.all_of(Switch)
    unswitched = [it for it in probes if all(it[name] == switch.off for name, switch in switches.items())]
    without = f"without {' and '.join(it.noun for it in switches.values())}, " if switches else ""
    yield from facts_of_properties(examined, part, probes, unswitched, without)


def _are_labels(examined: Examined, part: str, probes: Sequence[Probe]) -> bool:
    """Return whether right values of a part are chosen from some, so that their type holds no fractions."""
    outcomes = (examined.expected(probe) for probe in probes)
    values = (it.parts[part] for it in outcomes if it is not None and it.parts is not None)
    return all(np.asarray(it).dtype.kind in "iub" for it in values)


def _leaves_much_open(fact: Fact) -> bool:
    return fact.kind == "where" and fact.claim[1].leaves_much_open


def _raised_everywhere(examined: Examined, table: Mapping[str, Table]) -> str:
    """Return the exception that all probes raise, or that they raise several; empty where one of them does not."""
    raised = {
        outcome.raised for rows in table.values() for it, _ in rows if (outcome := examined.outcome(it))
    }
    return "" if "" in raised else raised.pop() if len(raised) == 1 else "an exception"


def _facts_of_conditions(
    examined: Examined, wrong: Sequence[str], table: Mapping[str, Table]
) -> Iterator[Fact]:
    ladder, said = examined.inputs.ladder, set()
    for part in wrong:
        probes = [probe for probe, _ in table[part]]
        for question in questions_of(examined, part, table[part]):
            about_the_call = "wrong" not in question.bad
            parts = ladder.parts if about_the_call else (part,)
            if question.bad in said and about_the_call:
                continue
            said.add(question.bad)
            where = where_bad(examined, question, probes)
            if where is None or where.leaves_much_open:
                where = where_bad(examined, question, ordinary(examined, probes), apart=True) or where
            if where is not None:
                observation, asked = in_words(ladder, where)
                fact = Fact(about(parts, observation), asked, "where", parts, (question, where))
                yield replace(fact, rank=3) if where.leaves_much_open else fact
