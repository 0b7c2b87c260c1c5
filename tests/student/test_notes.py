"""Checks note what they see besides values: parameters in another order, results in another order, changed inputs."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from autograder.authoring.release import release_of
from autograder.course.loading import RELEASE_FILE, find_course
from autograder.notebook.checking import PlainChecker
from autograder.student.afresh import check_afresh
from autograder.student.checks import check_folder
from autograder.student.page import page_of
from tests.commands import run_here
from tests.courses import PUBLIC, REFERENCE, STUB, write_course
from tests.notebooks.execution import folder_of_a_student

CHANGING = REFERENCE.replace(
    "    return X - column_means, column_means", "    X -= column_means\n    return X, column_means"
)
CHANGES = "centre changes what it is given as X: unless the task asks for that, let it work on a copy"


def test_an_input_that_a_call_changes_is_noted_though_all_values_are_right(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "centring.py").write_text(CHANGING)
    for command in ("check", "submit"):
        shown = " ".join(run_here(command, cwd=work).stdout.split())
        assert shown.count(CHANGES) == 1
        assert "All public checks pass" in shown
    assert page_of(check_folder(folder=work, tier="limits")).count(CHANGES) == 1
    monkeypatch.chdir(work)
    grader = PlainChecker(check_afresh())
    for _ in range(2):  # though the checks of what is right are not run again
        grader.check("centre")
        assert CHANGES in " ".join(capsys.readouterr().out.split())
    (work / "centring.py").write_text(REFERENCE)
    assert "changes what it is given" not in run_here("check", cwd=work).stdout


def test_values_that_are_wrong_as_well_are_said_with_it(work: Path) -> None:
    (work / "centring.py").write_text(CHANGING.replace("X -= column_means", "X -= 2 * column_means"))
    shown = " ".join(run_here("check", "centre", cwd=work).stdout.split())
    assert shown.count(CHANGES) == 1
    assert "centred has the right type and shape but wrong values" in shown


def shifted(source: str) -> str:
    return source.replace("def centre(X):", "def centre(X, weights):")


@pytest.fixture
def with_two(tmp_path: Path) -> Path:
    """The folder of a student where `centre` has two parameters, as a release makes it."""
    replaced = {
        "assignments/centring/centring.py": shifted(STUB),
        "assignments/centring/test_public.py": PUBLIC.replace("[3.0, 6.0]]),\n", "[3.0, 6.0]]), None,\n"),
    }
    assignment = find_course(write_course(tmp_path / "course", replaced)).assignment("centring")
    made = msgspec.json.encode(release_of(assignment))
    return folder_of_a_student(assignment, tmp_path / "centring", {RELEASE_FILE: made})


def test_parameters_in_another_order_are_said_before_all_that_they_break(with_two: Path) -> None:
    said = (
        "centre has its parameters in another order than the task: it is called as centre(X, weights), and yours takes "
        "(weights, X)"
    )
    (with_two / "centring.py").write_text(shifted(REFERENCE).replace("(X, weights)", "(weights, X)"))
    shown = " ".join(run_here("check", "centre", cwd=with_two).stdout.split())
    assert shown.count(said) == 1
    assert "failing as well: two rows" in shown
    assert "raised" not in shown
    assert run_here("hint", "centre", cwd=with_two).stdout.split() == ["1.", *f"{said}.".split()]
    page = page_of(check_folder(folder=with_two, tier="limits"))
    assert page.count(said) == 1
    assert "<p>Failing as well: two rows.</p>" in page and "raised" not in page
    for right in ("(X, weights)", "(X, w)"):  # other names are nobody's business
        (with_two / "centring.py").write_text(shifted(REFERENCE).replace("(X, weights)", right))
        assert "All public checks" in run_here("check", "centre", cwd=with_two).stdout


def test_right_results_in_another_order_are_called_that(work: Path) -> None:
    swapped = REFERENCE.replace(
        "return X - column_means, column_means", "return column_means, X - column_means"
    )
    (work / "centring.py").write_text(swapped)
    shown = " ".join(run_here("check", "centre", cwd=work).stdout.split())
    order = "means, centred in the place of centred, means"
    assert f"two rows: the values are right, but they come in another order: {order}." in shown
    wrong = swapped.replace("X - column_means", "X + column_means")
    (work / "centring.py").write_text(wrong)
    assert "in another order" not in run_here("check", "centre", cwd=work).stdout
