"""How `autograder check` shows what the public checks found."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from rich.text import Text

from autograder.cli.console import CleanConsole
from autograder.course.loading import ASSIGNMENT_FILE, load_work
from autograder.errors import AutograderError
from autograder.grading.pytest_session import PUBLIC_FILE
from autograder.student.checks import Checks, check_folder
from autograder.student.handed_in import about_hand_in, all_passed
from autograder.student.hints import Hint
from autograder.student.messages import CODE, messages
from autograder.student.standing import Standing, standing_of
from autograder.student.states import State
from autograder.student.submit import HandIn
from autograder.student.watching import saves
from autograder.text import filled

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
        lines.print(all_passed(checks), "passed")
    lines.console.print()
    print_standing(standing_of(checks, folder))


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
    for role, line in about_hand_in(hand_in, folder, lines.console.width):
        lines.print(line, role)
