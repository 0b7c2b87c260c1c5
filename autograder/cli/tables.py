"""Tables that `explain`, `verify` and `rehearse` print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from rich.table import Column, Table
from rich.text import Text

from autograder.authoring.claims import ACCEPTED_FILE
from autograder.authoring.mistake_checks import MistakeCheck
from autograder.authoring.mutation import Mutation
from autograder.authoring.rehearsal import Rehearsed
from autograder.authoring.verification import Verification
from autograder.cli.console import CleanConsole
from autograder.grading.explain.bank import Bank
from autograder.model.verdict import Verdict
from autograder.report.view import shown
from autograder.text import counted, first_few
from autograder.values.literal import NotWritable, literal

console = CleanConsole(highlight=False)


MOST_NUMBERS = 1000
"""Of one array that is written out."""


def print_explanation(verdicts: Iterable[Verdict], bank: Bank, came: Mapping[str, object]) -> None:
    """Print everything about some verdicts, for the instructor, with an example of each known mistake.

    Parameters
    ----------
    came
        By the ids of public checks: all of what was compared with the expected value.
    """
    examples = {mistake.id: mistake.example for mistake in bank.mistakes}
    for verdict in verdicts:
        style = "green" if verdict.passed else "red"
        console.print(Text(f"{verdict.test}: {verdict.kind}", style=f"bold {style}"))
        for text in (verdict.message, verdict.details):
            if text:
                console.print(Text(text))
        if not verdict.passed and verdict.test in came:
            with suppress(NotWritable):
                text = literal(came[verdict.test], _refused, MOST_NUMBERS)
                console.print(Text(f"all that came, to paste: {text}"), soft_wrap=True)
        if verdict.hint:
            known = f" ({verdict.mistake})" if verdict.mistake else ""
            console.print(Text(f"hint{known}: {verdict.hint}", style="cyan"))
        if verdict.mistake in examples:
            console.print(Text(f"as it is usually written:\n{examples[verdict.mistake]}", style="dim"))


def _refused(value: object) -> str:
    """Refuse to write what is neither plain nor a container."""
    raise NotWritable


def print_verification(report: Verification) -> None:
    """Print what `verify` found about an assignment."""
    # Paths and commands stand in what was found; a narrow terminal breaks them, and must not cut them off.
    found = Column("found", overflow="fold")
    table = Table("claim", "", found, title=f"{report.assignment.name}: {report.assignment.title}")
    for claim in report.claims:
        why = f"; accepted: {claim.accepted}" if claim.accepted else ""
        mark = Text("accepted", style="yellow") if why else _mark(claim.holds)
        table.add_row(claim.text, mark, Text(claim.found + why))
    console.print(table)
    if report.mistakes:
        console.print(_mistakes_table(report.mistakes))
    _print_mutation(report.mutation)
    accepted = sum(bool(claim.accepted) for claim in report.claims)
    but = f", with {counted(accepted, 'shortcoming')} that you have accepted" if accepted else ""
    verdict = f"gradable{but}" if report.holds else "NOT gradable yet"
    console.print(Text(f"{report.assignment.name} is {verdict} ({report.seconds:.0f} s)", style="bold"))
    if not report.holds:
        console.print(Text(_what_next(report)))


def _what_next(report: Verification) -> str:
    """Return what has to be mended, and how the rest is accepted."""
    firm = [claim.text for claim in report.claims if not claim.holds and not claim.may_be_accepted]
    firm += [mistake.variant.mistake.id for mistake in report.mistakes if not mistake.holds]
    sentences = [f"To be mended: {first_few(firm)}."] if firm else []
    if any(claim.may_be_accepted for claim in report.claims):
        command = f'`autograder verify {report.assignment.name} --accept "REASON"`'
        sentences.append(
            f"What tests leave open {command} accepts as it is, item by item in {ACCEPTED_FILE}."
        )
    return " ".join(sentences)


def _print_mutation(mutation: Mutation) -> None:
    """Print how many generated mistakes were found in each question, and those that were not as lines of code."""
    table = Table("question", "generated", "found", "argued", "missed", title="Generated mistakes")
    for check in mutation.checks:
        counts = (check.made, check.found, check.equivalent, len(check.missed))
        table.add_row(check.question, *map(str, counts))
    console.print(table)
    missed = [mutant for check in mutation.checks for mutant in check.missed]
    if missed:
        console.print(Text("Missing tests: no graded test fails on", style="bold"))
    for mutant in missed:
        console.print(Text(f"  {mutant.place}, in {mutant.target.partition('.')[2]} ({mutant.kind})"))
        console.print(Text(f"    {mutant.line}", style="red"))
        console.print(Text(f"    instead of {mutant.was}", style="dim"))


def _mistakes_table(mistakes: Sequence[MistakeCheck]) -> Table:
    table = Table("mistake", "in", "points lost", "own hint", "", "what falls short", title="Known mistakes")
    for mistake in mistakes:
        table.add_row(
            mistake.variant.mistake.id,
            mistake.variant.target.rpartition(".")[2],
            shown(mistake.lost),
            f"{mistake.explained} of {mistake.failed}",
            _mark(mistake.holds),
            Text(_shortcoming(mistake)),
        )
    return table


def _shortcoming(mistake: MistakeCheck) -> str:
    if mistake.holds:
        return ""
    reasons = []
    if mistake.accepted:
        reasons.append("an accepted convention costs points")
    elif not mistake.lost:
        reasons.append("no test finds it")
    elif not mistake.explained:
        reasons.append(f"its hint is never shown: {mistake.cause}")
    if mistake.elsewhere:
        listed = ", ".join(f'"{question}"' for question in mistake.elsewhere)
        remedy = f"also_affects = [{listed}] says that this cannot be helped"
        reasons.append(f"loses points in {', '.join(mistake.elsewhere)} too; {remedy}")
    if mistake.others and mistake.explained:
        reasons.append(f"taken for {', '.join(mistake.others)}")
    return "; ".join(reasons)


def _mark(holds: bool) -> Text:
    return Text("yes", style="green") if holds else Text("NO", style="bold red")


def print_rehearsal(outcomes: Sequence[Rehearsed]) -> None:
    """Print what the platform would show for each hand-in that was rehearsed."""
    for outcome in outcomes:
        results = outcome.results
        table = Table("question", "points", "status", title=str(outcome.hand_in))
        for test in results.tests:
            graded = test.score is not None and test.max_score is not None
            table.add_row(
                test.name, f"{test.score:g}/{test.max_score:g}" if graded else "", test.status or ""
            )
        console.print(table)
        if results.output:
            console.print(Text(results.output))
        tier = results.extra_data.tier if results.extra_data else "unknown"
        console.print(f"{results.score:g} points in {outcome.seconds:.1f} s under tier {tier}")
