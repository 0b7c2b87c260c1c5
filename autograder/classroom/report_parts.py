"""What the class report shows beside statistics: code of this class, attempts over time, the roster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from autograder.classroom.examples import Placed, placed
from autograder.classroom.record import ClassRecord, Item
from autograder.classroom.store import Store
from autograder.handin.cell_lines import CellLines
from autograder.handin.found import Fate
from autograder.model.result import GradingResult
from autograder.report.context import AttemptLine, Example
from autograder.report.own_code import line_id
from autograder.report.statistics import MistakeTally
from autograder.report.unexplained import Group

MOST_TRIED = 20
"""Hand-ins of a group, or of a mistake, whose code is looked at."""
MOST_SHOWN = 3
"""Hand-ins that make a mistake whose code is shown."""
MOST_CHARACTERS = 6_000


def examples_of(
    wanted: Iterable[tuple[str, str, Sequence[str]]], record: ClassRecord, store: Store
) -> dict[str, tuple[Example, ...]]:
    """Return the shortest code that was written, a few hand-ins for each name.

    Parameters
    ----------
    wanted
        A name, the question whose functions are shown, and the labels of the hand-ins.
    """
    keys = {item.label: item.key for item in record.items}
    functions = {question.id: question.functions for question in record.questions}
    examples = {}
    for name, question, labels in wanted:
        found = [
            example
            for label in labels[:MOST_TRIED]
            if (example := _example(label, keys[label], functions.get(question, ()), store)) is not None
        ]
        found.sort(key=lambda example: (len(example.source), example.label))
        if found:
            examples[name] = tuple(found[:MOST_SHOWN])
    return examples


def of_groups(groups: Iterable[Group]) -> list[tuple[str, str, Sequence[str]]]:
    """Return what `examples_of` takes for groups of hand-ins."""
    return [(group.id, group.question, group.hand_ins) for group in groups]


def of_mistakes(tallies: Iterable[MistakeTally]) -> list[tuple[str, str, Sequence[str]]]:
    """Return what `examples_of` takes for known mistakes: those who make each in the question where most do."""
    most = [(it.id, it.questions.most_common(1)[0][0], it.by_question) for it in tallies if it.by_question]
    return [(id, question, by_question[question]) for id, question, by_question in most]


def _example(label: str, key: str, functions: Sequence[str], store: Store) -> Example | None:
    outcome = store.get(key)
    found = placed(outcome.sources, functions) if outcome else []
    if outcome is None or not found:
        return None
    lines = CellLines({name: text.encode() for name, text in outcome.sources.items()})
    found = [Placed(*lines.place(it.file, it.first), it.text) for it in found]
    where = "; ".join(f"{it.file}, lines {it.first} to {it.last}" for it in found)
    source = "\n\n".join(it.numbered for it in found)
    return Example(label, where, line_id(found[0].file, found[0].first), source[:MOST_CHARACTERS])


def people_of(items: Iterable[Item]) -> dict[str, str]:
    """Return the students behind each hand-in, in words."""
    named = (
        (it.label, [student.name or student.email or student.id for student in it.students]) for it in items
    )
    return {label: ", ".join(filter(None, names)) for label, names in named if any(names)}


def addresses_of(items: Iterable[Item]) -> dict[str, tuple[str, ...]]:
    """Return the e-mail addresses of the students behind each hand-in, where they are known."""
    known = ((it.label, tuple(student.email for student in it.students if student.email)) for it in items)
    return {label: emails for label, emails in known if emails}


def attempts_of(
    items: Sequence[Item], result_of: Callable[[Item], GradingResult | None]
) -> dict[str, tuple[AttemptLine, ...]]:
    """Return the hand-ins of each student who has several, the earliest first."""
    by_student: dict[str, list[Item]] = {}
    shown: dict[str, str] = {}
    for item in items:
        if item.fate is not Fate.IGNORED:
            for student in item.students:
                by_student.setdefault(student.key, []).append(item)
                shown.setdefault(student.key, student.name or student.email or student.id)
    alike = Counter(shown.values())
    several = {key: own for key, own in by_student.items() if len(own) > 1}
    lines: dict[str, tuple[AttemptLine, ...]] = {}
    for key, own in sorted(several.items(), key=lambda pair: shown[pair[0]]):
        name = shown[key] if alike[shown[key]] == 1 else f"{shown[key]} ({key})"
        own.sort(key=lambda item: (item.created_at or datetime.min.replace(tzinfo=UTC), item.label))
        lines[name] = tuple(_attempts(own, key, result_of))
    return lines


def _attempts(
    items: Iterable[Item], student: str, result_of: Callable[[Item], GradingResult | None]
) -> Iterator[AttemptLine]:
    """Yield a student's hand-ins, which come in order of time, each beside the last one that was graded."""
    before: GradingResult | None = None
    for item in items:
        result = result_of(item) if item.key else None
        yield _attempt(item, student, result, before)
        before = result or before


def _attempt(
    item: Item, student: str, result: GradingResult | None, before: GradingResult | None
) -> AttemptLine:
    when = item.created_at.strftime("%Y-%m-%d %H:%M %Z") if item.created_at else ""
    score = float(result.score) if result is not None else None
    counts = any(it.key == student for it in item.counts_for)
    return AttemptLine(item.label, when, score, counts, _changes(before, result))


def _changes(before: GradingResult | None, after: GradingResult | None) -> tuple[tuple[str, float], ...]:
    if before is None or after is None:
        return ()
    scores = {question.id: question.score for question in before.questions}
    changed = ((it.title, float(it.score - scores.get(it.id, 0))) for it in after.questions)
    return tuple((title, points) for title, points in changed if points)
