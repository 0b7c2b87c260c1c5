"""What is said after checking: what keeps files from being run first, then what is wrong, then what is not written yet.

The same cause is said once, with the first question that it concerns.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograder.model.verdict import Family, Kind
from autograder.student.checks import Checks
from autograder.student.states import STOPPED, Outcome, State, outcomes_of
from autograder.text import first_few

NAMES_SHOWN = 3
Line = tuple[str, str]
"""A role (`problem`, `excerpt`, `passed`, `failed`, `message`, `hint`, `values`, `details` or `plain`) and a line."""
CODE = frozenset({"details", "excerpt"})
"""The roles of lines that are shown as they are; all others are sentences, which may be broken between words.

Of `values`, which nobody copies, a line that a terminal is too narrow for may be broken as well.
"""

_BROKEN = {kind.heading for kind in Kind if kind.family is Family.BROKEN}


def messages(checks: Checks) -> list[Line]:
    """Return everything that there is to be said about some checks."""
    lines: list[Line] = []
    for problem in checks.problems:
        lines += [("problem", problem.sentence), *(("excerpt", it) for it in problem.excerpt.splitlines())]
        lines += [("message", problem.paying)] if problem.paying else []
        lines.append(("details", ""))
    lines += [
        ("hint", note) for note in (*checks.submission.notes, *([checks.problem] if checks.problem else []))
    ]
    told: dict[str, str] = {}
    outcomes = outcomes_of(checks)
    for outcome in outcomes:
        # What a file stops is named with the file; of bonus points that nobody went for, the picture says enough.
        if not outcome.is_stopped and not (len(outcomes) > 1 and outcome.is_bonus_left):
            lines += explained(outcome, told)
    while lines and not lines[-1][1]:
        lines.pop()
    return lines


def explained(outcome: Outcome, told: dict[str, str]) -> Iterator[Line]:
    """Yield the lines that say how the checks of one question went.

    Parameters
    ----------
    told
        The question with which each cause was told before; what is told now is added.
    """
    question = outcome.question
    if outcome.is_stopped:
        yield "failed", f"{question}: {STOPPED}"
        return
    if outcome.state is State.WITHOUT_CHECKS:
        yield "message", f"{question}: {outcome.seen.count}"
        return
    yield (
        "passed" if outcome.seen.passed == outcome.seen.of else "failed",
        f"{question}: {outcome.seen.count}",
    )
    if outcome.above:
        yield "message", f"  {outcome.above} {STOPPED}"
    yield from (("hint", f"  {note.text}") for note in outcome.notes if note.text != outcome.comes_first)
    if outcome.comes_first:
        yield "hint", f"  {outcome.comes_first}"
    elif outcome.is_offered_a_hint:
        yield "hint", f"  for a hint: autograder hint {question}"
    for_now: list[str] = []
    for check in outcome.failed_checks:
        if outcome.comes_first and (check.heading != Kind.MISSING.heading or check.message in told):
            for_now += [check.name, *check.others]
            continue
        if check.heading in _BROKEN:
            before = told.setdefault(check.message, question)
            if before != question:
                yield "message", f"  {check.name}: for the same reason as {before}: {check.message}"
                continue
        if check.heading == Kind.MISSING.heading:  # which check calls it, and how many do, is no news
            yield "message", f"  {check.message}"
            continue
        yield "message", f"  {check.name}: {check.message}"
        yield from (("values", f"      {line}") for line in check.details.splitlines())
        if check.counterexample:
            yield "hint", "      to see it, paste into Python or a cell of a notebook:"
            yield from (("details", line) for line in check.counterexample.splitlines())
        if check.rest:
            more = ", …" if len(check.others) > NAMES_SHOWN else ""
            yield "message", f"  {check.rest}: {', '.join(check.others[:NAMES_SHOWN])}{more}"
    if for_now:
        yield "message", f"  failing as well: {first_few(for_now, NAMES_SHOWN)}"
