"""`autograder hint` gives one stage at a time, after an attempt or a minute, and keeps what was shown."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from autograder.course.loading import find_course
from autograder.errors import CourseError
from autograder.grading.explain.explanation import digest_of_hint
from autograder.grading.grader import Grader
from autograder.grading.worked_examples import EXAMPLES_FILE, worked_examples
from autograder.handin.open_hand_in import open_hand_in
from autograder.model.hint_use import HintUse
from autograder.student.checks import Checks, check_folder
from autograder.student.hints import LOG_FILE, hint_for, note_attempt, read_log, used_hints
from autograder.student.memory import FOLDER
from autograder.student.submit import make_hand_in
from tests.commands import only_line, run_here
from tests.courses import ASSIGNMENT, GRADED, PUBLIC, REFERENCE, STUB, write_course
from tests.handin.test_notebooks import notebook as notebook_of
from tests.notebooks.execution import folder_of_a_student
from tests.student.test_checking import run_pasted

WRONG = REFERENCE.replace("return np.sqrt(np.add", "return 3 * np.sqrt(np.add")
RAISING = REFERENCE.replace("    return np.sqrt(np.add", "    return unknown(np.add")
EXAMPLE = """import numpy as np; from centring import spread
X = np.array([[1.0], [3.0]])
spread(X)  # expected: np.array([1.0])"""
IN_NOTEBOOK = EXAMPLE.replace("; from centring import spread", "  # in a cell at the end of centring.ipynb")


@pytest.fixture
def wrong(work: Path) -> Path:
    (work / "centring.py").write_text(WRONG)
    (work / EXAMPLES_FILE).write_text(
        json.dumps({"centring.spread": [{"lines": EXAMPLE, "in_notebook": IN_NOTEBOOK}]})
    )
    return work


def stages_at(folder: Path, now: float) -> int:
    return len(hint_for(check_folder(folder=folder, tier="limits"), "spread", folder, now).stages)


def all_stages(folder: Path, question: str = "spread") -> tuple[str, ...]:
    checks = check_folder(folder=folder, tier="limits")
    return [hint_for(checks, question, folder, now) for now in (0, 100, 200)][-1].stages


def test_stages_come_after_a_minute(wrong: Path) -> None:
    assert [stages_at(wrong, now) for now in (1000, 1030, 1060, 1090, 1120, 9999)] == [1, 1, 2, 2, 3, 3]


def test_stages_come_after_a_new_attempt(wrong: Path) -> None:
    assert stages_at(wrong, 1000) == 1
    (wrong / "centring.py").write_text(WRONG.replace("3 *", "4 *"))
    assert stages_at(wrong, 1001) == 2
    assert stages_at(wrong, 1002) == 2


def test_where_nothing_can_be_kept_nobody_waits_for_more(wrong: Path) -> None:
    (wrong / FOLDER).write_text("")  # nobody, not even root, can make a folder in its place
    for now in (0, 100):
        hint = hint_for(check_folder(folder=wrong, tier="limits"), "spread", wrong, now)
        assert len(hint.stages) == 1
        assert hint.wait.startswith(
            "There is more, but which hints you have seen cannot be kept in this folder"
        )


def test_the_example_for_a_notebook_is_for_a_cell_of_it(wrong: Path) -> None:
    (wrong / "centring.py").unlink()
    cell = {"cell_type": "code", "metadata": {}, "source": WRONG, "outputs": [], "execution_count": None}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (wrong / "centring.ipynb").write_text(json.dumps(book))
    checks = check_folder(folder=wrong, tier="limits")
    _, place, example = [hint_for(checks, "spread", wrong, now) for now in (0, 100, 200)][-1].stages
    assert place.startswith("Look at centring.ipynb, cell 1, lines 13 to 16.") and "centring.py" not in place
    assert example.endswith(IN_NOTEBOOK)


def test_another_mistake_starts_again_at_the_question(wrong: Path) -> None:
    stages_at(wrong, 1000)
    stages_at(wrong, 2000)
    (wrong / "centring.py").write_text(RAISING)
    assert stages_at(wrong, 3000) == 1


