"""A notebook's cells are graded like a module: what they define counts, and what fails is said by cell and line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from fractions import Fraction

import pytest

from autograder.authoring.notebook_form import in_notebook_form
from autograder.course.loading import find_course
from autograder.errors import CourseError
from autograder.grading.grader import Grader
from autograder.model.assignment import Question
from autograder.model.scoring import score
from autograder.model.verdict import Kind, Verdict
from tests.courses import ASSIGNMENT, REFERENCE, STUB, write_course
from tests.handin.test_notebooks import module_of_notebook, notebook

HEAD, CENTRE, SPREAD = (
    REFERENCE.replace("\n\n\ndef spread", "\0def spread")
    .replace("\n\n\ndef centre", "\0def centre")
    .split("\0")
)


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    """An assignment whose stub is a notebook; its reference is a module."""
    root = tmp_path_factory.mktemp("course")
    course = find_course(
        write_course(
            root,
            {
                "assignments/centring/centring.py": None,
                "assignments/centring/centring.ipynb": notebook(*STUB.split("\n\n\n")).decode(),
                "assignments/centring/assignment.toml": ASSIGNMENT.replace("centring.py", "centring.ipynb"),
            },
        )
    )
    with Grader(course.assignment("centring"), course.solution("centring")) as grader:
        yield grader


def graded(grader: Grader, *cells: str) -> tuple[Fraction, dict[str, Verdict]]:
    files = {"centring.py": module_of_notebook("centring.ipynb", notebook(*cells))}
    verdicts = grader.grade(files)
    results = score(grader.plan, grader.assignment, verdicts)
    return sum((it.score for it in results), Fraction(0)), verdicts


def of(verdicts: dict[str, Verdict], question: str) -> list[Verdict]:
    found = [it for id, it in verdicts.items() if f"test_graded.py::test_{question}" in id]
    assert found
    return found


def test_what_a_public_check_shows_goes_on_in_the_notebook(grader: Grader) -> None:
    wrong = SPREAD.replace("return", "import warnings\n    warnings.warn('all the same')\n    return 2 *", 1)
    _, verdicts = graded(grader, HEAD, CENTRE, wrong)
    shown = next(it for id, it in verdicts.items() if "test_public.py::test_spread" in id)
    first, *rest = shown.counterexample.splitlines()
    assert first == "import numpy as np  # in a cell at the end of centring.ipynb"
    assert rest[-1].startswith("spread(X)  # expected: ")
    line = next(n for n, it in enumerate(wrong.split("\n"), 1) if "warn(" in it)
    assert f"centring.ipynb, cell 3, line {line}: UserWarning: all the same" in shown.details


def test_right_cells_earn_everything_and_the_stub_nothing(grader: Grader) -> None:
    plots = "import matplotlib.pyplot as plt\n%matplotlib inline\nplt.plot(centre(np.eye(3))[1])"
    assert graded(grader, HEAD, CENTRE, plots, SPREAD)[0] == 10
    (file,) = grader.assignment.files
    assert file.due == "centring.ipynb"
    with pytest.raises(
        CourseError, match=r"students hand in centring\.ipynb as it is; leave out --as-notebook"
    ):
        in_notebook_form(grader.assignment, {})
    assert score(grader.plan, grader.assignment, grader.grade({"centring.py": file.stub()}))[0].score == 0


@pytest.mark.parametrize(
    "cell",
    [
        "data = open('cifar.npz')",
        "1 / 0",
        "raise SystemExit",
        "def helper(:\n    pass",
        "while True:\n    pass",
        "import time\ntime.sleep(60)",
    ],
)
def test_a_cell_that_fails_costs_nothing_that_others_define(grader: Grader, cell: str) -> None:
    assert graded(grader, HEAD, cell, CENTRE, SPREAD)[0] == 10


@pytest.mark.parametrize(
    "cell, says",
    [
        ("n = undefined\n" + SPREAD, ["NameError", "undefined", "centring.ipynb, cell 3, line 1"]),
        (SPREAD + "    return (\n", ["SyntaxError", "cell 3"]),
        ("while True:\n    pass\n" + SPREAD, ["CellTooLong"]),
    ],
)
def test_what_a_failing_cell_would_have_defined_says_why(grader: Grader, cell: str, says: list[str]) -> None:
    points, verdicts = graded(grader, HEAD, CENTRE, cell)
    assert points == 6
    for verdict in of(verdicts, "spreads"):
        assert verdict.kind is Kind.RAISED
        for part in says:
            assert part in verdict.message + verdict.details, verdict


def test_lines_are_named_by_cell(grader: Grader) -> None:
    broken = CENTRE.replace("X - column_means", "X @ column_means[:, None][1:]")
    _, verdicts = graded(grader, HEAD, broken, SPREAD)
    (first, *_) = of(verdicts, "centres")
    assert "centring.ipynb, cell 2, line 4" in first.message
    assert "centring.py" not in "".join(it.message + it.details for it in verdicts.values())


def test_a_mistake_is_recognised_in_a_cell(grader: Grader) -> None:
    _, verdicts = graded(grader, HEAD, CENTRE, SPREAD.replace("np.sqrt(", "("))
    assert {it.mistake for it in of(verdicts, "spreads")} == {"M02"}


@pytest.mark.system
def test_every_known_mistake_of_svm_earns_the_same_as_a_notebook(
    course_grader: Callable[[str], Grader],
) -> None:
    grader = course_grader("svm")

    def earned(files: Mapping[str, bytes], questions: Collection[Question]) -> dict[str, tuple[object, ...]]:
        ids = {it.id for it in questions}
        verdicts = grader.grade(files, only=lambda it: it.question in ids and not it.structural)
        assert verdicts
        return {id: (it.kind, it.credit, it.mistake) for id, it in verdicts.items()}

    def as_notebook(files: Mapping[str, bytes]) -> dict[str, bytes]:
        ((name, source),) = files.items()
        return {name: module_of_notebook("linear_svm.ipynb", notebook(*source.decode().split("\n\n\n")))}

    right, every = grader.reference_files, grader.assignment.questions
    assert earned(as_notebook(right), every) == earned(right, every)
    for variant in grader.bank.variants:
        # To other questions, it is the reference.
        asked = grader.assignment.questions_of(variant.target)
        assert earned(as_notebook(variant.files), asked) == earned(variant.files, asked), variant.name


def test_a_cell_that_was_not_read_as_python_is_not_run_even_if_it_is(grader: Grader) -> None:
    made = module_of_notebook("centring.ipynb", notebook(HEAD, CENTRE, SPREAD)).decode().split("\n")
    first = int(made[0].split()[-1].partition("@")[2])
    marked = [f"{made[0]}!", *(f"#!{line}" if at >= first else line for at, line in enumerate(made[1:], 2))]
    verdicts = grader.grade({"centring.py": "\n".join(marked).encode()})
    assert {verdict.passed for verdict in of(verdicts, "centre")} == {True}
    assert not any(verdict.passed for verdict in of(verdicts, "spread"))
