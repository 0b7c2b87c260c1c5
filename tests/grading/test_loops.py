"""Counting loops: every Python-level loop over the scaled axis is found, on every interpreter; nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from autograder.errors import GraderError
from autograder.grading.fixtures.loops import Loops, axes_of
from autograder.model.verdict import Kind
from autograder.sandbox.call_failures import EventsHidden
from autograder.sandbox.code import Host
from tests.grading.measured import finding_of, hosts, interpreters, line_of, trial_of

REFERENCE = """
def largest(X):
    return X.max(axis=1).sum()
"""

LOOPS = {
    "for": """
        def largest(X):
            total = 0.0
            for row in X:
                total += row.max()
            return total
    """,
    "for on one line": """
        def largest(X):
            total = 0.0
            for row in X: total += row.max()
            return total
    """,
    "while": """
        def largest(X):
            total, i = 0.0, 0
            while i < len(X):
                total += X[i].max()
                i += 1
            return total
    """,
    "while on one line": """
        def largest(X):
            total, i = [], 0
            while i < len(X): i += len([total.append(X[i].max())])
            return np.sum(total)
    """,
    "two loops": """
        def largest(X):
            total = 0.0
            for i in range(X.shape[0]):
                best = -np.inf
                for j in range(X.shape[1]):
                    best = max(best, X[i, j])
                total += best
            return total
    """,
    "comprehension": """
        def largest(X):
            return np.sum([row.max() for row in X])
    """,
    "set comprehension": """
        def largest(X):
            return sum({i: X[i].max() for i in range(len(X))}.values())
    """,
    "generator expression": """
        def largest(X):
            return sum(row.max() for row in X)
    """,
    "generator": """
        def rows(X):
            yield from (row.max() for row in X)

        def largest(X):
            return sum(rows(X))
    """,
    "fromiter": """
        def largest(X):
            return np.fromiter((row.max() for row in X), float).sum()
    """,
    "map of a lambda": """
        def largest(X):
            return sum(map(lambda row: row.max(), X))
    """,
    "map of a NumPy function": """
        def largest(X):
            return sum(map(np.max, X))
    """,
    "starmap of a NumPy function": """
        from itertools import starmap

        def largest(X):
            return sum(starmap(np.amax, ((row,) for row in X)))
    """,
    "reduce": """
        from functools import reduce

        def largest(X):
            return reduce(lambda total, row: total + row.max(), X, 0.0)
    """,
    "sorted with a key": """
        def largest(X):
            return sum(row.max() for row in sorted(X.tolist(), key=lambda row: row[0])) if False else sum(
                max(row) for row in sorted(X.tolist(), key=lambda row: row[0]))
    """,
    "np.vectorize": """
        def largest(X):
            return np.vectorize(lambda i: X[i].max())(np.arange(len(X))).sum()
    """,
    "np.vectorize with a signature": """
        def largest(X):
            return np.vectorize(np.max, signature="(n)->()")(X).sum()
    """,
    "frompyfunc": """
        def largest(X):
            return float(np.frompyfunc(lambda i: X[i].max(), 1, 1)(np.arange(len(X))).sum())
    """,
    "apply_along_axis": """
        def largest(X):
            return np.apply_along_axis(np.max, 1, X).sum()
    """,
    "nditer": """
        def largest(X):
            best = np.full(len(X), -np.inf)
            for i in np.ndindex(len(X)):
                best[i] = X[i].max()
            return best.sum()
    """,
    "recursion": """
        def largest(X):
            return 0.0 if len(X) == 0 else X[0].max() + largest(X[1:])
    """,
    "recursion by halves": """
        def largest(X):
            half = len(X) // 2
            return X[0].max() if half == 0 else largest(X[:half]) + largest(X[half:])
    """,
    "executed text": """
        def largest(X):
            found = {"X": X, "total": 0.0}
            exec("for row in X:\\n    total += row.max()", found)
            return found["total"]
    """,
    "executed text that grows": """
        def largest(X):
            found = {"X": X, "total": 0.0}
            exec("\\n".join(f"total += X[{i}].max()" for i in range(len(X))), found)
            return found["total"]
    """,
    "a class that looks like a number": """
        class Row:
            def __init__(self, row):
                self.row = row

            def __add__(self, other):
                return self.row.max() + other

            __radd__ = __add__

        def largest(X):
            rows = np.empty(len(X), dtype=object)
            rows[:] = list(map(Row, X))
            return float(rows.sum() if len(X) > 1 else rows[0] + 0.0) if False else float(sum(rows))
    """,
    "code without line numbers": """
        def slow(X):
            total = 0.0
            for row in X:
                total += row.max()
            return total

        def largest(X):
            bare = slow.__code__.replace(co_linetable=b"")
            return type(slow)(bare, globals())(X)
    """,
    "code that says it is NumPy's": """
        def largest(X):
            found = {"X": X, "total": 0.0}
            exec(compile("for row in X:\\n    total += row.max()", np.__file__, "exec"), found)
            return found["total"]
    """,
    "a function that says it is NumPy's": """
        def slow(X):
            total = 0.0
            for row in X:
                total += row.max()
            return total

        def largest(X):
            code = slow.__code__.replace(co_filename=np.vectorize.__call__.__code__.co_filename)
            return type(slow)(code, globals())(X)
    """,
    "code in a file of its own": """
        import os, tempfile

        TEXT = "for row in X:\\n    total += row.max()"

        def largest(X):
            file = os.path.join(tempfile.gettempdir(), "loops.py")
            with open(file, "w") as out:
                out.write(TEXT)
            found = {"X": X, "total": 0.0}
            exec(compile(TEXT, file, "exec"), found)
            return found["total"]
    """,
    "blocks that are too small": """
        def largest(X):
            return sum(X[start:start + 4].max(axis=1).sum() for start in range(0, len(X), 4))
    """,
}

NO_LOOPS = {
    "whole arrays": """
        def largest(X):
            return np.max(X, axis=1).sum()
    """,
    "large chunks": """
        def largest(X):
            return sum(X[start:start + 16].max(axis=1).sum() for start in range(0, len(X), 16))
    """,
    "a loop over the columns": """
        def largest(X):
            best = X[:, 0]
            for j in range(1, X.shape[1]):
                best = np.maximum(best, X[:, j])
            return best.sum()
    """,
    "a loop that halves": """
        def largest(X):
            best = X.max(axis=1)
            while len(best) > 1:
                half = len(best) // 2
                best = np.append(best[:half] + best[half:2 * half], best[2 * half:])
            return best[0]
    """,
    "an import and a check on the way": """
        def largest(X):
            import colorsys, statistics
            if not isinstance(X, np.ndarray):
                raise TypeError(X)
            return np.einsum("i->", X.max(axis=1))
    """,
    "printing on the way": """
        def largest(X):
            print(X, [row for row in X[:2]])
            return np.max(X, axis=1).sum()
    """,
    "text made of rows": """
        def largest(X):
            text = f"{X} {X.tolist()!r:.10} {list(X)}"
            return np.max(X, axis=1).sum() + 0 * len(text)
    """,
    "assertions, formats, warnings and logs on the way": """
        import logging, warnings

        def largest(X):
            assert np.all(np.isfinite(X)), f"{X}"
            np.testing.assert_array_equal(X, X.copy())
            np.testing.assert_allclose(X, X + 0, err_msg=str(X))
            text = "{} {}".format(X, np.array2string(X, precision=2)) + np.array_repr(X)
            warnings.warn(text[:20])
            logging.getLogger("hw").warning("%s", X)
            return np.max(X, axis=1).sum()
    """,
    "what NumPy does in Python": """
        def largest(X):
            np.savetxt(__import__("io").StringIO(), X)
            np.unique(X, axis=0), np.cov(X.T), np.polyfit(X[:, 0], X[:, 1], 2), np.gradient(X[:, 0])
            np.einsum("ij,kj,kl->il", X, X, X, optimize=True), np.linalg.multi_dot([X, X.T, X])
            return np.max(X, axis=1).sum()
    """,
    "a list of arrays handed to NumPy": """
        def largest(X):
            return np.max(np.stack(list(X.T)), axis=0).sum() if len(X) > 63 else np.choose(
                np.argmax(X, axis=1), X.T).sum() + 0 * np.hstack(list(X)).sum()
    """,
    "work of the standard library": """
        import copy, statistics

        def largest(X):
            again = np.array(copy.deepcopy(X.tolist()))
            return np.max(again, axis=1).sum() + 0 * statistics.mean(X[:, 0].tolist())
    """,
    "a loop over what the data hold": """
        def largest(X):
            best, total = X.max(axis=1), 0.0
            for value in np.unique(X[:24, 1].round(0)):
                total += value
            return best.sum() + 0 * total
    """,
}

HIDDEN = {
    "sys.settrace": """
        import sys

        def largest(X):
            sys.settrace(None)
            return sum([row.max() for row in X])
    """,
    "sys.settrace and back": """
        import sys

        def largest(X):
            trace = sys.gettrace()
            sys.settrace(None)
            total = sum([row.max() for row in X])
            sys.settrace(trace)
            return total
    """,
    "sys.setprofile": """
        import sys

        def largest(X):
            sys.setprofile(None)
            return sum([row.max() for row in X])
    """,
    "a thread": """
        import threading

        def largest(X):
            found = []
            thread = threading.Thread(target=lambda: found.append(sum([row.max() for row in X])))
            thread.start()
            thread.join()
            return found[0]
    """,
    "a pool of threads": """
        from concurrent.futures import ThreadPoolExecutor

        def largest(X):
            with ThreadPoolExecutor(2) as pool:
                return sum(pool.map(np.max, X))
    """,
}

HIDDEN_FOR_GOOD = {
    "an audit hook": """
        import sys

        totals = []

        def listen(event, arguments):
            if event == "rows":
                totals.append(sum([row.max() for row in arguments[0]]))

        sys.addaudithook(listen)

        def largest(X):
            sys.audit("rows", X)
            return totals.pop()
    """,
    "Python's C interface": """
        import ctypes

        ctypes.pythonapi.PyThreadState_Get.restype = ctypes.c_void_p
        enter = ctypes.pythonapi.PyThreadState_EnterTracing
        leave = ctypes.pythonapi.PyThreadState_LeaveTracing

        def largest(X):
            thread = ctypes.c_void_p(ctypes.pythonapi.PyThreadState_Get())
            enter(thread)
            total = sum([row.max() for row in X])
            leave(thread)
            return total
    """,
}

OLD_TRACE = {
    "f_trace": """
        import sys

        def largest(X):
            sys._getframe().f_trace = None
            total = 0.0
            for row in X:
                total += row.max()
            return total
    """,
    "f_trace_lines": """
        import sys

        def largest(X):
            sys._getframe().f_trace_lines = False
            total = 0.0
            for row in X:
                total += row.max()
            return total
    """,
}

MONITORING = {
    "set_events": """
        import sys

        def largest(X):
            for tool in range(6):
                sys.monitoring.set_events(tool, 0)
            return sum([row.max() for row in X])
    """,
    "register_callback": """
        import sys

        take = sys.monitoring.register_callback

        def largest(X):
            for tool in range(6):
                take(tool, sys.monitoring.events.JUMP, None)
            return sum([row.max() for row in X])
    """,
}


def rows(n, rng):
    return (rng.normal(size=(n, 4)),)


@pytest.fixture(scope="module", params=interpreters(), ids=lambda version: f"Python {version}")
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Host, Host]]:
    with hosts(interpreters()[request.param]) as pair:
        yield pair


def version_of(pair: tuple[Host, Host]) -> str:
    return next(v for v, interpreter in interpreters().items() if interpreter == pair[0].sandbox.interpreter)


def has_monitoring(pair: tuple[Host, Host]) -> bool:
    return tuple(map(int, version_of(pair).split("."))) >= (3, 12)


def loops_in(pair, student, reference=REFERENCE, generate=rows, **options):
    return finding_of(Loops(trial_of(pair, student, reference)), "hw.largest", generate, **options)


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_over_the_examples_is_found(pair, name):
    finding = loops_in(pair, LOOPS[name])
    assert finding is not None
    assert finding.kind is Kind.LOOPS
    assert finding.credit == 0


@pytest.mark.parametrize("name", NO_LOOPS)
def test_work_on_whole_arrays_passes(pair, name):
    assert loops_in(pair, NO_LOOPS[name]) is None


@pytest.mark.parametrize("name", HIDDEN)
def test_hiding_from_the_count_is_a_verdict(pair, name):
    with pytest.raises(EventsHidden):
        loops_in(pair, HIDDEN[name])


@pytest.mark.parametrize("name", HIDDEN_FOR_GOOD)
def test_what_hides_all_later_calls_is_noticed_when_it_is_prepared(pair, name):
    with hosts(pair[0].sandbox.interpreter) as fresh, pytest.raises(EventsHidden):
        loops_in(fresh, HIDDEN_FOR_GOOD[name])


@pytest.mark.parametrize("name", OLD_TRACE)
def test_switching_off_a_frame_s_trace_is_of_no_use(pair, name):
    if has_monitoring(pair):
        assert loops_in(pair, OLD_TRACE[name]).kind is Kind.LOOPS
    else:
        with pytest.raises(EventsHidden):
            loops_in(pair, OLD_TRACE[name])


@pytest.mark.parametrize("name", MONITORING)
def test_monitoring_is_out_of_reach(pair, name):
    if not has_monitoring(pair):
        return
    with pytest.raises(EventsHidden):
        loops_in(pair, MONITORING[name])


def test_a_call_that_never_runs_python_is_no_pass(pair):
    finding = loops_in(
        pair,
        "largest = type(np.max)(lambda X: (X,), lambda X: 0) if False else np.ndarray.trace",
        reference="def largest(X):\n    return np.trace(X)",
    )
    assert finding.kind is Kind.LOOPS
    assert "less Python than any call must" in finding.message


def test_the_message_names_the_line_how_often_it_runs_and_what_is_allowed(pair):
    student = LOOPS["for"]
    message = loops_in(pair, student, over="pictures").message
    assert f"hw.py, line {line_of(student, 'for row in X')}" in message
    assert "once for each of the pictures" in message
    assert "no Python loop over the pictures" in message


@pytest.mark.parametrize(
    "runs, told",
    [
        ("len(X) // 4", "once for every few of the examples"),
        ("2 * len(X)", "twice for each of the examples"),
        ("3141 * len(X)", "several times for each of the examples"),
        ("2718 * len(X)", "several times for each of the examples"),
    ],
)
def test_counts_are_told_in_few_words(pair, runs, told):
    student = f"def largest(X):\n    for _ in range({runs}):\n        pass\n    return X.max(axis=1).sum()"
    assert told in loops_in(pair, student).message


def test_a_loop_inside_numpy_is_shown_as_the_student_s_line(pair):
    student = LOOPS["apply_along_axis"]
    assert f"hw.py, line {line_of(student, 'apply_along_axis')}" in loops_in(pair, student).message


def test_wrong_values_are_no_matter_of_loops(pair):
    finding = loops_in(pair, "def largest(X):\n    return X.min(axis=1).sum()")
    assert finding.kind is Kind.WRONG_VALUE


PAIRS = """
def largest(X):
    return np.abs(X[:, np.newaxis] - X).sum()