def test_the_stages_are_a_question_then_a_place_then_an_example(wrong: Path) -> None:
    checks = check_folder(folder=wrong, tier="limits")
    hint = [hint_for(checks, "spread", wrong, now) for now in (0, 100, 200)][-1]
    question, place, example = hint.stages
    assert question.endswith("?")
    assert place.startswith("Look at centring.py, lines 13 to 16.")
    assert example.endswith(EXAMPLE)
    assert hint.wait == ""
    assert [line[:2] for line in hint.text.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3."]


def test_an_error_s_own_line_is_the_place_to_look_at(work: Path) -> None:
    (work / "centring.py").write_text(RAISING)
    checks = check_folder(folder=work, tier="limits")
    hint_for(checks, "spread", work, 0)
    hint = hint_for(checks, "spread", work, 100)
    assert hint.stages[0].startswith("Which of your lines should give that name its value")
    assert hint.stages[1].startswith(
        'Look at centring.py, line 16. In "spread of two rows": the name unknown is not defined (NameError)'
    )


@pytest.mark.parametrize(
    "line, asked, told, part",
    [
        (
            "A = np.ones((3, 2))\n    return A - A.T",
            "Which shape does each part",
            "it raised ValueError: operands could not be broadcast together",
            "A.T = float64 (2, 3)",
        ),
        (
            "return [X[0]][len(X)]",
            "How long is what",
            "it raised IndexError: list index",
            "X = float64 (2, 2)",
        ),
        ("b = {}\n    return b['b']", "Which keys are there", "it raised KeyError: 'b'", "b = {}"),
        ("return X.mena()", "Of which type is", "it raised AttributeError: ", "X = float64 (2, 2)"),
        ("return 1 // X[0].size - X[1].ndim // 0", "What is divided by", "by zero", "X[1].ndim = 1"),
    ],
)
def test_of_an_error_the_text_and_the_parts_of_its_line_are_told(
    work: Path, line: str, asked: str, told: str, part: str
) -> None:
    (work / "centring.py").write_text(re.sub(r"return np.sqrt\(np.add.*", lambda _: line, REFERENCE))
    question, place, *_ = all_stages(work)
    assert question.startswith(asked)
    assert told in place.partition("When it raised that:")[0]
    assert part in re.sub(" +", " ", place.partition("When it raised that:")[2])


def test_the_parts_of_a_line_are_lines_of_code(work: Path) -> None:
    raising = REFERENCE.replace("return np.sqrt(np.add", "return X[0, :1] @ X + (np.add")
    (work / "centring.py").write_text(raising)
    checks = check_folder(folder=work, tier="limits")
    hint = [hint_for(checks, "spread", work, now) for now in (0, 100)][-1]
    shown = [text.split(" = ")[0].strip() for role, text in hint.lines if role == "details"]
    assert shown == ["When it raised that:", "X[0, :1]", "X", "deviations_from_mean"]


def test_an_error_in_a_function_that_is_right_leads_back_to_the_one_that_calls_it(work: Path) -> None:
    calling = REFERENCE.replace("    return np.sqrt(np.add", "    return centre(0) and np.sqrt(np.add")
    (work / "centring.py").write_text(calling)
    place = all_stages(work)[1]
    assert "Look at centring.py, lines 13 to 16, which led to centring.py, line 9." in place


@pytest.mark.parametrize(
    "old, new, asked, seen",
    [
        (
            "np.sqrt(np.add",
            "np.float32(1) * np.sqrt(np.add",
            "Which type should",
            "holds the right numbers, but",
        ),
        ("np.sqrt(np.add", "np.sqrt(-np.add", "Which of your steps can give NaN", "has NaN in "),
        (
            "np.sqrt(np.add",
            "1 / np.sqrt(0 * np.add",
            "Which of your steps can give infinity",
            "has infinity in ",
        ),
        ("np.sqrt(np.add", "3 * np.sqrt(np.add", "Take the smallest check that fails", "wrong values"),
        ("_from_mean = X", "_from_mean = spread(X)", "For which input does your function", "RecursionError"),
        ("return np.sqrt(np.add", "return np.rint(np.add", "Take the smallest", "values are wrong, too"),
    ],
)
def test_what_is_asked_fits_what_was_seen(work: Path, old: str, new: str, asked: str, seen: str) -> None:
    source = REFERENCE.replace(old, new)
    if "rint" in new:
        source = source.replace("axis=0) / len(X))", "axis=0) / len(X)).astype(int)")
    if "float32" in new:
        source = source.replace("axis=0) / len(X))", "axis=0) / len(X)).astype(np.float32)")
    (work / "centring.py").write_text(source)
    question, place = all_stages(work)[:2]
    assert question.startswith(asked)
    assert seen in place
    shown = check_folder(("spread",), work, "limits").verdicts["spread"][0].counterexample
    assert shown.splitlines()[-1].endswith("# expected: np.array([1.0, 2.0])")


@pytest.mark.parametrize(
    "new, asked, place",
    [
        ("3 * np.sqrt(np.add", "Take the smallest check", "Look at centring.ipynb, cell 3, lines 1 to 4."),
        ("np.sqrt(X[9] + np.add", "How long is what is indexed", "Look at centring.ipynb, cell 3, line 4."),
    ],
)
def test_in_a_notebook_places_are_cells_and_examples_are_for_a_cell(
    wrong: Path, new: str, asked: str, place: str
) -> None:
    (wrong / "centring.py").unlink()
    cells = REFERENCE.replace("np.sqrt(np.add", new).split("\n\n\n")
    (wrong / "centring.ipynb").write_bytes(notebook_of(*cells))
    stages = all_stages(wrong)
    assert stages[0].startswith(asked)
    assert stages[1].startswith(place)
    assert stages[2].endswith(IN_NOTEBOOK)


def test_where_no_value_is_wrong_nothing_is_asked_about_values(tmp_path: Path) -> None:
    raising = PUBLIC.partition('@pytest.mark.question("spread")')[0] + (
        '@pytest.mark.question("spread")\ndef test_text_is_an_error(student):\n'
        '    student.raises("ValueError", "centring.spread", "text")\n'
    )
    course = find_course(write_course(tmp_path / "course", {"assignments/centring/test_public.py": raising}))
    folder = folder_of_a_student(course.assignment("centring"), tmp_path / "work")
    (folder / "centring.py").write_text(REFERENCE.replace("    deviations", "    return X\n    deviations"))
    question, place = all_stages(folder)[:2]
    assert question.startswith("What does the check say should happen")
    assert "it should raise ValueError here, but returns a value" in place


def test_of_several_functions_place_and_example_are_those_of_the_one_that_fails(tmp_path: Path) -> None:
    one_question = ASSIGNMENT.partition('\n[[questions]]\nid = "spread"')[0]
    one_question = one_question.replace("points = 6", "points = 10").replace(
        '["centring.centre"]', '["centring.centre", "centring.spread"]'
    )
    replaced = {
        "assignments/centring/assignment.toml": one_question,
        "assignments/centring/test_public.py": PUBLIC.replace('"spread")\ndef', '"centre")\ndef'),
    }
    course = find_course(write_course(tmp_path / "course", replaced))
    folder = folder_of_a_student(course.assignment("centring"), tmp_path / "work")
    (folder / "centring.py").write_text(WRONG)
    lines = {"centring.centre": "the example of centre", "centring.spread": EXAMPLE}
    examples = {function: [{"lines": it, "in_notebook": ""}] for function, it in lines.items()}
    (folder / EXAMPLES_FILE).write_text(json.dumps(examples))
    _, place, example = all_stages(folder, "centre")
    assert place.startswith("Look at centring.py, lines 13 to 16. Right in: two rows; ")
    assert example.endswith(EXAMPLE)


def test_a_question_that_calls_a_failing_one_is_sent_there(work: Path) -> None:
    using = WRONG.replace(
        "    return X - column_means, column_means", "    return X - 0 * spread(X) - 1, column_means"
    )
    (work / "centring.py").write_text(using)
    shown = run_here("hint", "centre", cwd=work).stdout
    assert "It calls what spread asks for, and the checks of spread fail" in shown
    assert "it calls what spread asks for, which fails: mend that first" in run_here("check", cwd=work).stdout


def test_check_shows_no_hint_but_how_to_get_one(wrong: Path) -> None:
    shown = run_here("check", cwd=wrong).stdout
    assert "for a hint: autograder hint spread" in shown
    first, second = (run_here("hint", "spread", cwd=wrong).stdout for _ in range(2))
    assert first.startswith("1. ")
    assert "There is more, after another attempt or in " in first
    assert "It is too early for more; that comes after another attempt or in " in second


def test_whoever_asks_again_is_told_whether_to_wait(wrong: Path) -> None:
    checks = check_folder(folder=wrong, tier="limits")
    waits = [hint_for(checks, "spread", wrong, now).wait for now in (0, 10, 100, 200, 300)]
    assert waits == [
        "There is more, after another attempt or in 60 s: autograder hint spread",
        "It is too early for more; that comes after another attempt or in 50 s: autograder hint spread",
        "There is more, after another attempt or in 60 s: autograder hint spread",
        "",
        "You have seen all there is to say about this mistake.",
    ]


@pytest.mark.parametrize(
    "source, told",
    [
        (REFERENCE, "all public checks of spread pass"),
        (None, "spread is not filled in yet in centring.py, line 13; write a first attempt"),
        ("def", "no hint is needed: centring.py has a syntax error in line 1"),
    ],
)
def test_where_there_is_nothing_to_hint_at_it_says_why(work: Path, source: str | None, told: str) -> None:
    if source is not None:
        (work / "centring.py").write_text(source)
    done = run_here("hint", "spread", cwd=work)
    assert done.returncode == 2
    assert told in only_line(done.stderr)


def test_sentences_are_broken_between_words_and_lines_of_code_are_not(wrong: Path) -> None:
    for now in (0, 100, 200):
        hint_for(check_folder(folder=wrong, tier="limits"), "spread", wrong, now)
    shown = run_here("hint", "spread", cwd=wrong, COLUMNS="40").stdout
    assert EXAMPLE in shown
    sentences = [line for line in shown.splitlines() if line not in EXAMPLE.splitlines()]
    assert max(map(len, sentences)) <= 40
    assert "Look at centring.py, lines 13 to 16." in " ".join(shown.split())


def test_what_was_shown_and_what_came_of_it_goes_into_the_hand_in(wrong: Path) -> None:
    stages_at(wrong, 1000)
    for factor in ("4 *", "4 *", "5 *"):
        (wrong / "centring.py").write_text(WRONG.replace("3 *", factor))
        note_attempt(check_folder(folder=wrong, tier="limits"), wrong)
    (wrong / "centring.py").write_text(REFERENCE)
    note_attempt(check_folder(folder=wrong, tier="limits"), wrong)
    used = HintUse("spread", "", stage=1, attempts=3, fixed=True)
    path = make_hand_in(wrong, tier="limits").path
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read(".autograder-handin.json"))["hints"] == [msgspec.to_builtins(used)]
    assert open_hand_in(path, ["centring.py"]).hints == (used,)


