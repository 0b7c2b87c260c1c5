"""Best attempts, dropped questions and bonus: small rules that never lose a student."""

from __future__ import annotations

import csv
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.attempts import Attempt, best_attempts
from autograder.classroom.class_session import ClassSession, GradeOptions, report_again
from autograder.classroom.processes import LocalPool
from autograder.classroom.work import Work
from autograder.model.assignment import AttemptsPolicy, DropPolicy
from autograder.model.result import GradingResult, QuestionResult
from autograder.model.scoring import without_lowest
from tests.classroom.conftest import FILE, RIGHT, SUMMED

pytestmark = pytest.mark.usefixtures("drawn_once")

MONDAY = datetime(2030, 1, 7, tzinfo=UTC)


def attempt(
    label: str, score: int | None, day: int | None = None, *, last: bool = False, student: str = "ada"
) -> Attempt:
    created_at = None if day is None else MONDAY + timedelta(days=day)
    return Attempt(label, student, None if score is None else Fraction(score), created_at, last)


@pytest.mark.parametrize(
    ("attempts", "counting"),
    [
        ([attempt("a", 7, 0), attempt("b", 5, 1, last=True)], {"a"}),
        ([attempt("a", 5, 0), attempt("b", 5, 1, last=True)], {"a"}),
        ([attempt("a", 5, 0), attempt("b", 7, 1), attempt("c", 6, 2, last=True)], {"b"}),
        ([attempt("a", 5, 0), attempt("b", None, 1, last=True)], {"a"}),
        ([attempt("a", None, 0), attempt("b", None, 1, last=True)], {"b"}),
        ([attempt("a", 5), attempt("b", 5, last=True)], {"b"}),
        ([attempt("a", 5, last=True), attempt("b", 7, last=True)], {"a", "b"}),
        ([attempt("a", 0, last=True)], {"a"}),
    ],
)
def test_the_best_attempt_counts(attempts: list[Attempt], counting: set[str]) -> None:
    assert best_attempts(attempts) == {(label, "ada") for label in counting}


@given(
    st.lists(
        st.builds(
            attempt,
            st.sampled_from("abcdef"),
            st.none() | st.integers(0, 5),
            st.none() | st.integers(0, 5),
            student=st.sampled_from(["ada", "bo"]),
        ),
        unique_by=lambda it: (it.label, it.student),
    )
)
def test_everybody_who_handed_in_has_a_hand_in_that_counts(attempts: list[Attempt]) -> None:
    last = {it.student: it.label for it in attempts}
    attempts = [replace(it, is_last=last[it.student] == it.label) for it in attempts]
    counting = best_attempts(attempts)
    assert {student for _, student in counting} == {it.student for it in attempts}
    scores = {(it.label, it.student): it.score or 0 for it in attempts}
    for label, student in counting:
        assert scores[label, student] == max(score for (_, who), score in scores.items() if who == student)


def question(id: str, score: int, points: int, *, bonus: bool = False) -> QuestionResult:
    return QuestionResult(id=id, title=id, points=Fraction(points), score=Fraction(score), bonus=bonus)


def total(questions: list[QuestionResult], lowest: int) -> Fraction:
    return GradingResult(assignment="any", questions=without_lowest(questions, lowest)).score


@pytest.mark.parametrize(
    ("questions", "lowest", "score"),
    [
        ([question("a", 4, 10), question("b", 10, 10)], 0, 14),
        ([question("a", 4, 10), question("b", 10, 10)], 1, 20),
        ([question("a", 4, 10), question("b", 10, 10)], 5, 20),
        ([question("a", 4, 4), question("b", 5, 10), question("c", 3, 6)], 1, Fraction(20 * 7, 10)),
        ([question("a", 0, 10), question("b", 3, 5, bonus=True)], 1, 3),
        ([question("a", 10, 10), question("b", 0, 5, bonus=True)], 1, 10),
        ([question("a", 10, 10), question("b", 2, 0, bonus=True)], 0, 12),
    ],
)
def test_the_questions_with_the_smallest_shares_are_left_out(
    questions: list[QuestionResult], lowest: int, score: Fraction
) -> None:
    assert total(questions, lowest) == score


@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=1, max_size=6), st.integers(0, 7))
def test_leaving_questions_out_never_costs_points(scores: list[tuple[int, bool]], lowest: int) -> None:
    questions = [question(str(i), score, 10, bonus=bonus) for i, (score, bonus) in enumerate(scores)]
    assert total(questions, lowest) >= total(questions, 0)


EXPORT = """\
submission_1:
  :submitters:
  - :name: Ada
    :email: ada@x.org
  :created_at: 2030-01-01 10:00:00 Z
submission_2:
  :submitters:
  - :name: Ada
    :email: ada@x.org
  :created_at: 2030-01-02 10:00:00 Z
"""


def rows(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "grades.csv").open(encoding="utf-8") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


def test_a_class_by_best_attempts(work: Work, pool: LocalPool, tmp_path: Path) -> None:
    best = replace(work, solution=replace(work.solution, attempts=AttemptsPolicy("best"), drop=DropPolicy(1)))
    for number, code in ((1, RIGHT), (2, SUMMED)):
        folder = tmp_path / "export" / f"submission_{number}"
        folder.mkdir(parents=True)
        (folder / FILE).write_bytes(code)
    (tmp_path / "export" / "submission_metadata.yml").write_text(EXPORT)
    out = tmp_path / "out"
    session = ClassSession(best, tmp_path / "export", out, GradeOptions())
    session.grade(nullcontext(pool))
    assert {label: row["counts"] for label, row in rows(out).items()} == {
        "submission_1": "yes",
        "submission_2": "no",
    }
    before = (out / "grades.csv").read_bytes()
    # Points given by hand decide too, without grading again.
    assert rows(out)["submission_2"]["total"] == "10"  # its wrong question is left out
    questions = [it.id for it in work.assignment.questions]
    (out / "overrides.csv").write_text(
        "student,question,points\n" + "".join(f"submission_1,{id},0\n" for id in questions)
    )
    report_again(out)
    assert {label: row["counts"] for label, row in rows(out).items()} == {
        "submission_1": "no",
        "submission_2": "yes",
    }
    (out / "overrides.csv").unlink()
    report_again(out)
    assert (out / "grades.csv").read_bytes() == before
