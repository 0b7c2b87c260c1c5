"""Every notebook runs from start to end: on the reference, and on stubs that nobody has touched."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.authoring.written_questions import without_a_place, without_a_rubric
from autograder.course.loading import find_course
from tests.notebooks.execution import (
    Executed,
    execute,
    folder_of_a_student,
    folder_of_the_best_student,
    written,
)

if TYPE_CHECKING:
    from nbformat import NotebookNode

COURSE = find_course(Path(__file__))
ASSIGNMENTS = [
    name for name in COURSE.names() if (COURSE.assignment(name).folder / f"{name}.ipynb").is_file()
]
CHECK = re.compile(r'^grader\.check\("(\w+)"\)$', re.MULTILINE)

each = pytest.mark.parametrize("name", ASSIGNMENTS)


def stored(name: str) -> NotebookNode:
    import nbformat  # takes seconds, in each of the processes that collect tests

    return nbformat.read(COURSE.assignment(name).folder / f"{name}.ipynb", as_version=4)


def _on_the_reference(name: str, folder: Path) -> Executed:
    return execute(folder_of_the_best_student(COURSE.assignment(name), COURSE.solution(name), folder / name))


def _on_untouched_stubs(name: str, folder: Path) -> Executed:
    return execute(folder_of_a_student(COURSE.assignment(name), folder / name))


def _on_an_earlier_assignment_s_stubs(name: str, folder: Path) -> Executed:
    """Run it with the reference in the files that are the assignment's own, and the stubs of others."""
    assignment, solution = COURSE.assignment(name), COURSE.solution(name)
    own = {file.name for file in assignment.files if file.origin is None}
    files = {path: it for path, it in solution.reference_files(assignment).items() if path in own}
    return execute(folder_of_a_student(assignment, folder / name, files))


BORROWING = [
    name for name in ASSIGNMENTS if any(file.origin is not None for file in COURSE.assignment(name).files)
]

WAYS = {
    "on_earlier_stubs": _on_an_earlier_assignment_s_stubs,
    "on_the_reference": _on_the_reference,
    "on_untouched_stubs": _on_untouched_stubs,
}


@pytest.fixture(scope="module")
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], Executed]]:
    """Execute the notebooks that are asked for side by side, each in a kernel of its own."""
    wanted = {
        (way, item.callspec.params[way]): tmp_path_factory.mktemp("notebook")
        for item in request.session.items
        if hasattr(item, "callspec")
        for way in WAYS.keys() & item.callspec.params.keys()
    }
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        futures = {
            (way, name): executor.submit(WAYS[way], name, folder) for (way, name), folder in wanted.items()
        }
        yield lambda way, name: futures[way, name].result()


@pytest.fixture(params=ASSIGNMENTS)
def on_the_reference(request: pytest.FixtureRequest, running: Callable[[str, str], Executed]) -> Executed:
    return running("on_the_reference", request.param)


@pytest.fixture(params=BORROWING)
def on_earlier_stubs(request: pytest.FixtureRequest, running: Callable[[str, str], Executed]) -> Executed:
    return running("on_earlier_stubs", request.param)


@pytest.fixture(params=ASSIGNMENTS)
def on_untouched_stubs(request: pytest.FixtureRequest, running: Callable[[str, str], Executed]) -> Executed:
    return running("on_untouched_stubs", request.param)


MOST_COLUMNS = 100
"""What JupyterLab shows of a line in a window of 1400 pixels with the list of files open."""


@each
def test_is_stored_valid_and_without_anything_that_was_run(name: str) -> None:
    import nbformat

    notebook = stored(name)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert cell.cell_type == "markdown" or (cell.outputs == [] and cell.execution_count is None)


@each
def test_prints_in_lines_that_are_read_without_scrolling(name: str) -> None:
    code = "\n".join(cell.source for cell in stored(name).cells if cell.cell_type == "code")
    printing = [line for line in code.splitlines() if re.match(r" *(print\(|f\".*\"$)", line)]
    assert printing
    assert [line for line in printing if len(line) > MOST_COLUMNS] == []


@each
def test_checks_every_question_once(name: str) -> None:
    source = "\n".join(cell.source for cell in stored(name).cells if cell.cell_type == "code")
    assert sorted(CHECK.findall(source)) == sorted(it.id for it in COURSE.assignment(name).questions)


