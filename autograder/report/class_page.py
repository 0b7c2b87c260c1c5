"""The report on a class: what to teach again, how the points lie, which tests and hand-ins need a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.model.verdict import Family, Kind
from autograder.report.context import LikePair, Mistake, ReportContext
from autograder.report.pages import render
from autograder.report.plots import (
    Picture,
    mistake_bars,
    question_histograms,
    score_histogram,
    speed_strip,
    structure_bars,
    structure_counts,
)
from autograder.report.statistics import ClassStatistics, MistakeTally, TestTally

IN_FULL = 6
"""Mistakes told at length; the rarer ones are in a table."""
MOST_NAMES = 60
"""Labels listed below a finding; the rest is counted."""


@dataclass(frozen=True)
class Lesson:
    """A known mistake and what to tell the class about it."""

    id: str
    mistake: str
    hint: str
    example: str
    count: int
    share: float
    questions: str
    hand_ins: str


@dataclass(frozen=True)
class TestLine:
    """One line of the table of tests."""

    name: str
    question: str
    cases: int
    rate: float
    discrimination: str
    remark: str


@dataclass(frozen=True)
class Speed:
    """How fast the hand-ins are in one race, as ratios to the reference."""

    name: str
    question: str
    count: int
    median: float
    slowest_tenth: float
    slowest: float


def class_page(statistics: ClassStatistics, context: ReportContext) -> str:
    """Return the report as one self-contained page of HTML.

    It names students, so it is for those who teach.
    """
    titles = {tally.question.id: tally.question.title for tally in statistics.questions.values()}
    structural = [it for it in statistics.tests.values() if it.structural and it.hand_ins]
    return render(
        "class.html",
        title=f"{statistics.assignment.title}: class report",
        statistics=statistics,
        context=context,
        titles=titles,
        pictures=_pictures(statistics, context, structural),
        lessons=_lessons(statistics, context.mistakes, titles),
        in_full=IN_FULL,
        accepted=_lessons(statistics, context.mistakes, titles, accepted=True),
        other_hints=[
            (titles[id], hint, count) for (id, hint), count in statistics.other_hints.most_common(10)
        ],
        graded_tests=_test_lines(statistics.tests.values(), titles, public=False),
        public_checks=_test_lines(statistics.tests.values(), titles, public=True),
        structural=[(it, titles[it.question], structure_counts(it)) for it in structural],
        speeds=_speeds(structural, titles),
        broken=_ways_to_break(statistics),
        flagged=_flagged(statistics),
        pairs=[_marked(pair) for pair in context.pairs],
        names=_names,
    )


def _ways_to_break(statistics: ClassStatistics) -> list[Kind]:
    """Return the kinds of verdict, of those that occur, that say that a call did not come to a value."""
    return [
        kind
        for kind in Kind
        if (kind.family in (Family.BROKEN, Family.UNJUDGED) or kind is Kind.OUT_OF_MEMORY)
        and any(tally.kinds[kind] for tally in statistics.questions.values())
    ]


def _pictures(
    statistics: ClassStatistics, context: ReportContext, structural: Sequence[TestTally]
) -> dict[str, Picture]:
    if not statistics.hand_ins:
        return {}
    tallies = list(statistics.questions.values())
    pictures = {"totals": score_histogram(statistics), "questions": question_histograms(tallies)}
    if statistics.mistakes:
        names = {it.id: it.mistake for it in context.mistakes}
        pictures["mistakes"] = mistake_bars(statistics.most_frequent(), names, statistics.hand_ins)
    if structural:
        pictures["structure"] = structure_bars(structural)
    if raced := [it for it in structural if it.cpu_ratios]:
        pictures["speed"] = speed_strip(raced)
    return pictures


def _lessons(
    statistics: ClassStatistics, bank: Iterable[Mistake], titles: dict[str, str], accepted: bool = False
) -> list[Lesson]:
    known = {mistake.id: mistake for mistake in bank}
    tallies = statistics.accepted.values() if accepted else statistics.most_frequent()
    return [_lesson(tally, known, statistics.hand_ins, titles) for tally in tallies]


def _lesson(tally: MistakeTally, known: dict[str, Mistake], hand_ins: int, titles: dict[str, str]) -> Lesson:
    mistake = known.get(tally.id) or Mistake(id=tally.id, mistake="no longer in the bank", hint="")
    count = len(tally.hand_ins)
    return Lesson(
        id=tally.id,
        mistake=mistake.mistake,
        hint=mistake.hint,
        example=mistake.example,
        count=count,
        share=count / hand_ins,
        questions="; ".join(f"{titles[id]} ({number})" for id, number in tally.questions.most_common()),
        hand_ins=_names(tally.hand_ins),
    )


def _test_lines(tallies: Iterable[TestTally], titles: dict[str, str], public: bool) -> list[TestLine]:
    """Return the tests, those that fewest pass first."""
    lines = [
        TestLine(
            name=it.name,
            question=titles.get(it.question, it.question),
            cases=it.cases,
            rate=it.rate,
            discrimination="" if it.discrimination is None else f"{it.discrimination:.2f}",
            remark=it.remark,
        )
        for it in tallies
        if it.public == public and it.hand_ins
    ]
    return sorted(lines, key=lambda line: line.rate)


def _speeds(tallies: Iterable[TestTally], titles: dict[str, str]) -> list[Speed]:
    return [_speed(it, titles.get(it.question, it.question)) for it in tallies if it.cpu_ratios]


def _speed(tally: TestTally, question: str) -> Speed:
    ordered = sorted(tally.cpu_ratios)
    count = len(ordered)
    return Speed(
        tally.name,
        question,
        count,
        ordered[count // 2],
        ordered[min(count - 1, count * 9 // 10)],
        ordered[-1],
    )


def _flagged(statistics: ClassStatistics) -> list[tuple[str, str, int]]:
    """Return each hand-in with each reason to look at it, and how many tests gave that reason."""
    reasons = Counter(statistics.flags)
    reasons.update((label, f"the grader failed on {fault}") for label, fault in statistics.faults)
    return [(label, reason, count) for (label, reason), count in sorted(reasons.items())]


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


def _names(labels: Sequence[str]) -> str:
    more = len(labels) - MOST_NAMES
    return ", ".join(labels[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
