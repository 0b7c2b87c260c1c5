"""One view of a result, safe to show: every text, page and terminal line about a question is made from it.

It has everything about public checks; about graded tests the kind of failure, the message and the hint, never
inputs or expected values. What failed in the same way is grouped, so that one slip is explained once.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from autograder.model.exact import MOST_OF_A_POINT
from autograder.model.result import QuestionResult
from autograder.model.scoring import NOT_RUN
from autograder.model.verdict import CAUGHT, NOT_TRIED, Kind, Verdict
from autograder.model.written import WrittenAnswer
from autograder.text import clean, one_line, sentence, with_marks

_MESSAGE_LIMIT = 600
_DETAILS_LIMIT = 5_000
_TEXT_LIMIT = 20_000
_SHAPE = re.compile(r"\([\d, ]*\)")
_COST = "The type alone costs {} of this question's points, once; everything else about those results counts as right."


@dataclass(frozen=True)
class Failure:
    """Graded tests that failed in the same way; the hint is empty if an earlier failure has the same one."""

    heading: str
    cases: int
    message: str
    hint: str
    measured: Mapping[str, float]


@dataclass(frozen=True)
class FailedCheck:
    """Public checks that failed in the same way, the one with the shortest counterexample in full.

    Attributes
    ----------
    test
        The id of the one in full.
    others
        Names of the rest.
    """

    test: str
    name: str
    heading: str
    message: str
    hint: str
    details: str
    counterexample: str
    others: tuple[str, ...]

    @property
    def rest(self) -> str:
        """What to say about the others; empty if there are none."""
        count = len(self.others)
        if self.message.startswith(NOT_TRIED):
            return f"… {count} more {'was' if count == 1 else 'were'} not tried either" if count else ""
        return f"… and {count} more {'fails' if count == 1 else 'fail'} in the same way" if count else ""


@dataclass(frozen=True)
class WrittenView:
    """A written answer, and what became of it.

    Attributes
    ----------
    text
        The answer, safe to show; empty if there is none.
    graded
        Whether it is graded. Until then it has no points, which is not the same as 0.
    marks
        Each item of the rubric: its text, its points as text, and whether the answer meets it.
    note
        What the grader wrote.
    """

    text: str
    graded: bool
    marks: tuple[tuple[str, str, bool], ...]
    note: str


@dataclass(frozen=True)
class QuestionView:
    """One question.

    Attributes
    ----------
    score, points
        As text.
    tests, checks
        How many passed, in words; `checks` is empty if none was run.
    written
        The answer, if it is answered in words.
    waiting, passes
        Names of graded tests that passed: those whose credit waits for right values, and the rest.
    left_out
        Whether it is a bonus that the student did not go for, which is nothing to be put right.
    """

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
    written: WrittenView | None = None
    left_out: bool = False

    @property
    def ungraded(self) -> bool:
        """Whether a person has to grade it and has not yet."""
        return self.written is not None and not self.written.graded

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say of it but that no answer was found and nobody has graded it yet."""
        return self.written is not None and self.ungraded and not self.written.text

    @property
    def earned(self) -> str:
        """The points in words; until a person has graded it, what it is worth."""
        if self.ungraded:
            return f"{self.points} point{'' if self.points == '1' else 's'}, not graded yet"
        return f"{self.score} of {self.points} points"


def view(question: QuestionResult) -> QuestionView:
    """Return what may be shown about a question."""
    graded, checks = question.graded, question.checks
    passed = [verdict for verdict in graded if verdict.right]
    counting = [verdict for verdict in passed if verdict.test not in question.withheld]
    waiting = [verdict for verdict in passed if verdict.test in question.withheld]
    planned = Counter(name_of_test(verdict.test) for verdict in graded)
    tests = f"{len(passed)} of {len(graded)} graded tests passed" if graded else "graded by hand"
    if graded and all(verdict.kind is Kind.NOT_RUN for verdict in graded):
        tests = "not run"
    if graded and all(CAUGHT in verdict.measured for verdict in graded):
        tests = f"your tests catch {len(passed)} of {len(graded)} mistakes"
    if question.ungraded:
        tests = "a person reads it"
    cost = [_COST.format(shown(question.deducted))] if question.deducted else []
    none_run = all(map(_never_reached, checks))
    failures = tuple(_failures(graded))
    return QuestionView(
        id=question.id,
        title=f"{one_line(question.title)}{' (bonus)' if question.bonus else ''}",
        score=shown(question.score),
        points=shown(question.points),
        share=min(1.0, float(question.score / question.points)) if question.points else 0.0,
        passed=question.passed,
        tests=tests,
        failures=failures,
        checks="" if none_run else f"{sum(it.passed for it in checks)} of {len(checks)} passed",
        failed_checks=tuple(failed_checks(checks)),
        waiting=_names(waiting, planned),
        notes=(*dict.fromkeys(message_of(it) for it in counting if it.passed and it.message.strip()), *cost),
        passes=_names(counting, planned),
        written=None if question.written is None else _written(question.written),
        left_out=question.bonus
        and bool(graded)
        and len(failures) == 1
        and all(it.kind is Kind.MISSING for it in graded),
    )


