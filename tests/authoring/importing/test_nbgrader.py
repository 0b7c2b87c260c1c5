"""`autograder import nbgrader` makes an assignment that scores as nbgrader does, and says what is left to do."""

from __future__ import annotations

import ast
import contextlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.importing.importing import import_assignment
from autograder.authoring.importing.writing import Imported
from autograder.errors import CourseError
from autograder.files.notebooks import cells_of
from tests.authoring.importing.scores import our_scores, our_verdicts, page_of

CENTRE = """
def centre(X):
    '''Return X with the mean of each column taken away.'''
    ### BEGIN SOLUTION
    return X - X.mean(axis=0)
    ### END SOLUTION
"""
TEST_CENTRE = """
from nose.tools import assert_equal
from numpy.testing import assert_allclose
X = np.arange(6.0).reshape(3, 2)
assert_allclose(centre(X), X - [2, 3])
assert_equal(centre(X).shape, (3, 2))
"""
TEST_MORE = """
Y = X ** 2
### BEGIN HIDDEN TESTS
assert np.allclose(centre(Y).sum(axis=0), 0), "the columns do not add up to 0"
assert abs(centre(helper(Y))).max() > 1
### END HIDDEN TESTS
"""
TEST_PUBLIC = """
assert isinstance(answer, int)
### BEGIN HIDDEN TESTS
assert answer == 42
### END HIDDEN TESTS
"""


def cell(kind: str, source: str, **told: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"cell_type": kind, "id": f"c{abs(hash(source))}", "source": source.strip("\n")}
    whole = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3, **told}
    made["metadata"] = {"nbgrader": whole} if told else {}
    if kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return made


def graded(source: str, id: str, points: float, **more: Any) -> dict[str, Any]:
    return cell("code", source, grade=True, locked=True, points=points, grade_id=id, **more)


def solved(source: str, id: str, kind: str = "code", **more: Any) -> dict[str, Any]:
    return cell(kind, source, solution=True, grade_id=id, **more)


SOURCE = [
    cell("markdown", "# Centring data"),
    cell(
        "code",
        "import numpy as np\n%matplotlib inline\n\ndef helper(Y):\n    return 2 * Y",
        locked=True,
        grade_id="head",
    ),
    cell("markdown", "## Centre\nTake the mean of each column away."),
    solved(CENTRE, "centre"),
    graded(TEST_CENTRE, "test_centre", 2),
    graded(TEST_MORE, "test_more", 3),
    cell("markdown", "## The answer\nTo everything."),
    solved("answer = 42", "answer"),
    graded(TEST_PUBLIC, "test-answer", 1.5),
]
WRITTEN = [
    cell("markdown", "### Why is it done?"),
    solved("Because weights near 0 then **mean** the same.", "why", "markdown", grade=True, points=2),
    cell(
        "markdown",
        "Draw the data.\n\n=== BEGIN MARK SCHEME ===\nOne point for axes.\n=== END MARK SCHEME ===",
        task=True,
        points=1,
        grade_id="draw",
        locked=True,
    ),
    solved("total = sum(range(3))", "by_eye", grade=True, points=4),
]


def write_source(path: Path, cells: list[dict[str, Any]]) -> Path:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(book, indent=1))
    return path


def imported(folder: Path, cells: list[dict[str, Any]]) -> Imported:
    (folder / "course" / "assignments").mkdir(parents=True, exist_ok=True)
    return import_assignment("nbgrader", write_source(folder / "ps1.ipynb", cells), folder / "course")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    return imported(tmp_path_factory.mktemp("nbgrader"), SOURCE)


