"""Gradescope's results.json, typed, and how a grading result becomes one.

The fields are those that we use of
https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from autograder.errors import GraderError
from autograder.files.writing import write_atomically
from autograder.model.assignment import Assignment, Question, Visibility
from autograder.model.result import GradingResult, QuestionResult
from autograder.model.verdict import Verdict
from autograder.report.text import FIELD_LIMIT, overall_text, question_text
from autograder.text import one_line

Format = Literal["text", "html", "simple_format", "md", "ansi"]
Status = Literal["passed", "failed"]
Points = Annotated[float, Meta(ge=0)]
Text = Annotated[str, Meta(max_length=FIELD_LIMIT)]


class VerdictData(msgspec.Struct, frozen=True, kw_only=True):
    """What a test found, for the instructor's reports."""

    test: str
    verdict: str
    mistake: str | None


class QuestionData(msgspec.Struct, frozen=True, kw_only=True):
    """The `extra_data` of a question's entry."""

    question: str
    verdicts: tuple[VerdictData, ...]


class RunData(msgspec.Struct, frozen=True, kw_only=True):
    """The `extra_data` of results.json: it comes back with the next hand-in, so nothing in it is secret.

    Attributes
    ----------
    kept
        The share of the points kept despite lateness, as an exact fraction.
    faults
        How many tests and other steps failed on the grader's side.
    """

    assignment: str
    tier: str
    release: str | None
    versions: dict[str, str]
    hashes: dict[str, str]
    seconds: Points
    kept: str
    flags: tuple[str, ...]
    faults: int
    finished: bool


class GradescopeTest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of `tests`.

    `status` is set wherever there is a score, because Gradescope shows 0 out of 0 as passed otherwise. A written answer
    that nobody has graded yet claims neither a score nor a status.
    """

    score: Points | None = None
    max_score: Points | None = None
    status: Status | None = None
    name: str
    number: str | None = None
    output: Text | None = None
    output_format: Format | None = None
    visibility: Visibility | None = None
    extra_data: QuestionData | None = None


class GradescopeResults(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole of results.json."""

    score: Points
    tests: tuple[GradescopeTest, ...]
    execution_time: Points | None = None
    output: Text | None = None
    output_format: Format | None = None
    test_output_format: Format | None = None
    test_name_format: Format | None = None
    visibility: Visibility | None = None
    stdout_visibility: Visibility | None = None
    extra_data: RunData | None = None


def to_gradescope(
    result: GradingResult, assignment: Assignment, visibility: Visibility = "visible"
) -> GradescopeResults:
    """Return `result` in Gradescope's form: one entry per question, in the assignment's order, the written ones last.

    The total is set from the exact points, so that Gradescope does not add up rounded numbers.
    """
    by_id = {question.id: question for question in result.questions}
    planned = [by_id.get(question.id) or _absent(question) for question in assignment.questions]
    waiting = [it for it in result.questions if it.ungraded and it not in planned]
    return GradescopeResults(
        score=_number(result.score),
        tests=tuple(
            _entry(number, question, visibility)
            for number, question in enumerate([*planned, *waiting], start=1)
        ),
        execution_time=_seconds(result.seconds),
        output=overall_text(result),
        output_format="text",
        test_output_format="text",
        test_name_format="text",
        # What the grader prints is for the instructor and may quote what students must not see.
        stdout_visibility="hidden",
        extra_data=_run_data(result),
    )


def write_results(path: Path, results: GradescopeResults, durable: bool = True) -> None:
    """Write results.json at `path` as `write_atomically` does, after reading back what would be written.

    Raises
    ------
    GraderError
        If it does not read back as valid results, or cannot be written; an existing file then stays.
    """
    try:
        content = msgspec.json.encode(results)
        msgspec.json.decode(content, type=GradescopeResults)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise GraderError(f"{path}: these results are not valid ({error}).") from error
    write_atomically(path, msgspec.json.format(content, indent=2) + b"\n", durable)


def read_results(path: Path) -> GradescopeResults:
    """Return a results.json that `write_results` wrote.

    Raises
    ------
    GraderError
        If it cannot be read or is not such a file.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=GradescopeResults)
    except OSError as error:
        raise GraderError(f"{path} cannot be read ({error.strerror or 'unknown reason'}).") from error
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise GraderError(f"{path} is not a results file of this grader ({error}).") from error


def _entry(number: int, question: QuestionResult, visibility: Visibility) -> GradescopeTest:
    status: Status = "passed" if question.passed else "failed"
    return GradescopeTest(
        score=None if question.ungraded else _number(question.score),
        max_score=None if question.ungraded else _number(question.points),
        status=None if question.ungraded else status,
        name=_name(question),
        number=str(number),
        output=question_text(question),
        output_format="text",
        visibility=visibility,
        extra_data=QuestionData(
            question=question.id, verdicts=tuple(_verdict_data(it) for it in question.verdicts)
        ),
    )


def _name(question: QuestionResult) -> str:
    about = " (bonus)" if question.bonus else " (left out of the total)" if question.dropped else ""
    about = " (not graded yet)" if question.ungraded else about
    return one_line(question.title, 200) + about


def _absent(question: Question) -> QuestionResult:
    return QuestionResult(
        id=question.id, title=question.title, points=question.points, score=Fraction(0), bonus=question.bonus
    )


def _verdict_data(verdict: Verdict) -> VerdictData:
    return VerdictData(test=one_line(verdict.test), verdict=verdict.kind.value, mistake=verdict.mistake)


def _run_data(result: GradingResult) -> RunData:
    return RunData(
        assignment=one_line(result.assignment),
        tier=one_line(result.tier),
        release=None if result.release is None else one_line(result.release),
        versions=_texts(result.versions),
        hashes=_texts(result.hashes),
        seconds=_seconds(result.seconds),
        kept=str(result.kept),
        flags=tuple(one_line(flag) for flag in result.all_flags),
        faults=len(result.faults) + len(result.tests_at_fault),
        finished=result.finished,
    )


def _texts(table: Mapping[str, str]) -> dict[str, str]:
    return {one_line(key): one_line(value) for key, value in table.items()}


def _number(points: Fraction) -> float:
    return round(float(points), 6)


def _seconds(seconds: float) -> float:
    return round(seconds, 3) if math.isfinite(seconds) and seconds > 0 else 0.0
