"""`autograder import otter` makes an assignment that scores as otter does, and says what it could not take over."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest

from autograder.authoring.importing.importing import import_assignment
from autograder.authoring.importing.writing import Imported
from autograder.authoring.secrets import secrets_of, squeeze
from autograder.authoring.written_questions import without_a_place
from autograder.course.loading import load_assignment, load_solution
from autograder.errors import CourseError
from autograder.files.notebooks import cells_of
from autograder.grading.grader import Grader
from autograder.model.verdict import Kind
from tests.authoring.importing.masters import (
    CONFIG,
    MASTERS,
    OK_STYLE,
    WRITTEN,
    Cell,
    checks,
    code,
    prompt,
    question,
    raw,
    solution,
    text,
    write_notebook,
)
from tests.authoring.importing.scores import our_scores, our_verdicts, page_of
from tests.commands import run_here

WRONG = {
    "ok": ("X.mean(axis=1)", "X.mean(axis=0)"),
    "exception": ("e / e.sum()", "e / e.max()"),
    "fenced": ('pick = "b"', 'pick = "c"'),
    "together": ("np.cumsum(steps)", "np.cumsum(steps + 1)"),
    "seeded": ("side ** 2", "side * 2"),
    "exported": ("return len(self.items)", "return 2"),
    "tables": ("df.dropna()", "df.fillna(0)"),
}
"""For each master, a mistake in one of its answers."""


def course(folder: Path) -> Path:
    (folder / "course" / "assignments").mkdir(parents=True, exist_ok=True)
    return folder / "course"


def imported(folder: Path, cells: list[Cell], name: str = "master") -> Imported:
    return import_assignment("otter", write_notebook(folder / f"{name}.ipynb", cells), course(folder))


def with_question(*cells: Cell, **config: object) -> list[Cell]:
    return [raw(CONFIG), code("import numpy as np"), *question("q1", *cells, **config)]


class Assigned:
    """What `otter assign` makes of a master, graded by otter's own test files."""

    def __init__(self, master: Path, folder: Path) -> None:
        from otter.assign import main as assign  # type: ignore[import-untyped]

        assign(str(master), str(folder), no_pdfs=True, no_run_tests=True)
        self.right = (folder / "autograder" / master.name).read_text()
        self.empty = (folder / "student" / master.name).read_text()
        (self.archive,) = (folder / "autograder").glob("*.zip")
        self.tests = folder / "tests"
        zipfile.ZipFile(self.archive).extractall(folder)

    def scores(self, book: str, ids: list[str]) -> list[float]:
        """Return what each question earns with what a notebook defines."""
        from otter.nbmeta_config import NBMetadataConfig  # type: ignore[import-untyped]
        from otter.test_files import create_test_file  # type: ignore[import-untyped]

        found = []
        for id in ids:
            environment: dict[str, object] = {}
            for _, source in cells_of(book.encode()):
                with contextlib.suppress(Exception):
                    exec("\n".join(it for it in source.split("\n") if "otter" not in it), environment)
            file = create_test_file(str(self.tests / f"{id}.py"), NBMetadataConfig())
            file.run(environment)
            found.append(float(file.score))
        return found


@pytest.mark.system
@pytest.mark.parametrize("style", MASTERS)
def test_right_wrong_and_empty_work_scores_as_in_otter(tmp_path: Path, style: str) -> None:
    made = imported(tmp_path, MASTERS[style], style)
    theirs = Assigned(tmp_path / f"{style}.ipynb", tmp_path / "dist")
    old, new = (json.dumps(it)[1:-1] for it in WRONG[style])
    reference = (made.secret / f"{style}.ipynb").read_text()
    assert old in theirs.right and old in reference
    hand_ins = {
        "right": (reference, theirs.right),
        "wrong": (reference.replace(old, new, 1), theirs.right.replace(old, new, 1)),
        "empty": ((made.public / f"{style}.ipynb").read_text(), theirs.empty),
    }
    ids = [it.id for it in load_assignment(made.public).questions]
    ours = our_scores(made, {what: mine.encode() for what, (mine, _) in hand_ins.items()})
    assert sum(ours["right"]) > sum(ours["wrong"]) > sum(ours["empty"])
    for what, (_, book) in hand_ins.items():
        assert [float(it) for it in ours[what]] == pytest.approx(theirs.scores(book, ids)), what