def nbgrader_scores(cells: list[dict[str, Any]]) -> list[float]:
    """Return what each cell of tests earns by nbgrader's rule: all of its points unless it raises, or what it shows.

    Every cell runs in the same namespace, whatever became of those above it. nose, which nobody can install any
    more, is stood in for. It was compared with `nbgrader.utils.determine_grade` on the same cells run in a kernel.
    """

    class Nose:
        @staticmethod
        def equal(first: object, second: object) -> None:
            assert first == second

    scope: dict[str, Any] = {"assert_equal": Nose.equal}
    earned = []
    for one in cells:
        told = one["metadata"].get("nbgrader", {})
        share = 0.0
        if one["cell_type"] == "code":
            lines = one["source"].split("\n")
            source = "\n".join(it for it in lines if not it.startswith(("%", "from nose")))
            with contextlib.suppress(Exception):
                shown = shown_by(source, scope)
                share = told.get("points", 0) if shown is None else shown
        if told.get("grade") and not told["solution"]:
            earned.append(share)
    return earned


def shown_by(source: str, scope: dict[str, Any]) -> float | None:
    """Run a cell and return the number that its last line shows, if it shows one."""
    body = ast.parse(source).body
    end = body[-1] if body else None
    last = end.value if isinstance(end, ast.Expr) else None
    body = body[:-1] if last is not None else body
    exec(compile(ast.Module(body, []), "cell", "exec"), scope)
    value = None if last is None else eval(compile(ast.Expression(last), "cell", "eval"), scope)
    try:
        return float(repr(value))
    except ValueError:
        return None


def changed(cells: list[dict[str, Any]], old: str, new: str) -> list[dict[str, Any]]:
    assert any(old in it["source"] for it in cells)
    return [{**it, "source": it["source"].replace(old, new)} for it in cells]


def test_right_wrong_and_empty_work_scores_as_in_nbgrader(made: Imported) -> None:
    reference = (made.secret / "ps1.ipynb").read_text()
    stub = "# YOUR CODE HERE\n    raise NotImplementedError()"
    empty = changed(
        changed(SOURCE, "answer = 42", stub.replace("    ", "")), "return X - X.mean(axis=0)", stub
    )
    hand_ins = {
        "right": (reference, SOURCE),
        "wrong axis": (
            reference.replace("X.mean(axis=0)", "X.mean()"),
            changed(SOURCE, "X.mean(axis=0)", "X.mean()"),
        ),
        "wrong answer": (
            reference.replace("answer = 42", "answer = 41"),
            changed(SOURCE, "answer = 42", "answer = 41"),
        ),
        "another type": (
            reference.replace("return X - X.mean(axis=0)", "return (X - X.mean(axis=0)).tolist()"),
            changed(SOURCE, "return X - X.mean(axis=0)", "return (X - X.mean(axis=0)).tolist()"),
        ),
        "empty": ((made.public / "ps1.ipynb").read_text(), empty),
    }
    ours = our_scores(made, {what: book.encode() for what, (book, _) in hand_ins.items()})
    theirs = {what: nbgrader_scores(cells) for what, (_, cells) in hand_ins.items()}
    assert {what: [float(it) for it in of] for what, of in ours.items()} == theirs
    assert (
        theirs["right"] == [2, 3, 1.5]
        and theirs["empty"] == [0, 0, 0]
        and len({*map(str, theirs.values())}) > 3
    )