def test_what_is_right_at_the_hand_in_is_fixed_without_another_check(wrong: Path) -> None:
    stages_at(wrong, 1000)
    stages_at(wrong, 2000)
    (wrong / "centring.py").write_text(REFERENCE)
    make_hand_in(wrong, tier="limits")
    assert used_hints(wrong) == [HintUse("spread", "", stage=2, attempts=1, fixed=True)]


VARIANCE_HINT = "Your numbers have squared units. Which last step is missing?"


def explained(folder: Path, hint: str | None) -> Checks:
    """Return the checks of a folder as a release with this hint for what is wrong would find them."""
    checks = check_folder(folder=folder, tier="limits")
    spread = [msgspec.structs.replace(it, hint=hint) for it in checks.verdicts["spread"]]
    return replace(checks, verdicts={**checks.verdicts, "spread": spread})


@pytest.mark.parametrize(
    "statement, question, is_one",
    [
        ("Your numbers have squared units.", "Which last step is missing?", False),
        ("With you the spread of 3 and 4 is 7.", "Is it?", True),
        ("Your numbers have squared units.", "Which step takes the square root of them?", True),
        ("Your numbers are those of one column.", "To which of the columns does that belong?", True),
        ("Your result has no rows.", "How many columns are there?", False),
        ("Your numbers have moved.", "What does x -= ... do to an array of two names?", False),
    ],
)
def test_a_question_that_points_back_comes_with_what_it_points_to(
    wrong: Path, statement: str, question: str, is_one: bool
) -> None:
    checks = explained(wrong, f"{statement} {question}")
    first, second, *_ = [hint_for(checks, "spread", wrong, now) for now in (0, 100, 200)][-1].stages
    assert first == (f"{statement} {question}" if is_one else question)
    assert (statement in second) is not is_one


