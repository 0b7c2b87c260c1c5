"""A small course with one loss, written to disk, and hand-ins for it; or with many questions for that loss."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

from autograder.course.loading import Course
from autograder.grading.grader import Grader
from autograder.model.verdict import Verdict
from tests.courses import write_course

ASSIGNMENT = """
title = "Losses"
version = "1.0"
total_points = 10
not_allowed = ["numpy.linalg.norm"]

[[files]]
name = "hw.py"

[[files]]
name = "other.py"

[limits]
seconds_per_call = 5.0
seconds_total = 600.0

[conventions]
half = "accept"

[[questions]]
id = "loss"
title = "Loss"
points = 6
functions = ["hw.loss", "hw.Model"]

[[questions]]
id = "other"
title = "Another question"
points = 4
functions = ["other.one"]
not_allowed = ["map"]
"""

STUB = """
def loss(W, X, reg):
    raise NotImplementedError("fill in loss")
class Model:
    def __init__(self):
        raise NotImplementedError
"""
OTHER_STUB = "def one(X):\n    raise NotImplementedError\n"

REFERENCE = """
import numpy as np

def loss(W, X, reg):
    scores = X @ W
    value = (scores ** 2).mean() + reg * (W * W).sum()
    dW = 2 * X.T @ scores / scores.size + 2 * reg * W
    return value, dW

class Model:
    def __init__(self, size=3):
        if size < 1:
            raise ValueError("size must be positive")
        self.W = np.zeros(size)

    def train(self, X, steps=1):
        for _ in range(steps):
            self.W = self.W + X.sum(axis=0)
        return self.W
"""
OTHER = "def one(X):\n    return X + 1\n"

PUBLIC = """
import numpy as np
import pytest

@pytest.mark.question("loss")
def test_loss(expect):
    expect("hw.loss", np.eye(2), np.eye(2), 0.0, equals=(0.5, 0.5 * np.eye(2)), names=("loss", "dW"))
"""

GRADED = """
import numpy as np
import pytest

loss = pytest.mark.question("loss")

def problem(rng, N=7, D=5, C=4):
    return rng.normal(size=(D, C)), rng.normal(size=(N, D))

@loss
def test_without_a_penalty(compare, rng):
    compare("hw.loss", *problem(rng), 0.0, names=("loss", "dW"))

@loss
@pytest.mark.parametrize("reg", [0.1, 0.7])
def test_with_a_penalty(compare, rng, reg):
    compare("hw.loss", *problem(rng), reg, names=("loss", "dW"))

@pytest.mark.question("other")
def test_one(compare, rng):
    compare("other.one", rng.normal(size=3), names=("result",))
"""

MISTAKES = """
[not_averaged]
title = "sum instead of mean"
hint = "Double the batch by repeating it: should the loss change?"
replaced_by.loss = "not_averaged"

[shapes_swapped]
title = "X and W swapped"
hint = "Which of the two comes first?"
replaced_by.loss = "shapes_swapped"

[half]
note = "Half of the penalty is as good."
replaced_by.loss = "half"
"""

MISTAKEN_FUNCTIONS = """
def not_averaged(original, W, X, reg):
    value, dW = original(W, X, 0.0)
    size = len(X) * W.shape[1]
    return value * size + reg * (W * W).sum(), dW * size + 2 * reg * W

def shapes_swapped(original, W, X, reg):
    return original(X, W, reg)

def half(original, W, X, reg):
    return original(W, X, reg / 2)
"""

HEAD = GRADED.partition("@loss")[0]
"""What graded tests begin with."""
OTHER_TEST = """
@pytest.mark.question("other")
def test_one(compare, rng):
    compare("other.one", rng.normal(size=3), names=("result",))
