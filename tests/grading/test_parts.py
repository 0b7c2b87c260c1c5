"""Points follow the parts of a result, whatever the type of its numbers and the convention that it follows."""

from __future__ import annotations

from fractions import Fraction

import pytest

from autograder.errors import CourseError
from autograder.grading.pytest_session import collect_plan
from autograder.model.scoring import score
from autograder.model.verdict import Kind
from tests.grading.losses import (
    ASSIGNMENT,
    HEAD,
    OTHER_TEST,
    PUBLIC,
    REFERENCE,
    course_of,
    grader_of,
    hand_in,
    kinds,
    short,
    with_loss,
)

WEIGHED = f"""{HEAD}
@loss
@pytest.mark.parts(loss=1, dW=3)
def test_weighed(compare, rng):
    compare("hw.loss", *problem(rng), 0.5, names=("loss", "dW"))

@loss
@pytest.mark.parts()
def test_together(compare, rng):
    compare("hw.loss", *problem(rng), 0.5, names=("loss", "dW"))

@loss
def test_alike(compare, rng):
    compare("hw.loss", *problem(rng), 0.5, names=("loss", "dW"))

@loss
@pytest.mark.parts(loss=1, gradient=1)
def test_misnamed(compare, rng):
    compare("hw.loss", *problem(rng), 0.5, names=("loss", "dW"))
{OTHER_TEST}"""


@pytest.fixture(scope="module")
def weighed(tmp_path_factory):
    with grader_of(tmp_path_factory.mktemp("weighed"), graded=WEIGHED) as grader:
        yield grader


RIGHT_GRADIENT = "return 7.5, loss_of(W, X, reg)[1]"


@pytest.mark.parametrize(
    "body, weighed_share, alike_share, told",
    [
        ("return loss_of(W, X, reg)[0], W", Fraction(1, 4), Fraction(1, 2), "(loss: right)"),
        ("return loss_of(W, X, reg)[0], W.T", Fraction(1, 4), Fraction(1, 2), "dW has shape (4, 5)"),
        ("return loss_of(W, X, reg)[0], None", Fraction(1, 4), Fraction(1, 2), "(loss: right)"),
        (RIGHT_GRADIENT, Fraction(3, 4), Fraction(1, 2), "(dW: right)"),
        (
            "return 'text', loss_of(W, X, reg)[1]",
            Fraction(3, 4),
            Fraction(1, 2),
            "loss should be a real number",
        ),
        ("return 7.5, W", 0, 0, "loss is a real number"),
        ("return loss_of(W, X, reg)[0]", 0, 0, "2 values should be returned"),
    ],
)
def test_each_right_part_earns_its_share(weighed, body, weighed_share, alike_share, told):
    verdicts = short(weighed.grade(named(body), only=lambda test: "misnamed" not in test.id))
    assert verdicts["weighed"].credit == weighed_share
    assert verdicts["alike"].credit == alike_share
    assert verdicts["together"].credit == 0
    assert told in verdicts["alike"].message
    assert {verdicts[name].kind.family.value for name in ("weighed", "alike", "together")} == {"value"}


def named(body):
    """Return a hand-in whose loss has this body, in which `loss_of` is the right one."""
    return hand_in(f"{REFERENCE}\nloss_of = loss\n\ndef loss(W, X, reg):\n    {body}\n")


def test_weights_of_other_parts_than_are_compared_are_a_fault_of_the_test(weighed):
    verdict = short(weighed.grade(named(RIGHT_GRADIENT)))["misnamed"]
    assert verdict.kind is Kind.GRADER_FAULT
    assert "`parts` names loss, gradient; the test compares loss, dW" in verdict.details


@pytest.mark.parametrize(
    "mark", ["parts(loss=0)", "parts(loss='x')", "parts('loss')", "parts(loss=-1, dW=2)"]
)
def test_weights_that_are_no_positive_numbers_are_refused(tmp_path, mark):
    course = course_of(tmp_path, graded=WEIGHED.replace("parts(loss=1, dW=3)", mark))
    with pytest.raises(CourseError, match=r"test_weighed weighs its parts .*parts\(loss=1, dW=2\)"):
        collect_plan(course.assignment("losses"), course.solution("losses"))


# --- another type -----------------------------------------------------------------------------------------

