"""What a hand-in gets: one verdict for each planned test, whatever it does."""

from __future__ import annotations

import itertools
import re
import time
from fractions import Fraction
from types import SimpleNamespace

import pytest

from autograder.grading import hand_in_run
from autograder.grading.grader import Grader
from autograder.model.verdict import Kind, Verdict
from tests.grading.losses import (
    ALL,
    ASSIGNMENT,
    OF_LOSS,
    OTHER,
    OTHER_STUB,
    REFERENCE,
    STUB,
    course_of,
    grader_of,
    hand_in,
    kinds,
    short,
    verdicts_on,
    with_loss,
)


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    with grader_of(tmp_path_factory.mktemp("losses")) as grader:
        yield grader


def test_the_reference_passes_every_test_with_full_credit(grader):
    verdicts = short(grader.grade(hand_in()))
    assert tuple(verdicts) == ALL
    assert kinds(verdicts) == dict.fromkeys(ALL, "passed")
    assert {verdict.credit for verdict in verdicts.values()} == {Fraction(1)}
    assert {verdict.message for verdict in verdicts.values()} == {""}


def test_the_stub_is_missing_everywhere_and_gets_no_hint(grader):
    verdicts = short(grader.grade(hand_in(STUB, OTHER_STUB)))
    assert kinds(verdicts) == dict.fromkeys(ALL, "missing")
    assert verdicts["one"].message == "one is not filled in yet in other.py, line 2"
    assert not any(verdict.hint or verdict.credit for verdict in verdicts.values())


# --- every kind of failure, side by side in one hand-in --------------------------------------------------

TALKING = """
import os, stat
for descriptor in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            os.write(descriptor, b'x' * 99)
    except OSError:
        pass
return 0.0, W
"""
FAILURES = {
    "wrong_loss": (
        "return 0.5, W",
        "wrong_value",
        "loss is a real number, as it should be, but not the right one",
    ),
    "wrong_gradient": ("return loss(W, X, reg)[0], W", "wrong_value", "wrong values (loss: right)"),
    "nothing": (
        "return None",
        "wrong_type_or_shape",
        "2 values should be returned (loss, dW); None came back",
    ),
    "too_few": ("return loss(W, X, reg)[0]", "wrong_type_or_shape", "a real number came back"),
    "swapped": (
        "return loss(W, X, reg)[::-1]",
        "wrong_type_or_shape",
        "the values are right, but they come in another order: dW, loss in the place of loss, dW",
    ),
    "transposed": (
        "value, dW = loss(W, X, reg)\nreturn value, dW.T",
        "wrong_type_or_shape",
        "dW has shape (4, 5)",
    ),
    "matrix": (
        "value, dW = loss(W, X, reg)\nreturn value, np.matrix(dW)",
        "other_type",
        "dW holds the right numbers, but is an np.matrix; return a plain NumPy array",
    ),
    "wrong_matrix": ("return 0.5, np.matrix(W)", "wrong_value", "loss is a real number"),
    "raising": ("raise KeyError('a')", "raised", "it raised KeyError in hw.py, line"),
    "dividing": ("return 1 / 0", "raised", "it raised ZeroDivisionError"),
    "exiting": ("import sys; sys.exit(0)", "raised", "it raised SystemExit"),
    "interrupting": ("raise KeyboardInterrupt", "raised", "it raised KeyboardInterrupt"),
    "skipping": ("import unittest\nraise unittest.SkipTest('no')", "raised", "it raised Exception"),
    "falling": ("return falling(W, X, reg)", "raised", "it raised RecursionError"),
    "greedy": ("return np.ones(2**36), W", "out_of_memory", "more memory than is given"),
    "hanging": ("while True: pass", "timed_out", "seconds of computing time and was stopped"),
    "ending": ("import os; os._exit(0)", "died", "ended in the middle of the call (exit code 0)"),
    "crashing": ("import ctypes; ctypes.string_at(0)", "died", "SIGSEGV"),
    "unwritten": (
        "raise NotImplementedError('later')",
        "missing",
        "unwritten is not filled in yet in hw.py, line",
    ),
    "borrowing": ("import torch\nreturn torch.ones(1), W", "not_allowed", "torch is used (hw.py, line"),
    "forbidden": (
        "np.linalg.norm(W)\nreturn loss(W, X, reg)",
        "not_allowed",
        "uses np.linalg.norm: this question",
    ),
    "flooding": ("return 'x' * 10**8, W", "wrong_type_or_shape", "what the call returns is far too large"),
    "talking": (TALKING, "protocol_broken", "interfered with the channel"),
    "right": ("return loss(W, X, reg)", "passed", ""),
}


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    bodies = {name: body for name, (body, _, _) in FAILURES.items()}
    return verdicts_on(tmp_path_factory.mktemp("failures"), bodies, limits="seconds_per_call = 1.5")