def test_a_known_mistake_that_is_gone_is_fixed_though_another_is_there(wrong: Path) -> None:
    hint_for(explained(wrong, VARIANCE_HINT), "spread", wrong, 1000)
    (wrong / "centring.py").write_text(WRONG.replace("3 *", "4 *"))
    hint_for(explained(wrong, None), "spread", wrong, 2000)
    variance, other = used_hints(wrong)
    assert variance == HintUse("spread", digest_of_hint(VARIANCE_HINT), stage=1, attempts=1, fixed=True)
    assert (other.hint, other.stage, other.fixed) == ("", 1, False)


def test_a_mistake_that_comes_back_is_not_fixed(wrong: Path) -> None:
    stages_at(wrong, 1000)
    (wrong / "centring.py").write_text(REFERENCE)
    note_attempt(check_folder(folder=wrong, tier="limits"), wrong)
    (wrong / "centring.py").write_text(WRONG)
    stages_at(wrong, 1001)
    assert [it.fixed for it in used_hints(wrong)] == [False]


def test_a_hand_in_without_hints_says_nothing_of_them(work: Path) -> None:
    with zipfile.ZipFile(make_hand_in(work, tier="limits").path) as archive:
        assert "hints" not in json.loads(archive.read(".autograder-handin.json"))