QUEUE = """
class Queue:
    def __init__(self, size):
        ### BEGIN SOLUTION
        self.size, self.items = size, []
        ### END SOLUTION

    def put(self, item):
        ### BEGIN SOLUTION
        if len(self.items) == self.size:
            raise ValueError("full")
        self.items.append(item)
        ### END SOLUTION
"""
TEST_QUEUE = """
q = Queue(2)
q.put(1)
q.put("b")
assert list(q.items) == [1, "b"]
try:
    q.put(3)
    raise AssertionError("a full queue takes no more")
except ValueError:
    pass
"""
CLASSES = [
    cell("markdown", "# Queues"),
    solved(QUEUE, "queue"),
    graded(TEST_QUEUE, "test_queue", 2),
    graded(
        "### BEGIN HIDDEN TESTS\nfor n in range(4):\n    assert Queue(n).size == n\n### END HIDDEN TESTS",
        "sizes",
        1.5,
    ),
]
WALK = """
def walk(n):
    ### BEGIN SOLUTION
    return np.cumsum(np.random.choice([-1, 1], size=n))
    ### END SOLUTION
"""
TEST_WALK = """
np.random.seed(3)
steps = walk(50)
earned = 0
if steps.shape == (50,):
    earned += 1
if set(np.diff(steps)) <= {-2, 0, 2, -1, 1}:
    earned += 0.5
for n in (1, 7):
    if len(walk(n)) == n:
        earned += 0.25
earned
"""
TEST_DRAWS = """
np.random.seed(11)
first = walk(9)
np.random.seed(11)
### BEGIN HIDDEN TESTS
assert (first == np.cumsum(np.random.choice([-1, 1], size=9))).all()
### END HIDDEN TESTS
"""
SEEDED = [
    cell("code", "import numpy as np", locked=True, grade_id="head"),
    cell("markdown", "# Walks"),
    solved(WALK, "walk"),
    graded(TEST_WALK, "adds_up", 2),
    graded(TEST_DRAWS, "draws", 3),
]
GROUPS = """
def groups(words):
    found = {}
    ### BEGIN SOLUTION
    for word in words:
        found.setdefault(len(word), []).append(word)
    ### END SOLUTION
    return found
"""
TEST_GROUPS = """
words = ["a", "bc", "de"]
found = groups(words)
assert found == {1: ["a"], 2: ["bc", "de"]}
"""
TEST_ON = """
more = words + ["xyz"]
def share(parts):
    return round(sum(parts) / 3, 2)

parts = [groups(more) == {1: ["a"], 2: ["bc", "de"], 3: ["xyz"]}, groups([]) == {}, type(groups(words)) is dict]
share(parts)
"""
PLAIN = [
    cell("markdown", "# Words"),
    solved(GROUPS, "groups"),
    graded(TEST_GROUPS, "groups1", 1),
    solved("longest = 'xyz'", "longest"),
    graded(TEST_ON, "groups2", 1),
    graded("assert longest in more, 'one of them'\nassert len(longest) == 3\ngroups(more)", "last", 0.5),
]
MORE = {
    "classes": (CLASSES, "len(self.items) == self.size", "len(self.items) > self.size"),
    "seeded": (SEEDED, "np.cumsum(np.random.choice([-1, 1], size=n))", "np.random.choice([-1, 1], size=n)"),
    "plain": (PLAIN, "found.setdefault(len(word), [])", "found.setdefault(min(len(word), 2), [])"),
}


