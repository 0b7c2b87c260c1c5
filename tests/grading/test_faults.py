"""What goes wrong in a test or in the reference is the grader's fault, and never a zero of the student's."""

from __future__ import annotations

import pytest

from autograder.grading.trial import Finding
from autograder.model.verdict import Family, Kind
from tests.grading.losses import ALL, REFERENCE, grader_of, hand_in, short

GRADED = """
import numpy as np
import pytest

pytestmark = pytest.mark.question("loss")
PROBLEM = np.eye(2), np.eye(2), 0.0

@pytest.mark.question("other")
def test_another_question(compare, rng):
    compare("other.one", rng.normal(size=3))

# --- what fails, and is the student's --------------------------------------------------------------------

def test_value_by_an_assertion(student):
    value, _ = student.call("hw.loss", *PROBLEM)
    assert value == 1.0

def test_value_by_a_check(student, check):
    value, _ = student.call("hw.loss", *PROBLEM)
    check(value == 1.0, "The loss of these should be one.")

def test_value_by_a_conversion(student, check):
    value, _ = student.call("hw.loss", *PROBLEM)
    check.numbers(value, "value", (3,))

def test_value_by_parts(student, check):
    check.parts(student.call("hw.loss", *PROBLEM), "value", "gradient", "norm")

def test_value_by_an_object(student, check):
    check.instance(student.call("hw.loss", *PROBLEM), "model", "Model", "a Model")

def test_value_by_an_exception(student):
    student.raises("ValueError", "hw.loss", *PROBLEM)

def test_value_by_an_expectation(expect):
    expect("hw.loss", *PROBLEM, equals=(1.0, np.eye(2)))

# --- what fails, and is not ------------------------------------------------------------------------------

def test_fault_raises_an_error(student):
    student.call("hw.loss", *PROBLEM)
    raise RuntimeError("in the test")

def test_fault_uses_an_unknown_name(student):
    student.call("hw.loss", *PROBLEM)
    undefined

def test_fault_skips_itself(student):
    student.call("hw.loss", *PROBLEM)
    pytest.skip("no")

def test_fault_expects_to_fail(student):
    student.call("hw.loss", *PROBLEM)
    pytest.xfail("no")

def test_fault_fails_itself(student):
    student.call("hw.loss", *PROBLEM)
    pytest.fail("no")

def test_fault_is_marked_on_the_way_and_fails(student, request):
    student.call("hw.loss", *PROBLEM)
    request.node.add_marker(pytest.mark.xfail)
    assert False

def test_fault_is_marked_on_the_way_and_passes(student, request):
    student.call("hw.loss", *PROBLEM)
    request.node.add_marker(pytest.mark.xfail)

def test_fault_never_calls_the_student():
    pass

def test_fault_calls_the_reference_only(reference):
    reference.call("hw.loss", *PROBLEM)

def test_fault_asserts_before_it_calls():
    assert 1 + 1 == 3

def test_fault_checks_before_it_calls(check):
    check(False, "It should not.")

def test_fault_calls_the_reference_wrongly(reference):
    reference.call("hw.loss", np.eye(2))

def test_fault_names_what_the_reference_does_not_have(compare):
    compare("hw.absent", np.eye(2))

def test_fault_converts_what_the_reference_does_not_return(compare, check):
    compare(lambda code: check.number(code.call("hw.loss", *PROBLEM), "loss"))

def test_fault_passes_what_cannot_cross(student):
    student.call("hw.loss", [[np.eye(2)] * 200_000], 1)

def test_fault_measures_what_a_script_has_already_called(loops):
    loops(lambda code, X: code.call("other.one", X), lambda n, rng: (rng.normal(size=n),))

def test_fault_counts_where_the_reference_raises(loops):
    loops("hw.loss", lambda n, rng: (rng.normal(size=n),))

def test_fault_races_where_the_reference_raises(race):
    race("hw.loss", lambda rng: (rng.normal(size=3),))

def test_fault_measures_memory_where_the_reference_raises(memory):
    memory("hw.loss", lambda sizes, rng: (rng.normal(size=3),))

@pytest.fixture
def broken_before():
    raise ValueError

def test_fault_is_set_up_wrongly(broken_before, student):
    student.call("hw.loss", *PROBLEM)

@pytest.fixture
def broken_after(student):
    student.call("hw.loss", *PROBLEM)
    yield
    raise ValueError

def test_fault_is_torn_down_wrongly(broken_after):
    pass

# --- what passes all the same ----------------------------------------------------------------------------

def test_pass_after_all_that(compare):
    compare("hw.loss", *PROBLEM)

def test_pass_with_conversions(student, check):
    model = check.instance(student.new("hw.Model"), "model", "Model", "a Model")
    W = check.numbers(model.call("train", np.ones((2, 3))), "W", (3,))
    value, dW = check.parts(student.call("hw.loss", *PROBLEM), "value", "dW")
    check.record(W=W, reply=("a", "b", "a sentence of the student's"))
    check(W.sum() == 6 and check.number(value, "value") == 0.5, "These should be right.")

def test_pass_where_both_raise_the_same(compare):
    compare(lambda code: code.new("hw.Model", 0), raises="ValueError")

def test_fault_reference_raises_what_nobody_expects(compare):
    compare(lambda code: code.new("hw.Model", 0))

def test_fault_reference_raises_another(compare):
    compare(lambda code: code.new("hw.Model", 0), raises="TypeError")

def test_fault_reference_raises_nothing(compare):
    compare("hw.loss", *PROBLEM, raises="ValueError")

def test_fault_argument_cannot_cross(compare, rng):
    compare("hw.loss", rng, np.eye(2), 0.0)

def test_fault_expected_object(compare):
    compare(lambda code: code.new("hw.Model"))

def test_pass_where_nothing_changes(unchanged):
    def script(code, X):
        model = code.new("hw.Model")
        model.call("train", X)
        return model.bind("train", X, steps=2)
    unchanged(script, np.ones((2, 3)))
"""
NAMES = [
    line[len("def test_") : line.index("(")] for line in GRADED.splitlines() if line.startswith("def test_")
]


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    with grader_of(tmp_path_factory.mktemp("faults"), graded=GRADED, bank=None) as grader:
        yield grader


