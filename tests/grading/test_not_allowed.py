"""What a question does not allow is found in the code that its functions reach, and nowhere else."""

from __future__ import annotations

import textwrap
import time

import pytest

from autograder.grading.names.not_allowed import read_for

NOT_ALLOWED = ["numpy.linalg.norm", "numpy.vectorize", "itertools", "map", "sum"]


def uses(text, functions=("hw.f",), not_allowed=NOT_ALLOWED, **others):
    files = {"hw": text, **others}
    sources = {f"{name}.py": textwrap.dedent(body).encode() for name, body in files.items()}
    return read_for(sources, functions, not_allowed).uses


def rules(text, **options):
    return sorted({use.rule for use in uses(text, **options)})


@pytest.mark.parametrize(
    "text, rule",
    [
        ("import numpy\ndef f(X): return numpy.linalg.norm(X)", "numpy.linalg.norm"),
        ("import numpy as np\ndef f(X): return np.linalg.norm(X)", "numpy.linalg.norm"),
        ("import numpy.linalg\ndef f(X): return numpy.linalg.norm(X)", "numpy.linalg.norm"),
        ("import numpy.linalg as la\ndef f(X): return la.norm(X)", "numpy.linalg.norm"),
        ("from numpy import linalg\ndef f(X): return linalg.norm(X)", "numpy.linalg.norm"),
        ("from numpy import linalg as la\ndef f(X): return la.norm(X)", "numpy.linalg.norm"),
        ("from numpy.linalg import norm\ndef f(X): return norm(X)", "numpy.linalg.norm"),
        ("from numpy.linalg import norm as length\ndef f(X): return length(X)", "numpy.linalg.norm"),
        ("from numpy.linalg import *\ndef f(X): return norm(X)", "numpy.linalg.norm"),
        ("from numpy import *\ndef f(X): return linalg.norm(X)", "numpy.linalg.norm"),
        ("def f(X):\n    import numpy as np\n    return np.linalg.norm(X)", "numpy.linalg.norm"),
        ("def f(X):\n    from numpy.linalg import norm\n    return norm(X)", "numpy.linalg.norm"),
        ("import numpy as np\nla = np.linalg\ndef f(X): return la.norm(X)", "numpy.linalg.norm"),
        ("import numpy as np\ndef f(X):\n    la = np.linalg\n    return la.norm(X)", "numpy.linalg.norm"),
        ("import numpy as np\nnorm = np.linalg.norm\ndef f(X): return norm(X)", "numpy.linalg.norm"),
        ("import numpy as np\ndef f(X, norm=np.linalg.norm): return norm(X)", "numpy.linalg.norm"),
        ("import numpy as np\n@np.vectorize\ndef f(X): return X", "numpy.vectorize"),
        ("import itertools\ndef f(X): return list(itertools.product(X, X))", "itertools"),
        ("from itertools import product as p\ndef f(X): return list(p(X, X))", "itertools"),
        ("def f(X): return list(map(abs, X))", "map"),
        ("def f(X): return (lambda: list(map(abs, X)))()", "map"),
        ("import timeit\ndef f(X): return timeit.timeit(lambda: X.append(map(abs, X)), number=1)", "map"),
        ("import builtins\ndef f(X): return list(builtins.map(abs, X))", "map"),
    ],
)
def test_a_use_is_found_however_it_is_written(text, rule):
    assert rules(text) == [rule]


@pytest.mark.parametrize(
    "line, broken",
    [
        ("print(' '.join(map(str, X)))", []),
        ("print(*map('{:.2f}'.format, X), sep=', ')", []),
        ("assert len(X) > 1, ' '.join(map(repr, X))", []),
        ("if not len(X): raise ValueError(', '.join(map(str, X)))", []),
        ("print(*map(X.append, X))", ["map"]),
        ("print(text := ' '.join(map(str, X)))", ["map"]),
        ("print(*map(str, X)); X = list(map(abs, X))", ["map"]),
        ("str = X.append; print(*map(str, X))", ["map"]),
        ("text = ' '.join(map(str, X))", ["map"]),
    ],
)
def test_text_that_is_only_printed_is_no_loop(line, broken):
    assert rules(f"def f(X):\n    {line}\n    return X") == broken


