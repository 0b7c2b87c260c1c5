"""Known mistakes are recognised by what they do; conventions are accepted where they are followed throughout."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.grading.explain.bank import Bank
from autograder.grading.explain.recognise import Candidates
from autograder.grading.grader import Grader
from autograder.model.verdict import Kind
from tests.graders import COURSE
from tests.grading.losses import (
    ALL,
    ASSIGNMENT,
    GRADED,
    MISTAKES,
    OF_LOSS,
    OTHER,
    grader_of,
    hand_in,
    kinds,
    short,
    with_loss,
)

HALF = """
    scores = X @ W
    value = (scores ** 2).mean() + {loss} * reg * (W * W).sum()
    return value, 2 * X.T @ scores / scores.size + {gradient} * reg * W
"""
WITH_A_PENALTY = ("with_a_penalty[0.1]", "with_a_penalty[0.7]")


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    with grader_of(tmp_path_factory.mktemp("losses")) as grader:
        yield grader


def test_a_known_mistake_is_recognised_by_the_values_it_gives(grader):
    summed = """
        scores = X @ W
        return (scores ** 2).sum() + reg * (W * W).sum(), 2 * X.T @ scores + 2 * reg * W
    """
    verdicts = short(grader.grade(with_loss(summed)))
    for name in OF_LOSS[1:]:
        assert verdicts[name].kind is Kind.WRONG_VALUE
        assert verdicts[name].mistake == "not_averaged"
        assert verdicts[name].hint == "Double the batch by repeating it: should the loss change?"
    assert verdicts["public"].mistake is None


SUMMED = "(scores ** 2).sum() + reg * (W * W).sum()", "2 * X.T @ scores + 2 * reg * W"


@pytest.mark.parametrize(
    ("value", "slope"),
    [
        ("np.matrix({})", "np.matrix({})"),
        ("[{}][0]", "({}).tolist()"),
        ("{}", "list({})"),
    ],
)
def test_a_known_mistake_is_recognised_in_another_type(grader, value, slope):
    loss, gradient = SUMMED
    body = f"scores = X @ W\nreturn {value.format(loss)}, {slope.format(gradient)}"
    verdicts = short(grader.grade(with_loss(body)))
    assert {verdicts[name].mistake for name in OF_LOSS[1:]} == {"not_averaged"}


def test_a_known_mistake_is_recognised_by_the_exception_it_raises(grader):
    swapped = """
        scores = W @ X
        return (scores ** 2).mean() + reg * (X * X).sum(), 2 * W.T @ scores / scores.size + 2 * reg * X
    """
    verdicts = short(grader.grade(with_loss(swapped)))
    assert {verdicts[name].kind for name in OF_LOSS[1:]} == {Kind.RAISED}
    assert {verdicts[name].mistake for name in OF_LOSS[1:]} == {"shapes_swapped"}


@pytest.mark.parametrize(
    "body", ["return 0.25, 0 * W", "raise KeyError", "return 'loss', [1, {'a': np.float64(2)}]"]
)
def test_an_unknown_mistake_is_taken_for_none_of_the_bank(grader, body):
    verdicts = short(grader.grade(with_loss(body)))
    assert {verdicts[name].mistake for name in ALL} == {None}
    assert Kind.GRADER_FAULT not in {verdict.kind for verdict in verdicts.values()}


# --- evidence of the whole question ---------------------------------------------------------------------

SIZED = """
import numpy as np
import pytest

loss = pytest.mark.question("loss")
sizes = pytest.mark.parametrize("size", [(7, 5, 4), (4, 6, 9), (11, 3, 2), (9, 8, 5)], ids=str)

@loss
@sizes
@pytest.mark.parametrize("reg", [0.0, 0.3, 0.7, 1.1])
def test_loss(compare, rng, size, reg):
    N, D, C = size
    compare("hw.loss", rng.normal(size=(D, C)), rng.normal(size=(N, D)), reg, names=("loss", "dW"))