@pytest.mark.parametrize("name", FAILURES)
def test_every_kind_of_failure_is_told_apart_and_leaves_other_questions_alone(failures, name):
    _, kind, said = FAILURES[name]
    assert failures[name].kind.value == kind
    assert said in failures[name].message
    shares = {"passed": 1, "other_type": 1} | dict.fromkeys(("wrong_gradient", "transposed"), Fraction(1, 2))
    assert failures[name].credit == shares.get(kind, shares.get(name, 0))


@pytest.mark.parametrize(
    "files, kind, said",
    [
        (hand_in(loss="def loss(:"), "raised", ": SyntaxError in hw.py, line 1"),
        (
            hand_in(loss="x = 1\n1 / 0"),
            "raised",
            "importing the file raises ZeroDivisionError in hw.py, line 2",
        ),
        (
            hand_in(loss="def loss(W, X, reg):\n    return W.shape\n\nprint(loss(1, 2, 3))"),
            "raised",
            "in hw.py, line 2: hw.py, line 4 is run whenever the file is imported; trials of your own belong below `if",
        ),
        (
            hand_in(loss="x = input()"),
            "raised",
            "EOFError in hw.py, line 1, which is run whenever the file is imported, where nobody can type",
        ),
        (hand_in(loss="import os; os._exit(0)"), "died", "exit code 0"),
        (hand_in(loss=""), "missing", "loss is missing"),
        ({"other.py": OTHER.encode()}, "missing", "hw.py is missing"),
    ],
    ids=["syntax", "import", "trial", "input", "exit", "empty", "absent"],
)
def test_a_file_that_cannot_be_used_costs_its_own_questions_only(grader, files, kind, said):
    verdicts = short(grader.grade(files))
    assert kinds(verdicts) == {**dict.fromkeys(OF_LOSS, kind), "one": "passed"}
    assert said in verdicts["without_a_penalty"].message


STUB_OF_LOSS = 'def loss(W, X, reg):\n    """Return the loss."""\n    raise NotImplementedError("fill it in")'


@pytest.mark.parametrize(
    ("files", "begun"),
    [
        (hand_in(loss=STUB_OF_LOSS), False),
        (hand_in(loss=STUB_OF_LOSS.replace("    raise", "    scores = X @ W\n    raise")), True),
        (hand_in(loss=STUB_OF_LOSS.replace("loss(", "losses(")), True),
        ({"other.py": OTHER.encode()}, False),
    ],
    ids=["stub", "line of the stub left", "another name", "no file"],
)
def test_what_is_missing_is_begun_where_something_of_it_was_written(grader, files, begun):
    verdict = short(grader.grade(files))["without_a_penalty"]
    assert verdict.kind.value == "missing"
    assert verdict.begun is begun


NEEDS_OTHER = "import other\n\ndef loss(W, X, reg):\n    return other.one(W), W\n"
NOT_UTF_8 = {"other.py": "other.py is UTF-16; save it as UTF-8."}