@pytest.mark.parametrize(
    "text",
    [
        "def f(X): return g(X)\ndef g(X): return list(map(abs, X))",
        "def f(X): return g(X)\ndef g(X): return h(X)\ndef h(X): return list(map(abs, X))",
        "def f(X): return f(X[1:]) + list(map(abs, X))",
        "g = lambda X: list(map(abs, X))\ndef f(X): return g(X)",
        "def f(X): return apply(g, X)\ndef apply(h, X): return h(X)\ndef g(X): return list(map(abs, X))",
        "class A:\n    def go(self): return list(map(abs, []))\ndef f(X): return A().go()",
        "class A:\n    def __init__(self): self.x = list(map(abs, []))\ndef f(X): return A()",
        "class A:\n    x = list(map(abs, []))\ndef f(X): return A.x",
        "class B:\n    def go(self): return list(map(abs, []))\nclass A(B): pass\ndef f(X): return A().go()",
        "def outer(g):\n    return lambda X: list(map(g, X))\n@outer\ndef f(X): return X",
        "if True:\n    def g(X): return list(map(abs, X))\ndef f(X): return g(X)",
        "try:\n    def g(X): return list(map(abs, X))\nfinally: pass\ndef f(X): return g(X)",
        "TABLE = {'g': lambda X: list(map(abs, X))}\ndef f(X): return TABLE['g'](X)",
    ],
)
def test_code_that_the_question_s_function_reaches_counts(text):
    assert rules(text) == ["map"]


def test_code_in_other_files_counts_where_it_is_reached():
    helper = (
        "import numpy as np\ndef length(X): return np.linalg.norm(X)\ndef unused(X): return list(map(abs, X))"
    )
    for text in (
        "from helper import length\ndef f(X): return length(X)",
        "import helper\ndef f(X): return helper.length(X)",
        "import helper as h\ndef f(X): return h.length(X)",
        "from helper import *\ndef f(X): return length(X)",
    ):
        assert rules(text, helper=helper) == ["numpy.linalg.norm"], text
        assert {use.file for use in uses(text, helper=helper)} == {"helper.py"}


@pytest.mark.parametrize(
    "text",
    [
        "def f(X): return X\ndef plot(X): return list(map(abs, X))",
        "def f(X): return X\nprint(list(map(abs, [1])))",
        "import itertools\nfrom numpy.linalg import norm\ndef f(X): return X",
        "import timeit\ndef f(X): return X\nprint(timeit.repeat(lambda: f([1]), number=1, repeat=3))",
        "def f(X): return X\nclass A:\n    def go(self): return list(map(abs, []))",
        "def f(X):\n    '''Do not use map or np.linalg.norm here.'''\n    # map(abs, X)\n    return 'map'",
    ],
)
def test_code_that_is_not_reached_costs_nothing(text):
    assert rules(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "def map(g, X): return [g(x) for x in X]\ndef f(X): return map(abs, X)",
        "def f(X):\n    map = {}\n    map['a'] = X\n    return map",
        "def f(X, map): return map(X)",
        "def f(X, *, map=None): return map",
        "def f(X): return [map for map in X]",
        "def f(X):\n    for map in X:\n        print(map)",
        "def f(X):\n    sum = 0\n    for x in X: sum += x\n    return sum",
        "def f(X):\n    def map(x): return x\n    return map(X)",
        "def f(X):\n    with open('a') as map: return map",
        "def f(X):\n    try: return 1\n    except ValueError as map: return map",
        "def f(X):\n    return (lambda map: map + 1)(2)",
        "class norm: pass\ndef f(X): return norm()",
        "def f(X): return X.map(abs) + X.sum() + X.linalg.norm()",
        "import numpy as np\ndef f(X): return np.sum(X) + np.linalg.inv(X) + np.linalg.norms(X)",
        "def plot(X):\n    from numpy.linalg import norm\n    return norm(X)\ndef f(X):\n    norm = X\n    return norm",
        "def plot(X):\n    import numpy.linalg as la\n    return la\ndef f(X, la): return la.norm(X)",
    ],
)
def test_a_name_of_the_student_s_own_costs_nothing_whatever_it_is_called(text):
    assert rules(text) == []


def test_methods_of_a_question_are_found_by_their_class():
    text = """
        import numpy as np
        class Model:
            def loss(self, X):
                return self.distance(X)
            def distance(self, X):
                return np.linalg.norm(X)
            def plot(self, X):
                return list(map(abs, X))
    """
    assert rules(text, functions=("hw.Model.loss",)) == ["numpy.linalg.norm"]
    assert rules(text, functions=("hw.Model.plot",)) == ["map"]


