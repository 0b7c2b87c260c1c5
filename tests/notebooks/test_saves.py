"""A notebook follows what is saved beside it: whole files, with their own line numbers, and never old code."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.errors import AutograderError
from autograder.notebook import best_time, stand_in
from autograder.notebook.imports import import_whatever_it_holds
from autograder.notebook.saves import Follower, saved_since, sentence_about, theirs
from tests.notebooks.execution import SECONDS_PER_CELL

if TYPE_CHECKING:
    from nbformat import NotebookNode

MODEL = """
'''Models.'''

class Model:
    def value(self):
        return 1


def double(x):
    return 2 * x
"""
USING = """
from models_of_a_test import double


def four():
    return double(2)
"""


class Folder:
    """A folder of modules that a notebook has imported, and the names in that notebook."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names: dict[str, object] = {}
        self._saves = 0

    def save(self, text: str, name: str = "models_of_a_test") -> Path:
        path = self.path / f"{name}.py"
        path.write_text(text)
        self._saves += 1
        os.utime(path, (self._saves, self._saves))  # two saves within one tick of the clock differ as well
        return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield Folder(tmp_path)
    for name in set(sys.modules) - before:
        del sys.modules[name]


def follower_of(folder: Folder) -> Follower:
    exec("from models_of_a_test import Model, double\nmodel = Model()", folder.names)
    return Follower(folder.path, lambda: folder.names)


def evaluated(expression: str, folder: Folder) -> object:
    return eval(expression, folder.names)


def test_names_and_objects_of_the_notebook_follow_a_save(folder: Folder) -> None:
    folder.save(MODEL)
    follower = follower_of(folder)
    folder.save(MODEL.replace("return 1", "return 3").replace("2 * x", "20 * x"))
    assert evaluated("model.value(), double(1)", folder) == (1, 2)
    assert follower.look() == []
    assert evaluated("model.value(), double(1), isinstance(model, Model)", folder) == (3, 20, True)


def test_a_file_that_uses_another_follows_its_saves(folder: Folder) -> None:
    folder.save(MODEL)
    folder.save(USING, "using_of_a_test")
    exec("from using_of_a_test import four", folder.names)
    follower = follower_of(folder)
    folder.save(MODEL.replace("2 * x", "5 * x"))
    follower.look()
    assert evaluated("four()", folder) == 10


def test_a_function_that_is_gone_from_the_file_is_gone(folder: Folder) -> None:
    folder.save(MODEL)
    follower = follower_of(folder)
    folder.save(MODEL.partition("def double")[0])
    follower.look()
    assert not hasattr(sys.modules["models_of_a_test"], "double")


@pytest.mark.parametrize(
    "broken, said",
    [
        (
            MODEL.replace("def double(x):", "def double(x)"),
            "models_of_a_test.py has a syntax error in line 9: expected ':' in `def double(x)`.",
        ),
        (
            MODEL + "\nwrong\n",
            "models_of_a_test.py stops in line 12 when it is run: NameError: name 'wrong' is",
        ),
    ],
)
def test_old_code_does_not_run_on_when_the_file_cannot_be_run(folder: Folder, broken: str, said: str) -> None:
    folder.save(MODEL)
    follower = follower_of(folder)
    folder.save(broken)
    (problem,) = follower.look()
    assert problem.startswith(said)
    for expression in ("model.value()", "double(1)"):
        with pytest.raises(AutograderError) as caught:
            evaluated(expression, folder)
        assert str(caught.value) == problem
    assert follower.look() == [], "once is enough"
    folder.save(MODEL.replace("return 1", "return 4"))
    assert follower.look() == []
    assert evaluated("model.value(), double(1)", folder) == (4, 2)


def test_a_traceback_shows_the_file_s_own_line_and_no_library(folder: Folder) -> None:
    folder.save(MODEL)
    follower = follower_of(folder)
    path = folder.save("import json\n" * 20 + MODEL.replace("2 * x", "json.loads('{')"))
    follower.look()
    with pytest.raises(ValueError) as caught:
        evaluated("double(1)", folder)
    trace = theirs(caught.tb, folder.path)
    assert trace is not None
    assert (trace.tb_frame.f_code.co_filename, trace.tb_lineno) == (str(path), 30)
    assert trace.tb_next is None