"""

FILES = {
    "assignments/losses/assignment.toml": ASSIGNMENT,
    "assignments/losses/hw.py": STUB,
    "assignments/losses/other.py": OTHER_STUB,
    "assignments/losses/test_public.py": PUBLIC,
    "assignments/losses/README.md": "# Losses\n",
    "solutions/losses/grading.toml": 'salt = "pepper, pepper, pepper"\n',
    "solutions/losses/hw.py": REFERENCE,
    "solutions/losses/other.py": OTHER,
    "solutions/losses/test_graded.py": GRADED,
    "solutions/losses/mistakes.toml": MISTAKES,
    "solutions/losses/mistakes.py": MISTAKEN_FUNCTIONS,
}

PLACES = {
    "graded": "solutions/losses/test_graded.py",
    "public": "assignments/losses/test_public.py",
    "reference": "solutions/losses/hw.py",
    "other": "solutions/losses/other.py",
    "assignment": "assignments/losses/assignment.toml",
    "bank": "solutions/losses/mistakes.toml",
    "grading": "solutions/losses/grading.toml",
}
ALL = ("public", "without_a_penalty", "with_a_penalty[0.1]", "with_a_penalty[0.7]", "one")
OF_LOSS = ALL[:-1]


def course_of(root: Path, **replaced: str | None) -> Course:
    """Write the course; keywords are the names of `PLACES` and replace a file, or leave it out with None."""
    return Course(write_course(root, {**FILES, **{PLACES[name]: text for name, text in replaced.items()}}))


def grader_of(root: Path, **replaced: str | None) -> Grader:
    """Return a grader of the course, with replacements as in `course_of`."""
    course = course_of(root, **replaced)
    return Grader(course.assignment("losses"), course.solution("losses"))


def hand_in(loss: str = REFERENCE, other: str = OTHER) -> dict[str, bytes]:
    """Return a hand-in of two files."""
    return {"hw.py": textwrap.dedent(loss).encode(), "other.py": textwrap.dedent(other).encode()}


def with_loss(body: str) -> dict[str, bytes]:
    """Return a hand-in whose `loss` has this body."""
    return hand_in(f"{REFERENCE}\n{_function('loss', body)}")


def short(verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """Return the verdicts by the name of the test alone, public checks as `public`."""
    return {
        "public" if "test_public" in id else id.partition("::")[2].removeprefix("test_"): verdict
        for id, verdict in verdicts.items()
    }


def kinds(verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    """Return the kinds of verdicts alone."""
    return {name: verdict.kind.value for name, verdict in verdicts.items()}


# --- a question for every body of a function ------------------------------------------------------------


def verdicts_on(
    root: Path, bodies: Mapping[str, str], bank: str = "", limits: str = ""
) -> dict[str, Verdict]:
    """Grade a hand-in in which each question's function has one of these bodies, against the loss in each."""
    questions = "".join(_question(name) for name in bodies)
    head = ASSIGNMENT.partition("[[questions]]")[0].replace(
        "total_points = 10", f"total_points = {len(bodies)}"
    )
    reference = REFERENCE + "".join(_function(name, "return loss(W, X, reg)") for name in bodies)
    graded = GRADED.partition("@loss")[0] + "".join(_graded_test(name) for name in bodies)
    with grader_of(
        root,
        assignment=head.replace("seconds_per_call = 5.0", limits or "seconds_per_call = 5.0") + questions,
        reference=reference,
        graded=graded,
        public="",
        bank=bank or None,
    ) as grader:
        handed_in = REFERENCE + "".join(_function(name, body) for name, body in bodies.items())
        return short(grader.grade(hand_in(handed_in)))


def _function(name: str, body: str) -> str:
    return f"\n\ndef {name}(W, X, reg):\n" + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ") + "\n"


def _question(name: str) -> str:
    return f'\n[[questions]]\nid = "{name}"\ntitle = "{name}"\npoints = 1\nfunctions = ["hw.{name}"]\n'


def _graded_test(name: str) -> str:
    return f"""
@pytest.mark.question("{name}")
def test_{name}(compare, rng):
    compare("hw.{name}", *problem(rng), 0.3, names=("loss", "dW"))
"""
