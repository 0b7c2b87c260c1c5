"""A notebook is handed in as the module that its code cells are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.files.notebooks import NotANotebookError, cells_of, module_of
from autograder.handin.cell_lines import CellLines
from autograder.handin.open_hand_in import open_hand_in
from autograder.sandbox.wire.cells import cells_in, lines_of, with_addition
from tests.handin.hand_ins import write_folder


def notebook(*cells: str | tuple[str, str], **fields: Any) -> bytes:
    """Return a notebook of code cells, and of others given with their type."""
    made = []
    for cell in cells:
        kind, source = ("code", cell) if isinstance(cell, str) else cell
        made.append({"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)})
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **fields}).encode()


def module_of_notebook(name: str, content: bytes) -> bytes:
    return module_of(name, cells_of(content))


def code_of(content: bytes) -> list[str]:
    """Return the lines of the module without the remarks between its cells."""
    lines = module_of_notebook("a.ipynb", content).decode().splitlines()[1:]
    return [line for line in lines if line and not line.startswith("# cell ")]


@pytest.mark.parametrize(
    "source, left",
    [
        ("%matplotlib inline\nx = 1", ["pass  # %matplotlib inline", "x = 1"]),
        ("!pip install numpy\nx = 1", ["pass  # !pip install numpy", "x = 1"]),
        ("if True:\n    !ls\n    x = 1", ["if True:", "    pass  # !ls", "    x = 1"]),
        ("files = !ls\nx = 1", ["files = None  # files = !ls", "x = 1"]),
        ("%time x = f()", ["x = f()"]),
        ("x = %time f()", ["x = f()"]),
        ("x = %env HOME", ["x = None  # x = %env HOME"]),
        ("f?", ["pass  # f?"]),
        ("?f\nnp.sum??", ["pass  # ?f", "pass  # np.sum??"]),
        ("%%time\nx = 1", ["x = 1"]),
        ("%%writefile svm.py\ndef f():\n    return 1", ["def f():", "    return 1"]),
        ("x = (5\n  % 3)", ["x = (5", "  % 3)"]),
        ("%load_ext autoreload\nx = ('%d'\n%3)", ["pass  # %load_ext autoreload", "x = ('%d'", "%3)"]),
        (
            '%cd ..\nx = """\n%not a magic\n!no\n"""',
            ["pass  # %cd ..", 'x = """', "%not a magic", "!no", '"""'],
        ),
        ("!ls\nx = '(' # (\n%pwd", ["pass  # !ls", "x = '(' # (", "pass  # %pwd"]),
        ("def f(:\n    pass", ["#!def f(:", "#!    pass"]),
    ],
)
def test_what_only_a_notebook_understands_is_set_aside(source: str, left: Sequence[str]) -> None:
    assert code_of(notebook(source)) == left


def test_cells_in_another_language_are_set_aside() -> None:
    assert code_of(notebook("%%bash\nrm -rf /", "\n%%html\n<b>", "x = 1")) == ["x = 1"]


def test_every_form_of_notebook_is_read() -> None:
    third = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1\n", "y = 2"]}]}]}
    assert code_of(json.dumps(third).encode()) == ["x = 1", "y = 2"]
    text = {
        "nbformat": 4,
        "cells": [{"cell_type": "code", "source": "x = 1\r\ny = 2"}, {"cell_type": "raw"}],
    }
    assert code_of(json.dumps(text).encode()) == ["x = 1", "y = 2"]
    heavy = notebook("x = 1", metadata={"kernelspec": {"name": "my-env", "language": "R"}})
    with_output = json.loads(heavy)
    with_output["cells"][0]["outputs"] = [{"data": {"image/png": "A" * 3_000_000}}]
    assert code_of(json.dumps(with_output).encode()) == ["x = 1"]


def test_lines_are_said_by_cell() -> None:
    module = module_of_notebook(
        "svm.ipynb", notebook(("markdown", "# Title"), "import a\n\n", "%time\n\ndef f():\n    1 / 0")
    )
    lines = module.decode().splitlines()
    line = lines.index("    1 / 0") + 1
    places = CellLines({"svm.py": module, "other.py": b"x"})
    assert places.said(f"in svm.py, line {line}.") == "in svm.ipynb, cell 3, line 4."
    assert places.said(f'File "svm.py", line {line}, in f') == 'File "svm.ipynb", cell 3, line 4, in f'
    assert places.said("svm.py is missing; other.py, line 3") == "svm.ipynb is missing; other.py, line 3"


@pytest.mark.parametrize(
    "content, says",
    [
        (b"{", "is not a whole notebook"),
        (b"[]", "is not a whole notebook"),
        (b'{"cells": 3}', "is not a whole notebook"),
        (b"{}", "holds no cells"),
        (notebook(("markdown", "x")), "has no code"),
    ],
)
def test_what_is_no_notebook_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(NotANotebookError, match=says):
        module_of_notebook("a.ipynb", content)


@given(st.lists(st.text("ab=1\n%!?\"'#()\\ :", max_size=30), min_size=1, max_size=4))
def test_every_line_keeps_its_place_in_its_cell(sources: list[str]) -> None:
    try:
        module = module_of_notebook("a.ipynb", notebook(*sources))
    except NotANotebookError:
        return
    compile(module, "a.py", "exec")
    lines = module.decode().split("\n")
    _, cells = cells_in(module)
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        end = following.first - 2 if following else len(lines)
        kept = lines[cell.first - 1 : end]
        meant = sources[cell.number - 1].split("\n")
        for before, now in zip(meant, kept, strict=False):
            assert (
                now in ("", before, f"#!{before}")
                or before.strip() in now
                or before.strip().startswith(("%", "!"))
            )


RIGHT = notebook("import numpy as np", "def f(x):\n    return x")


def test_a_notebook_stands_in_for_the_module_of_its_name(tmp_path: Path) -> None:
    submission = open_hand_in(write_folder(tmp_path, {"work/a.ipynb": RIGHT}), ("a.py",))
    assert b"def f(x):" in submission.files["a.py"] and not submission.notes


def test_the_notebook_that_works_with_a_module_is_not_that_module(tmp_path: Path) -> None:
    walk = notebook("from a import f\nf(3)")
    submission = open_hand_in(write_folder(tmp_path, {"a.ipynb": walk}), ("a.py",))
    assert "is a notebook, but the module is graded" in submission.unusable["a.py"]


def test_of_a_module_and_a_notebook_the_one_that_was_worked_on_counts(tmp_path: Path) -> None:
    stub = b"def f(x):\n    raise NotImplementedError\n"
    both = {"a.py": stub, "a.ipynb": RIGHT}
    assert (
        b"return x"
        in open_hand_in(write_folder(tmp_path / "1", both), ("a.py",), stubs={"a.py": stub}).files["a.py"]
    )
    both["a.py"] = b"def f(x):\n    return 2 * x\n"
    opened = open_hand_in(write_folder(tmp_path / "2", both), ("a.py",), stubs={"a.py": stub})
    assert b"2 * x" in opened.files["a.py"] and "found more than once" in opened.notes[0]


def test_a_notebook_that_is_due_may_come_as_a_module(tmp_path: Path) -> None:
    assert open_hand_in(write_folder(tmp_path / "1", {"a (1).ipynb": RIGHT}), ("a.ipynb",)).files.keys() == {
        "a.py"
    }
    assert (
        open_hand_in(write_folder(tmp_path / "2", {"a.py": b"x = 1\n"}), ("a.ipynb",)).files["a.py"]
        == b"x = 1\n"
    )
    missing = open_hand_in(write_folder(tmp_path / "3", {"b.txt": b""}), ("a.ipynb",))
    assert missing.unusable["a.py"].startswith("a.ipynb is not in the hand-in")


@pytest.mark.parametrize(
    "source",
    [
        " " * 200_000 + "x",
        "x" * 200_000 + " !",
        "'\\" * 100_000,
        "(\n" * 60_000,
        "x = 1\n%time " + " " * 200_000,
        "!\n" * 90_000,
    ],
    ids=["blanks", "a name", "escapes", "brackets", "a magic", "shell lines"],
)
def test_a_cell_that_nobody_would_write_is_read_all_the_same(source: str) -> None:
    (cell,) = cells_of(notebook(source))
    assert len(cell[1].split("\n")) == len(source.split("\n"))


def test_what_is_too_much_for_a_module_is_too_much_for_a_notebook(tmp_path: Path) -> None:
    too_long, too_nested = "a;" * 200_000, "import b" + ".c" * 300
    for code, advice in [(too_long, "hand in your code without data"), (too_nested, "a person can read")]:
        folder = write_folder(tmp_path / advice, {"a.ipynb": notebook(code)})
        assert advice in (open_hand_in(folder, ("a.py",)).why_not("a.py") or "")


@pytest.mark.parametrize("starts", ["1@1", "1@9999", "1@3 2@3", "2@3 1@2"])
def test_a_first_line_that_describes_no_cells_makes_no_notebook(starts: str) -> None:
    assert cells_in(f"# cells of a.ipynb: {starts}\n".encode() + b"x = 1\n") == ("", ())


def test_an_addition_is_a_cell_of_its_own() -> None:
    module = module_of_notebook("a.ipynb", notebook("x = 1"))
    longer = with_addition(module, b"y = 2\n")
    _, cells = cells_in(longer)
    assert [lines for _, lines in lines_of(longer.decode(), cells)][-1] == ["y = 2", ""]
    assert with_addition(b"x = 1\n", b"y = 2\n") == b"x = 1\n\n\n\ny = 2\n"


def opened(folder: Path, module: bytes) -> bytes:
    return open_hand_in(write_folder(folder, {"a.py": module}), ("a.py",)).files["a.py"]


@pytest.mark.parametrize(
    "cells", [("x = 1",), ("x = 1\n\n", "def f(:", "y = '''\n\n# cell 2\n'''", "\nz = 2")]
)
def test_a_module_that_was_made_of_a_notebook_keeps_its_cells(tmp_path: Path, cells: Sequence[str]) -> None:
    module = module_of_notebook("a.ipynb", notebook(*cells))
    assert opened(tmp_path, module) == module
    assert len(cells_in(module)[1]) == len(cells)


@pytest.mark.parametrize(
    "module",
    [
        '# cells of a.ipynb: 1@4 2@8\n"""\n# cell 1\nx = 1\n\n"""\n# cell 2\ny = 2\n',
        "# cells of a.ipynb: 1@3!\n# cell 1\n#!x = 1\n",
        "# cells of a.ipynb: 1@4\n# cell 1\ny = 1\nx = 1\n",
        "# cells of b.ipynb: 1@3\n# cell 1\nx = 1\n",
        "\ufeff# cells of a.ipynb: 1@3!\n# cell 1\n#!x = 1\n",
    ],
)
def test_a_module_that_only_claims_to_be_made_of_a_notebook_is_run_as_it_is_read(
    tmp_path: Path, module: str
) -> None:
    found = opened(tmp_path, module.encode())
    assert cells_in(found) == ("", ())
    assert found.splitlines()[1:] == module.encode().splitlines()[1:]
