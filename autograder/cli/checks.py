"""How `autograder check` shows what the public checks found."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.text import Text

from autograder.course.loading import ASSIGNMENT_FILE, load_assignment
from autograder.errors import AutograderError
from autograder.grading.pytest_session import PUBLIC_FILE
from autograder.model.verdict import Kind
from autograder.student.checks import Checks, check_folder, explained
from autograder.student.watching import saves

_STYLES = {
    "passed": "bold green",
    "failed": "bold red",
    "message": "red",
    "hint": "cyan",
    "details": "",
}


def print_checks(checks: Checks) -> None:
    """Print one block per question: how many checks passed, and everything about those that did not."""
    console = Console(highlight=False)
    for reason in checks.absent:
        console.print(Text(reason, style="bold red"))
    for note in (*checks.submission.notes, *([checks.problem] if checks.problem else [])):
        console.print(Text(note, style="yellow"))
    for id, verdicts in checks.verdicts.items():
        for role, line in explained(id, checks.absent, verdicts):
            console.print(Text(line, style=_STYLES[role]), soft_wrap=role == "details")
    if checks.passed:
        some = len(checks.verdicts) < len(checks.assignment.questions)
        console.print(
            f"All public checks {'of what you asked for ' if some else ''}pass. Graded tests look at more cases, "
            "and at loops, speed and unchanged inputs where the task names them.",
            style="bold green",
        )


def watch_checks(folder: Path, questions: Sequence[str], tier: str | None) -> NoReturn:
    """Check now and after every save, until the process is interrupted."""
    console = Console(highlight=False)
    assignment = load_assignment(folder)
    for id in questions:
        assignment.question(id)
    names = (*assignment.file_names, ASSIGNMENT_FILE, PUBLIC_FILE)
    for _ in saves(lambda: [folder / name for name in names]):
        console.rule(f"{time.strftime('%H:%M:%S')}  {assignment.name}")
        try:
            print_checks(check_folder(questions, folder, tier))
        except AutograderError as error:  # half-saved files are whole a moment later
            console.print(Text(str(error), style="bold red"))
        console.print(Text("Waiting for the next save; Ctrl-C ends this.", style="dim"))
    raise AssertionError("watching has no end of its own")


def print_hand_in(path: Path, checks: Checks) -> None:
    """Print what the zip holds and what will be graded in it."""
    console = Console(highlight=False)
    names = ", ".join(checks.assignment.file_names)
    console.print(Text(f"{path} is ready to be handed in. It holds {names}."))
    console.print("What will be graded:")
    for question in checks.assignment.questions:
        verdicts = checks.verdicts.get(question.id, [])
        passed = sum(verdict.passed for verdict in verdicts)
        state = f"{passed} of {len(verdicts)} public checks pass"
        if verdicts and all(verdict.kind is Kind.MISSING for verdict in verdicts):
            state = "NOT FILLED IN YET"
        style = "" if passed == len(verdicts) else "bold red"
        console.print(Text(f"  {question.title} ({question.points} points): {state}", style=style))
