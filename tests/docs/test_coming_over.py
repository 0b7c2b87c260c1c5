"""The worked examples of "Coming from another grader" are files that can be imported, by the commands beside them."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
import zipfile
from pathlib import Path

import pytest

from autograder.authoring.proof import is_proved
from autograder.course.loading import Course
from tests.commands import run_here

PAGE = (Path(__file__).parents[2] / "docs" / "coming-over.md").read_text()
SECTIONS = dict(re.findall(r"^## Coming from (\w+).*?\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL))
FILES = re.compile(r"^`([\w/.]+)`, [^\n]*:\n\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOTHING = "Nothing: every test was translated, and the reference passes all of them."


def write_files(section: str, folder: Path) -> None:
    import jupytext  # type: ignore[import-untyped] # only here: it takes a while

    for name, text in FILES.findall(section):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".ipynb":
            book = jupytext.reads(text, fmt="py:percent")
            book.metadata["kernelspec"] = {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            }
            jupytext.write(book, path, fmt="ipynb")
        else:
            path.write_text(text)


@pytest.mark.system
@pytest.mark.parametrize(
    "tool, made, says",
    [
        ("otter", "hw01", NOTHING),
        ("nbgrader", "rows", NOTHING),
        ("gradescope", "layers", "1 test can be seen, and students now get the source"),
    ],
)
def test_a_worked_example_is_imported_by_its_commands(
    tmp_path: Path, tool: str, made: str, says: str
) -> None:
    write_files(SECTIONS[tool], tmp_path)
    blocks = [block for language, block in BLOCKS.findall(SECTIONS[tool]) if not language]
    commands = [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]
    assert commands[0][0] == "import"
    for command in commands:
        done = run_here(*command, cwd=tmp_path)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    page = (tmp_path / "solutions" / made / "IMPORTED.md").read_text()
    assert says in page
    assert_graded_from_a_release(tmp_path, made)


def assert_graded_from_a_release(course: Path, name: str) -> None:
    """Hand an assignment out, submit right work and a stub from what students get, and grade both."""
    if not is_proved(Course(course), name) and run_here("verify", name, cwd=course).returncode:
        # Its visible tests earn points.
        accepted = run_here("verify", name, "--accept", "as it was", cwd=course)
        assert accepted.returncode == 0, accepted.stdout
    done = run_here("release", name, "-o", course / "out", cwd=course)
    assert done.returncode == 0, done.stderr
    (release,) = (course / "out").glob("*.zip")
    for student, half in (("right", "solutions"), ("empty", "assignments")):
        folder = course / "students" / student
        with zipfile.ZipFile(release) as packed:
            packed.extractall(folder)
        (work,) = (
            it for it in (course / half / name).iterdir() if it.name in (f"{name}.ipynb", f"{name}.py")
        )
        shutil.copy(work, folder / name)
        submitted = run_here("submit", cwd=folder / name)
        assert submitted.returncode == 0 or student == "empty", submitted.stderr
        (hand_in,) = (folder / name).glob("*-hand-in.zip")
        (course / "hand-ins").mkdir(exist_ok=True)
        shutil.copy(hand_in, course / "hand-ins" / f"{student}.zip")
    graded = run_here("grade", name, course / "hand-ins", "-o", course / "graded", "--jobs", "1", cwd=course)
    assert graded.returncode == 0, graded.stderr
    rows = csv.DictReader((course / "graded" / "grades.csv").read_text().splitlines())
    totals = {row["name"]: (row["total"], row["out_of"]) for row in rows}
    assert totals == {"right": ("3", "3"), "empty": ("0", "3")}


def test_the_page_shows_each_kind_of_import() -> None:
    assert {"otter", "nbgrader", "gradescope"} <= SECTIONS.keys()
    assert all("autograder import " in section for section in SECTIONS.values())
