"""An assignment in the form of a notebook: released, filled in, checked, handed in and graded like its module."""

from __future__ import annotations

import ast
import io
import zipfile
from pathlib import Path

import pytest

from autograder.authoring.release import release
from autograder.course.loading import find_course
from autograder.errors import CourseError
from autograder.handin.find import find_hand_ins
from autograder.handin.open_hand_in import open_hand_in
from autograder.student.checks import check_folder
from autograder.student.messages import messages
from autograder.student.submit import make_hand_in

COURSE = find_course(Path(__file__))
SVM = COURSE.assignment("svm")


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    path = release(SVM, tmp_path, COURSE.root / "solutions", as_notebook=True)
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "svm"


def filled_in(path: Path) -> None:
    """Write the reference into the cells of the stubs."""
    import nbformat  # takes seconds, in each of the processes that collect tests

    source = COURSE.solution("svm").reference_files(SVM)["linear_svm.py"].decode()
    functions = {
        it.name: ast.get_source_segment(source, it)
        for it in ast.parse(source).body
        if isinstance(it, ast.FunctionDef)
    }
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        name = cell.source.partition("def ")[2].partition("(")[0]
        if cell.cell_type == "code" and cell.source.startswith("def ") and name in functions:
            cell.source = functions[name]
    nbformat.write(book, path)


@pytest.mark.system
def test_it_is_filled_in_between_the_pictures_and_handed_in(unpacked: Path, tmp_path: Path) -> None:
    import nbformat

    assert not (unpacked / "linear_svm.py").exists() and not (unpacked / "svm.ipynb").exists()
    notebook = unpacked / "linear_svm.ipynb"
    nbformat.validate(nbformat.read(notebook, as_version=4))
    untouched = check_folder(folder=unpacked)
    assert not untouched.passed and "linear_svm.ipynb, cell" in str(messages(untouched))
    told = (unpacked / "README.md").read_text() + notebook.read_text()
    assert "Work in `linear_svm.ipynb`" in told and "linear_svm.py" not in told
    filled_in(notebook)
    assert check_folder(folder=unpacked).passed
    hand_in = make_hand_in(unpacked, tmp_path / "hand-in.zip")
    assert hand_in.checks.passed
    by_zip = open_hand_in(hand_in.path, SVM.file_names).files
    folder = tmp_path / "class" / "ada"
    folder.mkdir(parents=True)
    notebook.rename(folder / notebook.name)
    (found,) = find_hand_ins(tmp_path / "class", SVM.file_names)
    assert found.source is not None and found.students[0].name == "ada"
    assert open_hand_in(found.source, SVM.file_names).files == by_zip


def test_an_assignment_of_several_modules_says_why_it_cannot_be_one_notebook(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="cannot be one notebook"):
        release(COURSE.assignment("sgd"), tmp_path, as_notebook=True)
