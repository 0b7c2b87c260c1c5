"""The report on a class: what to teach again, how points are distributed, which tests and hand-ins need a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from autograder.grading.explain.explanation import digest_of_hint
from autograder.model.known_mistake import KnownMistake
from autograder.model.verdict import Family, Kind
from autograder.report.context import LikePair, ReportContext
from autograder.report.pages import render, script
from autograder.report.statistics import ClassStatistics, HintTally, MistakeTally, TestTally
from autograder.report.unexplained import largest_first

if TYPE_CHECKING:
    from autograder.report.plots import Picture

IN_FULL, MOST_LISTED = 6, 12
"""Mistakes explained at length, and those counted in the first table; the rarer ones are in another table."""
GROUPS_IN_FULL, MOST_GROUPS = 8, 60
"""Groups of unexplained hand-ins shown with an example, and those listed in all; the rest are counted."""
STAGE_NAMES = ("question", "where to look", "worked example")
NO_MISTAKE = "no known mistake: a general hint"
MOST_NAMES = 60
"""Labels listed below a finding; the rest are counted."""


def class_page(statistics: ClassStatistics, context: ReportContext) -> str:
    """Return the report as one self-contained page of HTML.

    It names students, so it is for those who teach.
    """
    tests = [it for it in statistics.tests.values() if it.hand_ins]
    structural = [it for it in tests if it.structural and not it.public]
    raced = [it for it in structural if it.cpu_ratios]
    lessons = _lessons(statistics.most_frequent(), context.mistakes)
    source, digest = script("class.js")
    return render(
        "class.html",
        script=source,
        script_hash=digest,
        marks={lesson.id: f"m-{number}" for number, (_, lesson) in enumerate(lessons, start=1)},
        names=_names(context.people),
        with_names=any(context.people.get(row.label, row.label) != row.label for row in statistics.rows),
        title=f"{statistics.assignment.title}: class report",
        statistics=statistics,
        context=context,
        titles={tally.question.id: tally.question.title for tally in statistics.questions.values()},
        pictures=_pictures(statistics, structural, raced),
        lessons=lessons,
        in_full=IN_FULL,
        most_listed=MOST_LISTED,
        hints=_hints(statistics, context.mistakes),
        stage_names=STAGE_NAMES,
        groups=largest_first(statistics.groups.values()),
        groups_in_full=GROUPS_IN_FULL,
        most_groups=MOST_GROUPS,
        accepted=_lessons(statistics.accepted.values(), context.mistakes),
        graded_tests=sorted((it for it in tests if not it.public), key=lambda it: it.rate),
        public_checks=sorted((it for it in tests if it.public), key=lambda it: it.rate),
        structural=[(it, it.ways) for it in structural],
        raced=raced,
        broken=_ways_to_break(statistics),
        flagged=_flagged(statistics),
        pairs=[_marked(pair) for pair in context.pairs],
        together=[it for it in connected((pair.first, pair.second) for pair in context.pairs) if len(it) > 2],
        most_names=MOST_NAMES,
    )


def _hints(statistics: ClassStatistics, bank: Iterable[KnownMistake]) -> list[tuple[HintTally, str]]:
    """Return each hint that students asked for, the most seen first, with the mistake that it is about.

    A question of the bank that several mistakes share names the first of them.
    """
    known = {digest_of_hint(it.hint): f"{it.id}: {it.title}" for it in reversed(list(bank))}
    tallies = sorted(statistics.hints.values(), key=lambda it: (-it.saw[0], it.question, it.hint))
    return [(it, known.get(it.hint, NO_MISTAKE)) for it in tallies]


def _names(people: Mapping[str, str]) -> dict[str, str]:
    """Return what to call each hand-in: whoever handed it in, with its label where others are called the same."""
    alike = Counter(people.values())
    return {label: name if alike[name] == 1 else f"{name} ({label})" for label, name in people.items()}


def _ways_to_break(statistics: ClassStatistics) -> dict[Kind, list[str]]:
    """Return the kinds of verdict that occur and say that a call returned no value, each with its hand-ins."""
    by_kind = {
        kind: [row.label for row in statistics.rows if kind in row.kinds]
        for kind in Kind
        if kind.family in (Family.BROKEN, Family.UNJUDGED) or kind is Kind.OUT_OF_MEMORY
    }
    return {kind: labels for kind, labels in by_kind.items() if labels}


def _pictures(
    statistics: ClassStatistics,
    structural: Sequence[TestTally],
    raced: Sequence[TestTally],
) -> dict[str, Picture]:
    if not statistics.hand_ins:
        return {}
    # matplotlib takes longer to load than all else, and what comes first of a class needs none of it.
    from autograder.report.plots import (
        question_histograms,
        score_histogram,
        speed_strip,
        structure_bars,
    )

    tallies = list(statistics.questions.values())
    pictures = {"questions": question_histograms(tallies)}
    if statistics.totals:
        pictures["totals"] = score_histogram(statistics)
    if structural:
        pictures["structure"] = structure_bars(structural)
    if raced:
        pictures["speed"] = speed_strip(raced)
    return pictures


def _lessons(
    tallies: Iterable[MistakeTally], bank: Iterable[KnownMistake]
) -> list[tuple[MistakeTally, KnownMistake]]:
    """Return each mistake that was made with what the bank says about it."""
    known = {mistake.id: mistake for mistake in bank}
    return [
        (it, known.get(it.id) or KnownMistake(id=it.id, title="no longer in the bank", hint=""))
        for it in tallies
    ]


def _flagged(statistics: ClassStatistics) -> list[tuple[str, str, int]]:
    """Return each hand-in with each reason to look at it, and how many tests gave that reason."""
    reasons = Counter(statistics.flags)
    reasons.update((label, f"the grader failed on {fault}") for label, fault in statistics.faults)
    return [(label, reason, count) for (label, reason), count in sorted(reasons.items())]


def connected(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Return who is connected by pairs, each group in order, the largest first."""
    group_of: dict[str, set[str]] = {}
    for pair in pairs:
        group = set(pair).union(*(group_of.get(label, ()) for label in pair))
        group_of.update(dict.fromkeys(group, group))
    groups = {tuple(sorted(group)) for group in group_of.values()}
    return sorted(groups, key=lambda group: (-len(group), group))


def _marked(pair: LikePair) -> tuple[LikePair, list[tuple[str, list[tuple[str, str]]]]]:
    """Return a pair with the lines of either side, numbered."""
    sides = []
    for label, excerpts in ((pair.first, pair.first_lines), (pair.second, pair.second_lines)):
        blocks = []
        for excerpt in excerpts:
            lines = excerpt.text.splitlines()
            where = f"{excerpt.file}, lines {excerpt.first_line} to {excerpt.first_line + len(lines) - 1}"
            numbered = (f"{number:4}  {line}" for number, line in enumerate(lines, excerpt.first_line))
            blocks.append((where, "\n".join(numbered)))
        sides.append((label, blocks))
    return pair, sides