@pytest.mark.system
def test_the_wrong_work_scores_as_in_a_whole_run_of_otter(tmp_path: Path) -> None:
    from otter.api import grade_submission  # type: ignore[import-untyped]

    made = imported(tmp_path, MASTERS["exception"], "exception")
    theirs = Assigned(tmp_path / "exception.ipynb", tmp_path / "dist")
    old, new = (json.dumps(it)[1:-1] for it in WRONG["exception"])
    hand_in = tmp_path / "wrong.ipynb"
    hand_in.write_text(theirs.right.replace(old, new, 1))
    graded = grade_submission(str(hand_in), str(theirs.archive), quiet=True)
    reference = (made.secret / "exception.ipynb").read_text()
    ours = our_scores(made, {"wrong": reference.replace(old, new, 1).encode()})["wrong"]
    assert sum(ours) == pytest.approx(graded.total) and graded.possible == 6


def test_both_halves_and_the_page_are_written(tmp_path: Path) -> None:
    made = imported(tmp_path, OK_STYLE)
    toml = tomllib.loads((made.public / "assignment.toml").read_text())
    assert [(it["id"], it["points"], it["functions"]) for it in toml["questions"]] == [
        ("row_means", 2, ["master.row_means"]),
        ("spread", 2, ["master.spread", "master.count"]),
    ]
    assert toml["total_points"] == 4
    stub, reference = (
        "\n".join(source for _, source in cells_of((half / "master.ipynb").read_bytes()))
        for half in (made.public, made.secret)
    )
    assert 'raise NotImplementedError("fill in row_means in master.ipynb")' in stub
    assert "spread = ..." in stub and "count" not in stub and 'grader.check("spread")' in stub
    assert "SOLUTION" not in stub + reference and "axis=1" not in stub and "axis=1" in reference
    public, graded = (
        (folder / name).read_text()
        for folder, name in ((made.public, "test_public.py"), (made.secret, "test_graded.py"))
    )
    assert "np.ones((50, 3))" in graded and "np.ones((50, 3))" not in public
    assert made.tests == (6, 6)
    assert "**cell 24**: the message 'Look at the smallest.' of a test was left out" in page_of(made)


def test_what_otter_s_own_run_would_do_is_named(tmp_path: Path) -> None:
    with_plugin = [raw(f"{CONFIG}plugins:\n  - my_plugins.Sheet\n"), *MASTERS["together"][1:]]
    plugin = page_of(imported(tmp_path, with_plugin, "together"))
    seeded = page_of(imported(tmp_path, MASTERS["seeded"], "seeded"))
    assert "the setting 'plugins' of the configuration was not taken over" in plugin
    assert "**cell 4**: this cell calls grader.run_plugin, of otter's own notebook" in plugin
    assert "otter seeds the generators with 42 before each cell of a hand-in" in seeded
    assert "could not be translated" not in plugin + seeded


def test_the_seed_that_otter_sets_while_it_grades_is_the_one_that_students_are_given(tmp_path: Path) -> None:
    seeds = "seed:\n  variable: rng_seed\n  autograder_value: 42\n  student_value: 713\n"
    drawn = "rng_seed = 1\nrng = np.random.default_rng(rng_seed)\nif rng_seed == 1:\n    pass"
    cells = [raw(CONFIG + seeds), code("import numpy as np"), code(drawn)]
    cells += question(
        "q1",
        *solution(code("x = rng.integers(1000)  # SOLUTION")),
        *checks(code(f"assert x == {np.random.default_rng(42).integers(1000)}")),
    )
    made = imported(tmp_path, cells)
    for folder in (made.public, made.secret):
        text = (folder / "master.ipynb").read_text()
        assert "rng_seed = 42" in text and "rng_seed = 1\\n" not in text and "rng_seed == 1" in text
    page = page_of(made)
    assert "here they are given rng_seed = 42, as it grades" in page and "not taken over" not in page
    assert "does not pass" not in page