@pytest.fixture(scope="module")
def verdicts(grader):
    return short(grader.grade(hand_in()))


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("value")])
def test_a_property_that_does_not_hold_is_a_wrong_value(verdicts, name):
    assert verdicts[name].kind.family is Family.VALUE


def test_a_reply_that_cannot_be_used_is_told_as_what_it_is(verdicts):
    told = {
        name: verdicts[name] for name in ("value_by_a_conversion", "value_by_parts", "value_by_an_object")
    }
    assert {verdict.kind for verdict in told.values()} == {Kind.WRONG_TYPE_OR_SHAPE}
    assert [verdict.message for verdict in told.values()] == [
        "value should be a list or an array of 3 numbers, but is a real number",
        "3 values should be returned (value, gradient, norm); a tuple of 2 entries came back",
        "model should be a Model, but is a tuple of 2 entries",
    ]


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("fault")])
def test_what_is_wrong_with_a_test_is_a_fault_of_the_grader(verdicts, name):
    assert verdicts[name].kind is Kind.GRADER_FAULT
    assert verdicts[name].credit == 0


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(("pass", "another"))])
def test_a_fault_leaves_other_tests_alone(verdicts, name):
    assert verdicts[name].kind is Kind.PASSED


def test_a_fault_on_the_way_to_an_explanation_costs_no_verdict(grader, verdicts, monkeypatch):
    def at_fault(*_):
        raise KeyError("a ladder's own fault")

    monkeypatch.setattr("autograder.grading.hand_in_run.explain", at_fault)
    found = short(grader.grade(hand_in(), only=lambda test: "value_by" in test.id or "pass" in test.id))
    assert {name: it.kind for name, it in found.items()} == {name: verdicts[name].kind for name in found}
    flagged = [it for it in found.values() if it.flags]
    assert [it.flags for it in flagged] == [
        ("known mistakes could not be looked for (KeyError); run autograder verify",)
    ]
    assert not flagged[0].right