def emptied(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a source notebook as a student who does nothing hands it in."""
    stub = "# YOUR CODE HERE\nraise NotImplementedError()"
    empty = []
    for one in cells:
        source, told = one["source"], one["metadata"].get("nbgrader", {})
        if told.get("solution"):
            region = re.compile(r"^( *)### BEGIN SOLUTION.*?### END SOLUTION", re.MULTILINE | re.DOTALL)
            made = region.sub(lambda it: "\n".join(it[1] + line for line in stub.split("\n")), source)
            source = made if made != source else stub
        empty.append({**one, "source": source})
    return empty


@pytest.mark.parametrize("kind", MORE)
def test_work_on_other_masters_scores_as_in_nbgrader(tmp_path: Path, kind: str) -> None:
    cells, old, new = MORE[kind]
    made = imported(tmp_path, cells)
    page = page_of(made)
    assert "could not be translated" not in page and "the reference does not pass" not in page
    reference, stub = ((half / "ps1.ipynb").read_text() for half in (made.secret, made.public))
    assert old in reference
    hand_ins = {"right": reference, "wrong": reference.replace(old, new), "empty": stub}
    ours = our_scores(made, {what: book.encode() for what, book in hand_ins.items()})
    theirs = {"right": cells, "wrong": changed(cells, old, new), "empty": emptied(cells)}
    expected = {what: nbgrader_scores(it) for what, it in theirs.items()}
    assert {what: [float(it) for it in of] for what, of in ours.items()} == expected
    assert sum(expected["right"]) > sum(expected["wrong"]) > sum(expected["empty"]) == 0


def test_cells_of_tests_become_questions_with_the_functions_that_they_call(made: Imported) -> None:
    toml = tomllib.loads((made.public / "assignment.toml").read_text())
    assert toml["title"] == "Centring data"
    assert [(it["id"], it["title"], it["points"], it["functions"]) for it in toml["questions"]] == [
        ("test_centre", "Centre (test_centre)", 2, ["ps1.centre"]),
        ("test_more", "Centre (test_more)", 3, ["ps1.centre"]),
        ("test-answer", "The answer", "3/2", ["ps1.answer"]),
    ]
    assert made.tests == (3, 3)
    (point,) = made.by_hand  # all of its first test is shown
    assert "the answers that the public checks show earns 2 points, in test_centre" in point.what


def test_hidden_tests_and_solutions_stay_hidden(made: Imported) -> None:
    shown = "".join(path.read_text() for path in made.public.iterdir()).replace('\\"', '"')
    for hidden in ("answer == 42", "answer = 42", "add up to 0", "X.mean(axis=0)", "BEGIN", "END"):
        assert hidden not in shown
    assert "student.call('ps1.centre', X)" in shown and 'grader.check("test_centre")' in shown
    assert 'grader.check("test_more")' not in shown  # all that it asserts is hidden
    graded_tests = (made.secret / "test_graded.py").read_text()
    assert "X = np.arange(6.0).reshape(3, 2)" in graded_tests.partition("def test_more")[2]
    sources = "\n".join(source for _, source in cells_of((made.public / "ps1.ipynb").read_bytes()))
    assert 'raise NotImplementedError("fill in centre in ps1.ipynb")' in sources
    assert "Return X with the mean of each column" in sources


def test_what_a_person_marks_becomes_written_answers(tmp_path: Path) -> None:
    made = imported(tmp_path, [*SOURCE, *WRITTEN])
    toml = tomllib.loads((made.public / "assignment.toml").read_text())
    assert toml["written"] == [
        {"id": "why", "title": "Why is it done?", "points": 2},
        {"id": "draw", "title": "Draw the data", "points": 1},
        {"id": "by_eye", "title": "Why is it done? (by_eye)", "points": 4},
    ]
    assert toml["total_points"] == "13/2"  # what a person grades is beside it
    cells = json.loads((made.public / "ps1.ipynb").read_text())["cells"]
    answers = ["".join(it["source"]) for it in cells if it["metadata"].get("tags") == ["answer"]]
    assert answers[0] == "**Why is it done?.**\n\n*YOUR ANSWER HERE*" and len(answers) == 3
    rubric = (made.secret / "rubric.md").read_text()
    assert "**mean** the same" in rubric and "One point for axes." in rubric and "sum(range(3))" in rubric
    graded = tomllib.loads((made.secret / "grading.toml").read_text())["rubric"]
    assert [it["question"] for it in graded] == ["why", "draw", "by_eye"] and "**mean** the same" in graded[
        0
    ]["note"]
    assert "One point" not in json.dumps(cells) and "Draw the data." in json.dumps(cells)
    assert "by_eye is code that a person marks" in page_of(made)


ERRORS_COUNT = """
points = 0
try:
    centre("x")
except (TypeError, AttributeError):
    points += 0.5
except Exception:
    points += 0.25
for size in (1, 2):
    try:
        got = centre(np.eye(size))
        assert got.shape == (size, size)
    except AssertionError:
        continue
    except Exception as error:
        said = f"this raises {error}"
    else:
        points += 0.25
try:
    assert centre(np.eye(2))[0, 0] == 0.5
    points += 1
except:
    points += 0
points
"""


def test_points_for_errors_and_behind_them_are_counted_as_in_nbgrader(tmp_path: Path) -> None:
    cells = [*SOURCE, graded(ERRORS_COUNT, "errors", 2)]
    made = imported(tmp_path, cells)
    page = page_of(made)
    assert "could not be translated" not in page and "the reference does not pass" not in page
    assert "the untouched stub earns a part of test_errors" in page
    reference, source = (made.secret / "ps1.ipynb").read_text(), "return X - X.mean(axis=0)"
    answers = {
        "right": source,
        "another error": "return X - X.mean(axis=0) if not isinstance(X, str) else 1 / 0",
        "a plain sum": "return X - np.sum(X)",
        "no error": "return X - X.mean(axis=0) if isinstance(X, np.ndarray) else 0",
        "a number": "return 0 if isinstance(X, str) else X.sum()",
        "raised": "raise ValueError",
        "absent": "del centre",
    }
    written = {what: reference.replace(source, it).encode() for what, it in answers.items()}
    ours = {what: float(of[3]) for what, of in our_scores(made, written).items()}
    theirs = {what: nbgrader_scores(changed(cells, source, it))[3] for what, it in answers.items()}
    assert ours == theirs and len({*ours.values()}) > 3


ADDED_UP = """
score = 0
if centre(np.eye(2)).sum() == 0:
    score += 0.5
try:
    assert centre(np.ones((2, 2))).max() == 0
    score += 0.5
except AssertionError:
    pass
### BEGIN HIDDEN TESTS
try:
    assert np.allclose(centre(X), X - X.mean(axis=0))
    score = score + 1
except:
    pass
### END HIDDEN TESTS
score
"""
SHOWN_NUMBER = "right = int(answer == 42)\nright"


def test_what_a_cell_adds_up_is_earned_as_in_nbgrader(tmp_path: Path) -> None:
    cells = [*SOURCE, graded(ADDED_UP, "part", 2), graded(SHOWN_NUMBER, "shown", 1)]
    made = imported(tmp_path, cells)
    page = page_of(made)
    assert "**cell 10, line 16**: what the last line of part shows counts as the points earned" in page
    assert "could not be translated" not in page and "the reference does not pass" not in page
    notebook = (made.public / "ps1.ipynb").read_text()
    # What hidden tests add to is no check: nobody could pass it.
    assert 'grader.check(\\"shown\\")' in notebook and 'grader.check(\\"part\\")' not in notebook
    reference, source = (made.secret / "ps1.ipynb").read_text(), "return X - X.mean(axis=0)"
    assert source in reference
    hand_ins: dict[str, tuple[str, list[float]]] = {
        "right": (source, [0.5, 0.5, 1, 1]),
        "half": ("return X - X.mean()", [0.5, 0.5, 0, 1]),
        "one that is raised": ("return X - X.mean(axis=0) if len(X) == 2 else 1 / 0", [0.5, 0.5, 0, 1]),
        "raised": ("raise ValueError", [0, 0, 0, 1]),
    }
    written = {what: reference.replace(source, it).encode() for what, (it, _) in hand_ins.items()}
    ours = {what: [float(it) for it in of[3:]] for what, of in our_scores(made, written).items()}
    expected = {what: [sum(parts[:3]), parts[3]] for what, (_, parts) in hand_ins.items()}
    assert ours == expected
    found = {it.test.rpartition("::")[2]: it for it in our_verdicts(made, written)["half"]}
    assert "1 of the test's 2 points are earned" in found["test_part"].message


COMPARED = """
from nose.tools import eq_
import numpy.testing as npt
eq_(answer, 42)
### BEGIN HIDDEN TESTS
npt.assert_allclose(centre(np.eye(3)).sum(axis=0), 0, atol=1e-12)
### END HIDDEN TESTS
eq_(centre(np.ones((2, 3))).tolist(), [[0.0] * 3] * 2)
"""


def test_an_assertion_in_the_last_line_is_kept_for_graders_and_students(tmp_path: Path) -> None:
    made = imported(
        tmp_path,
        [*SOURCE, graded(COMPARED, "compared", 2), graded("npt.assert_equal(answer, 42)", "of_numpy", 1)],
    )
    assert "counts as the points earned" not in page_of(made)
    reference, source = (made.secret / "ps1.ipynb").read_text(), "return X - X.mean(axis=0)"
    wrong = reference.replace(source, "return X - X.mean(axis=0) + (len(X) == 2)").encode()
    assert our_scores(made, {"wrong": wrong})["wrong"][3:] == [0, 1]
    assert "centre" in (made.public / "test_public.py").read_text().partition("def test_compared")[2]


def test_hidden_tests_in_a_cell_of_answers_are_not_handed_out(tmp_path: Path) -> None:
    tests = "### BEGIN HIDDEN TESTS\nassert centre(np.eye(3)).shape == (3, 3)\n### END HIDDEN TESTS"
    cells = [*SOURCE[:3], solved(CENTRE + tests, "centre"), *SOURCE[4:], graded("assert answer", "none", 0)]
    made = imported(tmp_path, cells)
    assert not any(
        "np.eye(3)" in path.read_text() for half in (made.public, made.secret) for path in half.glob("ps1*")
    )
    page = page_of(made)
    assert "**cell 4**: this cell of answers holds hidden tests" in page
    assert "**cell 10**: the tests none are worth nothing and were left out" in page


def test_tests_whose_ids_differ_only_in_their_beginning_are_told_apart(tmp_path: Path) -> None:
    more = [graded("assert centre(np.eye(2)).sum() == 0", "test_more", 1), graded("assert answer", "more", 1)]
    made = imported(tmp_path, [*SOURCE[:5], *SOURCE[6:], *more])
    names = re.findall(r"def (test_more\w*)", (made.secret / "test_graded.py").read_text())
    assert len(set(names)) == len(names) == 2


def test_files_beside_the_notebook_come_along(tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_text("1,2\n")
    (tmp_path / "tools.py").write_text("def twice(x):\n    return 2 * x\n")
    (tmp_path / "of-others.csv").write_text("secret\n")
    reads = "import tools\ntable = np.loadtxt('numbers.csv', delimiter=',')\nfour = tools.twice(2)\n"
    reads += f"other = ['../{tmp_path.name}/of-others.csv', 'a.\\x00b']"  # lead elsewhere, or nowhere
    made = imported(
        tmp_path, [*SOURCE, cell("code", reads), graded("assert four == 4 and table[1] == 2", "extra", 1)]
    )
    toml = tomllib.loads((made.public / "assignment.toml").read_text())
    assert [it["name"] for it in toml["files"]] == ["ps1.ipynb", "tools.py"]
    assert [it["name"] for it in toml["data"]] == ["numbers.csv"] and (made.public / "numbers.csv").is_file()
    assert "tools.py is imported, and is now a file that students hand in" in page_of(made)
    assert "it cannot be graded" not in page_of(made) and "the reference does not pass" not in page_of(made)


@pytest.mark.parametrize(
    "cells, says",
    [
        ([cell("markdown", "# Nothing")], "has no cell that nbgrader grades"),
        ([WRITTEN[1]], "has only cells that a person marks"),
        ([solved("### BEGIN SOLUTION\nx = 1", "x")], "cell 1: BEGIN SOLUTION without its END SOLUTION"),
        ([graded("assert 1", "x", -1)], "cell 1: its points are -1"),
    ],
)
def test_a_notebook_that_nbgrader_would_not_take_is_one_sentence(
    tmp_path: Path, cells: list[dict[str, Any]], says: str
) -> None:
    with pytest.raises(CourseError, match=re.escape(says)):
        imported(tmp_path, cells)
