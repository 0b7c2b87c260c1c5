"""How `autograder check` shows what the public checks found."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from rich.text import Text

from autograder.cli.console import CleanConsole
from autograder.course.loading import ASSIGNMENT_FILE, load_work
from autograder.errors import AutograderError
from autograder.grading.pytest_session import PUBLIC_FILE
from autograder.report.view import shown
from autograder.student.checks import Checks, check_folder
from autograder.student.messages import messages
from autograder.student.standing import Standing, standing_of
from autograder.student.states import State
from autograder.student.submit import HandIn
from autograder.student.watching import saves

PASSED = (
    "All public checks {}pass. Graded tests look at more cases, and at loops, speed and unchanged inputs where the "
    "task names them."
)
_STYLES = {
    "problem": "bold white on red",
    "passed": "bold green",
    "failed": "bold red",
    "message": "red",
    "hint": "cyan",
    "details": "",
    "head": "bold",
    "next": "bold cyan",
    "changed": "",
    State.DONE: "green",
    State.FAILING: "red",
    State.BROKEN: "bold red",
    State.TO_DO: "yellow",
    State.WAITING: "yellow",
    State.UNKNOWN: "",
}


def print_checks(checks: Checks, folder: Path) -> None:
    """Print everything about the checks that did not pass, then where the student stands."""
    console = CleanConsole(highlight=False)
    for role, line in messages(checks):
        console.print(Text(line, style=_STYLES[role]), soft_wrap=role == "details")
    if checks.passed and any(it.passed for verdicts in checks.verdicts.values() for it in verdicts):
        console.print(_passed(checks), style="bold green")
    console.print()
    print_standing(standing_of(checks, folder))


def _passed(checks: Checks) -> str:
    some = len(checks.verdicts) < len(checks.assignment.questions)
    bonus = not all(it.passed for verdicts in checks.verdicts.values() for it in verdicts)
    return PASSED.format(
        f"{'of what you asked for ' if some else ''}{'but those for bonus points ' if bonus else ''}"
    )


def print_standing(standing: Standing) -> None:
    """Print the picture of where a student stands."""
    console = CleanConsole(highlight=False)
    for role, line in standing.text(console.width):
        console.print(Text(line, style=_STYLES[role]))


def watch_checks(folder: Path, questions: Sequence[str], tier: str | None) -> NoReturn:
    """Check now and after every save, until the process is interrupted."""
    console = CleanConsole(highlight=False)
    assignment = load_work(folder)
    for id in questions:
        assignment.question(id)
    names = (*(file.path for file in assignment.every_file), ASSIGNMENT_FILE, PUBLIC_FILE)
    for _ in saves(lambda: [folder / name for name in names]):
        console.rule(f"{time.strftime('%H:%M:%S')}  {assignment.name}")
        try:
            print_checks(check_folder(questions, folder, tier), folder)
        except AutograderError as error:  # half-saved files are whole a moment later
            console.print(Text(str(error), style="bold red"))
        console.print(Text("Waiting for the next save; Ctrl-C ends this.", style="dim"))
    raise AssertionError("watching has no end of its own")


def print_hand_in(hand_in: HandIn, folder: Path) -> None:
    """Print what would be graded as it is, why that is not all, and what the zip holds."""
    console = CleanConsole(highlight=False)
    checks = hand_in.checks
    standing = standing_of(checks, folder)
    if checks.passed:
        standing = dataclasses.replace(standing, next=f"hand in {hand_in.path.name}{standing.bonus_left}")
    if checks.problems and not standing.points_in(State.DONE, State.FAILING, State.WAITING):
        all_points = shown(standing.points_in())
        console.print(
            Text(f"As it is, 0 of {all_points} points: {checks.problems[0].sentence}", _STYLES["problem"])
        )
    else:
        console.print(Text(standing.as_it_is, "bold green" if checks.passed else "bold red"))
    console.print()
    for note in hand_in.notes:
        console.print(Text(note, style=_STYLES["hint"]))
    if checks.passed:
        console.print(Text(_passed(checks)))
    for role, line in messages(checks):
        if role != "passed":
            console.print(Text(line, style=_STYLES[role]), soft_wrap=role == "details")
    print_standing(standing)
    console.print()
    optional = (it for it in checks.assignment.optional_names if it in checks.submission.files)
    names = ", ".join([*checks.assignment.file_names, *optional])
    state = (
        "is ready to be handed in"
        if checks.passed
        else "is written, and can be replaced as often as you like"
    )
    console.print(Text(f"{hand_in.path} {state}. It holds {names}."))
    if hand_in.about_answers:
        console.print(Text(hand_in.about_answers))