@loss
def test_nothing_at_all(compare):
    compare("hw.loss", np.zeros((2, 3)), np.ones((4, 2)), 0.0, names=("loss", "dW"))

@pytest.mark.question("other")
def test_one(compare, rng):
    compare("other.one", rng.normal(size=3), names=("result",))
"""
VALUE = "(scores ** 2).mean() + reg * (W * W).sum()"
SLOPE = "2 * X.T @ scores / scores.size + 2 * reg * W"


@pytest.fixture(scope="module")
def sized(tmp_path_factory):
    """A grader whose tests have several sizes and penalties, and which knows that reg switches the penalty on."""
    assignment = ASSIGNMENT.replace("[conventions]", "[switches]\nreg = 0\n\n[conventions]")
    with grader_of(tmp_path_factory.mktemp("sized"), graded=SIZED, assignment=assignment) as grader:
        yield grader


def hints(grader, value=VALUE, slope=SLOPE):
    verdicts = grader.grade(with_loss(f"scores = X @ W\nreturn {value}, {slope}"))
    return {(it.mistake, it.hint) for it in verdicts.values() if not it.passed and "graded" in it.test}


@pytest.mark.parametrize(
    ("value", "slope", "said"),
    [
        (
            VALUE,
            "0 * W",
            {"In every test, dW at reg = 0 is 0 everywhere.", "what reg adds to dW is 0 everywhere."},
        ),
        (VALUE, "2 * reg * W", {"In every test, dW at reg = 0 is 0 everywhere."}),
        (
            VALUE,
            f"X.shape[1] * ({SLOPE})",
            {"dW at reg = 0 is what it should be times the number of rows of W."},
        ),
        ("(scores ** 2).mean() + reg * W.sum()", SLOPE, {"what reg adds to loss is reg * sum(W)."}),
        ("(scores ** 2).mean() + reg ** 2 * (W * W).sum()", SLOPE, {"what it should be times reg."}),
        # Under the convention of half the penalty its gradient lacks a factor of its own.
        (
            f"{VALUE} - 0.5 * reg * (W * W).sum()",
            f"{SLOPE} - 2 * reg * W",
            {"what reg adds to dW is 0 everywhere."},
        ),
    ],
)
def test_each_term_that_is_wrong_is_explained_by_itself(sized, value, slope, said):
    found = " ".join(hint or "" for _, hint in hints(sized, value, slope))
    assert all(it in found for it in said), found
    assert ("about loss" in found.lower() or "loss at" in found) is False


def test_a_known_mistake_explains_the_term_that_it_shares_with_the_hand_in(sized):
    """The sum explains the loss; the gradient is wrong in a way of its own, and the loss's hint says nothing of it."""
    found = hints(sized, "(scores ** 2).sum() + reg * (W * W).sum()", f"{SLOPE} + reg * W")
    (explained,) = {it for it in found if it[0] == "not_averaged" and "what reg adds to dW" in it[1]}
    assert "About loss at reg = 0: Double the batch by repeating it: should the loss change?" in explained[1]


@pytest.mark.parametrize(
    ("value", "slope"),
    [
        ("float(W[0, 0]) * (1 + reg)", "np.sin(W) * (1 + reg)"),  # agrees with nothing
        (f"{VALUE} + (len(X) == 7)", SLOPE),  # wrong for one size only
        ("0.25 + reg", "np.ones_like(W) * (1 + reg)"),
        (f"{VALUE} if reg else 2 * {VALUE}", SLOPE),  # a factor that holds at reg = 0 alone
    ],
)
def test_what_some_test_contradicts_is_not_said(sized, value, slope):
    said = hints(sized, value, slope)
    assert {id for id, _ in said} == {None}
    assert not any("adds" in (hint or "") for _, hint in said)