@pytest.mark.parametrize(
    "unusable, said",
    [({}, "other.py is missing"), (NOT_UTF_8, NOT_UTF_8["other.py"])],
    ids=["missing", "UTF-16"],
)
def test_whatever_needs_a_file_that_cannot_be_used_says_what_is_wrong_with_that_file(grader, unusable, said):
    verdicts = short(grader.grade({"hw.py": NEEDS_OTHER.encode()}, unusable=unusable))
    assert kinds(verdicts) == dict.fromkeys(ALL, "missing")
    assert verdicts["one"].message == said
    assert verdicts["without_a_penalty"].message == f"hw.py, line 4 needs other.py: {said}"


def test_a_library_that_grading_does_not_offer_is_told_as_such_beside_a_missing_file(grader):
    source = "import pandas\n\ndef loss(W, X, reg):\n    return pandas.one(W), W\n"
    verdicts = short(grader.grade({"hw.py": source.encode()}))
    assert verdicts["without_a_penalty"].kind.value == "not_allowed"
    assert "pandas is used" in verdicts["without_a_penalty"].message


def test_a_function_that_nothing_in_its_file_defines_is_charged_where_it_is_called(grader):
    by_text = f"exec({'def one(X): return X + 1'!r})"
    found = short(grader.grade(hand_in(other=by_text)))
    assert found["one"].kind is Kind.NOT_ALLOWED and "nothing in it says what one is" in found["one"].message
    absent = REFERENCE.partition("class Model")[0]
    found = short(grader.grade(hand_in(absent)))
    charged = {name for name, it in found.items() if it.kind is Kind.NOT_ALLOWED}
    assert found["without_a_penalty"].passed and not charged


def test_a_loop_in_another_dress_costs_structure_only(tmp_path):
    graded = """
import numpy as np
import pytest

@pytest.mark.question("other")
def test_structure(unchanged, rng):
    unchanged("other.one", rng.normal(size=3))

@pytest.mark.question("other")
def test_value(compare, rng):
    compare("other.one", rng.normal(size=3))

@pytest.mark.question("loss")
def test_loss(compare):
    compare("hw.loss", np.eye(2), np.eye(2), 0.0)
"""
    looping = "import numpy as np\ndef one(X):\n    return np.array(list(map(lambda x: x + 1, X)))"
    with grader_of(tmp_path, graded=graded) as grader:
        verdicts = short(grader.grade(hand_in(other=looping)))
    assert kinds(verdicts) == {
        "public": "passed",
        "structure": "not_allowed",
        "value": "passed",
        "loss": "passed",
    }
    assert "other.py, line 3 uses map: it loops in Python under another name" in verdicts["structure"].message


# --- time -------------------------------------------------------------------------------------------------


def test_a_call_that_does_not_end_decides_its_function(tmp_path):
    quick = ASSIGNMENT.replace("seconds_per_call = 5.0", "seconds_per_call = 0.5")
    with grader_of(tmp_path, assignment=quick) as grader:
        verdicts = short(grader.grade(with_loss("while True: pass")))
    assert kinds(verdicts) == {**dict.fromkeys(OF_LOSS, "timed_out"), "one": "passed"}
    tried = ["did not end within" in verdicts[name].message for name in OF_LOSS]
    assert tried == [True, False, False, False]
    assert "not tried" in verdicts["with_a_penalty[0.7]"].message


def test_a_question_that_uses_up_its_time_leaves_the_others_theirs(grader, monkeypatch):
    slow = with_loss("import time; time.sleep(60)\nreturn 0.0, W")
    looks = itertools.count()
    # Of 12 seconds, 4 have passed when the first test begins, and half of them belong to the questions.
    late = SimpleNamespace(monotonic=lambda: time.monotonic() + (4 if next(looks) else 0))
    monkeypatch.setattr(hand_in_run, "time", late)
    verdicts = short(grader.grade(slow, seconds_total=12.0))
    assert {verdict.kind for name, verdict in verdicts.items() if name in OF_LOSS} == {Kind.NOT_RUN}
    assert "time for this question ran out in this test" in verdicts["public"].message
    assert "time for this question ran out before this test" in verdicts["with_a_penalty[0.7]"].message
    assert verdicts["one"].passed


