"""The page that tells one student what was right, what was not, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from autograder.model.assignment import Assignment
from autograder.model.result import GradingResult, QuestionResult
from autograder.model.scoring import NOT_RUN
from autograder.model.verdict import Kind, Verdict
from autograder.report.groups import grouped
from autograder.report.pages import render
from autograder.report.pictures import picture_of
from autograder.report.text import message_of, name_of_test, overall_text, shown
from autograder.text import clean, one_line

_DETAILS = 4_000
_MOST_CHECKS = 10


@dataclass(frozen=True)
class Failure:
    """Graded tests that failed in the same way: what was wrong, and the hint."""

    heading: str
    cases: int
    message: str
    hint: str
    picture: Markup


@dataclass(frozen=True)
class FailedCheck:
    """A public check that failed, with everything about it."""

    name: str
    heading: str
    message: str
    hint: str
    details: str
    counterexample: str
    rest: str


@dataclass(frozen=True)
class Section:
    """One question of the page."""

    id: str
    title: str
    score: str
    points: str
    share: float
    passed: bool
    tests: str
    failures: tuple[Failure, ...]
    checks: str
    failed_checks: tuple[FailedCheck, ...]
    waiting: tuple[str, ...]
    notes: tuple[str, ...]
    passes: tuple[str, ...]


def feedback_page(result: GradingResult, assignment: Assignment, label: str) -> str:
    """Return a student's page: self-contained HTML, every text of the hand-in escaped.

    Of public checks everything is shown; of graded tests the kind of failure, the hint and what was
    measured, never inputs or expected values.
    """
    return render(
        "feedback.html",
        title=f"{assignment.title}: {one_line(label)}",
        assignment=assignment.title,
        label=one_line(label),
        score=shown(result.score),
        points=shown(result.points),
        share=float(result.score / result.points) if result.points else 0.0,
        notes=[line for line in overall_text(result).splitlines() if line.strip()],
        sections=[_section(question) for question in result.questions],
        version=result.versions.get("autograder", ""),
    )


def _section(question: QuestionResult) -> Section:
    graded = question.graded
    passed = [verdict for verdict in graded if verdict.passed]
    counting = [verdict for verdict in passed if verdict.test not in question.withheld]
    return Section(
        id=question.id,
        title=one_line(question.title),
        score=shown(question.score),
        points=shown(question.points),
        share=min(1.0, float(question.score / question.points)) if question.points else 0.0,
        passed=question.passed,
        tests=f"{len(passed)} of {len(graded)} graded tests passed" if graded else "graded by hand",
        failures=tuple(_failures(graded)),
        checks=_checks(question.checks),
        failed_checks=tuple(_failed_checks(question.checks)),
        waiting=_names(verdict for verdict in passed if verdict.test in question.withheld),
        notes=tuple(dict.fromkeys(message_of(it) for it in counting if it.message.strip())),
        passes=_names(counting),
    )


def _failures(graded: Sequence[Verdict]) -> Iterable[Failure]:
    """Yield what failed, each way of failing once and each hint once."""
    groups: dict[tuple[Kind, str, str], list[Verdict]] = {}
    for verdict in graded:
        if not verdict.passed and not _never_reached(verdict):
            key = (verdict.kind, message_of(verdict), one_line(verdict.hint or "", 600))
            groups.setdefault(key, []).append(verdict)
    hinted = set[str]()
    for (kind, message, hint), alike in groups.items():
        yield Failure(
            kind.heading,
            len(alike),
            message,
            "" if hint in hinted else hint,
            picture_of(alike[0].measured),
        )
        hinted.add(hint)


def _failed_checks(checks: Sequence[Verdict]) -> Iterable[FailedCheck]:
    for group in grouped(it for it in checks if not _never_reached(it))[:_MOST_CHECKS]:
        verdict = group.shown
        # The details of a fault of ours are about the grader's insides.
        ours = verdict.kind is Kind.GRADER_FAULT
        yield FailedCheck(
            name=name_of_test(verdict.test, with_case=True),
            heading=verdict.kind.heading,
            message=message_of(verdict),
            hint=one_line(verdict.hint or "", 600),
            details="" if ours else clean(verdict.details, _DETAILS).strip(),
            counterexample=clean(verdict.counterexample, _DETAILS).strip(),
            rest=group.rest,
        )


def _checks(checks: Sequence[Verdict]) -> str:
    if not checks or all(map(_never_reached, checks)):
        return ""
    return f"{sum(verdict.passed for verdict in checks)} of {len(checks)} passed"


def _never_reached(verdict: Verdict) -> bool:
    return verdict.kind is Kind.NOT_RUN and verdict.message == NOT_RUN


def _names(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    counted = Counter(name_of_test(verdict.test) for verdict in verdicts)
    return tuple(f"{name} ({count} cases)" if count > 1 else name for name, count in counted.items())
