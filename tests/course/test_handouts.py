"""What a handout says of points is what assignment.toml and the graded tests give."""

from __future__ import annotations

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest

from autograder.authoring.slips import points_in_the_handout
from autograder.course.loading import Course, find_course
from autograder.grading.pytest_session import GRADED_FILE, collect_plan
from tests.courses import write_course

COURSE = find_course(Path(__file__))
each = pytest.mark.parametrize("name", COURSE.names())
each_with_rows = pytest.mark.parametrize("name", [it for it in COURSE.names() if it != "slide_audit"])
"""Where the table says what is tested of each question: in the warm-up all of it is values."""
JUDGED_BY_VALUES = {("optimization", "numerical_hessian"), ("gradient_check", "gradient_check")}
"""Questions that get their arguments back changed by functions of the test if they do not put them right."""

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
FIGURE = re.compile(r"([^;()]*)\(([\d.]+)(?: points?)?\)(;?)")

STRUCTURE = {
    "loops": r"\bno (\w+ )?loop",
    "race": r"\bspeed\b",
    "memory": r"\bmemory\b",
    "unchanged": r"left unchanged\s*$",
}
"""What judges structure, a fixture, and the words that a table has for it."""


def handout(name: str) -> str:
    return (COURSE.assignment(name).folder / "README.md").read_text(encoding="utf-8")


@functools.cache
def weights_by_fixture(name: str) -> dict[str, dict[str, list[Fraction]]]:
    """Return per question and fixture of `STRUCTURE` what each graded test that uses it is worth in points."""
    assignment, solution = COURSE.assignment(name), COURSE.solution(name)
    source = ast.parse((solution.folder / GRADED_FILE).read_bytes())
    uses = {
        it.name: {argument.arg for argument in it.args.args}
        for it in source.body
        if isinstance(it, ast.FunctionDef)
    }
    plan = collect_plan(assignment, solution)
    found: dict[str, dict[str, list[Fraction]]] = {}
    for question in assignment.questions:
        tests = [test for test in plan.of_question(question.id) if not test.public]
        whole = sum((test.weight for test in tests), Fraction(0))
        worth: dict[str, Fraction] = defaultdict(Fraction)
        for test in tests:
            worth[test.id.partition("::")[2].partition("[")[0]] += test.weight * question.points / whole
        found[question.id] = {
            fixture: sorted(points for test, points in worth.items() if fixture in uses[test])
            for fixture in STRUCTURE
        } | {"": sorted(points for test, points in worth.items() if not uses[test] & STRUCTURE.keys())}
    return found


def shares_by_fixture(told: str) -> dict[str, list[Fraction]]:
    """Return the figures in the last cell of a row by what they are for; a list goes on until the next semicolon."""
    shares: dict[str, list[Fraction]] = defaultdict(list)
    before = ""
    for words, figure, ends in FIGURE.findall(told):
        named = next((fixture for fixture, pattern in STRUCTURE.items() if re.search(pattern, words)), None)
        before = before if named is None else named
        shares[before].append(Fraction(figure))
        before = "" if ends else before
    return {fixture: sorted(figures) for fixture, figures in shares.items()}


def sums(weights: list[Fraction]) -> set[Fraction]:
    found = {Fraction(0)}
    for weight in weights:
        found |= {weight + it for it in found}
    return found


def rows(name: str) -> Mapping[str, str]:
    """Return what is said to be tested of each question, where the table says so."""
    return dict(re.findall(r"^\| `(\w+)` \| [\d.]+(?: bonus)? \| (.*) \|$", handout(name), re.MULTILINE))


@each
def test_the_table_has_the_points_of_every_question(name: str) -> None:
    assert list(points_in_the_handout(COURSE.assignment(name))) == []
    for question in COURSE.assignment(name).questions:
        assert re.search(rf"^\| `{question.id}` \|", handout(name), re.MULTILINE)


@each_with_rows
def test_the_shares_in_the_table_are_those_of_the_graded_tests(name: str) -> None:
    weights = weights_by_fixture(name)
    assert rows(name).keys() == weights.keys()
    for question, told in rows(name).items():
        shares, given = shares_by_fixture(told), weights[question]
        for fixture in ("loops", "race", "memory"):
            assert shares.get(fixture, []) == given[fixture], (question, fixture)
        if "unchanged" in shares:
            assert sum(shares["unchanged"]) == sum(given["unchanged"]), question
        # Where a figure is for "the same" as in the row above, unchanged inputs are among it.
        values = given[""] + ([] if "unchanged" in shares else given["unchanged"])
        for figure in shares.get("", []):
            assert figure in sums(values), (question, figure)
        whole = sum(sum(figures) for figures in given.values())
        complete = all("(" in part for part in told.split(";")) and not re.search(r"\)[^;(]*$", told)
        if len(FIGURE.findall(told)) > 1 and complete:
            assert sum(sum(figures) for figures in shares.values()) == whole, question


@each_with_rows
def test_the_table_says_where_unchanged_inputs_earn_points(name: str) -> None:
    weights = weights_by_fixture(name)
    assert rows(name).keys() == weights.keys()
    for question, told in rows(name).items():
        named = "left unchanged" in told or "the same" in told
        assert named or not weights[question]["unchanged"], question
        is_judged = weights[question]["unchanged"] or (name, question) in JUDGED_BY_VALUES
        assert is_judged or "left unchanged" not in told, question


@each
def test_the_handout_says_what_written_answers_bring(name: str) -> None:
    assignment = COURSE.assignment(name)
    (points,) = {question.points for question in assignment.written}
    sentence = (
        f"- The {NUMBERS[len(assignment.written)]} short answers in the notebook are read by a person: up to {points} "
        f"points each, on top of the {assignment.total_points} for code."
    )
    assert sentence in " ".join(handout(name).split())


def test_the_page_of_all_assignments_says_so_too() -> None:
    page = (COURSE.root / "assignments" / "README.md").read_text(encoding="utf-8")
    assert {question.points for name in COURSE.names() for question in COURSE.assignment(name).written} == {2}
    assert "short answers in the notebooks, which a person reads, bring up to 2 points each on top" in page


TABLE = "| question | points | what is tested |\n|---|---|---|\n| `centre` | 6 | means |\n| `spread` | 4 | (1) |\n"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (TABLE, None),
        (TABLE.replace("| 6 |", "| 6 points |").replace("| 4 |", "| 4.0 |"), None),
        (
            TABLE.replace("| 6 |", "| 7 |"),
            "README.md gives centre 7 points, and assignment.toml 6; make them agree",
        ),
        (
            TABLE.replace("| `spread` | 4 | (1) |\n", ""),
            "README.md has the points of other questions, but not those of spread",
        ),
        (TABLE.replace("question | points", "question | hours"), None),
        ("Means and spreads.\n", None),
        (TABLE.replace("| 6 |", "| 1/0 |").replace("| `spread` | 4 | (1) |\n", ""), None),
        (
            TABLE.replace("| points |", "| Points |").replace("| 6 |", "| 7 |"),
            "README.md gives centre 7 points, and assignment.toml 6; make them agree",
        ),
    ],
    ids=[
        "right",
        "in words",
        "another number",
        "left out",
        "another table",
        "no table",
        "no number",
        "a capital letter",
    ],
)
def test_other_points_in_a_handout_are_a_slip(tmp_path: Path, written: str, said: str | None) -> None:
    course = Course(write_course(tmp_path, {"assignments/centring/README.md": f"# Centring\n\n{written}"}))
    found = list(points_in_the_handout(course.assignment("centring")))
    assert [it.partition("centring/")[2] for it in found] == ([said] if said else [])