def test_tests_that_the_budget_leaves_no_time_for_are_not_run(grader):
    verdicts = short(grader.grade(with_loss("return 0.0, W"), seconds_total=1e-9))
    assert {verdict.kind for verdict in verdicts.values()} == {Kind.NOT_RUN}
    assert "time for the whole hand-in ran out before this test" in verdicts["one"].message


# --- the same in every run --------------------------------------------------------------------------------

RECORDING = """
import pytest

def note(request, rng):
    with open({seen!r}, "a") as file:
        file.write(f"{{request.node.name}} {{rng.normal():.9f}}\\n")

@pytest.mark.question("loss")
@pytest.mark.parametrize("case", ["a", "b"])
def test_recorded(student, request, rng, case):
    note(request, rng)
    student.call("hw.loss", rng.normal(size=(2, 2)), rng.normal(size=(2, 2)), 0.0)

@pytest.mark.question("other")
def test_one(student, request, rng):
    note(request, rng)
    student.call("other.one", 1)
"""


def test_random_numbers_are_the_same_in_every_run_and_others_in_every_test_and_course(tmp_path):
    drawn = []
    for run, salt in enumerate(["sixteen characters", "sixteen characters", "or some more than that"]):
        seen = tmp_path / f"seen {run}"
        graded = RECORDING.format(seen=str(seen))
        with grader_of(tmp_path / str(run), graded=graded, grading=f'salt = "{salt}"\n', bank=None) as grader:
            grader.grade(hand_in())
        drawn.append(seen.read_text().splitlines())
    assert drawn[0] == drawn[1]
    numbers = [line.split()[-1] for line in drawn[0] + drawn[2]]
    assert len(set(numbers)) == len(numbers) == 6


def test_the_choice_of_tests_changes_no_random_number(grader):
    wrong = with_loss("return float(X.sum()), W")
    every = short(grader.grade(wrong))
    alone = short(grader.grade(wrong, only=lambda test: "0.7" in test.id))
    assert list(alone) == ["with_a_penalty[0.7]"]
    assert alone["with_a_penalty[0.7]"] == every["with_a_penalty[0.7]"]


def test_two_gradings_give_equal_verdicts(grader):
    for files in (with_loss("return 0.0, W"), with_loss("np.linalg.norm(W)\nreturn 1 / 0")):
        assert grader.grade(files) == grader.grade(files)


def test_one_hand_in_leaves_nothing_behind_for_the_next(grader):
    leaving = REFERENCE + "\nnp.mean = np.sum = lambda *a, **k: 0\nimport builtins\nbuiltins.sum = None\n"
    for files in (hand_in(leaving), with_loss("import os; os._exit(0)")):
        grader.grade(files)
        assert {verdict.kind for verdict in grader.grade(hand_in()).values()} == {Kind.PASSED}


def test_verdicts_are_passed_on_one_by_one_in_their_order(grader):
    seen: list[Verdict] = []
    verdicts = grader.grade(hand_in(), on_verdict=seen.append)
    assert seen == list(verdicts.values())


# --- what students may read -------------------------------------------------------------------------------