@pytest.mark.parametrize("content", ["{", "[]", '{"spread": 3}', '{"spread": {"stage": 1}}'])
def test_a_damaged_record_is_no_obstacle(wrong: Path, content: str) -> None:
    (wrong / FOLDER).mkdir()
    (wrong / FOLDER / LOG_FILE).write_text(content)
    assert read_log(wrong) == {}
    assert stages_at(wrong, 0) == 1


LADDER = """
from autograder.grading.ladder import Size, ladder

@ladder("centring.spread", parts=("spread",))
def spreads(rng, rows=Size(7), columns=Size(3)):
    return dict(X=rng.normal(size=(rows, columns)))

def added(code, function, X):
    return code.extended(centring="secret = 1").bind(function, X)

@ladder("centring.centre", parts=("centred", "means"), run=added)
def centres(rng, rows=Size(7)):
    return dict(X=rng.normal(size=(rows, 2)))
"""


def test_examples_are_computed_by_the_reference_and_show_nothing_of_graded_tests(tmp_path: Path) -> None:
    parts = {"solutions/centring/test_graded.py": GRADED + LADDER}
    course = find_course(write_course(tmp_path / "course", parts))
    with Grader(course.assignment("centring"), course.solution("centring")) as grader:
        found = worked_examples(grader)
    assert found.keys() == {"centring.spread"}, "the other one would show what a graded test adds to the file"
    (example, *_) = found["centring.spread"]
    lines = example.lines.splitlines()
    first, *rest = example.in_notebook.splitlines()
    assert first == "import numpy as np  # in a cell at the end of centring.ipynb" and rest == lines[1:]
    expected = lines[-1].partition("  # expected: ")[2]
    folder = course.root / "solutions" / "centring"
    given = run_pasted(lines, folder).split()
    assert len(given) == 2, "small: two columns"
    assert expected.startswith("np.array([")


TELLING = """
from autograder.grading.ladder import Case, Size, ladder

@ladder("centring.centre", parts=("centred", "means"))
def centres(rng, rows=Size(7), columns=Size(3), apart=Case("the means of the columns differ")):
    X = np.outer(np.arange(rows) - (rows - 1) / 2, np.ones(columns))
    return dict(X=X + apart * rng.normal(size=columns))
"""


