"""An import proposes lines that ask the reference on other inputs, and changes no score until they are wanted."""

from __future__ import annotations

import re

import pytest

from autograder.authoring.importing.importing import import_assignment
from autograder.authoring.importing.writing import Imported
from autograder.authoring.lazy_hand_ins import hand_in_of_public_answers
from autograder.course.loading import load_assignment, load_solution
from autograder.grading.grader import Grader
from tests.authoring.importing.scores import page_of

REFERENCE = """
import numpy as np

def weighted(X, w, scale):
    return scale * X @ w

def kinds(y):
    return int((y == 1).sum())

def log_sizes(A):
    return np.log(np.diag(A))

def shares(labels, p):
    return p[np.arange(len(labels)), labels].mean(), labels.sum()

def same(x):
    return x

def first(names):
    return names[0]

def root(x):
    if x.sum() != 6:
        raise ValueError("of no use")
    return np.sqrt(x)
"""
TESTS = """
import numpy as np
from gradescope_utils.autograder_utils.decorators import partial_credit, visibility, weight
import unittest
from layers import first, kinds, log_sizes, root, same, shares, weighted

class TestAll(unittest.TestCase):
    @weight(2)
    def test_weighted(self):
        self.assertEqual(weighted(np.eye(2), np.array([0.25, 0.75]), 2).tolist(), [0.5, 1.5])
        self.assertEqual(weighted(np.array([[1.0, 2.5, 4]]), np.array([0.5, 2, 3]), scale=1).tolist(), [17.5])

    @weight(1)
    def test_kinds(self):
        self.assertEqual(kinds(np.array([1, -1, 1, 1, -1, -1])), 3)

    @weight(1)
    @visibility("hidden")
    def test_again(self):
        self.assertEqual(kinds(np.array([1, 1])), 2)

    @weight(1)
    def test_log_sizes(self):
        self.assertTrue(np.allclose(log_sizes(np.array([[2.0, -1.0], [-1.0, 2.0]])), np.log(2)))

    @weight(1)
    @visibility("hidden")
    def test_shares(self):
        self.assertAlmostEqual(shares(np.array([1, 1]), np.array([[0.25, 0.75], [0.5, 0.5]]))[0], 0.625)

    @weight(1)
    @visibility("hidden")
    def test_odd(self):
        for odd in (np.array(2.0), np.array([-1e308, 1e308]), np.ma.array([1.0, 2.0]), [[1.0], [2.0, 3.0]]):
            same(odd)

    @weight(1)
    def test_first(self):
        self.assertEqual(first(["a", "b"]), "a")

    @weight(1)
    def test_root(self):
        self.assertAlmostEqual(root(np.array([2.0, 4.0]))[1], 2)

    @partial_credit(2)
    def test_parts(self, set_score=None):
        set_score(2 * (kinds(np.array([1, 1, -1, -1, -1])) == 2))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("further")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_layers.py").write_text(TESTS)
    (folder / "tests" / "layers.py").write_text(REFERENCE)
    return import_assignment("pytest", folder / "tests", folder, "layers")


def earned(made: Imported, what: str) -> dict[str, bool]:
    """Return whether a hand-in passes each graded test."""
    assignment, solution = load_assignment(made.public), load_solution(made.secret)
    files = solution.reference_files(assignment)
    if what == "answers":
        files = hand_in_of_public_answers(assignment, files)
    with Grader(assignment, solution) as grader:
        verdicts = grader.grade(files)
        graded = [it for it in grader.plan.tests if not it.public]
    return {it.id.rpartition("::test_")[2]: verdicts[it.id].passed for it in graded}


def test_lines_keep_what_the_inputs_of_the_test_have(made: Imported) -> None:
    graded = (made.secret / "test_graded.py").read_text()
    lines = re.findall(r"^ *# (compare\(.*)$", graded, re.MULTILINE)
    assert lines == [
        # The call with the most different numbers, and no label that is none.
        "compare('layers.weighted', rng.uniform(1, 4, size=(1, 3)), np.sort(rng.uniform(0.5, 3, size=3)), scale=1)",
        "compare('layers.kinds', rng.choice([-1, 1], size=6))",
        "compare('layers.shares', np.array([1, 1]), rng.dirichlet(np.ones(2), size=2))",
    ]
    assert "compare" not in (made.public / "test_public.py").read_text()
    assert "3 lines with `# compare(` in `test_graded.py` would ask the reference on other inputs" in page_of(
        made
    )


def test_with_the_mark_away_nobody_passes_who_only_knows_the_answers(made: Imported) -> None:
    before = earned(made, "answers")
    assert before["weighted"] == before["kinds"] == 1  # as in the grader that it comes from
    path = made.secret / "test_graded.py"
    path.write_text(path.read_text().replace("# compare(", "compare("))
    assert set(earned(made, "reference").values()) == {1}
    after = earned(made, "answers")
    assert after["weighted"] == after["kinds"] == 0 and after["root"] == before["root"] == 1
