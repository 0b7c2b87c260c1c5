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


ASKING = {
    "fixed draws": "    compare('hw.loss', *problem(rng), 0.1)\n",
    "two questions": "    compare('hw.loss', *problem(rng), 0.1)\n    unchanged('hw.loss', *problem(rng), 0.2)\n",
    "the next after a wrong one": """
    inputs = problem(rng)
    compare('hw.loss', *inputs, 0.1)
    try:
        compare('hw.loss', *inputs, 0.2)
    except Exception:
        compare('hw.loss', *inputs, 0.0)
""",
    "draws that go on": "    compare('hw.loss', *problem(elsewhere), 0.1)\n",
    "a function": "    compare(lambda code, W, X: code.call('hw.loss', W, X, 0.1), *problem(rng))\n",
    "the trial": "    compare('hw.loss', *problem(compare.trial.rng), 0.1)\n",
    "the hand-in": "    student.call('hw.loss', *problem(rng), 0.1)\n    compare('hw.loss', *problem(rng), 0.1)\n",
}
REPEATED = {"fixed draws", "two questions", "the next after a wrong one"}


@pytest.mark.parametrize("asking", ASKING)
def test_a_test_that_asks_the_same_each_time_is_run_no_more(tmp_path, asking):
    fixtures = "compare, rng" + ", unchanged" * ("unchanged" in ASKING[asking])
    fixtures += ", student" * ("student" in ASKING[asking])
    test = f"@loss\ndef test_it({fixtures}):\n    runs.append(rng)\n{ASKING[asking]}"
    head = f"import numpy as np\n{HEAD}runs, elsewhere = [], np.random.default_rng(7)\n"
    wrong = hand_in("def loss(W, X, reg):\n    return 0.0, W\nclass Model: pass")
    with grader_of(tmp_path, graded=f"{head}{test}{OTHER_TEST}") as grader:
        (item,) = (it for id, it in grader.session.items.items() if "::test_it" in id)
        assert isinstance(item, pytest.Function)
        found, runs = [], []
        for files in (wrong, hand_in(), hand_in(), wrong, hand_in()):
            found.append(short(grader.grade(files))["it"])
            runs.append(len(item.module.runs))
    assert [it.kind for it in found] == [Kind.WRONG_VALUE, *[Kind.PASSED] * 2, Kind.WRONG_VALUE, Kind.PASSED]
    assert (runs[4] == runs[3]) == (asking in REPEATED)  # of the last one, which is right
    if asking != "draws that go on":
        assert found[0] == found[3]


def test_a_test_that_goes_on_after_a_wrong_value_does_so_when_it_is_run_no_more(tmp_path):
    test = f"@loss\ndef test_it(compare, rng):{ASKING['the next after a wrong one']}"
    one_case = "def loss(W, X, reg):\n    return right(W, X, 0.0 if reg == 0.2 else reg)"
    with grader_of(tmp_path, graded=f"{HEAD}{test}{OTHER_TEST}") as grader:
        right = hand_in()
        name = next(name for name, source in right.items() if b"def loss" in source)
        partly = {**right, name: right[name].replace(b"def loss", b"def right") + f"\n{one_case}\n".encode()}
        never = {**right, name: partly[name].replace(b"0.0 if reg == 0.2 else reg", b"reg + (reg != 0.1)")}
        runs = (partly, partly, right, right, right, partly, never)
        kinds = [short(grader.grade(it))["it"].kind for it in runs]
    assert kinds == [*[Kind.PASSED] * 6, Kind.WRONG_VALUE]


def test_a_test_that_went_on_after_a_wrong_value_is_not_known_by_that(tmp_path):
    test = f"@loss\ndef test_it(compare, rng):{ASKING['the next after a wrong one']}"
    right = hand_in()
    name = next(name for name, source in right.items() if b"def loss" in source)
    other = "def loss(W, X, reg):\n    return right(W, X, reg + 1 if reg == VALUE else reg)"
    known_by, without_it = (
        {
            **right,
            name: right[name].replace(b"def loss", b"def right")
            + f"\n{other}\n".encode().replace(b"VALUE", it),
        }
        for it in (b"0.2", b"0.0")
    )
    with grader_of(tmp_path, graded=f"{HEAD}{test}{OTHER_TEST}") as grader:
        kinds = [short(grader.grade(it))["it"].kind for it in (known_by, known_by, without_it)]
    assert kinds == [Kind.PASSED] * 3