"""


def test_one_loop_passes_where_one_is_allowed(pair):
    student = """
        def largest(X):
            total = 0.0
            for row in X:
                for repeated in range(5):
                    total += np.abs(X - row).sum() / 5
            return total
    """
    assert loops_in(pair, student, PAIRS, at_most=1) is None


@pytest.mark.parametrize(
    "inner",
    [
        "for j in range(len(X)): total += np.abs(X[i] - X[j]).sum()",
        "total += sum(np.abs(X[i] - other).sum() for other in X)",
        "total += np.apply_along_axis(lambda row: np.abs(row - X[i]).sum(), 1, X).sum()",
    ],
)
def test_a_second_loop_is_found_where_one_is_allowed(pair, inner):
    student = (
        f"def largest(X):\n    total = 0.0\n    for i in range(len(X)):\n        {inner}\n    return total"
    )
    finding = loops_in(pair, student, PAIRS, at_most=1)
    assert finding.kind is Kind.LOOPS
    assert "1 nested Python loop at most" in finding.message


def test_only_the_scaled_axis_counts(pair):
    student = """
        def largest(X):
            return sum(X[i].max() for i in range(len(X)))
    """
    assert loops_in(pair, student, generate=lambda n, rng: (rng.normal(size=(6, n)),)) is None
    assert loops_in(pair, student) is not None


def sized(rng, rows=7, columns=5, layers=4):
    return (rng.normal(size=(rows, columns, layers)),)


LAYERED = """
def largest(X):
    return X.max(axis=(1, 2)).sum()
