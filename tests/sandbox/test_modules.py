"""Files of a hand-in as modules, and the libraries that they may and may not use."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.sandbox.call_failures import CallTimedOut, CodeRaised, LibraryUsed, NameAbsent, WorkerDied
from autograder.sandbox.code import Code
from tests.sandbox.hand_ins import files_of


@pytest.fixture(scope="module")
def sandbox(best_sandbox):
    """How files are imported does not depend on the tier."""
    return best_sandbox


def test_nothing_is_executed_before_the_first_call(host):
    code = Code(host, files_of("raise ValueError", other="def one():\n    return 1"))
    assert code.call("other.one") == 1


def test_files_import_each_other(code):
    using = code(
        "from layers import double\nimport layers as L\ndef f(x):\n    return double(x) + L.SHIFT",
        layers="SHIFT = 1\ndef double(x):\n    return 2 * x",
    )
    assert using.call("hw.f", 3) == 7


def test_a_module_is_executed_once_and_keeps_its_state(code):
    counting = code("count = 0\ndef f():\n    global count\n    count += 1\n    return count")
    assert [counting.call("hw.f") for _ in range(3)] == [1, 2, 3]


def test_codes_in_one_worker_have_modules_of_their_own(code):
    right = code("from layers import one\ndef f():\n    return one()", layers="def one():\n    return 1")
    wrong = code("from layers import one\ndef f():\n    return one()", layers="def one():\n    return 2")
    assert [each.call("hw.f") for each in (right, wrong, right, wrong)] == [1, 2, 1, 2]


def test_an_import_inside_a_method_finds_the_object_s_own_files(code):
    text = """
        class Model:
            def loss(self):
                from layers import one
                return one()
    """
    right = code(text, layers="def one():\n    return 1")
    wrong = code(text, layers="def one():\n    return 2")
    first, second = right.new("hw.Model"), wrong.new("hw.Model")
    assert (first.call("loss"), second.call("loss")) == (1, 2)


@pytest.mark.parametrize(
    "text, type_name",
    [
        ("def f(:", "SyntaxError"),
        ("x = 1\n  def f(): pass", "IndentationError"),
        ("raise ValueError('at import')", "ValueError"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("undefined", "NameError"),
        ("# \0", "Exception"),  # ValueError or SyntaxError, as Python's version has it
        ("from numpy import absent", "ImportError"),
        ("from numpy.linalg import absent", "ImportError"),
    ],
)
def test_a_failing_import_is_reported_as_one(code, text, type_name):
    failing = code(text)
    for _ in range(2):
        with pytest.raises(CodeRaised) as raised:
            failing.call("hw.f")
        assert raised.value.importing
        assert type_name in (raised.value.type_name, *raised.value.bases)


def test_a_syntax_error_names_its_line(host):
    with pytest.raises(CodeRaised) as raised:
        Code(host, {"hw.py": b"x = 1\ndef f(:\n"}).call("hw.f")
    frame = raised.value.frames[-1]
    assert (frame.file, frame.line, frame.source) == ("hw.py", 2, "def f(:")


@pytest.mark.parametrize(
    "source",
    [
        b"\xef\xbb\xbfdef f():\r\n    return 1\r\n",
        "# -*- coding: latin-1 -*-\nname = 'é'\ndef f():\n    return len(name)\n".encode("latin-1"),
        b"def f():\n\treturn 1",
    ],
    ids=["byte order mark and CRLF", "Latin-1", "tabs, no last line end"],
)
def test_every_encoding_that_python_reads_is_read(host, source):
    assert Code(host, {"hw.py": source}).call("hw.f") == 1


def test_utf_16_is_a_syntax_error(code, host):
    with pytest.raises(CodeRaised) as raised:
        Code(host, {"hw.py": "def f():\n    return 1".encode("utf-16")}).call("hw.f")
    assert raised.value.importing


def test_a_file_that_cannot_be_imported_takes_nothing_from_the_others(code):
    half = code("undefined", other="def one():\n    return 1")
    with pytest.raises(CodeRaised):
        half.call("hw.f")
    assert half.call("other.one") == 1
    with pytest.raises(CodeRaised):
        half.call("hw.f")


def test_a_class_from_a_broken_file_breaks_only_the_calls_that_need_it(code):
    half = code("undefined", other="def name(cls=int):\n    return cls.__name__")
    with pytest.raises(CodeRaised):
        half.call("other.name", half.ref("hw.Model"))
    assert half.call("other.name") == "int"


def test_a_failing_import_is_not_tried_again(host):
    code = Code(
        host,
        files_of(
            "import tempfile\nfile = tempfile.mkstemp(prefix='tried-')\nundefined",
            other="""
        import glob, tempfile
        def tries():
            return len(glob.glob(tempfile.gettempdir() + "/tried-*"))
    """,
        ),
    )
    for _ in range(3):
        with pytest.raises(CodeRaised):
            code.call("hw.f")
    assert code.call("other.tries") == 1


def test_an_import_that_does_not_end_is_stopped(host):
    with pytest.raises(CallTimedOut):
        Code(host, files_of("while True: pass"), seconds_per_call=0.3).call("hw.f")


def test_an_import_takes_nothing_of_the_time_of_the_call_that_needs_it(host):
    # Asleep, so that no machine takes less.
    slow = Code(host, files_of("import time\ntime.sleep(0.25)\ndef f(): return 1"), seconds_per_call=0.1)
    assert slow.call("hw.f") == 1


def test_each_file_is_imported_in_time_of_its_own(host):
    slow = files_of(
        "import time\ntime.sleep(0.25)\ndef f(): return 1", other="import time\ntime.sleep(0.25)\nn = 2"
    )
    code = Code(host, slow, seconds_per_call=0.1)
    assert (code.call("hw.f"), code.get_constant("other.n")) == (1, 2)


def test_what_an_import_prints_is_shown_with_the_first_call(code):
    printing = code("print('imported')\ndef f():\n    print('called')")
    printing.public = True
    assert [printing.bind("hw.f").outcome().output for _ in range(2)] == ["imported\ncalled\n", "called\n"]


def test_an_import_that_ends_the_process_is_said_so(host):
    with pytest.raises(WorkerDied):
        Code(host, files_of("import os; os._exit(0)")).call("hw.f")


def test_a_missing_file_is_said_to_be_missing(code):
    with pytest.raises(NameAbsent, match=r"layers\.py"):
        code("").call("layers.f")


# --- libraries ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, value",
    [
        ("import matplotlib.pyplot as plt\ndef f():\n    plt.plot([1]); plt.show(); return 1", 1),
        ("import matplotlib\nmatplotlib.use('Agg')\nmatplotlib.rcParams['a'] = 1\ndef f():\n    return 1", 1),
        (
            "from matplotlib import pyplot as plt\ndef f():\n    figure, axes = plt.subplots()\n"
            "    axes.set_title('a')\n    with plt.style.context('b'): plt.gca().grid = 1\n    return 1",
            1,
        ),
        ("from tqdm import tqdm\ndef f():\n    return sum(tqdm([1, 2], desc='a'))", 3),
        ("from tqdm.notebook import tqdm\ndef f():\n    return sum(tqdm(range(3)))", 3),
        ("from tqdm import trange\ndef f():\n    return list(trange(2))", [0, 1]),
        ("import tqdm\ndef f():\n    return [n for n in tqdm.tqdm([5])]", [5]),
        ("from past.builtins import xrange\ndef f():\n    return list(xrange(2))", [0, 1]),
        ("from builtins import range, object\ndef f():\n    return list(range(2))", [0, 1]),
        (
            "from future.utils import iteritems\nfrom six.moves import range\ndef f():\n    return len(range(4))",
            4,
        ),
        ("from __future__ import print_function, division\ndef f():\n    return 3 / 2", 1.5),
        ("import scipy.special, sklearn, torch as t\nfrom pandas import *\ndef f():\n    return 1", 1),
        ("from IPython.display import display\ndef f():\n    display(1); return 1", 1),
        (
            "import random, collections, itertools, functools, pickle, json, copy, time\ndef f():\n    return 1",
            1,
        ),
        (
            "import numpy.linalg as la\nfrom numpy.lib.stride_tricks import as_strided\ndef f():\n    return 1",
            1,
        ),
    ],
)
def test_imports_that_do_no_harm_are_allowed(code, text, value):
    assert code(text).call("hw.f") == value


@pytest.mark.parametrize(
    "text, library",
    [
        (
            "from scipy.special import logsumexp\ndef f():\n    return logsumexp([1, 2])",
            "scipy.special.logsumexp",
        ),
        (
            "import scipy.spatial.distance as d\ndef f():\n    return d.cdist([1], [2])",
            "scipy.spatial.distance.cdist",
        ),
        ("import sklearn.svm\ndef f():\n    return sklearn.svm.SVC()", "sklearn.svm.SVC"),
        ("import torch\nclass Net(torch.nn.Module): pass\ndef f(): pass", "torch.nn.Module"),
        ("import msgspec_like\ndef f():\n    return msgspec_like.encode(1)", "msgspec_like.encode"),
    ],
)
def test_using_another_library_is_named_with_its_line(host, text, library):
    with pytest.raises(LibraryUsed) as used:
        Code(host, {"hw.py": text.encode()}).call("hw.f")
    assert used.value.library == library
    assert (used.value.file, used.value.line) == ("hw.py", len(text.splitlines()) - text.endswith("pass"))


def test_a_file_called_like_numpy_shadows_nothing(code):
    shadowed = code(
        "import numpy as np\nimport numpy\ndef f(x):\n    return np.sum(x) + numpy.ones(1)[0]",
        numpy="def sum(x):\n    return 99",
        msgspec="",
        sitecustomize="raise ValueError",
    )
    assert shadowed.call("hw.f", np.ones(2)) == 3.0
    assert shadowed.call("hw.f", np.ones(3)) == 4.0
    assert code("import numpy\ndef f():\n    return numpy.zeros(1)").call("hw.f").shape == (1,)


@pytest.mark.parametrize(
    "module", ["autograder.course", "autograder.values.same", "autograder.sandbox.process", "pytest"]
)
def test_nothing_of_the_grader_can_be_imported(code, module):
    importing = code(f"""
        import importlib
        def f():
            module = importlib.import_module({module!r})
            return getattr(module, "__file__", None), type(module).__name__, type(module.anything).__name__
    """)
    assert importing.call("hw.f") == (None, "module", "object")


@pytest.mark.parametrize("caught", ["ImportError", "(ModuleNotFoundError, OSError)", "Exception", ""])
def test_a_library_with_a_fallback_is_missing(code, caught):
    source = f"""
        try:
            from numba.core import njit
        except {caught}:
            def njit(function):
                return function
        import pandas

        @njit
        def f():
            return 3
    """
    assert code(source).call("hw.f") == 3


def test_a_stand_in_that_serves_stays_where_its_absence_is_caught(code):
    source = """
        try:
            from past.builtins import xrange
            import matplotlib.pyplot as plt
        except ImportError:
            pass

        def f():
            plt.plot([1])
            return sum(xrange(4))
    """
    assert code(source).call("hw.f") == 6


def test_an_unused_import_elsewhere_keeps_its_stand_in(code):
    other = "try:\n    import numba\n    fast = True\nexcept ImportError:\n    fast = False\n"
    half = code("import numba\nfrom other import fast\n\n\ndef f():\n    return 1", other=other)
    assert half.call("hw.f") == 1


def test_a_fallback_in_one_file_decides_nothing_where_a_library_is_not_caught(code):
    half = code("try:\n    import numba\nexcept ValueError:\n    pass\ndef f():\n    return numba.njit(f)")
    with pytest.raises(LibraryUsed):
        half.call("hw.f")