@each
def test_every_short_answer_has_a_place_and_a_rubric(name: str) -> None:
    cells = [cell for cell in stored(name).cells if cell.cell_type == "markdown"]
    asked = re.findall(r"^\*\*Question (\d+)\.\*\*", "\n".join(cell.source for cell in cells), re.MULTILINE)
    places = [cell.source for cell in cells if "answer" in cell.metadata.get("tags", [])]
    assignment, solution = COURSE.assignment(name), COURSE.solution(name)
    assert asked
    assert re.findall(r"\*\*Answer (\d+)\.\*\*", "\n".join(places)) == asked
    assert len(assignment.written) == len(asked)
    assert [*without_a_place(assignment), *without_a_rubric(assignment, solution)] == []


@each
def test_the_grader_is_there_before_anything_of_the_student_s_is_imported(name: str) -> None:
    first = next(cell.source for cell in stored(name).cells if cell.cell_type == "code")
    own = "|".join(file.name.removesuffix(".py") for file in COURSE.assignment(name).files)
    imported = re.search(rf"^(from|import) ({own})\b|^stand_in\(", first, re.MULTILINE)
    assert imported
    assert first.index("\ngrader = checker()") < imported.start()


def test_a_syntax_error_when_the_kernel_starts_leaves_everything_but_the_student_s_file_in_use(
    tmp_path: Path,
) -> None:
    assignment, solution = COURSE.assignment("sgd"), COURSE.solution("sgd")
    folder = folder_of_the_best_student(assignment, solution, tmp_path / "sgd")
    path = folder / "linear_classifier.py"
    right = path.read_text("utf-8")
    line = right.count("\n") + 1
    path.write_text(right + "def unfinished(x)\n", "utf-8")
    cells = [
        "with step():\n    LinearSVM().predict(None)",
        "class Mine(LinearSVM):\n    pass",
        "grader.check('predict')",
        f"from pathlib import Path; Path('linear_classifier.py').write_text({right!r}, 'utf-8');",
        "with step():\n    print(LinearSVM().W, svm_loss_vectorized(*example)[0])",
        "grader.check('predict')",
    ]
    executed = execute(folder, cells=cells)
    assert executed.errors == []
    start, using, deriving, checking, _, mended, checked = (
        "".join(written(it)) for it in executed.code_cells
    )
    said = f"linear_classifier.py has a syntax error in line {line}: expected ':'"
    for text in (start, using, deriving, checking):
        assert said in " ".join(text.split())
    assert " ".join(start.split()).count(said) == 1
    assert using.startswith("not run: ") and deriving.startswith("not run: ")
    assert mended == "None 1.0\n"
    assert re.match(r"predict: (\d+) of \1 checks pass", checked)


def test_every_cell_passes_on_the_reference(on_the_reference: Executed) -> None:
    assert on_the_reference.errors == []
    assert "not yet" not in on_the_reference.text
    assert [line for line in on_the_reference.text.splitlines() if len(line) > MOST_COLUMNS] == []
    checked = [cell for cell in on_the_reference.code_cells if CHECK.search(cell.source)]
    assert checked
    for cell in checked:
        said = "".join(written(cell))
        assert "All test cases passed!" in said or re.search(r": (\d+) of \1 checks pass", said), cell.source
    assert on_the_reference.pictures
    titles = on_the_reference.titles
    assert titles
    assert len(set(titles)) == len(titles), "two pictures have the same title"


def test_untouched_stubs_crash_nothing_and_each_cell_says_what_to_fill_in(
    on_untouched_stubs: Executed,
) -> None:
    assert on_untouched_stubs.errors == []
    for cell in on_untouched_stubs.code_cells:
        said = "".join(written(cell))
        if cell.source.startswith("with step():") or "\nwith step():" in cell.source:
            assert re.search(r"not yet: (fill in [\w.]+ in \w+\.py|this needs \w+)", said), cell.source
        if CHECK.search(cell.source):
            assert "is not filled in yet" in said
            assert said.count("questions pass their public checks") == 1, "however many questions it checks"


def test_where_earlier_files_are_not_filled_in_others_stand_in_for_them_and_that_is_said(
    on_earlier_stubs: Executed,
) -> None:
    assert on_earlier_stubs.errors == []
    assert "is not filled in yet in" in on_earlier_stubs.text
    assert "in its place" in on_earlier_stubs.text
    assert "not yet" not in on_earlier_stubs.text
    assert len(on_earlier_stubs.pictures) >= 3