TOKEN = "8765"
KNOWING = """
secret = "SEC" + "RET" + "".join(f"{x:.3f}" for x in np.ravel(X)) + str(8764 + 1)
name = "SEC" + "RET" + str(8764 + 1)
"""
TELLING = {
    "printing": "print(secret); return 0.0, W",
    "raising": "raise ValueError(secret)",
    "own_exception": "raise type(name, (Exception,), {})(secret)",
    "own_stub": "raise type(name, (NotImplementedError,), {})(secret)",
    "stub": "raise NotImplementedError(secret)",
    "import_error": "raise ImportError(secret, name=secret)",
    "text": "return secret, W",
    "keys": "return {secret: 1}, W",
    "parts": "return [secret] * 3, {secret: secret}",
    "many_parts": "return (secret,) * 7",
    "own_class": "return type(name, (), {})(), W",
    "array_of_text": "return np.array([secret]), W",
    "structured": "return 0.0, W.astype([(name, 'f8')])",
    "library": "__import__(name).f()",
    "warning": "import warnings; warnings.warn(secret); return 0.0, W",
    "own_function": "exec(f'def {name}(): raise ValueError'); locals()[name]()",
    "own_file": "exec(compile('1 / 0', secret, 'exec'))",
    "own_stub_in_the_file": "exec(compile(f'def {name}(): raise NotImplementedError', 'hw.py', 'exec'))\n"
    "locals()[name]()",
    "exit": "import sys; sys.exit(secret)",
    "channel": TALKING.replace("b'x' * 99", "secret.encode() * 9"),
    "memory": "raise MemoryError(secret)",
    "cause": "raise KeyError(secret) from ValueError(secret)",
    "group": "raise ExceptionGroup(secret, [ValueError(secret)])",
    "number": "return 8765.25 * abs(X[0, 0]), W",
    "constant": "return 0.0, 8765.25 + 0 * W",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    bodies = {name: KNOWING + body.replace("; return", "\nreturn") for name, body in TELLING.items()}
    bodies["times_an_input"] = "value, dW = loss(W, X, reg)\nreturn value, dW * X[0, 0]"
    bodies["plus_an_input"] = "value, dW = loss(W, X, reg)\nreturn value, dW + X[0, 0]"
    return verdicts_on(tmp_path_factory.mktemp("told"), bodies)


@pytest.mark.parametrize("name", TELLING)
def test_nothing_that_student_code_says_is_repeated_for_a_graded_test(told, name):
    verdict = told[name]
    assert verdict.kind not in (Kind.PASSED, Kind.GRADER_FAULT), verdict.details
    assert "SyntaxError" not in verdict.message
    shown = f"{verdict.message} {verdict.hint} {verdict.flags} {verdict.counterexample}"
    assert "SECRET" not in shown
    assert TOKEN not in shown


@pytest.mark.parametrize("name", ["times_an_input", "plus_an_input"])
def test_right_values_with_a_hidden_input_in_them_do_not_tell_the_input(told, name):
    assert told[name].kind is Kind.WRONG_VALUE
    assert re.findall(r"\d\.\d{2,}", told[name].message) == []


def test_details_of_a_graded_test_are_there_for_the_instructor(grader):
    verdict = short(grader.grade(with_loss("print('here')\nreturn 0.25, 0 * W")))["without_a_penalty"]
    for part in ("W = array of float64, shape (5, 4)", "X = array", "expected loss = ", "got loss = 0.25"):
        assert part in verdict.details


def test_a_public_check_shows_inputs_expected_got_error_and_output(grader):
    wrong = short(grader.grade(with_loss("print('my output')\nreturn 0.25, 0 * W")))["public"]
    for part in ("expected loss = 0.5", "got loss = 0.25", "my output", "W = array"):
        assert part in wrong.details
    raised = short(grader.grade(with_loss("print('my output')\nraise ValueError('my text')")))["public"]
    for part in ("ValueError: my text", "raise ValueError('my text')", "my output"):
        assert part in raised.details


def test_without_a_solution_public_checks_run_alone(tmp_path):
    with Grader(course_of(tmp_path).assignment("losses"), None) as grader:
        assert kinds(short(grader.grade(hand_in()))) == {"public": "passed"}
        assert kinds(short(grader.grade(hand_in(STUB)))) == {"public": "missing"}
