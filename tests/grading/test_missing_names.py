"""What is said of imports and names that are not there, and which imports from folders find the files handed in."""

from __future__ import annotations

import pytest

from tests.grading.losses import OTHER, REFERENCE, grader_of, short

LOSS = REFERENCE.partition("class Model")[0]
USING = "\n\ndef loss(W, X, reg):\n    {line}\n    return right(W, X, reg)\n" + LOSS.replace(
    "def loss", "def right"
)
GRADED = """
import pytest

@pytest.mark.question("loss")
def test_loss(compare, rng):
    compare("hw.loss", rng.normal(size=(5, 4)), rng.normal(size=(7, 5)), 0.3, names=("loss", "dW"))

@pytest.mark.question("other")
def test_one(compare, rng):
    compare("other.one", rng.normal(size=3), names=("result",))
"""


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    with grader_of(tmp_path_factory.mktemp("names"), graded=GRADED, public="") as grader:
        yield grader


def verdict(grader, head, line="pass", other=OTHER, body=USING):
    files = {"hw.py": (head + body.replace("{line}", line)).encode()}
    if other is not None:
        files["other.py"] = other.encode()
    return short(grader.grade(files))["loss"]


@pytest.mark.parametrize(
    "head, line",
    [
        ("from cs231n.classifiers.other import *", "one(X)"),
        ("from cs231n.classifiers.other import one", "one(X)"),
        ("from cs231n.classifiers import other", "other.one(X)"),
        ("from cs231n import other as o", "o.one(X)"),
        ("import cs231n.classifiers.other", "cs231n.classifiers.other.one(X)"),
        ("import cs231n.classifiers.other as o", "o.one(X)"),
        ("import cs231n.classifiers as c", "c.other.one(X)"),
        ("from assignment1.other import one", "one(X)"),
        ("from .other import one", "one(X)"),
        ("from .other import *", "one(X)"),
        ("from . import other", "other.one(X)"),
        ("from ..classifiers.other import one", "one(X)"),
        ("from .. import other as o", "o.one(X)"),
        ("try:\n    from .other import one\nexcept ImportError:\n    from other import one", "one(X)"),
        ("try:\n    from code.other import one\nexcept ImportError:\n    from other import one", "one(X)"),
        ("try:\n    from .helper import one\nexcept ImportError:\n    from other import one", "one(X)"),
        ("try:\n    from . import helper\nexcept ImportError:\n    import other as helper", "helper.one(X)"),
        ("", "from .other import one; one(X)"),
        ("", "import cs231n.other as o; o.one(X)"),
        ("from cs231n.data_utils import load_CIFAR10\nfrom .vis_utils import visualize_grid", "pass"),
        ("from cs231n.gradient_check import *\nfrom . import vis_utils\nimport cs231n.data", "pass"),
        ("from other import one\nimport cs231n.other, other", "assert cs231n.other is other"),
    ],
)
def test_an_import_from_a_folder_finds_the_file_that_was_handed_in(grader, head, line):
    found = verdict(grader, head, line)
    assert found.passed, found.message


def test_files_that_import_each_other_from_a_folder_are_executed_once(grader):
    other = (
        "from .hw import loss\nfrom cs231n import hw\ncount = hw.__dict__.setdefault('times', [])\n" + OTHER
    )
    head = "times = globals().setdefault('times', [])\ntimes.append(1)\n"
    assert verdict(grader, head, "import cs231n.other, other; assert len(times) == 1", other).passed


@pytest.mark.parametrize(
    "head", ["from other import one", "from .other import one", "from cs231n.other import one"]
)
@pytest.mark.parametrize("back", ["from hw import loss", "from .hw import loss", "from a.b.hw import loss"])
def test_files_that_import_names_of_each_other_are_said_to_do_so(grader, head, back):
    found = verdict(grader, head, other=f"{back}\n{OTHER}")
    assert found.kind.value == "raised"
    assert (
        "other.py, line 1 imports loss from hw.py before it is defined there: the two files import"
        in found.message
    )


def test_a_library_s_part_is_not_a_file_of_the_same_name(grader):
    found = verdict(grader, "from sklearn.other import one", "one(X)")
    assert found.kind.value == "not_allowed" and "sklearn is used (hw.py, line 4)" in found.message


NOT_PART = "which is not part of this homework"