def test_an_example_at_which_the_student_s_own_function_is_right_is_not_shown(wrong: Path) -> None:
    ones = EXAMPLE.replace("[[1.0], [3.0]]", "[[1.0], [1.0]]").replace("[1.0])", "[0.0])")
    both = [{"lines": it, "in_notebook": ""} for it in (ones, EXAMPLE)]
    (wrong / EXAMPLES_FILE).write_text(json.dumps({"centring.spread": both}))
    assert all_stages(wrong)[2].endswith(EXAMPLE)
    (wrong / EXAMPLES_FILE).write_text(json.dumps({"centring.spread": both[:1]}))
    assert len(all_stages(wrong)) == 2


def test_a_function_that_ends_the_process_is_shown_its_example(wrong: Path) -> None:
    (wrong / "centring.py").write_text(f"{WRONG}\n\ndef spread(X):\n    raise SystemExit(3)\n")
    assert all_stages(wrong)[2].endswith(EXAMPLE)


def test_the_example_is_one_at_which_known_mistakes_show(tmp_path: Path) -> None:
    mistaken = """
        [M01]
        title = "right where each column has the mean 0"
        hint = "Which mean is taken off?"
        edits.centre = ["X - column_means, ", "X - X.mean(), "]
    """
    parts = {
        "solutions/centring/test_graded.py": f"import numpy as np\n{GRADED}{TELLING}",
        "solutions/centring/mistakes.toml": mistaken,
    }
    course = find_course(write_course(tmp_path / "course", parts))
    with Grader(course.assignment("centring"), course.solution("centring")) as grader:
        lines = worked_examples(grader)["centring.centre"][0].lines.splitlines()
    folder = course.root / "solutions" / "centring"
    right = run_pasted(lines, folder)
    reference = (folder / "centring.py").read_text()
    (folder / "centring.py").write_text(reference.replace("X - column_means, ", "X - X.mean(), "))
    assert run_pasted(lines, folder) != right


ROUNDED = """
from autograder.grading.ladder import Case, Size, ladder

@ladder("centring.rounded", parts=("whole",))
def halves(rng, rows=Size(2), clear=Case("no number is halfway")):
    return dict(X=rng.choice([1.3, 2.2, -0.04] if clear else [-2.5, 1.5, 3.5], size=rows, replace=False))
"""


def test_no_example_hinges_on_rounding(tmp_path: Path) -> None:
    rounded = "\n\ndef rounded(X):\n    return np.array([int(x + 0.5) for x in X])\n"
    question = ASSIGNMENT.replace('"centring.spread"]', '"centring.spread", "centring.rounded"]')
    parts = {
        "assignments/centring/assignment.toml": question,
        "assignments/centring/centring.py": STUB + rounded.replace("int(x + 0.5)", "x"),
        "solutions/centring/centring.py": REFERENCE + rounded,
        "solutions/centring/test_graded.py": f"import numpy as np\n{GRADED}{ROUNDED}",
    }
    course = find_course(write_course(tmp_path / "course", parts))
    with Grader(course.assignment("centring"), course.solution("centring")) as grader:
        lines = worked_examples(grader)["centring.rounded"][0].lines
    assert ".5" not in lines and "-0.0" not in lines


GIVEN = """
from functools import partial
from autograder.grading.ladder import Case, Size, ladder

def long_sum(x, weights):
    return float(np.sum(np.clip(weights * x, -50.0, 50.0)) + np.sum(np.clip(weights * x, -50.0, 50.0) ** 2) +
                 np.sum(np.cos(np.clip(weights * x, -50.0, 50.0))) + np.sum(np.sin(np.clip(weights * x, -50.0, 50.0))))

def simple_sum(x, weights):
    return float(np.sum(weights * x))

@ladder("centring.applied", parts=("values",), beside=(long_sum, simple_sum))
def sums(rng, rows=Size(3), simple=Case("f is linear")):
    weights = rng.normal(size=4)
    return dict(f=partial(simple_sum if simple else long_sum, weights=weights), X=rng.normal(size=(rows, 4)), rate=0.04)
"""


