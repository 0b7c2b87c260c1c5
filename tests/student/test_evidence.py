"""A failed public check shows all its inputs, what was printed, and lines that show the same in a fresh Python."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from autograder.course.loading import find_course
from autograder.grading.explain.bank import load_bank
from autograder.grading.grader import Grader
from autograder.model.verdict import Verdict
from autograder.student.checks import check_folder
from tests.courses import REFERENCE, STUB, write_course

HEAD = """
import numpy as np
import pytest

centre = pytest.mark.question("centre")

@pytest.mark.question("spread")
def test_spread(expect):
    expect("centring.spread", np.array([[1.0], [3.0]]), equals=np.array([1.0]))
"""

RUN = """
import ast, sys
tree = ast.parse(sys.stdin.read())
last = tree.body.pop()
names = {}
exec(compile(tree, "pasted", "exec"), names)
print(repr(eval(compile(ast.Expression(last.value), "pasted", "eval"), names)))
"""


def failed(work: Path, checks: str, code: str) -> Verdict:
    """Return the verdict of the only check of `centre` that fails, of a student's code added to the stub."""
    (work / "test_public.py").write_text(HEAD + checks)
    (work / "centring.py").write_text(STUB + code)
    verdicts = [it for it in check_folder(["centre"], work).verdicts["centre"] if not it.passed]
    assert len(verdicts) == 1
    return verdicts[0]


