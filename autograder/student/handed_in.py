"""What is said of a hand-in that was written, in a terminal and in a notebook alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from autograder.report.view import shown
from autograder.sandbox.wire.cells import cells_in
from autograder.student.checks import Checks
from autograder.student.messages import Line, messages
from autograder.student.standing import standing_of
from autograder.student.states import State
from autograder.student.submit import HandIn

_PASSED = (
    "All public checks {}pass. Graded tests look at more cases, and at loops, speed and unchanged inputs where the "
    "task names them."
)


def all_passed(checks: Checks) -> str:
    """Return what is said where nothing of the checks failed."""
    some = len(checks.verdicts) < len(checks.assignment.questions)
    bonus = not all(it.passed for verdicts in checks.verdicts.values() for it in verdicts)
    return _PASSED.format(
        f"{'of what you asked for ' if some else ''}{'but those for bonus points ' if bonus else ''}"
    )


def about_hand_in(hand_in: HandIn, folder: Path, columns: int = 80) -> Iterator[Line]:
    """Yield what would be graded as it is, why that is not all, and what the zip holds.

    Parameters
    ----------
    columns
        How wide lines about questions may be.
    """
    checks = hand_in.checks
    standing = standing_of(checks, folder)
    if checks.passed:
        standing = dataclasses.replace(standing, next=f"hand in {hand_in.path.name}{standing.bonus_left}")
    if checks.problems and not standing.points_in(State.DONE, State.FAILING, State.WAITING):
        all_points = shown(standing.points_in())
        yield "problem", f"As it is, 0 of {all_points} points: {checks.problems[0].sentence}"
    else:
        yield "passed" if checks.passed else "failed", standing.as_it_is
    yield "plain", ""
    yield from (("hint", note) for note in hand_in.notes)
    if checks.passed:
        yield "plain", all_passed(checks)
    yield from ((role, line) for role, line in messages(checks) if role != "passed")
    yield "plain", ""
    yield from standing.text(columns)
    yield "plain", ""
    optional = (it for it in checks.assignment.optional_names if it in checks.submission.files)
    books = {name: cells_in(source)[0] for name, source in checks.submission.files.items()}
    held = [*checks.assignment.file_names, *optional]
    names = ", ".join(f"{it} (the cells of {books[it]})" if books.get(it) else it for it in held)
    state = (
        "is ready to be handed in"
        if checks.passed
        else "is written, and can be replaced as often as you like"
    )
    yield "plain", f"{hand_in.path} {state}. It holds {names}."
    if hand_in.about_answers:
        yield "plain", hand_in.about_answers