def test_a_use_says_where_it_is_and_what_was_written():
    found = uses("import numpy as np\n\ndef f(X):\n    Y = X + 1\n    return np.linalg.norm(Y)\n")
    assert [(use.file, use.line, use.written) for use in found] == [("hw.py", 5, "np.linalg.norm")]
    assert found[0].sentence == "hw.py, line 5 uses np.linalg.norm: this question does not allow it."


def test_the_first_use_comes_first_and_the_longest_name_of_it():
    text = """
import itertools
def f(X):
    pairs = itertools.product(X)
    return itertools.chain(pairs, map(abs, X))
"""
    found = uses(text)
    assert [(use.line, use.rule) for use in found][:1] == [(4, "itertools")]
    assert found[0].written == "itertools.product"
    assert [use.line for use in found] == sorted(use.line for use in found)


def test_loops_in_another_dress_are_told_apart_from_what_is_forbidden():
    text = "import numpy as np\ndef f(X):\n    return np.vectorize(abs)(X) + np.linalg.norm(X)"
    assert {use.rule: use.hides_loop for use in uses(text)} == {
        "numpy.vectorize": True,
        "numpy.linalg.norm": False,
    }


@pytest.mark.parametrize(
    "source",
    [
        b"def f(:",
        b"\0",
        b"\xff\xfe",
        b"",
        b"def f(X):\n" + b"    return " + b"(" * 5_000,
        b"x = " + b"-" * 100_000 + b"1",
    ],
    ids=["syntax", "NUL", "UTF-16", "empty", "brackets", "deep"],
)
def test_files_that_do_not_parse_spoil_no_others(source):
    files = {"broken.py": source, "hw.py": b"def f(X): return list(map(abs, X))"}
    assert [use.unchecked for use in read_for(files, ["hw.f"], ["map"]).uses] == [""]
    assert read_for(files, ["hw.f", "broken.f"], ["map"]).uses[0].file == "hw.py"


DEEP = b"x = " + b"-" * 50_000 + b"1"


@pytest.mark.parametrize(
    "text",
    [
        "import deep\ndef f(X): return deep.g(X)",
        "import deep as d\ndef f(X): return d.g(X)",
        "from deep import g\ndef f(X): return g(X)",
        "from deep import *\ndef f(X): return g(X)",
        "def f(X):\n    from deep import g\n    return g(X)",
    ],
)
def test_a_file_that_is_reached_and_cannot_be_read_may_use_anything(text):
    files = {"deep.py": DEEP, "hw.py": text.encode()}
    found = read_for(files, ["hw.f"], ["map", "numpy.linalg.norm"]).uses
    assert {use.rule: use.hides_loop for use in found} == {"map": True, "numpy.linalg.norm": False}
    assert {use.sentence for use in found} == {
        "deep.py cannot be checked for what this question does not allow: it is nested too deeply."
    }


def test_a_number_that_python_refuses_to_read_leaves_the_file_unchecked():
    files = {"hw.py": b"N = " + b"1" * 5_000 + b"\ndef f(X): return list(map(abs, X))"}
    (use,) = read_for(files, ["hw.f"], ["map"]).uses
    assert use.unchecked == "it cannot be read as Python"


@pytest.mark.parametrize(
    "source", ["# coding: latin-1\n# größe\n", "x = 1\r# größe\r", "\n\n# coding: klingon\n"]
)
def test_a_file_is_read_as_the_worker_reads_it(source):
    content = (source + "def f(X): return list(map(abs, X))").encode(
        "latin-1" if "latin" in source else "utf-8"
    )
    assert [use.unchecked for use in read_for({"hw.py": content}, ["hw.f"], ["map"]).uses] == [""]


@pytest.mark.parametrize(
    "deep",
    [
        "if 0:\n    pass\n" + "elif 0:\n    pass\n" * 900,
        "D = " + "-" * 900 + "1\n",
        "D = X" + ".a" * 900 + "\n",
    ],
    ids=["elif", "minus", "attributes"],
)
def test_how_deep_the_grader_is_does_not_decide_what_it_reads(deep):
    def from_below(levels):
        return from_below(levels - 1) if levels else rules(deep + "def f(X): return list(map(abs, X))")

    assert from_below(0) == from_below(600) == ["map"]