def run_pasted(counterexample: str, folder: Path) -> str:
    """Run lines in a fresh Python beside a student's file; return what an interactive one would show."""
    command = [sys.executable, "-c", RUN]
    done = subprocess.run(
        command, input=counterexample, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{counterexample}\n{done.stderr}"
    return done.stdout.strip()


VOTES = """
def votes(code, y_train, dists, k):
    model = code.new("centring.Neighbours")
    model.call("train", np.zeros((len(y_train), 2)), y_train)
    return model.call("predict_labels", dists, k)

@centre
def test_votes(expect):
    expect(votes, np.array([3, 20]), np.array([[0.1, 0.2], [0.2, 0.1]]), 1, equals=np.array([3, 20]), names=("labels",))
"""

NEIGHBOURS = """
class Neighbours:
    def train(self, X, y):
        print("trained on", len(y))
        self.y_train = y

    def predict_labels(self, dists, k):
        print("voting with", k)
        return np.array([self.y_train[-1]] * len(dists))
"""


def test_what_a_model_was_trained_with_is_shown(work: Path) -> None:
    verdict = failed(work, VOTES, NEIGHBOURS)
    assert "model.train(X, y)" in verdict.details
    assert "y = array of int64, shape (2,):\n  [ 3 20]" in verdict.details
    assert "dists = array of float64, shape (2, 2):" in verdict.details
    assert "k = 1" in verdict.details
    assert verdict.counterexample.endswith("model.predict_labels(dists, k)  # expected: np.array([3, 20])")
    assert run_pasted(verdict.counterexample, work).splitlines()[-1] == "array([20, 20])"


def test_prints_of_every_call_are_shown_beside_a_wrong_value(work: Path) -> None:
    assert failed(work, VOTES, NEIGHBOURS).details.endswith("printed:\ntrained on 2\nvoting with 1")


def test_what_was_printed_is_bounded(work: Path) -> None:
    verdict = failed(work, VOTES, NEIGHBOURS.replace('"voting with", k', '"first", "x" * 100_000, "last"'))
    printed = verdict.details.partition("printed:\n")[2]
    assert "first" in printed
    assert len(printed) < 1_100


STATE = """
def labels(code, W, X):
    model = code.new("centring.Linear")
    model.set("W", W)
    return model.call("predict", X)

@centre
def test_labels(expect):
    expect(labels, np.eye(2), np.eye(2), equals=np.array([0, 1]), names=("labels",))
    expect(labels, np.array([[1.0, 9.0], [8.0, 2.0]]), np.eye(2), equals=np.array([1, 0]), names=("labels",))
"""

LINEAR = """
class Linear:
    def predict(self, X):
        return np.argmin(X @ self.W, axis=1) if self.W[0, 1] else np.array([0, 1])
"""


def test_attributes_that_a_check_sets_are_shown(work: Path) -> None:
    verdict = failed(work, STATE, LINEAR)
    assert "model.W = array of float64, shape (2, 2):\n[[1. 9.]\n [8. 2.]]" in verdict.details
    assert "model.W = np.array([[1.0, 9.0], [8.0, 2.0]])" in verdict.counterexample
    assert run_pasted(verdict.counterexample, work) == "array([0, 1])"


def test_an_earlier_comparison_of_the_same_check_is_left_out(work: Path) -> None:
    verdict = failed(work, STATE, LINEAR)
    assert verdict.details.count("Linear()") == 1
    assert verdict.counterexample.count("Linear()") == 1


NESTED = """
@centre
def test_folds(expect):
    equals = {1: [1.0, 1.0], 3: [0.0, 1.0]}
    expect("centring.folds", [1, 3], equals=equals, names=("accuracies",))

@centre
def test_grid(expect):
    equals = {(0.5, 1.0): (0.25, 0.5)}
    expect("centring.grid", equals=equals, names=("results",))
"""

FOLDS = """
def folds(ks):
    return {1: [1.0, 1.0], 3: [0.5, 1.0]}

def grid():
    return {(0.5, 1.0): (0.25, 0.5)}
"""


def test_a_path_into_a_dictionary_reads_as_python(work: Path) -> None:
    assert failed(work, NESTED, FOLDS).message.startswith("accuracies[3][0] is a real number")
    wrong = FOLDS.replace("[0.5, 1.0]", "[0.0, 1.0]").replace("(0.25, 0.5)", "(0.25, 0.75)")
    assert failed(work, NESTED, wrong).message.startswith("results[(0.5, 1.0)][1] is a real number")


EXTENDED = '''
ADDITIONS = """
import numpy

class Constant:
    \\'\\'\\'Predicts what it was given; a\\\\tb.\\'\\'\\'

    def __init__(self, value=1):
        self.W = numpy.array([value])


def helper(x):
    return 10 * x
"""

def searched(code, rates):
    code = code.extended(centring=ADDITIONS)
    found = code.call("centring.search", rates, make=code.ref("centring.Constant"))
    return found[0], found[1].get("W")

@centre
def test_search(expect):
    expect(searched, [0.5, 0.25], equals=({0.5: 5.0, 0.25: 2.5}, np.array([1])), names=("results", "weights of best"))
'''

SEARCH = """
def helper(x):
    return x

def search(rates, make):
    return {rate: helper(rate) for rate in rates}, make(2)
"""


def test_lines_reproduce_a_check_that_adds_to_the_file(work: Path) -> None:
    verdict = failed(work, EXTENDED, SEARCH)
    assert "lines are added at the end of centring.py" in verdict.details
    assert "rates = [0.5, 0.25]" in verdict.details
    assert "make = centring.Constant" in verdict.details
    assert "(returned[0], returned[1].W)  # expected: ({0.5: 5.0, 0.25: 2.5}" in verdict.counterexample
    assert run_pasted(verdict.counterexample, work) == "({0.5: 5.0, 0.25: 2.5}, array([2]))"


FUNCTIONS = """
SLOPE = 10.0

def descended(code, steps):
    model = code.new("centring.Model")
    losses = iter(range(5, -100, -1))

    def loss(W):
        return float(next(losses)), SLOPE * np.ones(2)

    model.set("W", np.zeros(2))
    model.set("loss", loss)
    history = model.call("train", num_iters=steps)
    return history, model.get("W")

@centre
def test_descends(expect):
    expect(descended, 2, equals=([5.0, 4.0], np.full(2, -20.0)), names=("history", "W"))
"""

MODEL = """
class Model:
    def train(self, num_iters):
        history = []
        for _ in range(num_iters):
            loss, slope = self.loss(self.W)
            self.W = self.W + slope
            history.append(loss)
        return history
"""


def test_lines_reproduce_a_function_with_a_state_of_its_own(work: Path) -> None:
    verdict = failed(work, FUNCTIONS, MODEL)
    assert run_pasted(verdict.counterexample, work) == "([5.0, 4.0], array([20., 20.]))"


def test_a_constant_that_a_function_uses_is_written_down(work: Path) -> None:
    verdict = failed(work, FUNCTIONS.replace("float(next(losses))", "1.0"), MODEL)
    assert "model.loss = lambda W: (1.0, 10.0 * np.ones(2))" in verdict.details
    assert run_pasted(verdict.counterexample, work) == "([1.0, 1.0], array([20., 20.]))"


def test_a_function_may_call_others_and_methods_may_be_inherited(work: Path) -> None:
    checks = FUNCTIONS.replace("float(next(losses))", "squared(W)").replace(
        "centring.Model", "centring.Derived"
    )
    checks = "def squared(W):\n    return float(W @ W)\n" + checks
    checks = checks.replace("num_iters=steps", "steps")
    verdict = failed(work, checks, MODEL + "\n\nclass Derived(Model):\n    pass\n")
    assert "num_iters = 2" in verdict.details
    assert "model.loss = lambda W: ((lambda W: float(W @ W))(W), 10.0 * np.ones(2))" in verdict.details
    assert run_pasted(verdict.counterexample, work) == "([0.0, 200.0], array([20., 20.]))"


CONDITION = """
@centre
def test_batches(student, check):
    model = student.new("centring.Model")
    shapes = []

    def loss(W):
        shapes.append(W.shape)
        return 1.0, np.ones(3)

    model.set("W", np.zeros(3))
    model.set("loss", loss)
    model.call("train", num_iters=2)
    check(shapes == [(4,)] * 2, "loss should be given four weights")
"""


def test_lines_show_what_a_function_of_the_check_was_given(work: Path) -> None:
    verdict = failed(work, CONDITION, MODEL)
    assert "model.W = np.zeros(3)" in verdict.counterexample
    assert "num_iters = 2" in verdict.details
    shown = run_pasted(verdict.counterexample, work)
    assert shown == "([1.0, 1.0], [array([0., 0., 0.]), array([1., 1., 1.])])"


RAISING = """
@centre
def test_refuses(student):
    student.raises("ValueError", "centring.centre", np.ones((2, 1)))

@centre
def test_plain_assert(student):
    assert student.call("centring.spread", np.array([[1.0], [3.0]])).shape == (1,)
"""


def test_a_missing_exception_shows_its_inputs(work: Path) -> None:
    code = REFERENCE.partition("import numpy as np")[2]
    verdict = failed(work, RAISING, code)
    assert "X = array of float64, shape (2, 1)" in verdict.details
    assert verdict.counterexample.endswith(
        "centre(X)  # it should raise ValueError here, but returns a value"
    )


COMPUTED = """
def summed(code, X):
    return float(np.sum(code.call("centring.centre", X)))

@centre
def test_sum(expect):
    expect(summed, np.ones((2, 1)), equals=7.0, names=("sum",))
"""


def test_a_value_that_the_check_computes_is_not_expected_of_the_call(work: Path) -> None:
    verdict = failed(work, COMPUTED, "def centre(X):\n    return X\n")
    last = verdict.counterexample.splitlines()[-1]
    assert last == "centre(X)  # from this the check computes what should be 7.0"


TWO_CALLS = """
@centre
def test_sums(expect):
    expect("centring.total", np.array([1.0, 2.0]), equals=np.array([3.0]), names=("total",))
    expect("centring.total", np.array([5.0, 6.0]), equals=np.array([11.0]), names=("total",))
"""


def test_right_numbers_of_another_type_are_shown_with_the_inputs_of_their_call(work: Path) -> None:
    code = "def total(x):\n    print('of', x)\n    return [sum(x)] if x[0] == 1 else np.array([sum(x)])\n"
    verdict = failed(work, TWO_CALLS, "\nimport numpy as np\n" + code)
    assert verdict.message.startswith("total holds the right numbers, but is a list; return")
    assert "x = array of float64, shape (2,):\n[1. 2.]" in verdict.details
    assert "of [1. 2.]" in verdict.details and "5." not in verdict.details
    assert "3.0" in run_pasted(verdict.counterexample, work)


def test_inputs_are_those_of_the_call_even_if_the_check_changes_them_later(work: Path) -> None:
    checks = """
@centre
def test_changes(student, check):
    X = np.ones(2)
    student.call("centring.centre", X)
    X[:] = 7.0
    check(False, "always")
"""
    verdict = failed(work, checks, "def centre(X):\n    return X\n")
    assert "[1. 1.]" in verdict.details
    assert "7" not in verdict.counterexample


def test_graded_tests_show_none_of_it(tmp_path: Path) -> None:
    graded = VOTES.replace("(expect)", "(compare)").replace("expect(votes", "compare(votes")
    graded = HEAD.replace("expect(", "compare(").replace("(expect)", "(compare)") + graded
    graded = graded.replace(", equals=np.array([3, 20])", "").replace(", equals=np.array([1.0])", "")
    reference = REFERENCE + NEIGHBOURS.replace("[self.y_train[-1]] * len(dists)", "self.y_train")
    parts = {
        "solutions/centring/centring.py": reference,
        "solutions/centring/test_graded.py": graded,
        "solutions/centring/mistakes.toml": None,
        "solutions/centring/mistakes.py": None,
    }
    folder = write_course(tmp_path / "course", parts)
    course = find_course(folder)
    assignment = course.assignment("centring")
    with Grader(assignment, course.solution("centring")) as grader:
        files = {"centring.py": (REFERENCE + NEIGHBOURS).encode()}
        verdicts = grader.grade(files, only=lambda test: not test.public)
    verdict = next(it for it in verdicts.values() if "test_votes" in it.test)
    assert not verdict.passed
    assert verdict.counterexample == ""
    assert "printed" not in verdict.details
    assert "trained on" not in verdict.details + verdict.message
    assert "20" not in verdict.message


@pytest.mark.parametrize(
    "name, mistakes",
    [("knn", ["V02", "K01"]), ("sgd", ["T01", "T08", "T50", "R04"]), ("gradient_check", ["G01"])],
)
def test_lines_of_the_assignments_show_what_is_wrong(
    name: str, mistakes: Sequence[str], tmp_path: Path
) -> None:
    course = find_course(Path(__file__).parents[2])
    assignment = course.assignment(name)
    tried = 0
    variants = [
        it for it in load_bank(assignment, course.solution(name)).variants if it.mistake.id in mistakes
    ]
    with Grader(assignment, None) as grader:  # as on a student's machine
        for number, variant in enumerate(variants):
            folder = tmp_path / str(number)
            folder.mkdir()
            for file, content in variant.files.items():
                (folder / file).write_bytes(content)
            for verdict in grader.grade(variant.files, only=lambda test: test.public).values():
                _, marker, expected = verdict.counterexample.rpartition("  # expected: ")
                if marker and not verdict.message.startswith("it raised"):
                    tried += 1
                    shown = run_pasted(verdict.counterexample, folder)
                    right = repr(eval(expected, {"np": np}))
                    assert shown != right, verdict.counterexample
    assert tried >= 1


PLAIN = """
@centre
def test_centre(expect):
    expect("centring.centre", np.array([[1.0, 2.0], [3.0, 6.0]]), equals=0.0)
"""


def variables(work: Path, body: str) -> dict[str, str]:
    """Return the variables that are shown where `centre` raises, by name."""
    code = "\n\ndef centre(X):\n" + "".join(f"    {line}\n" for line in body.strip().splitlines())
    details = failed(work, PLAIN, code).details
    lines = details.partition("variables at that line:\n")[2].splitlines()
    return {name.strip(): value for name, _, value in (line.partition(" = ") for line in lines)}


def test_variables_of_the_part_that_raised_are_shown_first_and_inputs_once(work: Path) -> None:
    body = """
count = 3
columns = X.sum(axis=0)
rows = X.sum(axis=1, keepdims=True)[[0, 1, 0]]
return columns[np.newaxis, :, np.newaxis] - rows[:, 0, 0]
"""
    shown = variables(work, body)
    assert list(shown.items()) == [
        ("rows", "float64 (3, 1) [[3.], [9.], [3.]]"),
        ("columns", "float64 (2,) [4., 8.]"),
        ("count", "3"),
    ]


@pytest.mark.parametrize(
    "body, parts",
    [
        ("return A[0] - A.T", {"A[0]": "float64 (2,)", "A.T": "float64 (2, 3)"}),
        (
            "return np.dot(A[i:, None], A[-1])[9]",
            {"A[i:, None]": "float64 (2, 1, 2)", "A[-1]": "float64 (2,)"},
        ),
        (
            "return np.dot(A[i:, None], A[:, 0])",
            {"A[i:, None]": "float64 (2, 1, 2)", "A[:, 0]": "float64 (3,)"},
        ),
        ("A[:, 0] += A[\n    0]", {"A[:, 0]": "float64 (3,)", "A[0]": "float64 (2,)"}),
        ("A[:, 0] += A[0]", {"A[:, 0]": "float64 (3,)", "A[0]": "float64 (2,)"}),
        (
            "y = np.array([2, 0])\nreturn A[y] + A[A[:, 0] > 9]",
            {"A[y]": "float64 (2, 2)", "A[:, 0]": "float64 (3,)"},
        ),
        ("cache = {'x': A}\nreturn cache['x'] @ cache['x']", {"cache['x']": "float64 (3, 2)"}),
        ("return 1 // len([A[0] for A in [[[]]]][0])", {}),
    ],
)
def test_parts_of_the_line_that_raised_are_worked_out(work: Path, body: str, parts: dict[str, str]) -> None:
    shown = variables(work, f"A = np.ones((3, 2))\ni = 1\n{body}")
    found = {name: value for name, value in shown.items() if not name.isidentifier()}
    assert found.keys() == parts.keys()
    for part, begins in parts.items():
        assert found[part].startswith(begins)


ENDS_WHEN_ASKED = """
class Model:
    width = property(lambda self: exit())
    def __getattr__(self, name): exit()
    def __getitem__(self, index): exit()
model = Model()
"""
"""Makes an object that ends its process when it is asked for anything but what is plainly there."""


def test_of_an_object_its_attributes_are_shown_without_running_its_code(work: Path) -> None:
    body = "model.W = np.ones((3, 2))\nreturn (model.W @ model.W) + model.width + model[0] + model.none"
    shown = variables(work, f"{ENDS_WHEN_ASKED}\n{body}")
    assert [*shown] == ["model.W"]
    assert shown["model.W"].startswith("float64 (3, 2)")


def test_a_name_that_a_comprehension_gives_is_not_told_as_what_it_was_before(work: Path) -> None:
    shown = variables(work, "A = np.ones((3, 2))\nreturn [A[5] + X for A in [[7, 8, 9]]]")
    assert shown.get("A", "[7, 8, 9]") == "[7, 8, 9]"  # since Python 3.12 nothing is known of it
    assert "A[5]" not in shown


def test_a_long_sum_that_raises_is_told_like_any_other(work: Path) -> None:
    shown = variables(work, "A = np.ones((3, 2))\nreturn " + "X + " * 990 + "A.T")
    assert shown["A"].startswith("float64 (3, 2)") and shown["X"].startswith("float64 (2, 2)")


def test_what_only_code_of_the_student_s_could_tell_of_an_object_is_not_asked(work: Path) -> None:
    body = "return len((None, model.width if 0 else 1, model[0] if 0 else 1, model.none if 0 else 1)[0])"
    assert variables(work, f"{ENDS_WHEN_ASKED}\n{body}") == {"model": "<Model>"}


def test_values_of_variables_are_short_and_run_none_of_the_student_s_code(work: Path) -> None:
    body = """
class Loud:
    def __repr__(self): raise SystemExit
    def __lt__(self, other): raise SystemExit
many = np.zeros((300, 400))
text = "long " * 1000
loud = {Loud(): [Loud()], 1: "\\x1b[31mred"}
number = 10 ** 5000
items = list(range(1000))
return 1 / 0
"""
    shown = variables(work, body)
    assert shown.keys() == {"many", "text", "loud", "number", "items"}
    assert shown["many"].startswith("float64 (300, 400) [[0., 0., ..., 0., 0.]")
    assert shown["loud"] == r"{<Loud>: [<Loud>], 1: '\x1b[31mred'}"
    assert max(map(len, shown.values())) <= 160


def test_of_many_variables_a_few_are_shown(work: Path) -> None:
    assert len(variables(work, "".join(f"a{n} = {n}\n" for n in range(50)) + "return a1 / 0 + a40")) == 8


def test_variables_are_shown_of_public_checks_alone(tmp_path: Path) -> None:
    course = find_course(write_course(tmp_path / "course"))
    raising = REFERENCE.replace("return np.sqrt(np.add", "return 1 / 0 + np.sqrt(np.add").encode()
    with Grader(course.assignment("centring"), course.solution("centring")) as grader:
        verdicts = grader.grade({"centring.py": raising}, only=lambda test: test.question == "spread")
    shown = {
        it.test.partition("/")[2].partition(".py")[0]: "variables at that line" in it.details
        for it in verdicts.values()
    }
    assert shown == {"test_public": True, "test_graded": False}
