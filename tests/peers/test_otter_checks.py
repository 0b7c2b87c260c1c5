"""The terminal, plain pytest and otter-grader say the same of the same files, as they are saved."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.authoring.release import release
from autograder.course.loading import find_course
from autograder.notebook import checker
from autograder.student.checks import check_folder
from tests.courses import REFERENCE, STUB, write_course

QUESTIONS = ("centre", "spread")
WRONG = REFERENCE.replace("return np.sqrt(np.add", "return 3 * np.sqrt(np.add")
CRASHING = REFERENCE.replace("    deviations_from_mean = X", "    deviations_from_mean = X[:, 99]")
ENDING = REFERENCE.replace(
    "    deviations_from_mean = X", "    import os; os._exit(0)\n    deviations_from_mean = X"
)

WORK = {
    "right": (REFERENCE, {"centre": True, "spread": True}),
    "wrong in one": (WRONG, {"centre": True, "spread": False}),
    "unfilled": (STUB, {"centre": False, "spread": False}),
    "crashing in one": (CRASHING, {"centre": True, "spread": False}),
    "ending the process in one": (ENDING, {"centre": True, "spread": False}),
    "no Python": ("def centre(X:\n", {"centre": False, "spread": False}),
}


@pytest.fixture(scope="module")
def release_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unpacked release."""
    root = tmp_path_factory.mktemp("release")
    course = find_course(write_course(root / "course"))
    archive = release(course.assignment("centring"), root, otter=True)
    subprocess.run([sys.executable, "-m", "zipfile", "-e", archive, root], check=True)
    return root / "centring"


@pytest.fixture
def work(release_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(release_folder)
    return release_folder


def by_the_terminal(folder: Path) -> dict[str, bool]:
    verdicts = check_folder(folder=folder).verdicts
    return {question: all(verdict.passed for verdict in verdicts[question]) for question in QUESTIONS}


def by_pytest(folder: Path) -> dict[str, bool]:
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    passed = {line.split("::")[1] for line in done.stdout.splitlines() if line.startswith("PASSED")}
    return {"centre": "test_two_rows" in passed, "spread": "test_spread_of_two_rows" in passed}


def by_otter(folder: Path) -> dict[str, bool]:
    # Imported where it is needed: it takes seconds, in each of the processes that collect this file.
    from otter import Notebook  # type: ignore[import-untyped]

    grader = Notebook(tests_dir="tests")
    return {question: bool(grader.check(question, global_env={}).passed_all) for question in QUESTIONS}


@pytest.mark.parametrize("kind", WORK)
def test_all_three_agree(work: Path, kind: str) -> None:
    source, expected = WORK[kind]
    (work / "centring.py").write_text(source)
    assert by_the_terminal(work) == by_pytest(work) == by_otter(work) == expected


def test_a_check_sees_the_file_as_saved_whatever_was_imported_before(work: Path) -> None:
    grader = checker()
    assert callable(vars(grader)["submit"]), "the notebook's text names it"
    (work / "centring.py").write_text(STUB)
    environment = {"spread": lambda X: None, "centre": lambda X: None}
    assert not grader.check("spread", global_env=environment).passed_all  # type: ignore[call-arg, attr-defined]
    (work / "centring.py").write_text(REFERENCE)
    assert grader.check("spread", global_env=environment).passed_all  # type: ignore[call-arg, attr-defined]


def test_what_otter_shows_is_what_the_terminal_shows(work: Path) -> None:
    from otter import Notebook

    (work / "centring.py").write_text(WRONG)
    shown = repr(Notebook(tests_dir="tests").check("spread", global_env={}))
    assert "spread: 0 of 1 checks pass" in shown
    assert "spread has the right type and shape but wrong values" in shown
    assert "spread(X)  # expected: np.array([1.0, 2.0])" in shown


def test_otter_takes_our_test_files(work: Path) -> None:
    from otter.nbmeta_config import NBMetadataConfig  # type: ignore[import-untyped]
    from otter.test_files import create_test_file  # type: ignore[import-untyped]

    for path in sorted((work / "tests").glob("*.py")):
        loaded = create_test_file(str(path), NBMetadataConfig())
        assert loaded.name == path.stem
        assert [case.name for case in loaded.test_cases] == ["public checks"]


def test_without_otter_s_files_the_same_checks_run_without_it(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course = find_course(work.parent / "course")
    monkeypatch.chdir(course.assignment("centring").folder)
    checker().check("spread")
    said = capsys.readouterr().out
    assert "spread is not filled in yet" in said
    assert "Centring: 0 of 2 questions pass their public checks" in said


def test_only_one_module_imports_otter() -> None:
    import autograder

    package = Path(autograder.__file__).parent
    sources = {
        path.relative_to(package).as_posix(): path.read_text("utf-8") for path in package.rglob("*.py")
    }
    importing = {name for name, text in sources.items() if "\nfrom otter" in text or "\nimport otter" in text}
    assert importing == {"otter.py"}


def test_the_first_cell_does_not_wait_for_a_grammar_that_no_notebook_needs(work: Path) -> None:
    code = """
import sys
from autograder.notebook import checker
checker()
print(sys.modules.keys() & {"otter", "rfc3987_syntax"})
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=work, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "{'otter'}"