def test_a_mistake_is_not_named_for_one_test_in_which_it_agrees(sized):
    """With weights of 0, everything without a margin gives 0: that is no evidence for any mistake."""
    body = "return (0.0, 0 * W) if not W.any() else (1.0, W)"
    verdicts = sized.grade(with_loss(body))
    assert {it.mistake for it in verdicts.values()} == {None}


ZEROS_APART = (
    GRADED.partition('@pytest.mark.question("other")')[0]
    + """
other = pytest.mark.question("other")

@other
@pytest.mark.parametrize("size", [3, 5, 8])
def test_one(compare, rng, size):
    compare("other.one", rng.uniform(1, 2, size=size), names=("result",))

@other
def test_nothing_becomes_one(student, check):
    check(sum=(float(student.call("other.one", np.zeros(3)).sum()), 3.0, "three zeros should become three ones"))
"""
)
TWICE = """
[twice]
title = "X counted twice, zeros not at all"
hint = "What should zeros become?"
edits.one = ["X + 1", "np.where(X == 0, 0.0, 2 * X)"]
"""


def test_a_mistake_explains_no_values_where_a_test_that_compares_none_contradicts_it(tmp_path):
    """All that is compared is alike; but zeros become ones here, as they should, and what the hint asks is idle."""
    numpy_too = "import numpy as np\n" + OTHER
    with grader_of(tmp_path, graded=ZEROS_APART, bank=TWICE, other=numpy_too) as grader:
        same = grader.grade(hand_in(other=numpy_too.replace("X + 1", "np.where(X == 0, 0.0, X + X)")))
        another = grader.grade(hand_in(other=numpy_too.replace("X + 1", "np.where(X == 0, 1.0, X + X)")))
    assert {it.mistake for it in same.values() if not it.passed} == {"twice"}
    assert {it.mistake for it in another.values() if not it.passed} == {None}


# --- conventions ------------------------------------------------------------------------------------------


def test_a_mistake_that_is_felt_is_named_only_where_it_is_made(tmp_path):
    summed = """
        scores = X @ W
        return (scores ** 2).sum() + reg * (W * W).sum(), 2 * X.T @ scores + 2 * reg * W
    """
    bank = MISTAKES.replace("[shapes_swapped]", 'also_affects = ["other"]\n\n[shapes_swapped]', 1)
    uses = "from hw import loss\ndef one(X):\n    return loss(X[None], X[:, None], 0.0)[0]{}\n"
    with grader_of(tmp_path, bank=bank, other=uses.format("")) as grader:
        made = short(grader.grade({**with_loss(summed), "other.py": uses.format("").encode()}))
        alike = short(grader.grade(hand_in(other=uses.format(" * len(X) ** 2"))))
    assert made["one"].mistake == "not_averaged"
    assert alike["one"].mistake is None


def test_a_few_tests_of_a_class_that_inherits_a_function_do_not_name_what_others_contradict():
    """Weights that rise and labels of other examples both keep training from separating what can be separated."""
    with Grader(COURSE.assignment("sgd"), COURSE.solution("sgd")) as grader:
        (rising,) = (it for it in grader.bank.variants if it.mistake.id == "T01")
        others = tuple(it for it in grader.bank.variants if it.mistake.id != "T01")
        grader.candidates = Candidates(Bank(grader.bank.mistakes, others, ()), grader.assignment)
        (question,) = grader.assignment.questions_of(rising.target)
        verdicts = grader.grade(
            rising.files,
            only=lambda test: not test.public and not test.structural and test.question == question.id,
        )
    assert {it.mistake for it in verdicts.values()} == {None}