def test_an_example_of_a_function_that_is_given_one_is_short_and_runs(tmp_path: Path) -> None:
    applied = "\n\ndef applied(f, X, rate):\n    return np.array([rate * f(row) for row in X])\n"
    question = ASSIGNMENT.replace('"centring.spread"]', '"centring.spread", "centring.applied"]')
    parts = {
        "assignments/centring/assignment.toml": question,
        "assignments/centring/centring.py": STUB + applied.replace("np.array(", "list("),
        "solutions/centring/centring.py": REFERENCE + applied,
        "solutions/centring/test_graded.py": f"import numpy as np\n{GRADED}{GIVEN}",
    }
    course = find_course(write_course(tmp_path / "course", parts))
    with Grader(course.assignment("centring"), course.solution("centring")) as grader:
        lines = worked_examples(grader)["centring.applied"][0].lines.splitlines()
    assert "lambda x: float(np.sum(np.array([" in lines[1] and ", 0.04" in lines[1]
    expected = eval(lines[-1].partition("  # expected: ")[2], {"np": np})
    printed = run_pasted(lines, course.root / "solutions" / "centring")
    assert np.allclose([float(it) for it in printed.strip("[]\n ").split()], expected)


def test_an_unknown_question_is_an_error_of_one_sentence(work: Path) -> None:
    with pytest.raises(CourseError, match="centre, spread"):
        check_folder(["nothing"], work)
    assert "centre is not filled in yet" in only_line(run_here("hint", "centring", cwd=work).stderr)


OWN_TESTS = """

@pytest.mark.question("own_tests")
def test_your_tests_on_your_code(own_tests):
    own_tests.hold()
"""
ONE_TEST = """
import numpy as np
from centring import spread
def test_ones():
    assert spread(np.ones((2, 1)))[0] == """


@pytest.mark.parametrize(
    "tests, first, then",
    [
        ("", "For which inputs can you say the result", "asserts a value, not only a type or a shape"),
        (f"{ONE_TEST}1", "Which of the two is right, what the test asserts", "Look at my_tests.py, line 5."),
        (f"{ONE_TEST}0", "Which mistake in it would they not notice?", "If centring.py, line "),
    ],
    ids=["none", "wrong", "passing"],
)
def test_hints_on_own_tests_are_about_tests(work: Path, tests: str, first: str, then: str) -> None:
    text = hint_on_own_tests(work, tests)
    assert first in text and then in text


def hint_on_own_tests(work: Path, tests: str) -> str:
    more = '[[files]]\nname = "my_tests.py"\noptional = true\n\n[limits]'
    question = '\n[[questions]]\nid = "own_tests"\ntitle = "Tests"\npoints = 2\nbonus = true\n'
    (work / "assignment.toml").write_text(ASSIGNMENT.replace("[limits]", more) + question)
    (work / "test_public.py").write_text(PUBLIC + OWN_TESTS)
    (work / "centring.py").write_text(REFERENCE)
    (work / "my_tests.py").write_text(tests)
    checks = check_folder(folder=work, tier="limits")
    hint_for(checks, "own_tests", work, 1000)
    return hint_for(checks, "own_tests", work, 2000).text


def test_a_change_that_own_tests_miss_is_found_by_trying(work: Path) -> None:
    text = hint_on_own_tests(work, f"{ONE_TEST}0")
    place = re.search(r"If centring\.py, line (\d+) were changed", text)
    now, changed = (re.search(rf"^{name}: +(.+)$", text, re.MULTILINE) for name in ("now", "changed"))
    assert place and now and changed
    lines = REFERENCE.splitlines()
    number = int(place[1]) - 1
    assert lines[number].strip() == now[1]
    lines[number] = lines[number].replace(now[1], changed[1])
    (work / "centring.py").write_text("\n".join(lines))
    failed = {
        id: [it for it in verdicts if not it.passed]
        for id, verdicts in check_folder(folder=work, tier="limits").verdicts.items()
    }
    assert failed["spread"] and not failed["own_tests"]


def test_tests_that_miss_no_small_change_are_told_so(work: Path) -> None:
    text = hint_on_own_tests(
        work,
        "import numpy as np\nfrom centring import spread\n"
        "def test_by_hand():\n"
        "    assert np.allclose(spread(np.array([[1.0, 2.0], [3.0, 6.0], [8.0, 1.0]])), [2.943920289, 2.160246899])\n",
    )
    assert re.search(r"They notice all [1-9]\d* small changes to your functions that were tried\.", text)
