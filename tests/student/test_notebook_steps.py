"""A step of a notebook says what is not written yet and hides no other error."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import CourseError, GraderError
from autograder.notebook import best_time, checker, checking, step
from autograder.notebook.checking import PlainChecker
from autograder.notebook.width import COLUMNS
from autograder.student import afresh
from autograder.student.afresh import Report, check_afresh
from tests.commands import run_here
from tests.courses import REFERENCE


def unwritten() -> None:
    raise NotImplementedError("fill in svm_loss_naive in linear_svm.py")


def in_files(*sources: str) -> None:
    """Run some sources, each from a file of its own, in the same names."""
    names = {"step": step, "best_time": best_time}
    for number, source in enumerate(sources):
        exec(compile(source, f"cell {number}", "exec"), names)


def test_a_function_that_is_not_written_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with step():
        unwritten()
    said = capsys.readouterr().out
    assert said == "not yet: fill in svm_loss_naive in linear_svm.py, save it and run this cell again.\n"


def test_a_name_that_an_earlier_cell_makes_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with step():
        dists  # type: ignore[name-defined]  # noqa: B018, F821
    assert "this needs dists, which a cell above makes" in capsys.readouterr().out


def test_a_name_that_an_earlier_cell_could_not_make_says_what_that_one_waits_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = {"step": step, "unwritten": unwritten}

    def run(*cells: str) -> list[str]:
        for cell in cells:
            exec(f"with step():\n    {cell}", names)
        return capsys.readouterr().out.splitlines()

    lines = run("runs = unwritten()", "best, rest = runs[0], 1", "print(best)")
    said = " ".join(" ".join(lines).split())
    for name in ("runs", "best"):
        assert (
            f"not yet: this needs {name}, which a cell above makes; run that one first. It said: fill" in said
        )
    assert all(len(line) <= COLUMNS for line in lines)
    assert run("runs = [1]") == []
    del names["runs"]
    for name in ("runs", "best"):  # nothing waits any more for what was to be written
        (said,) = run(f"print({name})")
        assert said == f"not yet: this needs {name}, which a cell above makes; run that one first."


def test_sentences_are_broken_between_words_and_code_is_not(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Notebooks break the lines of what is printed wherever a cell ends.
    monkeypatch.chdir(work)
    unfinished = f"total = {'1 + ' * 30}) + 1"
    for source, in_code in (
        (REFERENCE.replace("return np", f"raise ValueError('{'too long ' * 20}')#"), "too long"),
        (unfinished, f"1 | {unfinished}\n{' ' * (4 + unfinished.index(')'))}^"),
    ):
        (work / "centring.py").write_text(source)
        report = check_afresh("spread")
        PlainChecker(report).check("spread")
        in_cell = capsys.readouterr().out
        code = [line for line, is_sentence in report.lines if not is_sentence]
        assert in_code in "\n".join(code) and in_code in in_cell
        assert {*code} <= {*in_cell.splitlines()}
        assert all(len(line) <= COLUMNS for line in in_cell.splitlines() if line not in code)
        in_terminal = run_here("check", "spread", cwd=work, COLUMNS="60").stdout
        assert {*code} <= {*in_terminal.splitlines()}
        assert all(len(line) <= 60 for line in in_terminal.splitlines() if line not in code)
    with step():
        raise NotImplementedError("fill in " + "one function after another " * 5)
    assert all(len(line) <= COLUMNS for line in capsys.readouterr().out.splitlines())


def test_a_name_that_is_missing_in_the_student_s_own_function_is_an_error() -> None:
    with pytest.raises(NameError):
        in_files("def loss():\n    losss", "with step():\n    loss()")


def test_a_name_that_a_function_of_the_same_cell_needs_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for called in ("helper()", "best_time(lambda: dists)", "best_time(helper)"):
        in_files(f"def helper():\n    return [dists for _ in range(2)]\nwith step():\n    {called}")
        assert "this needs dists, which a cell above makes" in capsys.readouterr().out


def test_a_wrong_result_is_an_error_as_usual() -> None:
    with pytest.raises(ValueError, match="broadcast"), step():
        raise ValueError("operands could not be broadcast together")


def test_a_notebook_is_told_lines_of_a_cell_in_the_place_of_commands(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = REFERENCE.replace("return np.sqrt(np.add", "return 3 * np.sqrt(np.add")
    (work / "centring.py").write_text(wrong)
    monkeypatch.chdir(work)
    PlainChecker(Report()).check("spread")
    PlainChecker(Report()).hint("spread")
    said = capsys.readouterr().out
    assert '  for a hint: grader.hint("spread")' in said.splitlines()
    next = 'Next: mend spread; grader.check("spread") shows what is wrong, grader.hint("spread") gives a hint'
    assert next in " ".join(said.split())
    assert said.rstrip().endswith(' s: grader.hint("spread")')
    assert "autograder hint" not in said
    PlainChecker(Report()).hint("centre")
    PlainChecker(Report()).check("center")
    said = capsys.readouterr().out
    assert said.startswith("all public checks of centre pass; there is nothing to hint at.\n")
    assert "did you mean 'centre'?" in said


def test_a_cell_that_checks_several_questions_says_once_where_the_student_stands(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(work)
    cells = [1, 1, 1, 2]
    monkeypatch.setattr(checking, "number_of_cell", lambda: cells.pop(0))
    wrong = REFERENCE.replace("return X -", "return 3 * X -").replace(
        "return np.sqrt(np.add", "return 3 + (np.add"
    )
    (work / "centring.py").write_text(wrong)
    grader = PlainChecker(check_afresh())

    def stands() -> int:
        return capsys.readouterr().out.count("questions pass their public checks")

    grader.check("centre")
    assert stands() == 1
    grader.check("spread")
    assert stands() == 0
    (work / "centring.py").write_text(REFERENCE)
    grader.check("spread")
    assert stands() == 1, "which is news"
    (work / "centring.py").write_text(wrong.replace("3 +", "4 +"))
    grader.check("centre")
    assert stands() == 1, "in another cell"


def test_a_notebook_hands_in_what_is_saved_and_says_what_it_holds(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(work)
    (work / "centring.py").write_text(REFERENCE)
    grader = checker()
    assert "Next: grader.submit()" in capsys.readouterr().out
    assert isinstance(grader, PlainChecker)
    grader.submit()
    said = capsys.readouterr().out
    assert "centring-hand-in.zip is ready to be handed in. It holds centring.py." in said.splitlines()
    assert (work / "centring-hand-in.zip").is_file()
    (work / "centring.py").unlink()
    (work / "centring-hand-in.zip").unlink()
    grader.submit()
    assert capsys.readouterr().out.startswith("nothing was written: centring.py is not in this folder")
    assert not (work / "centring-hand-in.zip").exists()


def test_a_notebook_above_the_assignment_is_told_where_that_is(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(work.parent)
    with pytest.raises(CourseError, match=f"as it was unpacked, such as {work.name} in it."):
        checker()


def test_checks_that_have_passed_run_again_once_something_is_saved(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(work)
    right, wrong = REFERENCE, REFERENCE.replace("return np.sqrt(np.add", "return 3 * np.sqrt(np.add")
    (work / "centring.py").write_text(right)
    grader = PlainChecker(check_afresh())
    # The Python that checks may have to be started for any question that it is asked.
    told, is_told = list[bool](), list[str]()
    ask = afresh._second_python.ask

    @contextlib.contextmanager
    def noted(what: str) -> Iterator[None]:
        is_told.append(what)
        yield
        is_told.clear()

    def asked(request: bytes) -> bytes:
        told.append(bool(is_told))
        return ask(request)

    monkeypatch.setattr(checking, "waiting", noted)
    monkeypatch.setattr(afresh._second_python, "ask", asked)

    def said(source: str) -> str:
        (work / "centring.py").write_text(source)
        grader.check("spread")
        return capsys.readouterr().out

    assert said(right) == "spread: 1 of 1 checks pass; nothing has been saved since they ran.\n"
    for _ in range(2):  # what fails is run every time
        assert "expected spread" in said(wrong)
    assert "Centring: 2 of 2 questions pass" in said(right)
    assert "nothing has been saved" in said(right)
    assert told and all(told)


def test_a_second_python_that_breaks_down_is_a_sentence(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(work)
    monkeypatch.setattr(afresh, "_second_python", afresh._SecondPython())
    monkeypatch.setattr(afresh, "_ANSWERING", "autograder.student.nowhere")
    grader = PlainChecker(Report())
    for ask in (grader.check, grader.show, grader.hint):
        ask("spread")
        assert capsys.readouterr().out.startswith("the checks could not be run: ")
    with pytest.raises(GraderError):  # no grader: a kernel shows its sentence and goes no further
        checker()