STRUCTURE = f"""{HEAD}
@loss
def test_value(compare, rng):
    compare("hw.loss", *problem(rng), 0.5, names=("loss", "dW"))

@loss
def test_unchanged(unchanged, rng):
    unchanged("hw.loss", *problem(rng), 0.5, names=("loss", "dW"))

@loss
def test_loops(loops):
    loops("hw.loss", lambda n, rng: (*problem(rng, N=n), 0.5), names=("loss", "dW"))

@loss
def test_property(student, check, rng):
    value, _ = student.call("hw.loss", *problem(rng), 0.0)
    check(value > 0, "the loss should be positive")
{OTHER_TEST}"""


@pytest.fixture(scope="module")
def structure(tmp_path_factory):
    with grader_of(tmp_path_factory.mktemp("structure"), graded=STRUCTURE) as grader:
        yield grader


def points(grader, files):
    """Return the verdicts by test and the result of the question."""
    verdicts = grader.grade(files)
    result, _ = score(grader.plan, grader.assignment, verdicts)
    return short(verdicts), result


@pytest.mark.parametrize("type", ["np.matrix", "np.float32", "list", "np.ma.array"])
def test_right_numbers_of_another_type_pass_with_a_sentence_and_cost_once(structure, type):
    verdicts, result = points(structure, named(f"value, dW = loss_of(W, X, reg); return value, {type}(dW)"))
    assert {verdicts[name].kind for name in ("value", "unchanged", "loops")} == {Kind.OTHER_TYPE}
    assert verdicts["value"].message.startswith("dW holds the right numbers, but is a")
    assert result.score == result.points - Fraction(1, 2)
    public = verdicts["public"]
    assert public.kind is Kind.OTHER_TYPE and public.counterexample


def test_another_type_does_not_hide_a_loop(structure):
    body = """
    value, dW = loss_of(W, X, reg)
    for row in X:
        value += 0.0
    return value, dW.tolist()"""
    verdicts, result = points(structure, named(body.strip()))
    assert verdicts["loops"].kind is Kind.LOOPS
    assert verdicts["value"].kind is Kind.OTHER_TYPE
    assert result.score == result.points * Fraction(3, 4) - Fraction(1, 2)


# --- conventions ------------------------------------------------------------------------------------------

LOOPING = """
    value, dW = loss_of(W, X, {reg})
    for row in X:
        value += 0.0
    return value, dW"""


def test_a_convention_is_accepted_in_tests_of_structure_with_the_same_credit(structure):
    results = {}
    for reg in ("reg", "reg / 2"):
        verdicts, result = points(structure, named(LOOPING.format(reg=reg).strip()))
        assert "runs in a Python loop" in verdicts["loops"].message
        results[reg] = result.score, {name: it.kind for name, it in verdicts.items() if name != "public"}
    assert results["reg"] == results["reg / 2"]


def test_a_changed_argument_is_named_whichever_convention_is_followed(structure):
    body = "value, dW = loss_of(W, X, reg / 2); X *= 2; return value, dW"
    verdict = short(structure.grade(named(body)))["unchanged"]
    assert "the call changed X" in verdict.message or "changed argument" in verdict.message


def test_parts_are_right_relative_to_the_convention_that_is_followed(weighed):
    verdicts = short(
        weighed.grade(named("return loss_of(W, X, reg / 2)[0], W"), only=lambda it: "alike" in it.id)
    )
    assert verdicts["alike"].credit == Fraction(1, 2)
    assert "(loss: right)" in verdicts["alike"].message


# --- calls that do not end ----------------------------------------------------------------------------------

TWO_FUNCTIONS = f"""{HEAD}
@loss
@pytest.mark.parametrize("reg", [0.1, 0.2, 0.3])
def test_loss(compare, rng, reg):
    compare("hw.loss", *problem(rng), reg, names=("loss", "dW"))

def trained(code, X):
    return code.new("hw.Model", 4).bind("train", X)

@loss
def test_method(compare, rng):
    compare(trained, rng.normal(size=(3, 4)))

@loss
def test_fast(race):
    race("hw.loss", lambda rng: (*problem(rng, N=500), 0.1), full=10, none=30, names=("loss", "dW"))
{OTHER_TEST}"""