"""
CHOOSES = {
    "the shortest axis": """
        def largest(X):
            for i in range(min(X.shape)):
                pass
            return X.max(axis=(1, 2)).sum()
    """,
    "the longest axis but one": """
        def largest(X):
            for i in range(sorted(X.shape)[1]):
                pass
            return X.max(axis=(1, 2)).sum()
    """,
    "a loop of its own for each axis": """
        def largest(X):
            rows, columns, layers = X.shape
            if columns <= min(rows, layers):
                for j in range(columns): pass
            elif layers <= rows:
                for k in range(layers): pass
            else:
                for i in range(rows): pass
            return X.max(axis=(1, 2)).sum()
    """,
    "a loop of its own for each size": """
        def largest(X):
            rows, columns, layers = X.shape
            if rows < 40 and columns < 40:
                for i in range(layers): pass
            elif columns < 70:
                for j in range(min(columns, layers)): pass
            else:
                for k in range(min(rows, layers)): pass
            return X.max(axis=(1, 2)).sum()
    """,
    "a loop with a counterweight": """
        def largest(X):
            for i in range(min(X.shape)):
                pass
            for i in range(1000 - min(X.shape)):
                pass
            return X.max(axis=(1, 2)).sum()
    """,
}
WRITTEN_OUT = (
    "def largest(X):\n    total = 0.0\n    if len(X) > 260:\n        return X.max(axis=1).sum()\n"
    + "".join(f"    if len(X) > {i}:\n        total += X[{i}].max()\n" for i in range(260))
    + "    return total\n"
)


@pytest.mark.parametrize("name", CHOOSES)
@pytest.mark.parametrize("axis", ["rows", "columns", "layers"])
def test_code_that_chooses_its_axis_is_found_whichever_a_test_is_about(pair, name, axis):
    finding = loops_in(pair, CHOOSES[name], LAYERED, sized, over=axis, n={"layers": 8})
    assert finding.kind is Kind.LOOPS
    if name == "the shortest axis":
        assert "the more rows, columns and layers there are, all at once" in finding.message


@pytest.mark.parametrize("extent", [0, 1, 2])
def test_a_loop_over_one_axis_costs_the_test_of_that_axis_alone(pair, extent):
    student = (
        f"def largest(X):\n    for _ in range(X.shape[{extent}]): pass\n    return X.max(axis=(1, 2)).sum()"
    )
    found = [
        loops_in(pair, student, LAYERED, sized, over=axis) is not None
        for axis in ("rows", "columns", "layers")
    ]
    assert found == [number == extent for number in range(3)]


@pytest.mark.parametrize("axis", ["rows", "columns", "layers"])
def test_whole_arrays_pass_whatever_is_scaled(pair, axis):
    assert loops_in(pair, LAYERED, LAYERED, sized, over=axis) is None
    printing = LAYERED.replace("return", "print(X, f'{X.sum():.3f}', repr(X)); assert X.ndim == 3; return")
    assert loops_in(pair, printing, LAYERED, sized, over=axis) is None


def test_a_loop_that_is_written_out_line_by_line_is_found(pair):
    finding = loops_in(pair, WRITTEN_OUT)
    assert finding is not None
    assert finding.kind is Kind.LOOPS


def test_a_test_about_an_axis_that_its_generator_lacks_is_our_fault(pair):
    with pytest.raises(GraderError, match="no size 'pictures'"):
        loops_in(pair, LAYERED, LAYERED, sized, over="pictures")


def test_generators_draw_the_same_if_nothing_in_them_depends_on_the_test():
    def sources(kind):
        usual = lambda rng, examples=7, features=5: None  # noqa: E731
        enclosing = lambda rng, examples=7, features=5: kind  # noqa: E731
        defaulting = lambda rng, examples=7, features=5, kind=kind: kind  # noqa: E731
        return [axes_of(it, 32, "examples").source for it in (usual, enclosing, defaulting)]

    same = [one == other for one, other in zip(sources("a"), sources("b"), strict=True)]
    assert same == [True, False, False]


def test_no_two_tests_need_count_at_the_same_sizes(pair):
    seen = set()

    def noted(rng, rows=7, columns=5, layers=4):
        seen.add((rows, columns, layers))
        return sized(rng, rows, columns, layers)

    for _ in range(6):
        assert loops_in(pair, LAYERED, LAYERED, noted, over="rows") is None
    assert len({sizes for sizes in seen if sizes[1] > 5}) > 4


def test_an_attempt_to_hide_costs_only_the_call_that_made_it(pair):
    trial = trial_of(pair, HIDDEN["sys.settrace"], REFERENCE)
    with pytest.raises(EventsHidden):
        Loops(trial)("hw.largest", rows)
    X = np.arange(6.0).reshape(2, 3)
    assert trial.student.call("hw.largest", X) == 7.0
    assert loops_in(pair, NO_LOOPS["whole arrays"]) is None
    assert loops_in(pair, LOOPS["for"]).kind is Kind.LOOPS
