"""The public checks as a page of Markdown and as points, for services that run them on every push."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from fractions import Fraction

from autograder.model.assignment import Question
from autograder.model.verdict import Verdict
from autograder.report.grades import decimal
from autograder.student.checks import Checks
from autograder.student.file_problems import FileProblem
from autograder.student.messages import explained
from autograder.student.states import outcomes_of


def summary_of(checks: Checks) -> str:
    """Return the outcome as Markdown: a table of the questions, then everything about those that are not right.

    Whatever student code printed or raised stays inside blocks of code.
    """
    earned, total = points_of(checks)
    lines = [
        f"## {_plain(checks.assignment.title)}: {decimal(earned)} of {decimal(total)} points in public checks",
        "",
        *(line for problem in checks.problems for line in _told(problem)),
        *(f"**{_plain(it)}**\n" for it in checks.submission.notes),
        "| question | checks | points |",
        "|---|---:|---:|",
    ]
    for question in checks.assignment.questions:
        verdicts = checks.verdicts.get(question.id, [])
        passed = sum(verdict.passed for verdict in verdicts)
        points = f"{decimal(_points(question, verdicts))} of {decimal(question.points)}"
        lines.append(f"| {_plain(question.title)} | {passed} of {len(verdicts)} | {points} |")
    told = dict[str, str]()
    for outcome in outcomes_of(checks):
        if outcome.seen.passed < outcome.seen.of:
            lines += ["", *_fenced("\n".join(line for _, line in explained(outcome, told)))]
    lines += ["", "Graded tests look at more cases. These points are for you alone."]
    return "\n".join(lines) + "\n"


def _told(problem: FileProblem) -> Iterator[str]:
    yield f"**{_plain(problem.sentence)}**\n"
    if problem.excerpt:
        yield from (*_fenced(problem.excerpt), "")
    if problem.paying:
        yield f"{_plain(problem.paying)}\n"


def _fenced(text: str) -> tuple[str, str, str]:
    """Return the lines of a block of code that nothing in the text can end."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return fence, text, fence


def points_of(checks: Checks) -> tuple[Fraction, Fraction]:
    """Return the points that the public checks would earn if they alone counted, and what all questions are worth."""
    questions = checks.assignment.questions
    earned = (_points(question, checks.verdicts.get(question.id, [])) for question in questions)
    return sum(earned, Fraction(0)), checks.assignment.total_points


def _points(question: Question, verdicts: list[Verdict]) -> Fraction:
    """Return a question's points by the share of its public checks that pass, in halves: all only if all pass."""
    share = Fraction(sum(it.passed for it in verdicts), len(verdicts) or 1)
    return question.points if share == 1 else Fraction(math.floor(2 * question.points * share), 2)


def _plain(text: str) -> str:
    """Return text in which nothing is Markdown or HTML."""
    return re.sub(r"([\\`*_{}\[\]<>()#|!~&])", r"\\\1", " ".join(text.split()))