def test_a_choice_at_the_top_level_is_read_to_its_last_case():
    text = "match 1:\n    case 1:\n        def g(X): return list(map(abs, X))\ndef f(X): return g(X)"
    assert rules(text) == ["map"]


@pytest.mark.parametrize(
    "grown",
    [
        lambda size: "f=f\n" * size,
        lambda size: "f=g\ng=f\n" * size,
        lambda size: "".join(f"from a{it} import *\n" for it in range(size)) + f"f=({'x,' * size})",
        lambda size: "from numpy import *\n" * size + f"f=({'x,' * size})",
        lambda size: "import a\n" + "a=a.b\n" * size + f"f=({'a,' * size})",
        lambda size: "".join(f"import a{it}\n" for it in range(size)) + "f=a1\n" * size,
        lambda size: "f = x" + ".a" * (size // 2),
        lambda size: "class f:\n" + "  f=f\n" * size,
        lambda size: "def g(a):\n" + "  a.b=lambda:0\n" * (size // 5) + "g(f)\n" * (size // 5),
        lambda size: (
            "".join(f"def g{it}(a): a.b=g{it};g{it + 1}(a)\n" for it in range(size // 5)) + "g1(f)\n" * size
        ),
    ],
    ids=[
        *("itself", "each other", "stars", "one star", "aliases", "imports", "attributes", "members"),
        *("patches", "patches in a row"),
    ],
)
def test_four_times_as_much_source_costs_about_four_times_as_much(grown):
    def cost(text):
        begin = time.process_time()
        rules(text)
        return time.process_time() - begin

    # Sixteen times, if every line were read again for each.
    assert min(cost(grown(800)) for _ in range(3)) < 9 * min(cost(grown(200)) for _ in range(3)) + 0.02


@pytest.mark.parametrize(
    "text, rule",
    [
        ("from cs231n.classifiers.helper import g\ndef f(X): return g(X)", "numpy.linalg.norm"),
        ("from cs231n.classifiers.helper import *\ndef f(X): return g(X)", "numpy.linalg.norm"),
        ("from cs231n.classifiers import helper\ndef f(X): return helper.g(X)", "numpy.linalg.norm"),
        ("import cs231n.helper\ndef f(X): return cs231n.helper.g(X)", "numpy.linalg.norm"),
        ("import cs231n.helper as h\ndef f(X): return h.g(X)", "numpy.linalg.norm"),
        ("from .helper import g\ndef f(X): return g(X)", "numpy.linalg.norm"),
        ("from ..helper import *\ndef f(X): return g(X)", "numpy.linalg.norm"),
        ("from . import helper as h\ndef f(X): return h.g(X)", "numpy.linalg.norm"),
        ("from six.moves import map\ndef f(X): return list(map(abs, X))", "map"),
        ("from six.moves import *\ndef f(X): return list(map(abs, X))", "map"),
        ("import six\ndef f(X): return list(six.moves.map(abs, X))", "map"),
        ("from past.builtins import map as m\ndef f(X): return m(abs, X)", "map"),
        ("from future.utils import lmap\ndef f(X): return lmap(abs, X)", "map"),
        ("from six.moves import zip_longest\ndef f(X): return zip_longest(X, X)", "itertools"),
        ("from pylab import *\ndef f(X): return norm(X)", "numpy.linalg.norm"),
        ("import pylab\ndef f(X): return pylab.linalg.norm(X)", "numpy.linalg.norm"),
        ("import pylab as pl\ndef f(X): return pl.np.vectorize(abs)(X)", "numpy.vectorize"),
        ("from matplotlib.pylab import vectorize\ndef f(X): return vectorize(abs)(X)", "numpy.vectorize"),
    ],
)
def test_a_use_is_found_behind_a_package_and_behind_what_passes_it_on(text, rule):
    helper = "import numpy as np\ndef g(X): return np.linalg.norm(X)\n"
    assert rules(text, helper=helper) == [rule]


def test_a_file_called_like_part_of_numpy_is_not_meant_by_numpy_s_name():
    linalg = "def norm(X): return list(map(abs, X))"
    assert rules("import numpy as np\ndef f(X): return np.linalg.norm(X)", linalg=linalg) == [
        "numpy.linalg.norm"
    ]