def test_a_written_answer_becomes_a_cell_and_a_sample_in_the_rubric(tmp_path: Path) -> None:
    made = imported(tmp_path, [*OK_STYLE, *WRITTEN])
    toml = tomllib.loads((made.public / "assignment.toml").read_text())
    title = "Question 3. Why is the mean no robust measure?"
    assert toml["written"] == [{"id": "why", "title": title, "points": 3}] and toml["total_points"] == 4
    cells = json.loads((made.public / "master.ipynb").read_text())["cells"]
    (answer,) = (it for it in cells if "answer" in it["metadata"].get("tags", ()))
    assert answer["cell_type"] == "markdown"
    assert "".join(answer["source"]) == f"**{title}.**\n\n*Write two sentences.*"
    assert "as far as it likes" in (made.secret / "rubric.md").read_text()
    assert not any("as far as it likes" in path.read_text() for path in made.public.iterdir())
    assert "it cannot be graded" not in page_of(made)


def test_a_prompt_that_would_count_as_an_answer_stands_above_the_cell(tmp_path: Path) -> None:
    asked = text("Think of *outliers*.\n\n_Type your answer here_")
    why = question("why", text("Why?"), *prompt(asked), *solution(text("Because.")), manual=True, points=1)
    made = imported(tmp_path, [*OK_STYLE, *why])
    cells = json.loads((made.public / "master.ipynb").read_text())["cells"]
    *_, above, answer = ("".join(it["source"]) for it in cells if it["cell_type"] == "markdown")
    assert above == "Think of *outliers*." and answer == "**Why?.**\n\n*Write your answer here.*"
    assert not list(without_a_place(load_assignment(made.public)))


def test_making_an_object_as_a_shown_test_does_gives_nothing_away(tmp_path: Path) -> None:
    source = "class Net:\n    def __init__(self, n, bias=0):\n        self.n = n  # SOLUTION\n\n    def fit(self, X):\n"
    shown = code("net = Net(2, bias=1).fit([4])\nassert net.n == 6")
    hidden = code("# HIDDEN\nnet = Net(2, bias=1)\nassert net.fit([5, 9.25]).n == 16.25")
    source += (
        "        # BEGIN SOLUTION\n        self.n += sum(X)\n        return self\n        # END SOLUTION"
    )
    made = imported(tmp_path, with_question(*solution(code(source)), *checks(shown, hidden), points=2))
    secret = secrets_of(made.secret.parent).lines
    given = squeeze((made.public / "test_public.py").read_text())
    assert not [line for line in secret if line in given]
    assert any("16.25" in line for line in secret)


def test_questions_of_the_same_title_are_told_apart(tmp_path: Path) -> None:
    why = [question(id, text("Why?"), manual=True, points=1) for id in ("q2", "q3")]
    made = imported(tmp_path, [*OK_STYLE, *(it for one in why for it in one)])
    toml = tomllib.loads((made.public / "assignment.toml").read_text())
    assert [it["title"] for it in toml["written"]] == ["Why?", "Why? (q3)"]
    assert "it cannot be graded" not in page_of(made)


def test_an_installation_for_students_says_that_it_imports_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        sys.modules, "autograder.authoring.importing.importing", None
    )  # as in a release's wheel
    done = run_here("import", "otter", "hw.ipynb", cwd=tmp_path)
    assert done.returncode == 2 and "install the package from its own checkout" in done.stderr


