"""Questions that depend on each other: on the reference's functions, on constants, on seeds, on data."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from autograder.course.loading import Course
from autograder.errors import CourseError
from autograder.grading.grader import Grader
from autograder.model.verdict import Kind
from autograder.sandbox import callbacks
from tests.courses import GRADING, write_course

DATA = '{"scale": 3.0}'

ASSIGNMENT = f"""
title = "Layers"
version = "1.0"
total_points = 6
not_allowed = ["scipy"]

[[files]]
name = "layers.py"

[[files]]
name = "net.py"

[[data]]
name = "data/scale.json"
sha256 = "{hashlib.sha256(DATA.encode()).hexdigest()}"

[[questions]]
id = "layers"
title = "Layers"
points = 3
functions = ["layers.affine"]

[[questions]]
id = "net"
title = "A net of them"
points = 2
functions = ["net.scores", "net.initial"]
given = ["layers"]

[[questions]]
id = "answer"
title = "How many"
points = 1
functions = ["net.ANSWER"]
"""

LAYERS = """
import numpy as np

def affine(x, w, b):
    out = x @ w + b
    return out, (x, w, b)
"""

NET = """
import json
import random
from layers import *

ANSWER = "b"
SIZES = {"hidden": 5}

def scores(x, w, b):
    with open("data/scale.json") as file:
        scale = json.load(file)["scale"]
    out, cache = affine(x, w, b)
    return scale * np.maximum(out, 0), len(cache)

def initial(size):
    return np.random.randn(size) + random.random()
"""

GRADED = """
import numpy as np
import pytest

def arguments(rng):
    return rng.normal(size=(3, 2)), rng.normal(size=(2, 4)), rng.normal(size=4)

@pytest.mark.question("layers")
def test_affine(compare, rng):
    compare(lambda code, *args: code.call("layers.affine", *args)[0], *arguments(rng), names=("out",))

@pytest.mark.question("net")
def test_scores(compare, rng):
    compare("net.scores", *arguments(rng), names=("scores", "cached"))

@pytest.mark.question("net")
def test_initial(compare):
    def script(code):
        code.seed(7)
        return code.call("net.initial", 3)
    compare(script, names=("weights",))

@pytest.mark.question("answer")
def test_answer(compare):
    compare(lambda code: code.get_constant("net.ANSWER"), names=("ANSWER",))

@pytest.mark.question("answer")
def test_scores_alone(compare, rng):
    compare(lambda code, *args: code.with_reference("layers.py").call("net.scores", *args), *arguments(rng))
"""

PUBLIC = """
import numpy as np
import pytest

@pytest.mark.question("answer")
def test_answer(expect):
    expect(lambda code: code.get_constant("net.SIZES"), equals={"hidden": 5})

@pytest.mark.question("net")
def test_net(student):
    student.call("net.scores", np.ones((1, 1)), np.ones((1, 1)), np.ones(1))
"""

FILES = {
    "assignments/net/assignment.toml": ASSIGNMENT,
    "assignments/net/layers.py": "import numpy as np\n\ndef affine(x, w, b):\n    raise NotImplementedError\n",
    "assignments/net/net.py": "ANSWER = None\ndef scores(x, w, b):\n    raise NotImplementedError\n",
    "assignments/net/data/scale.json": DATA,
    "assignments/net/test_public.py": PUBLIC,
    "solutions/net/grading.toml": GRADING,
    "solutions/net/layers.py": LAYERS,
    "solutions/net/net.py": NET,
    "solutions/net/test_graded.py": GRADED,
}


def course_in(tmp_path: Path, **replaced: str) -> Course:
    root = write_course(tmp_path, FILES)
    for name, text in replaced.items():
        (root / f"assignments/net/{name}.toml").write_text(text)
    (root / "assignments/net/data/scale.json").write_text(DATA)
    return Course(root)


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    course = course_in(tmp_path_factory.mktemp("course"))
    with Grader(course.assignment("net"), course.solution("net")) as grader:
        yield grader


def kinds(grader, **replaced):
    files = {"layers.py": LAYERS, "net.py": NET, **{f"{name}.py": text for name, text in replaced.items()}}
    verdicts = grader.grade({name: text.encode() for name, text in files.items() if text})
    return {id.partition("::")[2]: verdict for id, verdict in verdicts.items() if "graded" in id}


def failed(verdicts):
    return {name for name, verdict in verdicts.items() if not verdict.passed}


def test_the_reference_passes(grader):
    verdicts = grader.grade(grader.reference_files)
    assert not [verdict for verdict in verdicts.values() if not verdict.passed]


@pytest.mark.parametrize(
    "layers",
    [
        LAYERS.replace("+ b", "- b"),
        "def affine(x, w, b):\n    raise NotImplementedError",
        "this is not Python",
        "",
    ],
    ids=["wrong", "missing", "no Python", "not handed in"],
)
def test_a_mistake_in_what_is_given_is_paid_for_once(grader, layers):
    verdicts = kinds(grader, layers=layers)
    assert failed(verdicts) >= {"test_affine"}
    assert not failed(verdicts) & {"test_scores", "test_scores_alone"}


def test_a_mistake_of_the_question_s_own_is_found_nevertheless(grader):
    assert failed(kinds(grader, net=NET.replace("maximum", "minimum"))) == {
        "test_scores",
        "test_scores_alone",
    }


def test_a_call_that_does_not_fit_raises_in_the_hand_in(grader):
    wrong = NET.replace("affine(x, w, b)", "affine(x, b, w)")
    verdict = kinds(grader, net=wrong)["test_scores"]
    assert verdict.kind is Kind.RAISED
    assert "layers.affine raised ValueError" in verdict.details


def test_wrong_constants_and_draws_are_found(grader):
    wrong = NET.replace('"b"', '"c"').replace("randn", "rand")
    assert failed(kinds(grader, net=wrong)) == {"test_answer", "test_initial"}
    assert kinds(grader, net=NET.replace("ANSWER =", "OTHER ="))["test_answer"].kind is Kind.MISSING


def test_the_reference_does_not_come_to_the_hand_in(grader):
    spying = (
        NET
        + """
