"""What `grade` prints: progress with rate and time left, what each hand-in earned, a summary that accounts for all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.classroom.changes import Change
from autograder.classroom.class_session import GradedClass
from autograder.classroom.grade_class import Graded
from autograder.handin.find import Fate
from autograder.model.assignment import Assignment
from autograder.model.result import GradingResult
from autograder.model.verdict import Kind
from autograder.report.view import shown

MOST_LINES = 60
"""A larger class is not listed in the terminal."""
SECONDS_BETWEEN_LINES = 30.0
"""Where there is no terminal, progress is a line every so often."""

console = Console(highlight=False)
_LABEL_WIDTH, _FOUND_WIDTH = 18, 24


class GradingProgress:
    """A bar with rate and time left while a class is graded; now and then a line where there is no terminal."""

    def __init__(self, assignment: Assignment, total: int) -> None:
        self._progress = Progress(
            TextColumn(f"grading {assignment.name}"),
            BarColumn(),
            MofNCompleteColumn(),
            _RateColumn(""),
            TimeRemainingColumn(),
            TextColumn("{task.fields[latest]}"),
            console=console,
            transient=True,
        )
        self._total = total
        self._done = self._reused = 0
        self._task = self._progress.add_task("", total=total, latest="", graded=0)
        self._started = self._said = time.monotonic()

    def advance(self, graded: Graded) -> None:
        """One more is done."""
        self._done += 1
        self._reused += graded.reused
        self._progress.update(
            self._task, advance=1, latest=graded.found.label[:40], graded=self._done - self._reused
        )
        now = time.monotonic()
        if not console.is_terminal and now - self._said >= SECONDS_BETWEEN_LINES:
            self._said = now
            print(f"{self._done} of {self._total} graded, {self._rate():.0f} a minute", flush=True)

    def stopped(self) -> None:
        """Say that what is done is kept."""
        if console.is_terminal:
            self._progress.stop()
        console.print(
            f"stopped after {self._done} of {self._total}; what is graded is kept: run the same command to continue"
        )

    def __enter__(self) -> GradingProgress:
        if console.is_terminal:
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if console.is_terminal:
            self._progress.stop()
        if kind is not None:
            return
        new = self._done - self._reused
        parts = (
            [f"{new} graded in {time.monotonic() - self._started:.0f} s ({self._rate():.0f} a minute)"]
            if new
            else []
        )
        parts += [f"{self._reused} had been graded before"] if self._reused else []
        console.print(", ".join(parts))

    def _rate(self) -> float:
        return 60 * (self._done - self._reused) / max(1e-9, time.monotonic() - self._started)


class _RateColumn(TextColumn):
    """Hand-ins per minute, those left out that were graded before."""

    def render(self, task: Task) -> Text:
        if not task.elapsed or not task.fields["graded"]:
            return Text("")
        return Text(f"{60 * task.fields['graded'] / task.elapsed:.0f}/min", style="progress.data.speed")


@dataclass(frozen=True)
class _Line:
    label: str
    scores: tuple[str, ...]
    total: str
    found: str
    seconds: float


class GradeTable:
    """One line per hand-in: points per question, what went wrong, seconds.

    Parameters
    ----------
    mistakes
        What each known mistake is, in a few words, by its id.
    """

    def __init__(self, assignment: Assignment, mistakes: Mapping[str, str]) -> None:
        self._assignment = assignment
        self._mistakes = mistakes
        self._lines: list[_Line] = []
        self._count = 0
        self.faults = 0

    def add(self, graded: Graded, result: GradingResult) -> None:
        """Note what a hand-in came to."""
        self._count += 1
        self.faults += result.at_fault
        if self._count > MOST_LINES:
            return
        by_id = {question.id: question for question in result.questions}
        questions = [by_id[question.id] for question in self._assignment.questions]
        scores = tuple(f"{shown(question.score)}/{shown(question.points)}" for question in questions)
        self._lines.append(
            _Line(graded.found.label, scores, shown(result.score), self._found(result), result.seconds)
        )

    def print(self) -> None:
        """Print the table, unless the class is large."""
        if self._count > MOST_LINES:
            return
        ids = [question.id for question in self._assignment.questions]
        numbers = [str(number) for number in range(1, len(ids) + 1)]
        # What does not fit into a narrow terminal is in grades.csv as well.
        headers = next((it for it in (ids, numbers) if self._width(it) <= console.width), [])
        table = Table()
        table.add_column("hand-in", overflow="fold", width=self._label_width)
        for header in headers:
            table.add_column(header, justify="right", no_wrap=True)
        table.add_column("total", justify="right", no_wrap=True)
        table.add_column("what was found", overflow="fold")
        table.add_column("s", justify="right", no_wrap=True)
        for line in sorted(self._lines, key=lambda line: line.label):
            found, total = Text(line.found), Text(line.total, style="bold")
            scores = line.scores if headers else ()
            table.add_row(line.label, *scores, total, found, f"{line.seconds:.1f}")
        console.print(table)
        if headers is numbers:
            console.print(", ".join(f"{number}: {id}" for number, id in zip(numbers, ids, strict=True)))

    def _width(self, headers: Sequence[str]) -> int:
        """Return how wide the table is with these headers of the questions."""
        widths = [
            max(len(header), *(len(line.scores[column]) for line in self._lines), 0)
            for column, header in enumerate(headers)
        ]
        totals = max(len("total"), *(len(line.total) for line in self._lines), 0)
        seconds = max(1, *(len(f"{line.seconds:.1f}") for line in self._lines), 0)
        widths += [self._label_width, totals, _FOUND_WIDTH, seconds]
        return sum(widths) + 3 * len(widths) + 1

    @property
    def _label_width(self) -> int:
        longest = max((len(line.label) for line in self._lines), default=0)
        return max(len("hand-in"), min(longest, max(_LABEL_WIDTH, console.width // 5)))

    def _found(self, result: GradingResult) -> str:
        verdicts = [
            verdict for question in result.questions for verdict in question.graded if not verdict.passed
        ]
        if result.at_fault:
            return f"the grader is at fault: {'; '.join((*result.faults, *result.tests_at_fault))[:200]}"
        known = Counter(verdict.mistake for verdict in verdicts if verdict.mistake)
        if known:
            return "; ".join(
                f"{id}: {self._mistakes.get(id, '')}".rstrip(": ") for id, _ in known.most_common(2)
            )
        if result.notes and not any(question.score for question in result.questions):
            return result.notes[0][:80]
        if len({verdict.message for verdict in verdicts}) == 1 and verdicts[0].kind is Kind.RAISED:
            return verdicts[0].message[:80]
        kinds = Counter(str(verdict.kind).replace("_", " ") for verdict in verdicts)
        return ", ".join(f"{kind} ({count})" for kind, count in kinds.most_common(2))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def print_class(done: GradedClass, regraded: bool = False) -> None:
    """Print what became of every item, what changed, and where everything is."""
    for item in done.record.items:
        if item.fate in (Fate.REFUSED, Fate.IGNORED):
            console.print(Text(f"{item.fate}: {item.label}: {item.reason}"))
    counted = done.record.counted()
    parts = ", ".join(f"{counted[fate]} {fate}" for fate in Fate if counted[fate])
    console.print(f"{_counted(sum(counted.values()), 'item')} found: {parts}")
    for sentence in done.remarks_on_overrides:
        console.print(Text(sentence, style="yellow"))
    _print_changes(done.changes)
    if regraded and not done.changes:
        console.print("no score changed")
    alike = len(done.record.alike) + len(done.record.pairs)
    if alike:
        console.print(
            f"near-identical code: {_counted(alike, 'case')} for a person to look at, in the class report"
        )
    places = done.places
    for what, path in (
        ("grades", places.grades),
        ("for Canvas", places.canvas),
        ("class report", places.report),
        ("feedback pages", places.feedback),
        ("results", places.results),
    ):
        console.print(Text(f"{what}: {path}"), soft_wrap=True)


def _print_changes(changes: Sequence[Change]) -> None:
    if not changes:
        return
    table = Table("hand-in", "question", "before", "now", "change", "why", title="Scores that changed")
    for change in changes:
        why = "handed in anew" if change.other_work else "graded anew"
        for question, (before, after) in change.questions.items():
            difference = after - before
            sign = "+" if difference > 0 else "-"
            table.add_row(
                change.label, question, shown(before), shown(after), f"{sign}{shown(abs(difference))}", why
            )
    console.print(table)