@pytest.mark.parametrize(
    "head, line, said",
    [
        (
            "import numpy\nfrom cs231n.data_utils import load",
            "load(X)",
            "hw.py, line 2 imports cs231n.data_utils, which is not part of this homework, and hw.py, line 5 uses it",
        ),
        ("from .data_utils import load", "load(X)", f"hw.py, line 1 imports data_utils, {NOT_PART}"),
        ("from . import data_utils", "data_utils.load(X)", f"hw.py, line 1 imports data_utils, {NOT_PART}"),
        (
            "import cs231n.data_utils as d",
            "d.load(X)",
            f"hw.py, line 1 imports cs231n.data_utils, {NOT_PART}",
        ),
        ("import helpers", "helpers.load(X)", f"hw.py, line 1 imports helpers, {NOT_PART}"),
        (
            "from cs231n.data_utils import load",
            "return load",
            f"hw.py, line 1 imports cs231n.data_utils, {NOT_PART}",
        ),
        (
            "from cs231n.data_utils import PI",
            "X * PI",
            f"hw.py, line 1 imports cs231n.data_utils, {NOT_PART}",
        ),
        ("", "from cs231n.x import y; y()", f"hw.py, line 4 imports cs231n.x, {NOT_PART}; do without it"),
        (
            "from cs231n.data_utils import *",
            "load(X)",
            "hw.py, line 4: the name load is not defined (NameError); line 1 imports all names of cs231n.data_utils, "
            f"{NOT_PART}: it brings none",
        ),
        (
            "from scipy.special import *",
            "expit(X)",
            "line 1 imports all names of scipy.special, which is not there when your work is graded: it brings none",
        ),
        (
            "",
            "xrange(3)",
            "hw.py, line 4: the name xrange is not defined (NameError): it is of Python 2, in Python 3 it is",
        ),
        ("", "unicode(3)", "in Python 3 it is str"),
        ("", "raw_input()", "in Python 3 it is input"),
        ("", "math.exp(1)", "the file does not import it; write import math at its top"),
        ("", "plt.plot(X)", "the file does not import it; write import matplotlib.pyplot as plt at its top"),
        ("", "plot = X; plt.plot(X)", "write import matplotlib.pyplot as plt at its top"),
        ("", "range_ = 3; xrange(3)", "in Python 3 it is"),
        (
            "",
            "scroes.sum()",
            "hw.py, line 4: the name scroes is not defined (NameError); nothing in the file defines",
        ),
        ("x = thing", "pass", "hw.py, line 1: the name thing is not defined (NameError)"),
        ("", "y = y + 1", "hw.py, line 4: y is used before it has a value (UnboundLocalError)"),
        (
            "from other import two",
            "pass",
            "hw.py, line 1 imports two from other.py, which does not define it",
        ),
        (
            "from cs231n.other import two",
            "pass",
            "hw.py, line 1 imports two from other.py, which does not define it",
        ),
        ("from numpy import flaot", "pass", "hw.py, line 1 imports flaot from numpy, which has no such name"),
        ("import numpy.lineal", "pass", "hw.py, line 1 imports numpy.lineal, which does not exist"),
    ],
)
def test_what_is_missing_is_named_where_it_stands(grader, head, line, said):
    found = verdict(grader, head, line)
    assert not found.passed
    assert said in found.message
    assert "__handed_in__" not in found.message + found.details


@pytest.mark.parametrize(
    "head, line",
    [
        ("from cs231n.other import one", "one(X)"),
        ("from cs231n import other", "other.one(X)"),
        ("from .other import one", "one(X)"),
        ("from . import other", "other.one(X)"),
        ("import other", "other.one(X)"),
        ("from cs231n.classifiers.other import *", "one(X)"),
        ("from .other import *", "one(X)"),
        ("from other import *", "one(X)"),
    ],
)
def test_a_file_that_is_asked_for_and_was_not_handed_in_is_missing_with_its_name(grader, head, line):
    found = verdict(grader, head, line, other=None)
    assert found.kind.value == "missing"
    assert found.message.startswith("hw.py, line 4") and "other.py is missing" in found.message


@pytest.mark.parametrize(
    "line",
    [
        "raise NameError(\"name 'secret' is not defined\")",
        "raise type('NameError', (NameError,), {})('name \\'X1\\' is not defined')",
        "raise ImportError(\"cannot import name 'secret' from 'numpy'\")",
        "raise UnboundLocalError(\"cannot access local variable 'secret'\")",
        "raise ModuleNotFoundError(\"No module named 'secret'\")",
    ],
)
def test_names_that_an_exception_makes_up_are_not_repeated(grader, line):
    found = verdict(grader, "", line)
    assert found.kind.value == "raised"
    assert "secret" not in found.message and "X1" not in found.message


