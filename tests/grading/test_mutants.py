"""Mutants differ from their reference in one small mistake each, the same ones in every run, and are all programs."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from autograder.course.loading import Course
from autograder.files.notebooks import module_of
from autograder.grading import mutants
from autograder.grading.mutants import mutants_of
from tests.courses import REFERENCE, write_course


def made_of(tmp_path, body, parameters="X, y", most=mutants.MOST):
    head, indent = f"import numpy as np\n\n\ndef centre({parameters}):\n", "    "
    text = head + "".join(f"{indent}{line}\n" for line in body.strip().splitlines())
    course = Course(write_course(tmp_path, {"solutions/centring/centring.py": text}))
    assignment = course.assignment("centring")
    return mutants_of(assignment, {"centring.py": text.encode()}, most)


@pytest.mark.parametrize(
    "line, kind, changed",
    [
        ("return X + y", "operator", "return X - y"),
        ("return X @ y", "swapped operands", "return y @ X"),
        ("return X < y", "comparison", "return X <= y"),
        ("return X.sum(axis=0)", "axis", "return X.sum(axis=1)"),
        ("return X.sum(axis=0)", "axis", "return X.sum()"),
        ("return X.sum(keepdims=True)", "dropped keyword", "return X.sum()"),
        ("return -X", "sign", "return X"),
        ("return X * 2", "constant", "return X * 3"),
        ("return X * 0.5", "constant", "return X * 1.0"),
        ("return X[1:]", "slice", "return X[1 + 1:]"),
        ("return X[:, :-1]", "slice", "return X[1:, :-1]"),
        ("X += y\nreturn X", "dropped statement", "pass  # without: X += y"),
        ("X += y\nreturn X", "update for an assignment", "X = y"),
        ("X += y\nreturn X", "sign or operator of an update", "X -= y"),
        ("return np.dot(X, y)", "swapped arguments", "return np.dot(y, X)"),
        ("return np.dot(X, y)", "wrong neighbour in a call", "return np.dot(X, X)"),
        ("return np.maximum(X, 0)", "neighbour of a function", "return np.minimum(X, 0)"),
        ("return np.sqrt(X)", "dropped call", "return X"),
        ("return X.T", "transposed", "return X"),
        ("return len(X)", "length of another axis", "return len(X[0])"),
        ("return (X, y)", "order of results", "return (y, X)"),
        ("if X and y:\n    return 1\nreturn 2", "condition", "if X:"),
        ("for i in range(X):\n    y += i\nreturn y", "range", "for i in range(X - 1):"),
        ("for i in X:\n    if y:\n        break\nreturn y", "break for another", None),
        ("return [i for i in X if i > y]", "condition", "return [i for i in X]"),
    ],
)
def test_each_kind_of_mistake_is_made(tmp_path, line, kind, changed):
    found = made_of(tmp_path, line)
    if changed is None:
        assert "continue" in {it.line for it in found}
        return
    assert (kind, changed) in {(it.kind, it.line) for it in found}


def test_every_mutant_is_another_program_with_one_line_changed(tmp_path):
    course = Course(write_course(tmp_path))
    reference = course.solution("centring").reference_files(course.assignment("centring"))
    found = mutants_of(course.assignment("centring"), reference)
    assert len(found) > 20
    right = ast.unparse(ast.parse(reference["centring.py"])).splitlines()
    for mutant in found:
        wrong = ast.unparse(ast.parse(mutant.source)).splitlines()
        assert sum((Counter(right) - Counter(wrong)).values()) == 1
        assert mutant.line != mutant.was
        assert (
            mutant.was.split(" ")[0] in REFERENCE.splitlines()[mutant.number]
        )  # it begins with an empty line


@pytest.mark.parametrize(
    "line",
    [
        "print(X + 1)\nreturn None",
        "if X > y:\n    print('more')\nreturn None",
        'raise ValueError(f"{X + y}")',
        "assert X > y",
    ],
)
def test_nothing_is_changed_that_nobody_looks_at(tmp_path, line):
    assert not made_of(tmp_path, line)


def test_what_is_made_positive_anyway_may_be_subtracted_in_any_order(tmp_path):
    kinds = {it.kind for it in made_of(tmp_path, "return abs(X - y) + (X - y) ** 2")}
    assert "swapped operands" not in kinds and "operator" in kinds


def test_the_same_mutants_are_chosen_in_every_run_and_all_kinds_get_their_turn(tmp_path):
    body = "\n".join(f"X = X + {number}" for number in range(2, 60)) + "\nreturn np.sqrt(X.T)"
    first, again = made_of(tmp_path, body, most=20), made_of(tmp_path, body, most=20)
    assert [it.line for it in first] == [it.line for it in again]
    assert len(first) == 20
    assert {"operator", "constant", "transposed", "dropped call", "sign"} <= {it.kind for it in first}


def test_helpers_count_for_the_questions_of_those_that_call_them(tmp_path):
    text = "".join(f"def {name}(X):\n    return X + 1\n\n\n" for name in ("helper", "other"))
    text += "def centre(X):\n    return helper(X)\n"
    course = Course(write_course(tmp_path))
    found = mutants_of(course.assignment("centring"), {"centring.py": text.encode()})
    assert {(it.target, it.questions) for it in found} == {
        ("centring.helper", ("centre",)),
        ("centring.centre", ("centre",)),
    }


def test_a_mistake_in_a_notebook_is_placed_in_its_cell(tmp_path):
    assignment = Course(write_course(tmp_path)).assignment("centring")
    cells = [(2, "import numpy as np"), (7, '"""Sums."""\n\ndef centre(X):\n    return X + 1')]
    found = mutants_of(assignment, {"centring.py": module_of("centring.ipynb", cells)})
    assert {it.place for it in found} == {"centring.ipynb, cell 7, line 4"}