def test_the_text_of_an_exception_that_the_test_asks_for_is_its_author_s_own():
    """The mean of the errors instead of the largest; unequal shapes are refused in other words than the reference's."""
    with Grader(COURSE.assignment("gradient_check"), COURSE.solution("gradient_check")) as grader:
        (mean,) = (it for it in grader.bank.variants if it.mistake.id == "E02")
        file = "gradient_check.py"
        text = mean.files[file].replace(b'f"a has shape {a.shape}, but b has shape {b.shape}"', b"'no match'")
        assert text != mean.files[file]
        verdicts = grader.grade({**mean.files, file: text}, only=lambda test: "error_of" in test.id)
        refused = grader.grade({**mean.files, file: text}, only=lambda test: "unequal_shapes" in test.id)
    wrong = [it for it in (*verdicts.values(), *refused.values()) if not it.passed]
    assert any("unequal_shapes" in it.test for it in wrong)
    assert {it.mistake for it in wrong if "test_graded" in it.test} == {"E02"}


def test_an_accepted_convention_passes_with_a_note(grader):
    verdicts = short(grader.grade(with_loss(HALF.format(loss=0.5, gradient=1))))
    assert kinds(verdicts) == dict.fromkeys(ALL, "passed")
    for name in WITH_A_PENALTY:
        noted = verdicts[name]
        assert (noted.credit, noted.mistake, noted.message) == (
            1,
            "half",
            "Half of the penalty is as good.",
        )
    assert verdicts["without_a_penalty"].mistake is None


@pytest.mark.parametrize("loss, gradient", [(0.5, 2), (1, 1), (0.25, 0.5)])
def test_a_convention_that_is_followed_by_halves_is_a_mistake(grader, loss, gradient):
    verdicts = short(grader.grade(with_loss(HALF.format(loss=loss, gradient=gradient))))
    assert {verdicts[name].kind for name in WITH_A_PENALTY} == {Kind.WRONG_VALUE}


@pytest.mark.parametrize("first_follows", [True, False])
def test_a_convention_that_changes_within_a_question_is_a_mistake(grader, first_follows):
    halves = "reg < 0.5" if first_follows else "reg > 0.5"
    changing = HALF.format(loss=f"(0.5 if {halves} else 1.0)", gradient=f"(1 if {halves} else 2)")
    verdicts = short(grader.grade(with_loss(changing)))
    assert [verdicts[name].kind for name in WITH_A_PENALTY] == [Kind.PASSED, Kind.WRONG_VALUE]
    assert verdicts["without_a_penalty"].kind is Kind.PASSED


def test_a_loss_and_a_gradient_that_follow_different_conventions_are_a_mistake(tmp_path):
    apart = (
        GRADED.partition("@loss\n@pytest")[0]
        + """
@loss
@pytest.mark.parametrize("part", [0, 1], ids=["loss", "gradient"])
def test_part(compare, rng, part):
    compare(lambda code, *args: code.call("hw.loss", *args)[part], *problem(rng), 0.5)

@pytest.mark.question("other")
def test_one(compare):
    compare("other.one", 1)
"""
    )
    with grader_of(tmp_path, graded=apart) as grader:
        for loss, gradient, passing in ((1, 2, 2), (0.5, 1, 2), (0.5, 2, 1), (1, 1, 1)):
            verdicts = short(grader.grade(with_loss(HALF.format(loss=loss, gradient=gradient))))
            assert sum(verdicts[f"part[{part}]"].passed for part in ("loss", "gradient")) == passing


def test_a_convention_that_the_assignment_calls_a_mistake_is_one(tmp_path):
    strict = ASSIGNMENT.replace('half = "accept"', 'half = "mistake"')
    with grader_of(tmp_path, assignment=strict) as grader:
        verdict = short(grader.grade(with_loss(HALF.format(loss=0.5, gradient=1))))["with_a_penalty[0.7]"]
        right = grader.grade(hand_in())
    assert (verdict.kind, verdict.mistake) == (Kind.WRONG_VALUE, "half")
    assert {each.kind for each in right.values()} == {Kind.PASSED}


EXTENDED = (
    GRADED
    + """
def loss_of_a_stand_in(code, W, X):
    return code.extended(hw="def one(X):\\n    return X").call("hw.loss", W, X, 0.25)

@loss
def test_of_extended_code(compare, rng):
    compare(loss_of_a_stand_in, *problem(rng), names=("loss", "dW"))
"""
)