def test_a_value_of_a_stand_in_that_is_returned_costs_its_own_part_only(grader):
    body = LOSS.replace("return value, dW", "return value, plt.imread('dW.png') / 255")
    found = verdict(grader, "import matplotlib.pyplot as plt\n", body=body)
    assert "dW" in found.message
    assert (
        "a value of matplotlib, which is not there when your work is graded; its line can go" in found.message
    )
    assert found.credit > 0


def test_what_a_library_computes_is_said_to_be_missing_with_its_line(grader):
    found = verdict(grader, "from scipy.special import logsumexp", "logsumexp(X)")
    assert found.kind.value == "not_allowed"
    assert found.message.startswith("scipy is used (hw.py, line 4), but only NumPy")
    assert "the line can go" in found.message


def test_python_2_s_helpers_and_drawing_cost_nothing(grader):
    head = (
        "from __future__ import print_function\nfrom builtins import range\nfrom past.builtins import xrange\n"
        "from tqdm import tqdm\nimport matplotlib.pyplot as plt\nfrom six import iteritems\n"
    )
    line = "fig, (a, b) = plt.subplots(1, 2); [a.plot(i) for i in tqdm(xrange(3), desc='x')]; dict(iteritems({1: 2}))"
    assert verdict(grader, head, line).passed


MODEL = """
class Model:
    def fit(self, X):
        {fit}

    def half(self, X):
        {half}


class Right:
    def fit(self, X):
        self.means = X

    def half(self, X):
        return self.means


def loss(W, X, reg):
    model = Model()
    model.fit(X)
    model.half(W)
    return right(W, X, reg)

"""


@pytest.mark.parametrize(
    "fit, half, said",
    [
        ("means = X", "return self.means", "hw.py, line 7: self.means has no value (AttributeError); line 4 gives one"),
        ("pass", "return self.means", "has no value (AttributeError); no line of the class Model gives it one"),
        ("self.means = X", "return means", "the name means is not defined (NameError); is self.means meant?"),
        ("self.mean = X", "total = 1; return totl", "the name totl is not defined (NameError); is total meant?"),
        ("self.mean = X", "return zzz", "nothing in the file defines or imports it"),
        ("self.mean = X", "return X.means", "it raised AttributeError in hw.py, line 7"),
    ],
)  # fmt: skip
def test_a_name_without_a_value_is_told_where_it_was_meant_to_get_one(grader, fit, half, said):
    body = MODEL.replace("{fit}", fit).replace("{half}", half) + LOSS.replace("def loss", "def right")
    found = verdict(grader, "", body=body)
    assert found.kind.value == "raised" and said in found.message


@pytest.mark.parametrize(
    "head, said",
    [
        ("def half(X):", "hw.py, line 6: half is a method, so its first parameter has to be self"),
        ("def half():", "hw.py, line 6: half is a method, so its first parameter has to be self"),
        ("def half(self):", "it raised TypeError in hw.py"),
    ],
)
def test_a_method_without_its_object_is_told_so(grader, head, said):
    body = MODEL.replace("def half(self, X):", head, 1).replace("{fit}", "pass").replace("{half}", "return 1")
    found = verdict(grader, "", body=body + LOSS.replace("def loss", "def right"))
    assert found.kind.value == "raised" and said in found.message


@pytest.mark.parametrize(
    "parameters, said",
    [
        (
            "W, X",
            "loss takes 2 arguments, but is called with 3: give it the parameters that the task names, in that order",
        ),
        ("W", "loss takes 1 argument, but is called with 3: give it"),
        ("W, X, reg, y", "loss needs 1 more argument than it is called with: give it"),
        ("W, X, reg, y, z", "loss needs 2 more arguments than it is called with: give it"),
    ],
)
def test_other_parameters_than_the_task_names_are_said(grader, parameters, said):
    body = LOSS.replace("def loss(W, X, reg)", f"def loss({parameters})")
    assert verdict(grader, "", body=body).message.startswith(said)


def test_a_helper_s_parameters_are_no_business_of_the_task(grader):
    found = verdict(grader, "def helper(a):\n    return a\n", "helper(W, X)")
    assert found.message.startswith("it raised TypeError in hw.py, line")
