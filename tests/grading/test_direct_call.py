"""Tests are called directly where that is the same, and run by pytest where they use more than our fixtures."""

from __future__ import annotations

import pytest

from autograder.grading.direct_call import direct_call
from autograder.model.verdict import Kind
from tests.grading.losses import HEAD, OTHER_TEST, grader_of, hand_in, short

USING = {
    "plain": "@loss\ndef test_it(compare, rng):\n    compare('hw.loss', *problem(rng), 0.1)\n",
    "parameters": """
@loss
@pytest.mark.parametrize("reg, twice", [(0.1, True)])
def test_it(compare, rng, trial, reg, twice):
    assert trial.rng is rng and twice
    compare("hw.loss", *problem(rng), reg)
""",
    "a fixture": """
@pytest.fixture
def inputs(rng):
    return problem(rng)

@loss
def test_it(compare, inputs):
    compare("hw.loss", *inputs, 0.1)
""",
    "one of our names": """
@pytest.fixture
def rng(rng):
    return rng.spawn(1)[0]

@loss
def test_it(compare, rng):
    compare("hw.loss", *problem(rng), 0.1)
""",
    "a parameter of ours": """
@loss
@pytest.mark.parametrize("rng", [np.random.default_rng(3)])
def test_it(compare, rng):
    compare("hw.loss", *problem(rng), 0.1)
""",
    "an indirect parameter": """
@pytest.fixture
def reg(request):
    return request.param / 10

@loss
@pytest.mark.parametrize("reg", [1], indirect=True)
def test_it(compare, rng, reg):
    assert reg == 0.1
    compare("hw.loss", *problem(rng), reg)
""",
    "set-up": """
ready = []
def setup_function(function):
    ready.append(function)

@loss
def test_it(compare, rng):
    assert ready
    compare("hw.loss", *problem(rng), 0.1)
""",
    "a class": """
@loss
class TestIt:
    reg = 0.1
    def test_it(self, compare, rng):
        compare("hw.loss", *problem(rng), self.reg)
""",
    "the request": """
@loss
def test_it(request, compare, rng):
    assert request.node.name == "test_it"
    compare("hw.loss", *problem(rng), 0.1)
""",
}
DIRECT = {"plain", "parameters", "a parameter of ours"}


@pytest.mark.parametrize("using", USING)
def test_a_test_judges_the_same_whoever_calls_it(tmp_path, using):
    graded = f"import numpy as np\n{HEAD}{USING[using]}{OTHER_TEST}"
    doubled = hand_in("def loss(W, X, reg):\n    return 0.0, W\nclass Model: pass")
    with grader_of(tmp_path, graded=graded) as grader:
        (item,) = (it for id, it in grader.session.items.items() if "::test_it" in id)
        assert (direct_call(item) is not None) == (using in DIRECT)
        kinds = [
            {name: it.kind for name, it in short(grader.grade(files)).items() if name.startswith("it")}
            for files in (hand_in(), doubled)
        ]
    assert [set(it.values()) for it in kinds] == [{Kind.PASSED}, {Kind.WRONG_VALUE}]


@pytest.mark.parametrize("ending", ["pytest.fail('no')", "pytest.skip('no')", "pytest.xfail('no')"])
def test_a_test_that_neither_passes_nor_fails_is_a_fault_of_the_course(tmp_path, ending):
    test = (
        f"@loss\ndef test_it(student, rng):\n    student.call('hw.loss', *problem(rng), 0.1)\n    {ending}\n"
    )
    with grader_of(tmp_path, graded=f"{HEAD}{test}{OTHER_TEST}") as grader:
        assert short(grader.grade(hand_in()))["it"].kind is Kind.GRADER_FAULT
