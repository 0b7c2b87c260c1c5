"""Grading a class as the terminal shows it: progress, what each hand-in earned, a summary that accounts for all."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.classroom.changes import Change
from autograder.classroom.class_session import ClassSession, GradedClass, GradeOptions
from autograder.classroom.grade_class import Graded, Pool
from autograder.classroom.gradebook import Merged
from autograder.classroom.marks import Taken
from autograder.classroom.outputs import Places
from autograder.classroom.processes import LocalPool
from autograder.classroom.record import ClassRecord
from autograder.classroom.work import Work
from autograder.cli.console import CleanConsole
from autograder.cli.say import say
from autograder.errors import CourseError
from autograder.grading.explain.bank import TODO
from autograder.handin.found import Fate
from autograder.model.assignment import Assignment
from autograder.model.result import GradingResult, QuestionResult
from autograder.report.in_short import in_short, known_mistakes
from autograder.report.view import shown
from autograder.text import counted, first_few

MOST_LINES = 60
"""A larger class is not listed in the terminal."""
MOST_REPLACED = 20
"""Hand-ins replaced by later ones that are named in the terminal."""
SECONDS_BETWEEN_LINES = 30.0
"""Without a terminal, progress is a line every so often."""

console = CleanConsole(highlight=False)
_LABEL_WIDTH, _FOUND_WIDTH = 18, 24


class GradingProgress:
    """A bar with rate, time left and the last points while a class is graded; without a terminal, a line at times."""

    def __init__(self, assignment: Assignment, total: int) -> None:
        self._progress = Progress(
            TextColumn(f"grading {assignment.name}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", style="progress.data.speed"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[latest]}", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._total = total
        self._done = self._reused = 0
        self._task = self._progress.add_task("", total=total, rate="", latest="")
        self._started = self._said = time.monotonic()

    def advance(self, graded: Graded) -> None:
        """One more is done."""
        self._done += 1
        self._reused += graded.reused
        rate = f"{self._rate:.0f}/min" if self._done > self._reused else ""
        latest = f"{graded.found.label[:40]}: {float(graded.result.score):g}"
        self._progress.update(self._task, advance=1, rate=rate, latest=latest)
        now = time.monotonic()
        if not console.is_terminal and now - self._said >= SECONDS_BETWEEN_LINES:
            self._said = now
            say(f"{self._done} of {self._total} graded, {self._rate:.0f} a minute")

    def stopped(self) -> None:
        """Say that the results so far are kept."""
        self._progress.stop()
        console.print(
            f"stopped after {self._done} of {self._total}; what is graded is kept: run the same command to continue"
        )

    def __enter__(self) -> GradingProgress:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self._progress.stop()
        if kind is not None:
            return
        new, seconds = self._done - self._reused, time.monotonic() - self._started
        parts = [f"{new} graded in {seconds:.0f} s ({self._rate:.0f} a minute)"] if new else []
        parts += [f"{self._reused} had been graded before"] if self._reused else []
        console.print(", ".join(parts))

    @property
    def _rate(self) -> float:
        """Hand-ins per minute without those that were graded before."""
        return 60 * (self._done - self._reused) / max(1e-9, time.monotonic() - self._started)


class GradeTable:
    """One line per hand-in: points per question, what went wrong, seconds.

    Parameters
    ----------
    assignment
        With the questions that only people grade.
    mistakes
        What each known mistake is, in a few words, by its id.
    """

    def __init__(self, assignment: Assignment, mistakes: Mapping[str, str]) -> None:
        self._assignment = assignment
        self._ids = [question.id for question in assignment.questions]
        self._mistakes = mistakes
        self._results: dict[str, GradingResult] = {}
        self.faults = 0

    def add(self, graded: Graded, result: GradingResult) -> None:
        """Note the result of a hand-in."""
        self.faults += result.at_fault
        if len(self._results) <= MOST_LINES:
            self._results[graded.found.label] = result

    def print(self) -> None:
        """Print the table, unless the class is large."""
        if len(self._results) > MOST_LINES:
            return
        numbers = [str(number) for number, _ in enumerate(self._ids, start=1)]
        # Whatever does not fit into a narrow terminal is in grades.csv.
        headers = next((it for it in (self._ids, numbers) if self._fits(it)), [])
        console.print(self._table(headers))
        if headers is numbers:
            console.print(", ".join(f"{number}: {id}" for number, id in zip(numbers, self._ids, strict=True)))

    def _fits(self, headers: Sequence[str]) -> bool:
        unlimited = console.options.update(max_width=10_000)
        return console.measure(self._table(headers), options=unlimited).minimum <= console.width

    def _table(self, headers: Sequence[str]) -> Table:
        """Return the table with these headers of the questions; without any, it leaves out their points."""
        longest = max((len(label) for label in self._results), default=0)
        width = max(len("hand-in"), min(longest, max(_LABEL_WIDTH, console.width // 5)))
        table = Table()
        table.add_column("hand-in", overflow="fold", width=width)
        for header in headers:
            table.add_column(header, justify="right", no_wrap=True)
        table.add_column("total", justify="right", no_wrap=True)
        table.add_column("what was found", overflow="fold", min_width=_FOUND_WIDTH if headers else None)
        table.add_column("s", justify="right", no_wrap=True)
        for label, result in sorted(self._results.items()):
            questions = {question.id: question for question in result.questions}
            scores = [_score(questions.get(id)) for id, _ in zip(self._ids, headers, strict=False)]
            total = "" if result.ungraded_of(self._assignment) else shown(result.score)
            found = Text(self._found(result))
            table.add_row(Text(label), *scores, Text(total, style="bold"), found, f"{result.seconds:.1f}")
        return table

    def _found(self, result: GradingResult) -> str:
        known = () if result.at_fault else known_mistakes(result)[:2]
        named = (f"{id}: {self._mistakes.get(id, '')}".rstrip(": ") for id in known)
        return "; ".join(named) or in_short(result)


def _score(question: QuestionResult | None) -> str:
    """Return what a question earned of its points; empty while nobody has graded it."""
    if question is None or question.ungraded:
        return ""
    score, points = shown(question.score), shown(question.points)
    return f"{score} of {points}" if "/" in score + points else f"{score}/{points}"


def grade_into(
    work: Work,
    submissions: Path,
    output: Path,
    jobs: int | None,
    options: GradeOptions,
    scheduler: str | None = None,
) -> None:
    """Grade a class and print how it goes and what came of it; exit with 1 if the grader was at fault."""
    work = replace(work, known=Places(output).known)
    session = ClassSession(work, submissions, output, options)
    mistakes = {entry.id: entry.title for entry in work.bank.mistakes}
    table = GradeTable(session.assignment, mistakes)
    total = len(session.hand_ins)
    pool = _pool(work, min(jobs or os.cpu_count() or 1, total), scheduler)
    with GradingProgress(work.assignment, total) as progress:

        def on_graded(graded: Graded, result: GradingResult) -> None:
            table.add(graded, result)
            progress.advance(graded)

        try:
            done = session.grade(pool, on_graded)
        except KeyboardInterrupt:
            progress.stopped()
            raise
    table.print()
    print_class(done, regraded=options.regrade)
    if options.due is not None and work.solution.late.policy == "none":
        say("lateness costs nothing: grading.toml has no [late] policy")
    if table.faults:
        say("some tests could not be judged: that is the grader's fault; `autograder explain` shows them")
        raise click.exceptions.Exit(1)


def _pool(work: Work, jobs: int, scheduler: str | None) -> AbstractContextManager[Pool]:
    if scheduler is None:
        return LocalPool(work, jobs)
    try:
        from autograder.classroom.cluster import ClusterPool
    except ImportError as error:
        raise CourseError(
            "dask.distributed, which --scheduler needs, is not installed; install the extra 'scale'."
        ) from error
    return ClusterPool(work, scheduler)


def print_class(done: GradedClass, regraded: bool = False) -> None:
    """Print the fate of every item, the scores that changed, and where everything is."""
    _print_leftovers(done.record)
    fates = done.record.counted()
    parts = ", ".join(f"{fates[fate]} {fate}" for fate in Fate if fates[fate])
    console.print(f"{counted(sum(fates.values()), 'item')} found: {parts}")
    if done.gone:
        gone = f"graded before and not found any more, so not in the tables: {first_few(done.gone, MOST_REPLACED)}"
        console.print(Text(gone, style="yellow"), soft_wrap=True)
    _print_lateness(done.record)
    _print_roster(done.record)
    for sentence in (*done.remarks_on_groups, *done.remarks_on_overrides, *done.remarks_on_hints):
        console.print(Text(sentence, style="yellow"))
    _print_changes(done.changes)
    if regraded and not done.changes:
        console.print("no score changed")
    alike = len(done.record.alike) + len(done.record.pairs)
    if alike:
        console.print(
            f"near-identical code: {counted(alike, 'case')} for a person to look at, in the class report"
        )
    if done.answers_waiting:
        waiting = counted(done.answers_waiting, "written answer")
        console.print(
            Text(
                f"not graded yet: {waiting}; `autograder written {done.places.folder}` makes the page for them"
            ),
            soft_wrap=True,
        )
    if done.groups:
        console.print(
            f"wrong values that no known mistake explains: {counted(done.groups, 'group')} of hand-ins; "
            "the class report shows them, and hints.csv takes a hint for each"
        )
    places = done.places
    paths = {
        "grades": places.grades,
        "for Canvas": places.canvas,
        "class report": places.report,
        "feedback pages": places.feedback,
        "results": places.results,
    }
    if done.record.roster:
        paths["roster"] = places.roster
    for what, path in paths.items():
        console.print(Text(f"{what}: {path}"), soft_wrap=True)


MOST_NAMED = 60
"""People of a roster that are named in the terminal."""


def print_merged(merged: Merged, path: Path) -> None:
    """Print for whom nothing was written, and where the gradebook is."""
    for sentence in merged.left:
        console.print(Text(sentence, style="yellow"), soft_wrap=True)
    other = f", {merged.replaced} of them in place of other points" if merged.replaced else ""
    console.print(
        Text(f"{counted(merged.written, 'total')} written into {merged.column!r}{other}: {path}"),
        soft_wrap=True,
    )


def print_taken(taken: Taken, path: Path) -> None:
    """Print what became of marks for written answers."""
    for sentence in taken.left:
        console.print(Text(sentence, style="yellow"), soft_wrap=True)
    removed = f", {counted(taken.removed, 'line')} taken back" if taken.removed else ""
    console.print(
        Text(f"{counted(taken.marks, 'mark')}: {counted(taken.written, 'line')} written{removed} in {path}"),
        soft_wrap=True,
    )


def _print_roster(record: ClassRecord) -> None:
    """Print who of the roster handed nothing in, and who handed in and is not surely in it."""
    if not record.roster:
        return
    by_status: dict[str, list[str]] = {}
    for line in record.roster:
        by_status.setdefault(line.status, []).append(line.who)
    console.print(f"roster: {', '.join(f'{len(who)} {status}' for status, who in by_status.items())}")
    for status, who in by_status.items():
        if status != "handed in":
            console.print(Text(f"{status}: {first_few(who, MOST_NAMED)}", style="yellow"))


def _print_lateness(record: ClassRecord) -> None:
    """Say of how many hand-ins it is not known whether they are late, though that would cost points."""
    if record.late.policy == "none":
        return
    without = record.without_time
    if without:
        console.print(
            Text(
                f"late policy: of {counted(len(without), 'hand-in')} it is not known when it came, so nothing is "
                f"deducted; they are flagged ({first_few(without)})",
                style="yellow",
            )
        )
    if record.due is None and len(without) < record.counted()[Fate.GRADED]:
        console.print(
            Text("late policy: no due date is given, so only extensions count; --due says it", style="yellow")
        )


def _print_leftovers(record: ClassRecord) -> None:
    """Print what was not graded and what a person has to decide, each by name."""
    for item in record.items:
        if item.fate in (Fate.REFUSED, Fate.IGNORED):
            console.print(Text(f"{item.fate}: {item.label}: {item.reason}"))
    replaced = [item for item in record.items if item.fate is Fate.REPLACED]
    for item in replaced[:MOST_REPLACED]:
        console.print(Text(f"{item.fate}: {item.label}: {item.reason}"))
    if (more := len(replaced) - MOST_REPLACED) > 0:
        console.print(f"replaced: {more} more, which the class report names")
    for item in record.items:
        for doubt in item.doubts:
            console.print(Text(f"to be decided: {item.label}: {doubt}", style="yellow"))


def print_new_mistake(folder: Path, group: str, hints: Path | None, tier: str | None) -> None:
    """Add an entry for a group to the bank of its assignment, and print what was added and what is left to do."""
    from autograder.authoring.mistake_entry import add_entry, entry_of
    from autograder.classroom.class_session import group_on_disk
    from autograder.classroom.work import prepare
    from autograder.cli.app import this_course

    found = group_on_disk(folder, group, hints)
    work = prepare(this_course(), found.assignment, tier)
    entry = entry_of(work, found, group)
    changed = add_entry(work, entry)
    say("\n".join(filter(None, (entry.functions, entry.toml))))
    left = [name for name, text in (("title", entry.title), ("hint", entry.hint)) if text.startswith(TODO)]
    first = (
        f"Write its {' and its '.join(left)}: until then the bank is refused. Then run" if left else "Now run"
    )
    say(
        f"Added to {' and '.join(map(str, changed))}; it fails the same tests with the same values as the group."
    )
    say(f"{first} `autograder verify {found.assignment}`, and grade again to see who makes it.")


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