def _written(answer: WrittenAnswer) -> WrittenView:
    return WrittenView(
        text=shown_text(answer.text),
        graded=answer.graded,
        marks=tuple((one_line(it.text, _MESSAGE_LIMIT), shown(it.points), it.met) for it in answer.marks),
        note=one_line(answer.note, _MESSAGE_LIMIT),
    )


def shown_text(text: str) -> str:
    """Return a text that somebody wrote as it may be shown: with a mark for every character that cannot be seen."""
    return clean(with_marks(text), _TEXT_LIMIT).strip()


def failed_checks(checks: Iterable[Verdict]) -> Iterable[FailedCheck]:
    """Yield the public checks that were run and failed, grouped, in the order of each group's first.

    A hint is said once, with the first group that has it.
    """
    groups: dict[tuple[Kind, str, str | None], list[Verdict]] = {}
    for verdict in checks:
        if not verdict.passed and not _never_reached(verdict):
            groups.setdefault((verdict.kind, _whatever_the_shape(verdict), verdict.hint), []).append(verdict)
    hinted = set[str]()
    for alike in groups.values():
        first = min(alike, key=lambda verdict: len(verdict.counterexample) or 1_000_000)
        # The details of a grader fault are internal; those of a stub, and of what was not tried, say nothing.
        secret = first.kind in (Kind.GRADER_FAULT, Kind.MISSING)
        untried = first.message.startswith(NOT_TRIED)
        hint = one_line(first.hint or "", _MESSAGE_LIMIT)
        yield FailedCheck(
            test=first.test,
            name=name_of_test(first.test, with_case=True),
            heading=first.kind.heading,
            message=message_of(first),
            hint="" if hint in hinted else hint,
            details="" if secret or untried else clean(first.details, _DETAILS_LIMIT).strip("\n"),
            counterexample="" if untried else clean(first.counterexample, _DETAILS_LIMIT).strip("\n"),
            others=tuple(name_of_test(it.test, with_case=True) for it in alike if it is not first),
        )
        hinted.add(hint)


def _whatever_the_shape(verdict: Verdict) -> str:
    """Return a message without the shapes in it where they are all that differs from check to check."""
    is_of_shapes = verdict.kind is Kind.WRONG_TYPE_OR_SHAPE
    return _SHAPE.sub("()", verdict.message) if is_of_shapes else verdict.message


def _failures(graded: Sequence[Verdict]) -> Iterable[Failure]:
    groups: dict[tuple[Kind, str, str], list[Verdict]] = {}
    for verdict in graded:
        if not verdict.passed and not _never_reached(verdict):
            key = (verdict.kind, message_of(verdict), one_line(verdict.hint or "", _MESSAGE_LIMIT))
            groups.setdefault(key, []).append(verdict)
    hinted = set[str]()
    for (kind, message, hint), alike in groups.items():
        yield Failure(kind.heading, len(alike), message, "" if hint in hinted else hint, alike[0].measured)
        hinted.add(hint)


def _never_reached(verdict: Verdict) -> bool:
    return verdict.kind is Kind.NOT_RUN and verdict.message == NOT_RUN


@functools.lru_cache(4096)
def name_of_test(test: str, with_case: bool = False) -> str:
    """Return a test's id in words: `svm/test_graded.py::test_is_fast[a]` becomes `is fast`.

    The case is left out by default: in a graded test it may say which inputs are used.
    """
    name, bracket, case = test.rpartition("::")[2].partition("[")
    words = one_line(name.removeprefix("test_").replace("_", " "), 100)
    return f"{words} [{one_line(case.removesuffix(']'), 60)}]" if with_case and bracket else words


def _names(verdicts: Iterable[Verdict], planned: Mapping[str, int]) -> tuple[str, ...]:
    counted = Counter(name_of_test(verdict.test) for verdict in verdicts)
    return tuple(
        f"{name} ({count} of {planned[name]} cases)" if count < planned[name] else f"{name}{in_cases(count)}"
        for name, count in counted.items()
    )


def in_cases(count: int) -> str:
    """Return how many cases a name stands for, in brackets; empty if it is one."""
    return f" ({count} cases)" if count > 1 else ""


def message_of(verdict: Verdict) -> str:
    """Return what a student is told about a verdict, as a sentence that is safe to show."""
    return sentence(clean(verdict.message, _MESSAGE_LIMIT)) or verdict.kind.sentence


def shown(number: Fraction) -> str:
    """Return a number of points: as a decimal, or with a fraction such as `2 2/3`; with three decimals otherwise.

    It is never rounded up.
    """
    if 1000 % number.denominator and number.denominator <= MOST_OF_A_POINT:
        whole, rest = divmod(number, 1)
        return f"{whole} {rest}" if whole else str(rest)
    thousandths = number * 1000 // 1
    return f"{thousandths // 1000}.{thousandths % 1000:03d}".rstrip("0").rstrip(".")