def test_what_ran_while_its_file_was_saved_is_shown_with_the_lines_that_ran(folder: Folder) -> None:
    folder.save(MODEL.replace("2 * x", "1 // x"))
    follower = follower_of(folder)
    for form_feed in ("", "\x0c"):
        with pytest.raises(ZeroDivisionError) as caught:
            evaluated("double(0)", folder)
        trace = theirs(caught.tb, folder.path)
        assert saved_since(trace) == []
        folder.save(f"{form_feed}# another line\n\n" + MODEL.replace("2 * x", "3 // x"))
        assert "1 // x" in traceback.format_tb(trace)[-1]
        assert saved_since(trace) == ["models_of_a_test.py"]
        folder.save(MODEL.replace("2 * x", "1 // x"))
        follower.look()
    folder.save("# now it works\n\n" + MODEL.replace("2 * x", "3 // x"))
    follower.look()
    with pytest.raises(ZeroDivisionError) as caught:
        evaluated("double(0)", folder)
    assert "3 // x" in traceback.format_tb(caught.tb)[-1]
    assert saved_since(caught.tb) == []


def test_a_save_in_the_cell_that_imports_is_noticed(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    folder.save(MODEL, "imported_first")
    follower = Follower(folder.path, lambda: folder.names)
    import_whatever_it_holds(folder.path, lambda *_: None)
    exec("from imported_first import double", folder.names)
    folder.save(MODEL.replace("2 * x", "3 * x"), "imported_first")
    follower.look()
    assert evaluated("double(1)", folder) == 3


def test_a_traceback_without_anything_of_theirs_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0  # noqa: B018
    assert theirs(caught.tb, tmp_path) is caught.tb


def test_errors_without_a_line_are_told_without_one() -> None:
    assert sentence_about(ValueError("no"), "a.py") == "a.py stops when it is run: ValueError: no."


def test_what_a_file_no_longer_defines_once_it_is_mended_is_to_be_imported_again(folder: Folder) -> None:
    folder.save(MODEL)
    follower = follower_of(folder)
    folder.save(MODEL + "def unfinished(x)")
    follower.look()
    folder.save(MODEL.partition("def double")[0])
    assert follower.look() == []
    with pytest.raises(AutograderError, match="run the cell again that imports it"):
        evaluated("double(1)", folder)
    assert evaluated("model.value()", folder) == 1


def simple(x: int) -> int:
    """a simpler one"""
    return 7 * x


UNWRITTEN = 'def double(x):\n    raise NotImplementedError("fill in double")\n'


def test_a_stand_in_is_used_until_the_student_s_own_is_there(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.save(UNWRITTEN)
    assert stand_in("models_of_a_test.double", simple, 0)
    said = "double is not filled in yet in models_of_a_test.py: until it is there, this notebook uses a simpler one"
    assert said in capsys.readouterr().out
    exec("from models_of_a_test import double", folder.names)
    follower = Follower(folder.path, lambda: folder.names)
    folder.save(UNWRITTEN + "\n")
    follower.look()
    assert evaluated("double(1)", folder) == 7
    folder.save(MODEL)
    follower.look()
    assert evaluated("double(1)", folder) == 2


def test_a_stand_in_for_a_missing_file_goes_when_the_file_comes(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stand_in("models_of_a_test.double", simple, 0)
    assert "models_of_a_test.py is missing" in capsys.readouterr().out
    exec("from models_of_a_test import double", folder.names)
    follower = Follower(folder.path, lambda: folder.names)
    assert evaluated("double(1)", folder) == 7
    folder.save(MODEL)
    follower.look()
    assert evaluated("double(1)", folder) == 2


def test_stand_ins_of_one_file_outlast_each_other(folder: Folder) -> None:
    unwritten = UNWRITTEN + UNWRITTEN.replace("double", "treble")
    folder.save(unwritten)
    for name in ("double", "treble"):
        assert stand_in(f"models_of_a_test.{name}", simple, 0)
    exec("from models_of_a_test import double, treble", folder.names)
    follower = Follower(folder.path, lambda: folder.names)
    folder.save(unwritten + "\n")
    follower.look()
    assert evaluated("double(1), treble(1)", folder) == (7, 7)


@pytest.mark.parametrize("theirs", ["def double(x):\n    return x['no']\n", "def double(x):\n    return 1\n"])
def test_what_is_written_is_used_right_or_wrong(folder: Folder, theirs: str) -> None:
    folder.save(theirs)
    assert not stand_in("models_of_a_test.double", simple, 0)
    assert sys.modules["models_of_a_test"].double is not simple


def test_the_best_time_is_that_of_several_calls() -> None:
    calls: list[int] = []
    seconds, result = best_time(lambda: calls.append(1) or len(calls), repeats=4)  # type: ignore[func-returns-value]
    assert (len(calls), result) == (4, 4)
    assert seconds >= 0


CELLS = [
    "from autograder.notebook import checker, step",
    "from models_of_a_test import Model, double\nmodel = Model()\nimport os\nfrom pathlib import Path",
    "from autograder.notebook.saves import follow_saves\nfollow_saves(Path.cwd())",
    "path = Path('models_of_a_test.py')\ntext = path.read_text()\n"
    "path.write_text(text.replace('return 2 * x', 'import json\\n    return json.loads(x)'))\nos.utime(path, (5, 5))",
    "with step():\n    double('{')",
    "path.write_text(text + '\\ndef double(x)')\nos.utime(path, (6, 6))",
    "with step():\n    double(1)\nprint('went on')",
    "model.value()",
    "path.write_text(text.replace('return 2 * x', 'x()\\n    return 1 / 0'))\nos.utime(path, (7, 7))",
    "def stop():\n    raise KeyboardInterrupt\nwith step():\n    double(stop)",
    "def save():\n    path.write_text('# more\\n\\n' + text)\n    os.utime(path, (8, 8))\n"
    "with step():\n    double(save)",
    "path.write_text(text)\nos.utime(path, (9, 9))",
    "import IPython.display, threading\nimport autograder.notebook.waiting as waiting\n"
    "waiting.AFTER_SECONDS = waiting.EVERY_SECONDS = 0.2\n"
    "shown, display = threading.Event(), IPython.display.display\n"
    "IPython.display.display = lambda *args, **options: [display(*args, **options), shown.set()][0]\n"
    "with step():\n    shown.wait(60)\nprint(double(4), model.value())",
    "from autograder.student import afresh\nafresh._ANSWERING = 'autograder.nowhere'\n"
    "grader = checker()\nprint('went on')",
    "print('grader' in globals())",
]


@pytest.mark.system
def test_a_kernel_shows_all_of_that(tmp_path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    (tmp_path / "models_of_a_test.py").write_text(MODEL)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(
        notebook,
        iopub_timeout=SECONDS_PER_CELL,
        startup_timeout=SECONDS_PER_CELL,
        allow_errors=True,
        resources=resources,
    ).execute()
    _, _, _, _, failing, _, broken, direct, _, stopped, old, _, working, unchecked, after = notebook.cells
    (error,) = (it for it in failing.outputs if it.output_type == "error")
    shown = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.traceback))
    assert "models_of_a_test.py" in shown
    assert "json.loads(x)" in shown
    assert "decoder.py" not in shown and "contextlib" not in shown and "steps.py" not in shown
    said = text_of(broken)
    assert said.count("syntax error in line 12") == 1, "noticed and used in one cell"
    assert "Nothing in this file runs until" in said and "went on" in said
    assert "not run; when that is mended and saved, run this cell again." in said
    assert "not run: models_of_a_test.py has a syntax error" in text_of(direct)
    assert not any(it.get("name") == "stdout" for it in direct.outputs)
    assert [it.output_type for it in stopped.outputs] == ["stream"]
    assert text_of(stopped) == "stopped in double, line 10 of models_of_a_test.py.\n"
    (error,) = (it for it in old.outputs if it.output_type == "error")
    assert "return 1 / 0" in re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.traceback))
    assert text_of(old).startswith("models_of_a_test.py was saved after this had begun")
    assert "8 1" in text_of(working)
    waited = [it for it in working.outputs if it.output_type == "display_data"]
    assert waited and waited[0].data["text/plain"].startswith("took")
    assert " ".join(text_of(unchecked).split()).startswith("the checks could not be run: ")
    assert not any(it.output_type == "error" for it in unchecked.outputs)
    assert unchecked.metadata["execution"]["shell.execute_reply"] and "went on" not in text_of(unchecked)
    assert text_of(after) == "False\n"


def text_of(cell: NotebookNode) -> str:
    return "".join(it.get("text", "") for it in cell.outputs if it.output_type == "stream")
