"""What is said after checking: what keeps files from being run first, then what is wrong, then what is not written yet.

The same cause is said once, with the first question that it concerns.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograder.model.verdict import Family, Kind, Verdict
from autograder.report.view import failed_checks
from autograder.student.checks import Checks
from autograder.student.hints import needs_first

NAMES_SHOWN = 3
Line = tuple[str, str]
"""A role (`problem`, `passed`, `failed`, `message`, `hint` or `details`) and a line of text."""

_ORDER = {Family.BROKEN: 0, Family.STRUCTURE: 2, Family.UNJUDGED: 3}
_BROKEN = {kind.heading for kind in Kind if kind.family is Family.BROKEN}


def messages(checks: Checks) -> list[Line]:
    """Return everything that there is to be said about some checks."""
    lines: list[Line] = []
    for problem in checks.problems:
        lines += [("problem", problem.sentence), *(("problem", it) for it in problem.excerpt.splitlines())]
        lines += [("message", problem.paying)] if problem.paying else []
        lines.append(("details", ""))
    lines += [
        ("hint", note) for note in (*checks.submission.notes, *([checks.problem] if checks.problem else []))
    ]
    told: dict[str, str] = {}
    stopped = [id for id, found in checks.verdicts.items() if found and all(map(checks.is_told_above, found))]
    for id in sorted(checks.verdicts, key=lambda id: _rank(checks, id)):
        if id not in stopped:
            lines += explained(checks, id, told)
    if stopped:
        lines.append(("failed", f"cannot be run, for the reason above: {', '.join(stopped)}"))
    return lines


def _rank(checks: Checks, id: str) -> int:
    """Return the place of a question: what is wrong, what is not written, what cannot be run, what is done."""
    failed = [verdict for verdict in checks.verdicts[id] if not verdict.passed]
    if not failed:
        return 3
    if any(checks.is_told_above(verdict) for verdict in failed):
        return 2
    return 1 if all(verdict.kind is Kind.MISSING for verdict in failed) else 0


def explained(checks: Checks, question: str, told: dict[str, str]) -> Iterator[Line]:
    """Yield the lines that say how the checks of one question went.

    Parameters
    ----------
    told
        The question with which each cause was told before; what is told now is added.
    """
    verdicts = checks.verdicts[question]
    passed = sum(verdict.passed for verdict in verdicts)
    above = [verdict for verdict in verdicts if not verdict.passed and checks.is_told_above(verdict)]
    if above and len(above) == len(verdicts):
        yield "failed", f"{question}: cannot be run, for the reason above"
        return
    yield (
        "passed" if passed == len(verdicts) else "failed",
        f"{question}: {passed} of {len(verdicts)} checks pass",
    )
    if above:
        yield "message", f"  {len(above)} cannot be run, for the reason above"
    if first := needs_first(checks, question) if passed < len(verdicts) else "":
        yield "hint", f"  it calls what {first} asks for, which fails: mend that first"
    elif any(_can_be_hinted_at(verdict) for verdict in verdicts):
        yield "hint", f"  for a hint: autograder hint {question}"
    others = sorted((it for it in verdicts if it not in above), key=lambda it: _ORDER.get(it.kind.family, 1))
    for check in failed_checks(others):
        if check.heading in _BROKEN:
            before = told.setdefault(check.message, question)
            if before != question:
                yield "message", f"  {check.name}: for the same reason as {before}: {check.message}"
                continue
        yield "message", f"  {check.name}: {check.message}"
        yield from (("details", f"      {line}") for line in check.details.splitlines())
        if check.counterexample:
            yield "hint", "      to see it, paste:"
            yield from (("details", line) for line in check.counterexample.splitlines())
        if check.rest:
            more = ", …" if len(check.others) > NAMES_SHOWN else ""
            yield "message", f"  {check.rest}: {', '.join(check.others[:NAMES_SHOWN])}{more}"


def _can_be_hinted_at(verdict: Verdict) -> bool:
    return (
        not verdict.passed and verdict.kind is not Kind.MISSING and verdict.kind.family is not Family.UNJUDGED
    )