import inspect
import layers

def scores(x, w, b):
    text = inspect.getsource(layers)
    assert "__lent__" in text, text
    assert "out = x @ w + b" not in text
    for module in list(__import__("sys").modules.values()):
        assert "x @ w + b" not in str(getattr(module, "__dict__", {}).get("__source__", ""))
    return original(x, w, b)
""".replace("original", "scores_itself")
    )
    spying = spying.replace("def scores(x, w, b):\n    with", "def scores_itself(x, w, b):\n    with", 1)
    assert "test_scores" not in failed(kinds(grader, net=spying))


def test_nothing_is_lent_to_a_question_that_asks_for_it(grader):
    """Code that keeps what lends for another question is refused."""
    keeping = NET + "\nimport builtins, __lent__\nbuiltins.kept = __lent__.call\n"
    stealing = "import builtins, net\ndef affine(x, w, b):\n    return builtins.kept('layers.affine', (x, w, b), {})\n"
    verdict = kinds(grader, net=keeping, layers=stealing)["test_affine"]
    assert not verdict.passed and "not lent here" in verdict.details


def test_data_can_be_read_and_is_the_same_for_every_test(grader):
    spoiling = NET.replace(
        'with open("data/scale.json") as file:\n        scale',
        'try:\n        open("data/scale.json", "w").write("{}")\n    except OSError:\n        pass\n'
        '    with open("data/scale.json") as file:\n        scale',
    )
    assert "test_scores" not in failed(kinds(grader, net=spoiling))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('given = ["layers"]', 'given = ["layer"]', "names layer, but layer.py is not among the files"),
        ('given = ["layers"]', 'given = ["net"]', "names net, which the question itself asks for"),
        ('sha256 = "', 'sha256 = "0', "is not the file that the assignment was written for"),
        ("data/scale.json", "data/other.json", "other.json is missing; put it there"),
        ("data/scale.json", "../scale.json", "give a file of this folder"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, old, new, said):
    course = course_in(tmp_path, assignment=ASSIGNMENT.replace(old, new))
    with pytest.raises(CourseError, match=said):
        course.assignment("net").data_files()


def test_a_missing_checksum_is_given_to_be_written_down(tmp_path):
    digest = hashlib.sha256(DATA.encode()).hexdigest()
    course = course_in(tmp_path, assignment=ASSIGNMENT.replace(f'sha256 = "{digest}"', ""))
    with pytest.raises(CourseError, match=f'write sha256 = "{digest}"'):
        course.assignment("net")


def test_public_checks_run_without_the_reference(tmp_path):
    course = course_in(tmp_path)
    with Grader(course.assignment("net"), None) as grader:
        wrong = {"layers.py": LAYERS.encode(), "net.py": NET.replace('"hidden": 5', '"hidden": 6').encode()}
        verdicts = {id.partition("::")[2]: verdict for id, verdict in grader.grade(wrong).items()}
    assert verdicts["test_net"].passed
    assert verdicts["test_answer"].kind is Kind.WRONG_VALUE


def test_classes_cannot_be_lent(tmp_path):
    course = course_in(tmp_path)
    (course.root / "solutions/net/layers.py").write_text(LAYERS + "\nclass Layer:\n    pass\n")
    with Grader(course.assignment("net"), course.solution("net")) as grader:
        verdicts = kinds(grader)
    assert verdicts["test_scores"].kind is Kind.GRADER_FAULT
    assert "only functions can be lent" in verdicts["test_scores"].details


def test_what_is_lent_can_be_called_for_a_while_only(grader, monkeypatch):
    monkeypatch.setattr(callbacks, "MOST_LENT_SECONDS", 0.05)
    endless = NET.replace(
        "out, cache = affine(x, w, b)",
        "while True:\n        out, cache = affine(np.ones((300, 300)), np.ones((300, 300)), 0)",
    )
    verdict = kinds(grader, net=endless)["test_scores"]
    assert verdict.kind is Kind.TIMED_OUT