ASSERTED = (
    GRADED
    + """
@loss
def test_never_negative(student, rng):
    value, dW = student.call("hw.loss", *problem(rng), 0.0)
    assert value >= 0 and dW.shape == (5, 4)

@loss
def test_properties(student, check, rng):
    value, dW = student.call("hw.loss", *problem(rng), 0.0)
    check(shape=(dW.shape, (5, 4), "dW should have the shape of W"), value=value)
"""
)


def test_inputs_of_a_test_on_extended_code_are_shown_as_those_of_all_others(tmp_path):
    with grader_of(tmp_path, graded=EXTENDED) as grader:
        verdict = short(grader.grade(with_loss("return 3.5, 0 * W")))["of_extended_code"]
    assert verdict.kind is Kind.WRONG_VALUE
    assert "W = array of float64, shape (5, 4)" in verdict.details
    assert "X = array of float64, shape (7, 5)" in verdict.details and "reg = 0.25" in verdict.details


def test_an_assertion_that_fails_shows_its_line_and_the_values_in_it(tmp_path):
    with grader_of(tmp_path, graded=ASSERTED) as grader:
        verdict = short(grader.grade(with_loss("return -2.5, 0 * W")))["never_negative"]
    assert verdict.kind is Kind.WRONG_VALUE
    first, *rest = verdict.details.splitlines()
    assert first.startswith("test_graded.py, line ")
    assert first.endswith("assert value >= 0 and dW.shape == (5, 4)")
    assert "-2.5 >= 0" in "\n".join(rest)
    assert "2.5" not in verdict.message and verdict.hint is None


def test_a_property_that_does_not_hold_shows_what_it_was_and_should_be(tmp_path):
    with grader_of(tmp_path, graded=ASSERTED) as grader:
        verdict = short(grader.grade(with_loss("return 2.5, W.T")))["properties"]
    assert verdict.message == "dW should have the shape of W"
    assert verdict.details == "shape = (4, 5), and should be (5, 4)"


def test_a_mistake_that_only_tests_take_for_a_known_one_is_not_named(
    course_grader: Callable[[str], Grader],
) -> None:
    """With distances as they are in the tests, the nearest of a few neighbours nearly always outweighs the rest."""
    grader, name = course_grader("knn"), "k_nearest_neighbor.py"
    source = grader.reference_files[name].decode()
    right = "classes, votes = np.unique(self.y_train[nearest], return_counts=True)"
    assert source.count(right) == 1
    weighted = (
        "classes = np.unique(self.y_train[nearest])\n"
        "            votes = [np.sum(1 / row[nearest][self.y_train[nearest] == it]) for it in classes]"
    )
    files = {name: source.replace(right, weighted).encode()}
    verdicts = grader.grade(
        files, only=lambda test: test.question == "predict_labels" and not test.public and not test.structural
    )
    failed = [it for it in verdicts.values() if not it.passed]
    assert failed and {it.mistake for it in failed} == {None}
    assert all("right for one neighbour, wrong in some cases from two on" in (it.hint or "") for it in failed)


def test_a_mistake_that_tests_of_structure_alone_find_is_named(
    course_grader: Callable[[str], Grader],
) -> None:
    """Each hand-in is measured on inputs of its own, on which a known mistake gives values that nobody knows."""
    grader = course_grader("softmax")
    (within,) = (
        it for it in grader.bank.variants if (it.mistake.id, it.target[-10:]) == ("X22", "vectorized")
    )
    verdicts = grader.grade(within.files, only=lambda test: test.question == "softmax_loss_vectorized")
    failed = [it for it in verdicts.values() if not it.passed and "test_graded" in it.test]
    assert failed and {it.kind for it in failed} == {Kind.WRONG_VALUE}
    # Some are right on the class's inputs, where the floor does not show: there the mistake is asked about their own.
    assert len(failed) > 1 and {it.mistake for it in failed} == {"X22"}