def test_a_function_that_hangs_costs_what_depends_on_it_and_nothing_else(tmp_path):
    quick = ASSIGNMENT.replace("seconds_per_call = 5.0", "seconds_per_call = 0.5")
    with grader_of(tmp_path, assignment=quick, graded=TWO_FUNCTIONS) as grader:
        verdicts = short(grader.grade(with_loss("while True: pass")))
    hung = ("public", "loss[0.1]", "loss[0.2]", "loss[0.3]", "fast")
    assert kinds(verdicts) == {**dict.fromkeys(hung, "timed_out"), "method": "passed", "one": "passed"}
    tried = ["did not end within" in verdicts[name].message for name in hung]
    assert tried == [True, False, False, False, False]
    assert verdicts["fast"].message == "not tried: an earlier call of this function did not end"


def test_public_checks_of_a_function_that_hangs_are_not_tried_either(tmp_path):
    quick = ASSIGNMENT.replace("seconds_per_call = 5.0", "seconds_per_call = 0.2")
    twice = PUBLIC + PUBLIC.partition("import pytest")[2].replace("test_loss", "test_loss_again")
    with grader_of(tmp_path, assignment=quick, public=twice) as grader:
        verdicts = grader.grade(with_loss("while True: pass"))
    found = [it for id, it in verdicts.items() if "test_public" in id]
    assert [it.kind for it in found] == [Kind.TIMED_OUT] * 2
    assert ["not tried" in it.message for it in found] == [False, True]


HANGING_ON_MANY = """
whole = loss
def loss(W, X, reg):
    while len(X) >= 500: pass
    return whole(W, X, reg)
"""


def test_a_function_that_hangs_on_large_inputs_keeps_what_its_values_earn(tmp_path):
    quick = ASSIGNMENT.replace("seconds_per_call = 5.0", "seconds_per_call = 0.1")
    first_large = f"""{TWO_FUNCTIONS.partition("@loss")[0]}
@loss
@pytest.mark.parametrize("classes", [2, 3])
def test_large(loops, classes):
    loops("hw.loss", lambda n, rng: (*problem(rng, N=n + 500), 0.1))
{TWO_FUNCTIONS[len(HEAD) :]}"""
    hanging = f"{REFERENCE}{HANGING_ON_MANY}"
    with grader_of(tmp_path, assignment=quick, graded=first_large) as grader:
        verdicts = short(grader.grade(hand_in(hanging)))
    assert kinds(verdicts)["loss[0.3]"] == "passed"
    large = [verdicts[name] for name in ("large[2]", "large[3]", "fast")]
    assert {it.kind for it in large} == {Kind.TIMED_OUT}
    assert ["not tried" in it.message for it in large] == [False, True, True]
    assert kinds(verdicts)["method"] == "passed"


def test_a_function_that_ends_its_process_again_and_again_is_called_no_more(tmp_path):
    many = TWO_FUNCTIONS.replace("[0.1, 0.2, 0.3]", "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]")
    with grader_of(tmp_path, graded=many) as grader:
        verdicts = short(grader.grade(with_loss("import os; os._exit(3)")))
    tried = [
        "not tried" not in verdicts[f"loss[{reg}]"].message for reg in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
    ]
    assert tried == [True, True, True, True, False, False, False]  # and once in the public check
    assert {verdicts[f"loss[{reg}]"].kind for reg in (0.1, 0.7)} == {Kind.DIED}
    assert kinds(verdicts)["method"] == kinds(verdicts)["one"] == "passed"


def test_a_call_may_take_as_many_times_what_the_reference_takes(tmp_path):
    quick = ASSIGNMENT.replace("seconds_per_call = 5.0", "seconds_per_call = 0.05")
    slow = """
import time
whole = loss
def loss(W, X, reg):
    end = time.process_time() + {seconds}
    while time.process_time() < end: pass
    return whole(W, X, reg)
"""
    for name, seconds, kind in (("slow", 0.006, "passed"), ("fast", 0.0, "timed_out")):
        reference = REFERENCE + slow.format(seconds=seconds)
        with grader_of(tmp_path / name, assignment=quick, reference=reference) as grader:
            slowest = hand_in(REFERENCE + slow.format(seconds=2.4))
            verdicts = short(grader.grade(slowest, only=lambda test: test.id.endswith("with_a_penalty[0.1]")))
        assert kinds(verdicts) == {"with_a_penalty[0.1]": kind}
