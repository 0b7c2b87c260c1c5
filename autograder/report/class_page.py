"""The report on a class: what to teach again, how points are distributed, which tests and hand-ins need a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.grading.explain.explanation import digest_of_hint
from autograder.model.known_mistake import KnownMistake
from autograder.model.verdict import Family, Kind
from autograder.report.context import LikePair, ReportContext, RosterLine
from autograder.report.pages import render, script
from autograder.report.statistics import ClassStatistics, HintTally, MistakeTally, QuestionTally, TestTally
from autograder.report.unexplained import Group, largest_first
from autograder.text import counted

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
AT_A_GLANCE, FEW_NAMES = 8, 4
"""How many names stand in plain sight, and how many of all in a line of a table."""


@dataclass(frozen=True)
class WithoutWork:
    """Somebody without work that could be graded.

    Attributes
    ----------
    label
        That of the hand-in; empty if there is none.
    """

    who: str
    what: str
    why: str = ""
    label: str = ""
    emails: tuple[str, ...] = ()


def class_page(statistics: ClassStatistics, context: ReportContext) -> str:
    """Return the report as one self-contained page of HTML.

    It names students, so it is for those who teach.
    """
    tests = [it for it in statistics.tests.values() if it.hand_ins]
    structural = [it for it in tests if it.structural and not it.public]
    raced = [it for it in structural if it.cpu_ratios]
    lessons = _lessons(statistics.most_frequent(), context.mistakes)
    groups = largest_first(statistics.groups.values())
    without = list(_without_work(statistics, context))
    source, digest = script("class.js")
    return render(
        "class.html",
        script=source,
        script_hash=digest,
        marks={lesson.id: f"m-{number}" for number, (_, lesson) in enumerate(lessons, start=1)},
        names=_names(context.people, [row.label for row in statistics.rows]),
        mistake_titles={lesson.id: lesson.title for _, lesson in lessons},
        rows=sorted(statistics.rows, key=lambda it: (context.people.get(it.label, it.label), it.label)),
        places=_places(statistics),
        without=without,
        addresses=list(dict.fromkeys(email for one in without for email in one.emails)),
        title=f"{statistics.assignment.title}: class report",
        statistics=statistics,
        context=context,
        titles={tally.question.id: tally.question.title for tally in statistics.questions.values()},
        pictures=_pictures(statistics, structural, raced),
        by_question=_by_question(statistics),
        some_written=any(it.graded for it in statistics.written.values()),
        lessons=lessons,
        in_full=IN_FULL,
        most_listed=MOST_LISTED,
        hints=_hints(statistics, context.mistakes),
        stage_names=STAGE_NAMES,
        groups=groups,
        other_hints=_other_hints(statistics, groups[:GROUPS_IN_FULL]),
        groups_in_full=GROUPS_IN_FULL,
        most_groups=MOST_GROUPS,
        accepted=_lessons(statistics.accepted.values(), context.mistakes),
        graded_tests=sorted((it for it in tests if not it.public), key=lambda it: it.rate),
        public_checks=sorted((it for it in tests if it.public), key=lambda it: it.rate),
        structural=[(it, it.ways) for it in structural],
        ways=_ways(structural),
        raced=raced,
        broken=_ways_to_break(statistics),
        flagged=_flagged(statistics),
        pairs=[_marked(pair) for pair in context.pairs],
        together=[it for it in connected((pair.first, pair.second) for pair in context.pairs) if len(it) > 2],
        most_names=MOST_NAMES,
        at_a_glance=AT_A_GLANCE,
        few_names=FEW_NAMES,
        counted=counted,
    )


def _without_work(statistics: ClassStatistics, context: ReportContext) -> Iterator[WithoutWork]:
    """Yield whoever an instructor may have to write to, each with the reason."""
    absent = [it for it in context.roster if it.status == "not handed in"]
    for line in sorted(absent, key=lambda it: it.who):
        yield _of_roster(line)
    for leftover in context.refused:
        yield _of_hand_in(leftover.label, "could not be opened", leftover.reason, context)
    for row in sorted(statistics.rows, key=lambda it: (context.people.get(it.label, it.label), it.label)):
        if row.nothing:
            yield _of_hand_in(row.label, "gave no value", row.nothing, context)
    yield from (_of_roster(it) for it in context.roster if it.status != "not handed in")


def _of_roster(line: RosterLine) -> WithoutWork:
    # The address stands beside the name, as a link.
    who = line.who.removesuffix(f" ({line.email})") if line.email else line.who
    return WithoutWork(who, line.status, "", line.submission, (line.email,) if line.email else ())


def _of_hand_in(label: str, what: str, why: str, context: ReportContext) -> WithoutWork:
    who = context.people.get(label, label)
    return WithoutWork(who, what, why, label, context.addresses.get(label, ()))


def _places(statistics: ClassStatistics) -> dict[str, int]:
    """Return how many decimals the points of each column need, at most three, so that they stand below one another."""

    def needed(points: Iterable[float]) -> int:
        return max((len(f"{it:.3f}".rstrip("0").partition(".")[2]) for it in points), default=0)

    totals = (row.total for row in statistics.rows if row.total is not None)
    of_questions = {
        id: needed(row.scores.get(id, 0) for row in statistics.rows) for id in statistics.questions
    }
    return {**of_questions, "total": needed(totals)}


def _hints(statistics: ClassStatistics, bank: Iterable[KnownMistake]) -> list[tuple[HintTally, str]]:
    """Return each hint that students asked for, the most seen first, with the mistake that it is about.

    A question of the bank that several mistakes share names the first of them.
    """
    known = {digest_of_hint(it.hint): f"{it.id}: {it.title}" for it in reversed(list(bank))}
    tallies = sorted(statistics.hints.values(), key=lambda it: (-it.saw[0], it.question, it.hint))
    return [(it, known.get(it.hint, NO_MISTAKE)) for it in tallies]


def _names(people: Mapping[str, str], graded: Iterable[str]) -> dict[str, str]:
    """Return what to call each hand-in: whoever handed it in, with its label where others are called the same.

    What a later hand-in replaced is named nowhere else than among a student's attempts.
    """
    alike = Counter(people[label] for label in graded if label in people)
    return {label: name if alike[name] <= 1 else f"{name} ({label})" for label, name in people.items()}


def _other_hints(statistics: ClassStatistics, groups: Iterable[Group]) -> list[tuple[tuple[str, str], int]]:
    """Return the hints that no known mistake gave, but for those that stand beside a group, the most frequent first."""
    told = {(group.question, hint) for group in groups for hint in group.told}
    return [(it, count) for it, count in statistics.other_hints.most_common() if it not in told]


def _ways_to_break(statistics: ClassStatistics) -> dict[Kind, list[str]]:
    """Return the kinds of verdict that occur and say that a call returned no value, each with its hand-ins."""
    by_kind = {
        kind: [row.label for row in statistics.rows if kind in row.kinds]
        for kind in Kind
        if kind.family in (Family.BROKEN, Family.UNJUDGED) or kind is Kind.OUT_OF_MEMORY
    }
    return {kind: labels for kind, labels in by_kind.items() if labels}


def _ways(structural: Sequence[TestTally]) -> dict[str, str]:
    """Return the ways in which some hand-in fares in a test of structure, each with the heading of its column."""
    counts: Counter[str] = Counter()
    for tally in structural:
        counts.update(tally.ways)
    return {way: "Python loop" if way == "loops" else way.capitalize() for way in counts if counts[way]}


def _by_question(statistics: ClassStatistics) -> list[tuple[QuestionTally, Picture]]:
    """Return each question with the distribution of its points."""
    if not statistics.hand_ins:
        return []
    from autograder.report.plots import question_histogram

    return [(tally, question_histogram(tally)) for tally in statistics.questions.values()]


def _pictures(
    statistics: ClassStatistics,
    structural: Sequence[TestTally],
    raced: Sequence[TestTally],
) -> dict[str, Picture]:
    if not statistics.hand_ins:
        return {}
    # matplotlib takes longer to load than all else, and what comes first of a class needs none of it.
    from autograder.report.plots import (
        score_histogram,
        speed_strip,
        structure_bars,
    )

    pictures = {}
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
