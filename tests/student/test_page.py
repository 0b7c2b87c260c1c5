"""A failed check can be seen as a small page: what was expected beside what came, with the wrong cells marked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.student.afresh import page_afresh
from autograder.student.checks import check_folder
from autograder.student.page import page_of
from tests.commands import run_here
from tests.courses import REFERENCE

ONE_CELL = REFERENCE.replace(
    "    return X - column_means, column_means",
    """
    print("<b>here</b>")
    centred = X - column_means
    centred[0, 1] += 1.0
    return centred, column_means
""",
)


def test_wrong_cells_and_only_those_are_marked(work: Path) -> None:
    (work / "centring.py").write_text(ONE_CELL)
    page = page_of(check_folder(folder=work, tier="limits"))
    assert re.findall(r'<td class="wrong"><strong>([^<]*)<', page) == ["-1"]
    assert "<p>centred, expected</p><table><tr><td>-1</td><td>-2</td></tr>" in page
    assert "<p>means, got</p><table><tr><td>2</td><td>4</td></tr></table>" in page
    assert "spread: 1 of 1 checks pass" in page


def test_what_student_code_prints_stays_text_and_nothing_is_loaded(work: Path) -> None:
    (work / "centring.py").write_text(ONE_CELL)
    page = page_of(check_folder(folder=work, tier="limits"))
    assert "&lt;b&gt;here&lt;/b&gt;" in page
    assert "<b>" not in page
    assert not re.search(r"(src|href)=|://", page)


def test_values_of_another_shape_are_shown_without_marks(work: Path) -> None:
    (work / "centring.py").write_text(
        REFERENCE.replace("return X - column_means,", "return (X - column_means)[0],")
    )
    page = page_of(check_folder(folder=work, tier="limits"))
    assert 'class="wrong"' not in page
    assert "<p>centred, got</p><table><tr><td>-1</td><td>-2</td></tr></table>" in page


def test_a_syntax_error_is_on_the_page_once(work: Path) -> None:
    (work / "centring.py").write_text("def centre(X)")
    page = page_of(check_folder(folder=work, tier="limits"))
    assert page.count("has a syntax error in line 1") == 1
    assert page.count("these earn nothing: centre, spread.") == 1
    assert "checks pass" not in page and "<h2>" not in page


def test_an_error_is_shown_with_the_variables_at_its_line(work: Path) -> None:
    raising = REFERENCE.replace("    return X - column_means,", "    return X - column_means.reshape(4),")
    (work / "centring.py").write_text(raising)
    page = page_of(check_folder(folder=work, tier="limits"))
    (shown,) = re.findall(r"<details open>.*?</details>", page, re.DOTALL)
    assert "variables at that line:" in shown
    assert "column_means = float64 (2,) [2., 4.]" in shown


def test_the_command_writes_it_and_says_where(work: Path) -> None:
    (work / "centring.py").write_text(ONE_CELL)
    done = run_here("check", "centre", "--page", cwd=work)
    path = work / "centring-checks.html"
    assert f"open {path.resolve().as_uri()}" in done.stdout
    assert path.read_text().startswith("<!DOCTYPE html>")


def test_a_notebook_gets_the_question_alone(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "centring.py").write_text(ONE_CELL)
    monkeypatch.chdir(work)
    shown = page_afresh("centre")
    assert shown.count('class="wrong"') == 1
    assert "<h1>" not in shown and "spread" not in shown
    assert ".autograder pre { font-family: var(--jp-code-font-family" in shown
    assert '<div class="autograder">' in shown


def test_a_notebook_is_told_of_a_syntax_error(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "centring.py").write_text("def centre(X)")
    monkeypatch.chdir(work)
    assert page_afresh("centre").count("has a syntax error in line 1") == 1
