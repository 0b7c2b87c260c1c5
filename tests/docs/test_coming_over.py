"""The worked examples of "Coming from another grader" are files that can be imported, by the commands beside them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

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


def test_the_page_shows_each_kind_of_import() -> None:
    assert {"otter", "nbgrader", "gradescope"} <= SECTIONS.keys()
    assert all("autograder import " in section for section in SECTIONS.values())