@pytest.mark.parametrize(
    "old, new, kind, said",
    [
        (
            'raise ValueError("size must be positive")',
            "size = 1",
            Kind.WRONG_VALUE,
            "it should raise ValueError here",
        ),
        (
            "raise ValueError",
            "raise TypeError",
            Kind.RAISED,
            "it should raise ValueError here, but raised TypeError",
        ),
        ("raise ValueError", "raise type('Own', (ValueError,), {})", Kind.PASSED, ""),
    ],
)
def test_the_type_of_exception_is_required_that_the_reference_raises(grader, old, new, kind, said):
    wrong = hand_in(REFERENCE.replace(old, new))
    verdict = short(grader.grade(wrong, only=lambda test: "both_raise" in test.id))[
        "pass_where_both_raise_the_same"
    ]
    assert verdict.kind is kind
    assert said in verdict.message


def test_an_import_that_raises_is_not_the_exception_that_is_asked_for(grader):
    verdicts = short(grader.grade(hand_in(loss="raise ValueError"), only=lambda test: "exception" in test.id))
    assert verdicts["value_by_an_exception"].kind is Kind.RAISED


def test_an_argument_that_the_last_call_of_a_script_changed_is_told(grader):
    changing = hand_in(
        REFERENCE.replace("        return self.W\n", "        X *= 0\n        return self.W\n")
    )
    verdict = short(grader.grade(changing, only=lambda test: "nothing_changes" in test.id))[
        "pass_where_nothing_changes"
    ]
    assert (verdict.kind, verdict.message) == (
        Kind.WRONG_VALUE,
        "the values are right, but the call changed argument 1 of its caller",
    )


# --- the reference ----------------------------------------------------------------------------------------

HEAD = "import numpy as np\n\ndef loss(W, X, reg):\n    "


@pytest.mark.parametrize(
    "reference",
    [
        HEAD + "raise NotImplementedError",
        HEAD + "return undefined",
        HEAD + "import os; os._exit(0)",
        HEAD + "import scipy; return scipy.f(W)",
        HEAD + "return iter(W)",
        HEAD + "return np.ones(2**36)",
        "def loss(:",
        "1 / 0",
        "",
    ],
    ids=["unwritten", "unknown name", "exit", "library", "iterator", "memory", "syntax", "import", "empty"],
)
def test_a_failing_reference_is_a_fault_of_the_grader_for_right_wrong_and_equal_hand_ins(tmp_path, reference):
    with grader_of(tmp_path, reference=reference, bank=None) as grader:
        for files in (hand_in(), hand_in(loss=reference)):
            verdicts = short(grader.grade(files))
            assert {verdicts[name].kind for name in ALL[1:-1]} == {Kind.GRADER_FAULT}
            assert verdicts["one"].kind is Kind.PASSED


HALF = """
import numpy as np

def loss(W, X, reg):
    scores = X @ W
    value = (scores ** 2).mean() + reg * (W * W).sum() / 2
    return value, 2 * X.T @ scores / scores.size + reg * W
"""


@pytest.mark.parametrize("by_convention", [False, True], ids=["as written", "by a convention"])
def test_a_worker_that_is_killed_once_costs_nothing_whichever_way_a_test_is_run(
    tmp_path, monkeypatch, by_convention
):
    with grader_of(tmp_path) as grader:
        whole = grader.trial_of
        killed = []

        def killed_once(test, student, convention=None, *args):
            trial, finding = whole(test, student, convention, *args)
            if (test.id, convention is None) not in killed and (convention is not None) == by_convention:
                killed.append((test.id, convention is None))
                return trial, Finding(Kind.DIED, "it ended", details="signal SIGKILL")
            return trial, finding

        monkeypatch.setattr(grader, "trial_of", killed_once)
        verdicts = short(grader.grade(hand_in(HALF)))
    assert killed
    assert all(verdicts[name].passed for name in ALL if name != "public"), verdicts
