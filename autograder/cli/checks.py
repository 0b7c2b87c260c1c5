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
from autograder.sandbox.wire.cells import cells_in
from autograder.student.checks import Checks, check_folder
from autograder.student.hints import Hint
from autograder.student.messages import CODE, messages
from autograder.student.standing import Standing, standing_of
from autograder.student.states import State
from autograder.student.submit import HandIn
from autograder.student.watching import saves
from autograder.text import filled

PASSED = (
    "All public checks {}pass. Graded tests look at more cases, and at loops, speed and unchanged inputs where the "
    "task names them."
)
_INKS = {
    "truecolor": ("#008a00", "#e32222", "#007faf", "#b16000"),
    "256": ("color(29)", "color(131)", "color(63)", "color(130)"),
}
"""Green, red, blue and brown as dark on white as they are light on black, 4.4 : 1 or more."""
_NAMED_INKS = ("default", "red", "default", "default")
"""Of the colours that a terminal chooses itself, cyan and yellow cannot be read on white, nor blue on black."""


def styles(color_system: str | None) -> dict[str, str]:
    """Return how each role of a line looks in a terminal of some colours; what it means is said in words too."""
    green, red, blue, brown = _INKS.get(color_system or "", _NAMED_INKS)
    return {
        "problem": f"bold #ffffff on {red}",
        "excerpt": f"bold #ffffff on {red}",
        "passed": f"bold {green}",
        "failed": f"bold {red}",
        "message": red,
        "hint": blue,
        "details": "",
        "values": "",
        "plain": "",
        "head": "bold",
        "next": f"bold {blue}",
        "changed": "",
        State.DONE: green,
        State.FAILING: red,
        State.BROKEN: f"bold {red}",
        State.TO_DO: brown,
        State.WAITING: brown,
        State.UNKNOWN: "",
        State.WITHOUT_CHECKS: "",
    }


class _Lines:
    """Prints lines by role: sentences broken between words, code left as it is to be copied."""

    def __init__(self) -> None:
        self.console = CleanConsole(highlight=False)
        self._styles = styles(self.console.color_system)

    def print(self, line: str, role: str) -> None:
        """Print one line as its role looks."""
        is_code = role in CODE or (role == "values" and not self.console.is_terminal)
        text = line if is_code else filled(line, self.console.width)
        self.console.print(Text(text, style=self._styles[role]), soft_wrap=is_code)


def print_checks(checks: Checks, folder: Path) -> None:
    """Print everything about the checks that did not pass, then where the student stands."""
    lines = _Lines()
    for role, line in messages(checks):
        lines.print(line, role)
    if checks.passed and any(it.passed for verdicts in checks.verdicts.values() for it in verdicts):
        lines.print(_passed(checks), "passed")
    lines.console.print()
    print_standing(standing_of(checks, folder))


def _passed(checks: Checks) -> str:
    some = len(checks.verdicts) < len(checks.assignment.questions)
    bonus = not all(it.passed for verdicts in checks.verdicts.values() for it in verdicts)
    return PASSED.format(
        f"{'of what you asked for ' if some else ''}{'but those for bonus points ' if bonus else ''}"
    )


def print_standing(standing: Standing) -> None:
    """Print the picture of where a student stands."""
    lines = _Lines()
    for role, line in standing.text(lines.console.width):
        lines.print(line, role)


def print_hint(hint: Hint) -> None:
    """Print the stages of a hint, with an empty line between each two."""
    lines = _Lines()
    for role, line in hint.lines:
        lines.print(line, role)


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
            _Lines().print(str(error), "failed")
        console.print(Text("Waiting for the next save; Ctrl-C ends this.", style="dim"))
    raise AssertionError("watching has no end of its own")


def print_hand_in(hand_in: HandIn, folder: Path) -> None:
    """Print what would be graded as it is, why that is not all, and what the zip holds."""
    lines = _Lines()
    checks = hand_in.checks
    standing = standing_of(checks, folder)
    if checks.passed:
        standing = dataclasses.replace(standing, next=f"hand in {hand_in.path.name}{standing.bonus_left}")
    if checks.problems and not standing.points_in(State.DONE, State.FAILING, State.WAITING):
        all_points = shown(standing.points_in())
        lines.print(f"As it is, 0 of {all_points} points: {checks.problems[0].sentence}", "problem")
    else:
        lines.print(standing.as_it_is, "passed" if checks.passed else "failed")
    lines.console.print()
    for note in hand_in.notes:
        lines.print(note, "hint")
    if checks.passed:
        lines.print(_passed(checks), "plain")
    for role, line in messages(checks):
        if role != "passed":
            lines.print(line, role)
    print_standing(standing)
    lines.console.print()
    optional = (it for it in checks.assignment.optional_names if it in checks.submission.files)
    books = {name: cells_in(source)[0] for name, source in checks.submission.files.items()}
    held = [*checks.assignment.file_names, *optional]
    names = ", ".join(f"{it} (the cells of {books[it]})" if books.get(it) else it for it in held)
    state = (
        "is ready to be handed in"
        if checks.passed
        else "is written, and can be replaced as often as you like"
    )
    lines.print(f"{hand_in.path} {state}. It holds {names}.", "plain")
    if hand_in.about_answers:
        lines.print(hand_in.about_answers, "plain")
