"""Where a student stands: for each question what its public checks say, what is at stake, and what to do next.

What was seen last is kept beside the student's files, so that one look can say what has changed since the one before,
and a check of one question can show all of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec

from autograder.model.assignment import Assignment
from autograder.model.verdict import Kind
from autograder.report.view import shown
from autograder.student.checks import Checks
from autograder.student.hints import note_attempt
from autograder.student.memory import remember, remembered
from autograder.student.states import Outcome, Seen, State, outcomes_of
from autograder.text import first_few

STATE_FILE = "status.json"
CHANGES_SHOWN = 3
NOT_BEGUN = (State.TO_DO, State.WAITING, State.UNKNOWN)
"""States in which a bonus question asks for nothing."""
NARROW = 60
"""Columns below which a question takes two lines."""


class Remembered(msgspec.Struct, frozen=True):
    """The content of the file that keeps what was seen."""

    assignment: str
    at: float
    questions: dict[str, Seen]


@dataclass(frozen=True)
class Line:
    """One question in the picture.

    Attributes
    ----------
    before
        What was seen of it the time before, None where that was nothing or the same.
    """

    id: str
    points: Fraction
    bonus: bool
    seen: Seen
    before: Seen | None


@dataclass(frozen=True)
class Standing:
    """Where a student stands.

    Attributes
    ----------
    next
        What to do next, one sentence.
    bonus_left
        What it says of bonus questions that are not begun, where nothing else is left to do; else empty.
    since
        Seconds since the look before; None if there was none.
    """

    title: str
    lines: tuple[Line, ...]
    next: str
    since: float | None
    bonus_left: str = ""

    def points_in(self, *states: State) -> Fraction:
        """Return the points of the questions in some states, without bonus; of all questions if none is given."""
        lines = (it for it in self.lines if not it.bonus and (not states or it.seen.state in states))
        return sum((it.points for it in lines), Fraction(0))

    @property
    def as_it_is(self) -> str:
        """What would be graded, in a sentence."""
        done, total = self.points_in(State.DONE), self.points_in()
        failing = self.points_in(State.FAILING, State.WAITING)
        parts = [f"{shown(done)} of {shown(total)} points are in questions whose public checks pass"]
        parts += [f"{shown(failing)} in questions where some fail"] if failing else []
        if lost := self.points_in(State.TO_DO):
            parts.append(f"{shown(lost)} in questions that are not filled in")
        if lost := self.points_in(State.BROKEN):
            parts.append(f"{shown(lost)} in questions that cannot be run")
        if rest := self.points_in(State.UNKNOWN, State.WITHOUT_CHECKS):
            parts.append(f"{shown(rest)} in questions without public checks")
        return f"As it is, {', '.join(parts)}."

    @property
    def is_news(self) -> bool:
        """Whether it differs from the look before, or there was none."""
        return self.since is None or any(it.before is not None for it in self.lines)

    def text(self, columns: int = 80, rows: bool = True) -> list[tuple[str, str]]:
        """Return the picture as lines, each with its role: `head`, `next`, `changed`, or the question's state.

        Without `rows` it leaves the questions out.
        """
        counting = [it for it in self.lines if not it.bonus and it.seen.state is not State.WITHOUT_CHECKS]
        done = sum(line.seen.state is State.DONE for line in counting)
        stake = self.points_in() - self.points_in(State.DONE, State.WITHOUT_CHECKS)
        others = " in the others" if done else ""
        at_stake = f"; {shown(stake)} points at stake{others}" if stake else ""
        said = [
            (
                "head",
                f"{self.title}: {done} of {len(counting)} questions pass their public checks{at_stake}.",
            )
        ]
        width = max(len(line.id) for line in self.lines)
        for line in self.lines if rows else ():
            said += [(str(line.seen.state), text) for text in _row(line, width, columns)]
        said.append(("next", f"Next: {self.next}"))
        if self.since is not None:
            changes = _changes([it for it in self.lines if it.before is not None])
            more = [f"{len(changes) - CHANGES_SHOWN} more"] if len(changes) > CHANGES_SHOWN else []
            told = "; ".join(changes[:CHANGES_SHOWN] + more) or "no change"
            said.append(("changed", f"Since the last look, {_ago(self.since)}: {told}."))
        return said


def standing_of(checks: Checks, folder: Path) -> Standing:
    """Return where a student stands after some checks, and keep what was seen for the next look.

    A folder that cannot be written to is no obstacle; then nothing is known of the look before.
    """
    assignment = checks.assignment
    note_attempt(checks, folder)
    before = _seen_before(folder, assignment)
    outcomes = outcomes_of(checks)
    now = {it.question: it.seen for it in outcomes}
    earlier = before.questions if before else {}
    lines = tuple(
        Line(
            it.id,
            it.points,
            it.bonus,
            now.get(it.id) or _not_checked_now(checks, it.id, earlier.get(it.id, Seen())),
            _before(it.id, now, earlier),
        )
        for it in assignment.questions
    )
    seen = Remembered(assignment.name, time.time(), {line.id: line.seen for line in lines})
    remember(folder, STATE_FILE, msgspec.json.encode(seen))
    since = time.time() - before.at if before else None
    next, bonus_left = _next(checks, outcomes, lines)
    return Standing(assignment.title, lines, next, since, bonus_left)


def _not_checked_now(checks: Checks, id: str, before: Seen) -> Seen:
    """Return what is known of a question that was not checked: a file that stops it may be broken or mended since."""
    stopping = [problem for problem in checks.problems if problem.stops_all]
    if any(id in problem.questions for problem in stopping):
        return before if before.state is State.BROKEN else Seen(State.BROKEN, 0, before.of)
    # Of a problem that names no file it is not known what it stops.
    is_mended = all(problem.file for problem in stopping)
    return Seen() if before.state is State.BROKEN and is_mended else before


def _before(id: str, now: Mapping[str, Seen], earlier: Mapping[str, Seen]) -> Seen | None:
    if id not in now or id not in earlier:
        return None
    old, new = earlier[id], now[id]
    return None if (old.state, old.passed, old.of) == (new.state, new.passed, new.of) else old


def _next(checks: Checks, outcomes: Sequence[Outcome], lines: Sequence[Line]) -> tuple[str, str]:
    """Return what to do next: what keeps files from being run, then what is wrong, then what is not written.

    And, where nothing of that is left, which bonus questions are.
    """
    if checks.problems:
        return f"mend this first: {checks.problems[0].sentence}", ""
    needs = {it.question: it.needs for it in outcomes}
    open = [line for line in lines if line.seen.state not in (State.DONE, State.WITHOUT_CHECKS)]
    left = [line.id for line in open if line.bonus and line.seen.state in NOT_BEGUN]
    todo = (line for line in open if line.id not in left)
    first = min(todo, key=lambda it: (it.bonus, it.seen.state.rank, bool(needs.get(it.id))), default=None)
    if first is not None:
        outcome = next((it for it in outcomes if it.question == first.id), None)
        # What says itself what to do needs no hint.
        if outcome is not None and outcome.state is State.FAILING and outcome.failed[0].kind is Kind.MISSING:
            return f"{outcome.seen.first.rstrip('.')}, then autograder check {first.id}", ""
        return first.seen.to_do(first.id), ""
    bonus_left = f"; bonus points are left in {first_few(left)}" if left else ""
    return f"autograder submit{bonus_left}", bonus_left


def _row(line: Line, width: int, columns: int) -> Iterator[str]:
    points = f"{shown(line.points)} {'bonus' if line.bonus else 'point' if line.points == 1 else 'points'}"
    mark = str(line.seen.state)
    said = {
        State.TO_DO: f"{line.seen.count}, the rest is not filled in yet"
        if line.seen.passed
        else "not filled in yet",
        State.BROKEN: "cannot be run",
        State.UNKNOWN: "",
        State.WITHOUT_CHECKS: "graded when it is handed in",
        State.WAITING: "needs an earlier file",
    }.get(line.seen.state, line.seen.count)
    if columns < NARROW:
        yield f"  {mark}: {line.id}"
        yield f"      {points}{', ' if said else ''}{said}"
    else:
        yield f"  {mark:<11}  {line.id:<{width}}  {points:>9}  {said}".rstrip()


def _changes(changed: Sequence[Line]) -> list[str]:
    """Return what has changed, question by question; what is only seen for the first time is no news of its own."""
    new = [it for it in changed if it.before is not None and it.before.state is State.UNKNOWN]
    said = [f"{it.id} {_change(it)}" for it in changed if it not in new]
    if len(new) == 1:
        said.append(f"{new[0].id} was checked for the first time ({new[0].seen.count})")
    elif new:
        said.append(f"{len(new)} questions were checked for the first time")
    return said


def _change(line: Line) -> str:
    before, now = line.before, line.seen
    assert before is not None
    if before.of == now.of and before.passed != now.passed:
        return f"went from {before.passed} to {now.passed} of {now.of}"
    return f"went from “{before.state}” to “{now.state}”"


def _ago(seconds: float) -> str:
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def _seen_before(folder: Path, assignment: Assignment) -> Remembered | None:
    try:
        found = msgspec.json.decode(remembered(folder, STATE_FILE), type=Remembered)
    except (ValueError, msgspec.MsgspecError):
        return None
    return found if found.assignment == assignment.name else None