REFUSED = {
    "in place": ("x = np.zeros(3)\nf(x)\nassert x[0] == 0", "asserts what a call does to x"),
    "identity": ("x = [1]\nassert f(x) is x", "same object"),
    "caught": (
        "try:\n    y = f(0)\nexcept ValueError as error:\n    y = error.code == 0\nassert y",
        "computes with the exception that the student's code raised",
    ),
    "called back": ("assert f(lambda x: f(x)) == 1", "a function that calls the student's code is passed"),
    "looks around": ("assert 'f' in globals()", "globals would look at this side"),
    "unknown": ("assert f(nowhere) == 1", "nowhere is defined nowhere"),
    "nothing of the student": ("assert 1 + 1 == 2", "uses nothing that the hand-in defines"),
    "source": ("import inspect\nassert 'for' not in inspect.getsource(f)", "getsource looks at"),
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """A question whose tests cannot be translated, but for the last."""
    sources = [source for source, _ in REFUSED.values()]
    cells = with_question(
        *solution(code("def f(x):\n    return x  # SOLUTION")),
        *checks(*map(code, sources), code("assert f(2) == 2")),
        points=9,
    )
    return imported(tmp_path_factory.mktemp("refused"), cells)


@pytest.mark.parametrize("kind", REFUSED)
def test_what_would_mean_something_else_is_left_to_a_person(refused: Imported, kind: str) -> None:
    source, reason = REFUSED[kind]
    cell = 8 + list(REFUSED).index(kind)
    (point,) = (it for it in refused.by_hand if it.place.where == f"cell {cell}")
    assert reason in point.what and point.place.line and f"**cell {cell}, line " in page_of(refused)
    graded = (refused.secret / "test_graded.py").read_text()
    assert f"#     {source.splitlines()[0]}" in graded
    assert source.splitlines()[-1] not in (refused.public / "test_public.py").read_text()
    assert refused.tests == (1, 1 + len(REFUSED))


def test_a_test_left_to_a_person_fails_loudly_until_it_is_written(refused: Imported) -> None:
    (found,) = our_verdicts(refused, {"right": (refused.secret / "master.ipynb").read_bytes()}).values()
    verdicts = [it for it in found if "test_graded" in it.test]
    assert [it.kind for it in verdicts] == [Kind.PASSED] + [Kind.GRADER_FAULT] * len(REFUSED)


def test_what_the_translation_changed_is_found_by_trying_it(tmp_path: Path) -> None:
    source = "def f(x):\n    x.append(1)  # SOLUTION\n    return 0"
    test = "x = []\nassert f(x) + len(x) == 1"
    page = page_of(imported(tmp_path, with_question(*solution(code(source)), *checks(code(test)))))
    assert "**cell 8, line 1**: the reference does not pass test_q1_1 as it was translated" in page
    assert "expected f(x) + len(x) = 1 got f(x) + len(x) = 0" in page


REQUIRED = {
    "assert False": "try:\n    f(0)\n    assert False\nexcept ValueError:\n    pass",
    "else": "try:\n    f(0)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('none')",
    "with": "import pytest\nwith pytest.raises(ValueError, match='0'):\n    f(0)",
}


TEXTS = {
    "in a handler": "try:\n    f(0)\n    assert False\nexcept ValueError as e:\n    assert 'zero' in str(e)",
    "behind an attempt": (
        "try:\n    f(0)\nexcept ValueError as e:\n    assert 'zero' in str(e).lower(), f'says {e}'\nelse:\n"
        "    raise AssertionError('nothing raised')"
    ),
    "a match": "import pytest\nwith pytest.raises(ValueError, match='z.ro'):\n    f(0)",
    "a value": "import pytest\nwith pytest.raises(ValueError) as it:\n    f(0)\nassert str(it.value) == 'no zero'",
    "two statements": (
        "import pytest\nwith pytest.raises(ValueError) as it:\n    x = f(1) - 1\n    f(x)\nit.match('zero')\n"
        "assert it.type is ValueError and isinstance(it.value, ArithmeticError) is False"
    ),
    "arguments": "try:\n    f(0)\n    assert False\nexcept ValueError as e:\n    assert 'zero' in e.args[0], 'unclear'",
    "arguments of a value": (
        "import pytest\nwith pytest.raises(ValueError) as it:\n    f(0)\nassert it.value.args == ('no zero',)"
    ),
    "a function": "np.testing.assert_raises_regex(ValueError, 'zero', f, 0)",
    "any class": (
        "try:\n    f(0)\nexcept Exception as e:\n    assert type(e).__name__ == 'ValueError' and f'{e}' == 'no zero'\n"
        "else:\n    assert False"
    ),
}


def test_the_text_and_the_class_of_an_exception_count_as_before(tmp_path: Path) -> None:
    body = "    if not x:\n        raise ValueError('no zero')\n    return x\n"
    source = f"def f(x):\n    # BEGIN SOLUTION\n{body}    # END SOLUTION"
    cells = with_question(*solution(code(source)), *checks(*map(code, TEXTS.values())), points=len(TEXTS))
    made = imported(tmp_path, cells)
    assert made.tests == (len(TEXTS), len(TEXTS)) and "does not pass" not in page_of(made)
    right = (made.secret / "master.ipynb").read_text()
    hand_ins = {
        "right": right,
        "none": right.replace("if not x", "if False"),
        "another class": right.replace("ValueError", "KeyError"),
        "another text": right.replace("no zero", "no nought"),
        "a longer text": right.replace("no zero", "Sorry: no zero"),
    }
    scores = our_scores(made, {what: it.encode() for what, it in hand_ins.items()})
    assert {what: sum(it) for what, it in scores.items()} == {
        "right": 9,
        "none": 0,
        "another class": 0,
        "another text": 0,
        "a longer text": 6,
    }
    (found,) = our_verdicts(made, {"": hand_ins["another text"].encode()}).values()
    said = next(it for it in found if it.test.endswith("q1_3"))
    assert "expected raised.text = 'z.ro'" in said.details and "got raised.text = 'no nought'" in said.details


def test_sets_are_compared_as_sets(tmp_path: Path) -> None:
    made = imported(
        tmp_path,
        with_question(
            *solution(code("picks = ['C', 'A'] # SOLUTION")),
            *checks(code("# HIDDEN\nset(picks)", "{'A', 'C'}")),
        ),
    )
    # As texts, two processes show the same set in two orders.
    assert "set(student.get_constant('master.picks'))" in (
        graded := (made.secret / "test_graded.py").read_text()
    )
    assert "{'A', 'C'}" in graded and "repr(set(" not in graded
    assert "does not pass" not in page_of(made)


def test_tests_that_compute_with_tables_grade_what_comes_instead_of_one(tmp_path: Path) -> None:
    made = imported(tmp_path, MASTERS["tables"], "tables")
    assert made.tests == (9, 9) and not made.by_hand
    right = (made.secret / "tables.ipynb").read_text()
    clean, chain = "df.dropna().reset_index(drop=True)", "sparse.diags_array("
    hand_ins = {
        "right": right,
        "only the index is another": right.replace(clean, "df.dropna()"),
        "a list": right.replace(clean, "df.dropna().values.tolist()"),
        "a table that lies": right.replace(
            clean, "type('T', (pd.DataFrame,), {'equals': lambda *_: True})()"
        ),
        "a dense matrix": right.replace(chain, "(lambda *a, **k: sparse.diags_array(*a, **k).toarray())("),
        "nothing": right.replace(clean, "None"),
    }
    scores = our_scores(made, {what: it.encode() for what, it in hand_ins.items()})
    assert scores == {
        "right": [5, 2, 2],
        "only the index is another": [3, 2, 2],
        "a list": [0, 2, 2],
        "a table that lies": [0, 2, 2],
        "a dense matrix": [5, 2, 1],
        "nothing": [0, 2, 2],
    }
    column, fewer = (right.replace(clean, f"df.dropna(){it}") for it in ("['a']", "[:1]"))
    found = our_verdicts(
        made,
        {"nothing": hand_ins["nothing"].encode(), "a column": column.encode(), "fewer": fewer.encode()},
    )
    assert all(it.kind is not Kind.GRADER_FAULT for verdicts in found.values() for it in verdicts)
    shape = next(it for it in found["a column"] if it.test.endswith("clean_1"))
    assert shape.message == "clean(df).shape has 1 entry but should have 2"
    assert "got clean(df).shape = (2,)" in shape.details
    shape = next(it for it in found["fewer"] if it.test.endswith("clean_1"))
    assert shape.message == "clean(df).shape is not what it should be"


def test_an_exception_that_must_be_raised_must_be_raised(tmp_path: Path) -> None:
    body = "    if not x:\n        raise ValueError('0')\n    return x\n"
    source = f"def f(x):\n    # BEGIN SOLUTION\n{body}    # END SOLUTION"
    cells = with_question(*solution(code(source)), *checks(*map(code, REQUIRED.values())), points=3)
    made = imported(tmp_path, cells)
    graded = (made.secret / "test_graded.py").read_text()
    assert graded.count("student.raises('ValueError', 'master.f', 0)") == 3 and made.tests == (3, 3)
    right = (made.secret / "master.ipynb").read_text()
    hand_ins = {
        "right": right,
        "none": right.replace("if not x", "if False"),
        "other": right.replace("ValueError", "KeyError"),
    }
    scores = our_scores(made, {what: it.encode() for what, it in hand_ins.items()})
    assert scores == {"right": [3], "none": [0], "other": [0]}


def test_what_students_were_given_is_copied_or_named(tmp_path: Path) -> None:
    given = "rng = np.random.default_rng(1)\nX = rng.normal(size=3)\n\ndef close(a, b):\n    return np.allclose(a, b)"
    cells = with_question(
        code(given),
        *solution(code("def f(x):\n    return 2 * x  # SOLUTION")),
        *checks(code("# HIDDEN\nassert close(f(X), X + X)")),
    )
    made = imported(tmp_path, cells)
    assert "students were given X, and the tests read it from the hand-in" in page_of(made)
    graded, public = (
        (folder / name).read_text()
        for folder, name in ((made.secret, "test_graded.py"), (made.public, "test_public.py"))
    )
    assert "assert close(student.call('master.f', student.get_constant('master.X'))" in graded
    # In both files, so that the last look into a release finds nothing that was not handed out.
    assert "def close(a, b):" in graded and "def close(a, b):" in public


def test_a_file_from_outside_the_master_s_folder_is_left_to_a_person(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("1")
    (tmp_path / "masters").mkdir()
    cells = with_question(
        *solution(code("def f(x):\n    return 2 * x  # SOLUTION")),
        *checks(code("# HIDDEN\nassert f(3) == 6")),
    )
    cells[0] = raw(f"{CONFIG}\nfiles:\n  - ../table.csv")
    made = import_assignment(
        "otter", write_notebook(tmp_path / "masters" / "m.ipynb", cells), course(tmp_path)
    )
    assert "there is no file ../table.csv in the master's folder" in page_of(made)
    assert not (made.public.parent / "table.csv").exists()


def test_what_typed_in_answers_earn_is_named(tmp_path: Path) -> None:
    cells = with_question(
        *solution(code("def f(x):\n    return 2 * x  # SOLUTION")),
        *checks(code("assert f(2) == 4"), code("# HIDDEN\nassert f(3) == 6")),
        points=2,
    )
    page = page_of(imported(tmp_path, cells))
    assert "whoever types in the answers that the public checks show earns 1 point, in test_q1_1" in page


def test_what_a_stub_passes_is_named(tmp_path: Path) -> None:
    cells = with_question(
        *solution(code("n = 3  # SOLUTION")), *checks(code("assert n is not None"), code("assert n == 3"))
    )
    assert "the untouched stub passes test_q1_1" in page_of(imported(tmp_path, cells))


@pytest.mark.parametrize("number", [3, 13])
def test_points_that_students_read_in_no_part_of_a_point_are_named(tmp_path: Path, number: int) -> None:
    tests = [code(f"assert n == 3 + {i} - {i}") for i in range(number)]
    made = imported(tmp_path, with_question(*solution(code("n = 3  # SOLUTION")), *checks(*tests)))
    page, toml = page_of(made), (made.public / "assignment.toml").read_text()
    assert ('step = "1/3"' in toml) is (number == 3)
    assert ("the 13 tests of q1 share 1 point, 1/13 each" in page) is (number == 13)
    assert ("give q1 13 points" in page) is (number == 13)


COMPARED = [
    "assert np.allclose(f(2.0), 4.0)",
    "assert 4 == f(2.0), 'twice'",
    "assert np.allclose(f(2.0), 4, atol=1e-3) == True",
    "assert abs(f(2.0) - 4) < 1e-6",
    "assert np.max(np.abs(f(np.ones(2)) - 2)) <= 1e-6",
    "np.testing.assert_allclose(f(2.0), 4.0, rtol=1e-3)",
    "assert f(2.0) is not None and f(2.0) == 4",
    "assert (f(np.ones(2)) == np.ones(2) * 2).all()",
    "n = f(2.0)\nassert round(n, 3) == 4",
]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    cells = with_question(
        *solution(code("def f(x):\n    return 2 * x  # SOLUTION")),
        *checks(
            *map(code, COMPARED), code("assert f(1.0) == 2 or f(2.0) == 4"), code("assert f(1.0) < f(2.0)")
        ),
        points=11,
    )
    return imported(tmp_path_factory.mktemp("compared"), cells)


def test_a_comparison_decides_as_before_and_says_what_was_expected_and_what_came(compared: Imported) -> None:
    right = (compared.secret / "master.ipynb").read_text()
    hand_ins = {
        "wrong": right.replace("2 * x", "x"),
        "close": right.replace("2 * x", "2 * x + 1e-5 * (x == 2)"),
    }
    found = our_verdicts(compared, {what: it.encode() for what, it in hand_ins.items()})
    public, graded = (
        [it for it in found["wrong"] if half in it.test and not it.passed]
        for half in ("test_public", "test_graded")
    )
    assert len(public) == len(graded) == len(COMPARED) + 1
    for verdict in public[: len(COMPARED)]:
        assert re.search(r"(?ms)^expected (f\(|round).* = .*^     got ", verdict.details), verdict
        assert "f(" in verdict.message or "round(n, 3)" in verdict.message
        compile(verdict.counterexample, "lines to paste", "exec")
        assert re.search("# expected: |what should be", verdict.counterexample)
    # What a graded test gave is not told.
    assert {it.message.partition(" ")[0] for it in graded[: len(COMPARED)]} == {"what"}
    assert "twice" in public[1].details
    accepted = [it.passed for it in found["close"] if "test_graded" in it.test]
    assert accepted == [True, False, True, False, True, True, False, True, True, True, True]


def test_a_module_is_made_of_what_students_fill_in_and_the_notebook_imports_it(tmp_path: Path) -> None:
    master = write_notebook(tmp_path / "means.ipynb", [*OK_STYLE, *WRITTEN])
    made = import_assignment("otter", master, course(tmp_path), as_module=True)
    stub, reference = ((half / "means.py").read_text() for half in (made.public, made.secret))
    assert 'raise NotImplementedError("fill in row_means in means.py")' in stub and "spread = ..." in stub
    assert "axis=1" in reference and "axis=1" not in stub and "close" in stub
    cells = [source for _, source in cells_of((made.public / "means.ipynb").read_bytes())]
    assert "from means import data, close, row_means, spread" in "\n".join(cells)
    assert "def row_means" not in "\n".join(cells) and 'grader.check("row_means")' in cells
    page = page_of(made)
    assert "the reference does not pass" not in page and "cannot be graded" not in page
    assignment, solution = load_assignment(made.public), load_solution(made.secret)
    assert assignment.file_names == ("means.py",) and [it.id for it in assignment.written] == ["why"]
    with Grader(assignment, solution) as grader:
        wrong = grader.grade({"means.py": reference.replace("axis=1", "axis=0").encode()}).values()
        failed = {it.test.partition("::")[2] for it in wrong if not it.passed}
    assert failed and all("row_means" in it for it in failed)


def test_what_would_run_a_student_s_code_while_it_is_imported_stays_a_notebook(tmp_path: Path) -> None:
    cells = with_question(
        *solution(code("def f(x):\n    return 2 * x  # SOLUTION"), code("n = f(3)  # SOLUTION")),
        *checks(code("assert n == 6 and f(1) == 2")),
    )
    with pytest.raises(CourseError, match="n calls f, which students fill in"):
        import_assignment(
            "otter", write_notebook(tmp_path / "m.ipynb", cells), course(tmp_path), as_module=True
        )
    assert not list((tmp_path / "course").rglob("*.toml"))


def test_a_reply_that_a_test_cannot_compute_with_is_the_student_s_mistake(tmp_path: Path) -> None:
    made = imported(
        tmp_path,
        with_question(
            *solution(code("def f(x):\n    return x  # SOLUTION")),
            *checks(code("assert np.sqrt(f(4.0)) == 2")),
        ),
    )
    notebook = (made.secret / "master.ipynb").read_text().replace("return x", "return str")
    (found,) = our_verdicts(made, {"wrong": notebook.encode()}).values()
    (verdict,) = (it for it in found if "graded" in it.test)
    assert (
        verdict.kind is Kind.WRONG_TYPE_OR_SHAPE and "cannot compute with what came back" in verdict.message
    )


@pytest.mark.parametrize(
    "cells, says",
    [
        ([raw(CONFIG)], "no # BEGIN QUESTION"),
        (with_question(text("Why?"), manual=True), "has no question with tests"),
        ([raw(CONFIG), *question("q1", text("Why?"), manual=True)], "has no question with tests"),  # nor code
        ([raw("# BEGIN QUESTION\npoints: 1")], "cell 1: this question has no name"),
        ([raw("# BEGIN QUESTION\nname: [")], "cell 1: this configuration is no YAML"),
        ([raw("# BEGIN SOLUTION")], "cell 1: a solution block begins outside a question"),
        (with_question(raw("# BEGIN TESTS")), "cell 5: a question block ends that did not begin"),
        (with_question(*solution(code("# BEGIN SOLUTION\nn = 1"))), "cell 5: a solution is not ended"),
        (with_question(*checks(text("none"))), "cell 5: the cells of a tests block must be code"),
        (
            with_question(*checks(code("assert n"), code("assert n")), points=[1]),
            "there are 2 tests and points for 1",
        ),
    ],
)
def test_a_master_that_otter_would_not_take_is_one_sentence(
    tmp_path: Path, cells: list[Cell], says: str
) -> None:
    with pytest.raises(CourseError, match=re.escape(says)):
        imported(tmp_path, cells)
    assert not list((tmp_path / "course").rglob("*.toml"))


def test_the_command_says_what_it_made_and_never_writes_over_anything(tmp_path: Path) -> None:
    (tmp_path / "assignments").mkdir()
    write_notebook(
        tmp_path / "HW 1.ipynb",
        with_question(*solution(code("n = 3  # SOLUTION")), *checks(code("assert n == 3"))),
    )
    done = run_here("import", "otter", "HW 1.ipynb", cwd=tmp_path)
    assert done.returncode == 0 and "1 of 1 graded tests are translated" in done.stdout
    assert (tmp_path / "solutions" / "hw_1" / "IMPORTED.md").is_file()
    again = run_here("import", "otter", "HW 1.ipynb", cwd=tmp_path)
    assert again.returncode == 2 and "exists already; give another name with --name" in again.stderr
    assert run_here("import", "otter", "HW 1.ipynb", "--name", "other", cwd=tmp_path).returncode == 0
    missing = run_here("import", "otter", "none.ipynb", cwd=tmp_path)
    assert missing.returncode == 2 and "name the notebook to be imported" in missing.stderr
