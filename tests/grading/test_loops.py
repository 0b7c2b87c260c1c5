"""Counting loops: every Python-level loop over the scaled axis is found, on every interpreter; nothing else is."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator

import numpy as np
import pytest

from autograder.errors import GraderError
from autograder.grading.fixtures.loops import Loops, axes_of
from autograder.model.verdict import Kind
from autograder.sandbox.call_failures import EventsHidden
from autograder.sandbox.host import Host
from tests.grading.measured import finding_of, hosts, interpreters, line_of, trial_of
from tests.handin.test_notebooks import module_of_notebook, notebook

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
    "a plan of calls": """
        import sched

        def largest(X):
            n, found = len(X), np.zeros((len(X), 1))
            plan = sched.scheduler(float, abs)
            plan._queue = list(zip([0] * n, [0] * n, range(n), [np.max] * n, zip(X[:, None], [1] * n, found), [{}] * n))
            plan.run(blocking=False)
            return found.sum()
    """,
    "calls at the end of a block": """
        import contextlib

        def largest(X):
            with contextlib.ExitStack() as stack:
                stack._exit_callbacks.extend(zip([True] * len(X), [slice] * len(X)))
            return X.max(axis=1).sum()
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

IN_C = """
import builtins, collections, functools, itertools, math, operator
from collections import Counter, _starmap
from functools import reduce
from itertools import accumulate
from math import *

add, TABLE, total = np.add, {"each": (map, filter), "sum": [sum]}, functools.partial(reduce, np.add)
largest_of = functools.partial(map, np.ndarray.max)


def keeping(X, each=map):
    return each(np.ndarray.max, X)


class Kept:
    each = map


sum_of_a_map = lambda X: sum(map(np.ndarray.max, X))
list_of_a_map = lambda X: np.sum(list(map(np.ndarray.max, X)))
map_of_pairs = lambda X: np.array([*map(np.dot, X, X)]).sum() * 0 + X.max(axis=1).sum()
fromiter_of_a_map = lambda X: np.fromiter(map(operator.methodcaller("max"), X), float).sum()
map_through_an_argument = lambda X: np.array(list(keeping(X))).sum()
map_in_a_table = lambda X: np.fromiter(TABLE["each"][0](np.ndarray.max, X), float).sum()
map_in_a_class = lambda X: np.fromiter(Kept.each(np.ndarray.max, X), float).sum()
map_in_a_partial = lambda X: np.fromiter(largest_of(X), float).sum()
map_of_builtins = lambda X: np.fromiter(builtins.map(max, X.tolist()), float).sum()
map_in_exec = lambda X: eval("np.array(list(map(np.ndarray.max, X))).sum()")
starmap_of_c = lambda X: np.fromiter(itertools.starmap(np.ndarray.max, zip(X)), float).sum()
private_starmap = lambda X: np.fromiter(_starmap(np.ndarray.max, zip(X)), float).sum()
accumulated = lambda X: list(accumulate(X.max(axis=1)))[-1]
reduced = lambda X: reduce(operator.add, X.max(axis=1))
reduced_rows = lambda X: reduce(np.add, X).sum() * 0 + X.max(axis=1).sum()
reduced_in_a_partial = lambda X: total(X).sum() * 0 + X.max(axis=1).sum()
private_reduce = lambda X: __import__("_functools").reduce(add, X.max(axis=1))
summed = lambda X: sum(X.max(axis=1))
summed_rows = lambda X: sum(X).sum() * 0 + X.max(axis=1).sum()
summed_from_a_table = lambda X: TABLE["sum"][0](X.max(axis=1))
summed_with_a_start = lambda X: sum(X.max(axis=1), start=0.0)
summed_exactly = lambda X: fsum(X.max(axis=1))
multiplied = lambda X: math.log(prod(np.exp(X.max(axis=1))))
length = lambda X: 0 * hypot(*X[:, 0]) + X.max(axis=1).sum()
distance = lambda X: 0 * dist(X[:, 0], X[:, 1]) + X.max(axis=1).sum()
greatest = lambda X: 0 * max(X[:, 0]) + X.max(axis=1).sum()
greatest_of_arguments = lambda X: 0 * max(*X[:, 0]) + X.max(axis=1).sum()
least_by_a_key = lambda X: 0 * min(X.tolist(), key=operator.itemgetter(1))[0] + X.max(axis=1).sum()
ordered = lambda X: np.sum(sorted(X.max(axis=1)))
ordered_by_a_key = lambda X: np.max(sorted(X, key=operator.itemgetter(0)), axis=1).sum()
ordered_in_place = lambda X: (rows := X.tolist()).sort(key=operator.itemgetter(0)) or np.max(rows, axis=1).sum()
order_by_c = lambda X: list(range(len(X))).sort(key=X[:, 0].tolist().__getitem__) or X.max(axis=1).sum()
order_of_a_list = lambda X: list.sort(X[:, 0].tolist(), key=float) or X.max(axis=1).sum()
order_of_a_bound = lambda X: (order := X[:, 0].tolist().sort)() or X.max(axis=1).sum()
looked_up = lambda X: np.sum(operator.itemgetter(*zip(range(len(X)), X.argmax(axis=1)))(X))
kept = lambda X: np.sum(list(filter(None, X.max(axis=1))))
kept_by_flags = lambda X: np.sum(list(itertools.compress(X.max(axis=1), X[:, 0] > -9)))
grouped = lambda X: 0 * len(dict(itertools.groupby(X[:, 0]))) + X.max(axis=1).sum()
counted = lambda X: 0 * operator.countOf(X[:, 0], 1) + X.max(axis=1).sum()
counted_each = lambda X: 0 * len(Counter(X[:, 0].round().tolist())) + X.max(axis=1).sum()
called_until = lambda X: np.sum(list(iter(iter(X.max(axis=1).tolist() + [None]).__next__, None)))
any_of_them = lambda X: any(X[:, 0] > 9) * 0 + X.max(axis=1).sum()
all_of_them = lambda X: all(X[:, 0] < 9) * X.max(axis=1).sum()
ufunc_of_c = lambda X: np.frompyfunc(abs, 1, 1)(X[:, 0]).sum() * 0 + X.max(axis=1).sum()
vectorize_of_c = lambda X: np.vectorize(math.exp)(X[:, 0]).sum() * 0 + X.max(axis=1).sum()


def checked_with_effects(X):
    best = []
    assert not any(map(best.append, X.max(axis=1)))
    return np.sum(best)


def checked_by_a_module_s_function(X):
    best = []
    assert not any(itertools.starmap(best.append, zip(X.max(axis=1))))
    return np.sum(best)


def checked_and_kept(X):
    assert (best := sum(X.max(axis=1))) > -1000
    return best


str = abs


def printed_by_another_str(X):
    print(*map(str, X[:, 0]))
    return X.max(axis=1).sum()


def printed_and_kept(X):
    print("sums"); best = sum(X.max(axis=1))
    return best
"""
"""Loops that run in C: no Python runs for any of their items."""

HELPERS = {"keeping", "rows", "slow", "kept_by_a_decorator", "objects"}
"""Functions that others call."""
NOT_IN_C = """
import itertools, math, operator


def constant_numbers(X):
    n = max(map(len, (X, X))) + sum(X.shape) - sum((X.ndim, X.shape[1])) + max(0, 1) - min(2, len(X), 1)
    list(X.shape).sort(key=float)
    sizes = sorted(X.shape, key=operator.neg) + list(map(int, X.shape)) + [*itertools.starmap(max, [X.shape] * 2)]
    assert all(a == b for a, b in zip(X.shape, X.shape, strict=True)) and any(X.shape) and all(map(len, (X, X)))
    first, second = zip(*[(X, 1), (X, 2)])
    return X.max(axis=1).sum() + 0 * math.prod(X.shape) * math.hypot(*second) * operator.itemgetter(0, 1)(X.shape)[0]


def collected(X):
    pairs = list(zip(X, X)), tuple(X), [*X], dict(enumerate(X)), set(X[:, 0]), list(reversed(X)), iter(X)
    first, *rest = X
    return np.max(np.array(list(X)), axis=1).sum() + 0 * np.stack(rest).sum() + 0 * len(list(itertools.chain(X, X)))


def checked(X):
    assert all(np.isfinite(X[:, 0])), f"not finite: {sum(X[:, 0])}"
    if min(X[:, 0]) < -1000 or not any(X[:, 1] > -1000):
        raise ValueError(f"unlikely: {sorted(X[:, 0])}")
    if max(X[:, 0]) > 1000: raise ValueError("unlikely")
    return X.max(axis=1).sum()


def printed(X):
    print(max(X[:, 0]), f"{sum(X[:, 0]):.3f}", *map(str, X[:, 0]))
    text = ", ".join(map("{:.2f}".format, X[:, 0])) + " ".join(map(repr, X[:, 1]))
    print(", ".join(map("{:.2f}".format, sorted(X[:, 0]))))
    say, lines = print, [print(value) for value in X[:1, 0]]
    say(*X[:, 0], sep=" and ")
    if X.shape[0] > 4:
        print("labels", min(X[:, 0]),
              max(X[:, 0]))
    return X.max(axis=1).sum() + 0 * len(text)


def by_a_library(X):
    import collections, heapq, random, statistics, textwrap
    statistics.fmean(X[:, 0].tolist()), statistics.stdev(X[:, 0].tolist()), heapq.nsmallest(3, X[:, 0].tolist())
    random.choices(range(len(X)), X[:, 0] ** 2), textwrap.wrap(str(X)), collections.ChainMap({}, {})
    np.lexsort(X.T), np.select([X > 0, X < 0], [X, -X]), np.pad(X, 1), np.block([[X], [X]]), np.ix_(X[:, 0] > 0, [0])
    np.array_split(X, 4), np.meshgrid(X[:, 0], X[0]), np.einsum_path("ij,kj,kl->il", X, X, X), np.roll(X, 1)
    np.savetxt(__import__("io").StringIO(), X), np.loadtxt(__import__("io").StringIO("1 2\\n" * len(X)))
    np.genfromtxt(__import__("io").StringIO("1 2\\n" * len(X))), np.set_printoptions(), np.array2string(X)
    return X.max(axis=1).sum()


class Rows(map):
    pass


class Table(np.ndarray):
    scale = 2.0

    def __array_finalize__(self, obj):
        self.name = getattr(obj, "name", "")

    @staticmethod
    def of(X):
        return np.asarray(X).view(Table)

    @property
    def largest(self):
        return self.max(axis=1)


def in_a_class_of_arrays(X):
    return np.asarray(Table.of(X).largest).sum()


def is_what_it_was(X):
    assert isinstance(Rows(len, X), Rows) and not isinstance(map(len, X), Rows) and issubclass(Rows, map)
    both = map(len, (X, X))
    assert isinstance(both, map) and isinstance(itertools.accumulate(()), itertools.accumulate)
    assert not hasattr(both, "__dict__") and all(name.startswith("__") for it in (both, map) for name in dir(it))
    assert list(__import__("copy").copy(both)) == [len(X)] * 2
    assert sum.__name__ == "sum" and issubclass(map, map) and "max" in repr(max)
    assert max([], default=3) == 3 and sum([[1], [2]], []) == [1, 2] and sorted("ba", reverse=True) == ["b", "a"]
    assert list(map(max, [1, 5], [3, 4])) == [3, 5] and list(iter([1, 2])) == [1, 2] and math.dist((0, 0), (3, 4)) == 5
    assert [(k, list(g)) for k, g in itertools.groupby("aab")] == [("a", ["a", "a"]), ("b", ["b"])]
    for wrong in (lambda: sum(3), lambda: max(), lambda: max([]), lambda: map(), lambda: sorted([1, "a"])):
        try:
            wrong()
        except (TypeError, ValueError) as error:
            assert len(str(error)) > 10
        else:
            raise AssertionError
    return X.max(axis=1).sum()
"""
"""Work in which Python's functions go through no axis, only collect, print or check, or belong to a library."""

ARRAYS_IN_C = """
import contextvars, functools, heapq, itertools, operator, pickle, unittest.case

total = lambda X: X.max(axis=1).sum()


def objects(items):
    found = np.empty(len(items), dtype=object)
    found[:] = list(items)
    return found


times = lambda X: np.stack(list(objects(X) * 1.0)).max(axis=1).sum()
times_by_name = lambda X: total(X) + 0 * len(np.multiply(objects(X), 2.0))
times_by_operator = lambda X: total(X) + 0 * len(operator.mul(objects(X), 2.0))
times_in_a_context = lambda X: total(X) + 0 * len(contextvars.Context().run(np.multiply, objects(X), 2.0))
times_once_in_a_map = lambda X: total(X) + 0 * len(list(map(np.multiply, [objects(X)], [2.0])))
in_place = lambda X: total(X) + 0 * len(operator.imul(objects(X), 2.0))
negative = lambda X: total(X) + 0 * len(-objects(X))
compared = lambda X: total(X) + 0 * len(np.greater(objects(X), objects(X), dtype=object))
of_a_cast = lambda X: total(X) + 0 * len(np.array(list(X) + [None], dtype=object)[:-1] * 2.0)
of_a_structure = lambda X: total(X) + 0 * len(np.array(list(zip(X)), dtype=[("row", object)])["row"] * 2.0)
outer = lambda X: total(X) + 0 * len(np.multiply.outer(objects(X), [2.0]))
added = lambda X: total(X) + 0 * objects(X).sum()[0]
added_by_numpy = lambda X: total(X) + 0 * np.sum(objects(X))[0]
accumulated = lambda X: total(X) + 0 * len(np.add.accumulate(objects(X)))
added_at = lambda X: total(X) + 0 * len(np.add.at(objects(X), np.arange(len(X)), 1.0) or X)
product = lambda X: total(X) + 0 * np.dot(objects(X), X[:, 0])[0]
product_by_a_method = lambda X: total(X) + 0 * objects(X).dot(X[:, 0])[0]
product_by_an_operator = lambda X: total(X) + 0 * (objects(X) @ X[:, 0].astype(object))[0]
product_by_einsum = lambda X: total(X) + 0 * np.einsum("i,i->", objects(X), X[:, 0].astype(object))[0]
product_by_tensors = lambda X: total(X) + 0 * np.tensordot(objects(X), X[:, 0], 1).item()[0]
correlated = lambda X: total(X) + 0 * np.correlate(objects(X), X[:, 0])[0][0]
largest_by_a_key = lambda X: total(X) + 0 * len(heapq.nlargest(3, X, key=np.add.reduce))
ordered_by_a_key = lambda X: total(X) + 0 * len(heapq.nlargest(len(X), X, key=np.ndarray.max))
merged_by_a_key = lambda X: total(X) + 0 * len(list(heapq.merge(X, X, key=np.add.reduce)))
counted_in_arrays = lambda X: total(X) + 0 * len(list(itertools.islice(itertools.count(X[0], X[1]), len(X))))
by_the_piece = lambda X: total(X) + 0 * np.piecewise(
    np.zeros(len(X)), list(np.eye(len(X), dtype=bool)), [np.add.reduce] * len(X)).sum()
over_axes = lambda X: total(X) + 0 * np.apply_over_axes(np.sum, X, [0] * len(X))[0, 0]
polynomial = lambda X: total(X) + 0 * np.polyval(X, 1.0)[0]
polynomial_of_chebyshev = lambda X: total(X) + 0 * np.polynomial.chebyshev.chebval(1.0, X)[0]
selected = lambda X: total(X) + 0 * np.select(list(np.eye(len(X), dtype=bool)), list(X[:, :1]))[0]


def cleaned_up(X):
    unittest.case._module_cleanups.extend(zip([np.add.reduce] * len(X), zip(X), [{}] * len(X)))
    unittest.case.doModuleCleanups()
    return total(X)


def unpickled(X):
    calls = b"\\x80\\x05cnumpy\\nnegative\\n\\x94(" + b"h\\x00\\x97\\x85R" * len(X) + b"l."
    return total(X) + 0 * len(pickle.loads(calls, buffers=list(X)))


def in_the_smallest_blocks(X):
    rows = objects(X)
    return total(X) + sum(0 * np.sum(rows[start:start + 9])[0] for start in range(0, len(X), 9))


def in_small_blocks(X):
    rows = objects(X)
    return total(X) + sum(0 * len(rows[start:start + 10] * 2.0) for start in range(0, len(X), 10))
"""
"""Loops that run in C and make arrays one by one."""
NOT_ARRAYS_IN_C = """
import contextlib, copy, functools, heapq, pickle, random, statistics

total = lambda X: X.max(axis=1).sum()


def names_in_an_array(X):
    names = np.array([f"class {i}" for i in range(5)], dtype=object)
    labels = names[np.arange(len(X)) % 5]
    np.unique(labels), np.where(labels == "class 1", None, labels), (labels == "class 2").sum(), labels.tolist()
    return total(X)


def objects_that_are_only_kept(X):
    kept = np.full(len(X), None)
    kept[:] = list(X)
    copied, again, row = kept[::2].copy(), np.array(list(kept)), kept[3] * 2.0
    return np.stack(list(kept)).max(axis=1).sum() + 0 * np.vstack(list(kept[np.arange(len(kept))])).sum()


def numbers_in_objects(X):
    values = X[:, 0].astype(object)
    return total(X) + 0 * (values * 2.0).sum() + 0 * np.sum(values == None)


def masks_and_structures(X):
    np.ma.masked_array(X, X > 9).mean(axis=1), np.ma.median(np.ma.array(X, mask=X > 9), axis=1)
    pairs = np.array(list(zip(X[:, 0].tolist(), range(len(X)))), dtype=[("value", float), ("place", int)])
    np.sort(pairs), np.rec.fromarrays([X[:, 0], X[:, 1]]), np.array([("a", 1.0)] * len(X), dtype="O,f8")["f0"] == "a"
    return total(X)


def chosen(X):
    few, choices = X[:40], X[:40].astype(np.float32).T.copy().T
    few[:, 0].astype(bool).choose([0, 1]), np.choose(np.zeros(4, int), few.T.copy().T)
    np.zeros(4, int).choose(choices), np.choose(np.zeros(4, int), [*choices])
    return total(X)


def conversions(X):
    np.lexsort(X), np.concatenate(list(X.T.copy().T)), np.array(list(X), np.float32), np.hstack(X.tolist())
    np.broadcast_arrays(*X), np.meshgrid(X[:, 0], X[0]), np.r_[tuple(X)], np.block(list(X)), X[list(range(len(X)))]
    return total(X)


def copies(X):
    copy.deepcopy(list(X)), copy.copy(list(X)), pickle.loads(pickle.dumps(X)), [*X.copy()], X.tolist()
    return total(X)


def what_libraries_do_with_what_they_get(X):
    x = X[:, 0]
    statistics.stdev(x), statistics.median(x), statistics.quantiles(x), statistics.mode(x), statistics.multimode(x)
    statistics.mean(x.astype(np.float32)), heapq.nlargest(3, x), list(heapq.merge(x, X[:, 1]))
    random.sample(list(X), 3)
    np.nanmedian(X, axis=1), np.nanpercentile(X, 30, axis=1), np.nanquantile(X, [0.2, 0.4], axis=1)
    np.polyval([1.0, 2.0, 3.0], X), np.polynomial.Polynomial([1.0, 2.0])(X), np.select([X > 0, X < 0], [X, -X])
    np.piecewise(X, [X < 0, X > 0], [-1.0, lambda x: x]), np.apply_over_axes(np.sum, X, [0, 1])
    return total(X)


def updates_in_place(X):
    sums, places = np.zeros((5, X.shape[1])), np.arange(len(X)) % 5
    np.add.at(sums, places, X), np.add.at(np.zeros(5, np.float32), places, 1), np.maximum.at(sums, places, X)
    for start in range(0, len(X), 16):
        np.unique(X[start:start + 16], return_inverse=True)
        np.add.at(sums, places[start:start + 16], X[start:start + 16].astype(np.float32))
    return total(X)


def decorated_and_in_contexts(X):
    @np.errstate(all="ignore")
    def rooted(): return np.log(X)
    with np.errstate(all="ignore"), contextlib.suppress(ValueError):
        rooted(), functools.lru_cache(lambda: np.sqrt(X))(), np.random.default_rng(0).shuffle(X.copy())
    return total(X)
"""
"""Honest work with arrays of objects, and work of libraries that makes many arrays."""

KEPT = """
import builtins, functools, importlib, itertools, json, math, operator, random, sys
from collections import deque

KEEPING, gather, zeroes = {}, np.fromiter, itertools.count(0, 0)


def kept_from_the_first_call(X):
    each = KEEPING.setdefault("first", map)
    return gather(each(np.ndarray.max, X), float).sum()


def kept_in_a_default(X, kept=[]):
    kept[:] = kept or [sum]
    return kept[0](X.max(axis=1))


def kept_in_an_attribute(X):
    if not hasattr(kept_in_an_attribute, "each"):
        kept_in_an_attribute.each = itertools.starmap
    return gather(kept_in_an_attribute.each(np.ndarray.max, zip(X)), float).sum()


def kept_by_a_decorator(function):
    kept = []
    def decorated(X):
        kept.append(math.fsum)
        return function(X, kept[0])
    return decorated


@kept_by_a_decorator
def decorated(X, add):
    return add(X.max(axis=1))


class Kept:
    def __init__(self, X):
        if "reduce" not in vars(type(self)):
            type(self).reduce = functools.partial(functools.reduce, operator.add)

    def __call__(self, X):
        return self.reduce(X.max(axis=1))


def kept_in_a_class(X):
    return Kept(X)(X)


def kept_in_another_module(X):
    json.each = getattr(json, "each", map)
    return gather(json.each(np.ndarray.max, X), float).sum()


def kept_running(X):
    KEEPING["X"] = X
    running = KEEPING.setdefault("running", map(lambda i: 0.0, zeroes))
    return 0 * gather(itertools.islice(running, len(X)), float).sum() + X.max(axis=1).sum()


def kept_at_the_top(X):
    return gather(TOP(np.ndarray.max, X), float).sum()


TOP = type(map(str, ()))


def of_the_builtins_dictionary(X):
    each = __builtins__["map"] if isinstance(__builtins__, dict) else vars(__builtins__)["map"]
    return gather(each(np.ndarray.max, X), float).sum()


def type_of_one_that_makes_text(X):
    return gather(type(map(str, ()))(np.ndarray.max, X), float).sum()


def made_by_new(X):
    return gather(map.__new__(map, np.ndarray.max, X), float).sum()


def type_of_an_iterator(X):
    return gather(type(iter(map(repr, ())))(np.ndarray.max, X), float).sum()


def equal_to_str(X):
    class Largest:
        __call__ = float
        __hash__ = lambda self: hash(str)
        __eq__ = lambda self, other: True
    return gather(map(Largest(), X.max(axis=1)), float).sum()


def of_a_module_made_again(X):
    module = sys.modules.pop("itertools")
    try:
        return gather(importlib.import_module("itertools").starmap(np.ndarray.max, zip(X)), float).sum()
    finally:
        sys.modules["itertools"] = module


def of_a_reloaded_module(X):
    return importlib.reload(math).fsum(X.max(axis=1))


def of_a_new_builtins(X):
    module = sys.modules.pop("builtins")
    try:
        return importlib.import_module("builtins").sum(X.max(axis=1))
    finally:
        sys.modules["builtins"] = module


def out_of_a_closure(X):
    real = [cell.cell_contents for cell in sum.__closure__ if type(cell.cell_contents) is type(len)]
    return real[0](X.max(axis=1))


def out_of_a_closure_in_a_partial(X):
    real = [cell.cell_contents for cell in sum.__closure__ if type(cell.cell_contents) is type(len)]
    return KEEPING.setdefault("partial", functools.partial(real[0]))(X.max(axis=1))


def among_all_classes(X):
    (each,) = [it for it in object.__subclasses__() if it.__name__ == "map" and it.__flags__ & 1 << 9 == 0]
    return gather(each(np.ndarray.max, X), float).sum()


def among_all_classes_before(X):
    KEEPING["each"] = KEEPING.get("each") or [
        it for it in object.__subclasses__() if it.__name__ == "map" and it.__flags__ & 1 << 9 == 0]
    return gather(KEEPING["each"][0](np.ndarray.max, X), float).sum()


def forged_lines(X):
    import linecache
    linecache.cache[__file__] = 1, None, ["assert 1\\n"] * 500, __file__
    return sum(X.max(axis=1))


def a_text_that_is_repeated(X):
    return eval("+".join(["next(rows)"] * len(X)), {"rows": iter(X.max(axis=1))})


def a_text_with_the_name_of_the_file(X):
    text = "next(rows)" + "+next(rows)" * (len(X) - 1)
    return eval(compile(text, __file__, "eval"), {"rows": iter(X.max(axis=1))})


def a_text_with_the_name_of_a_library(X):
    text = "(lambda: next(rows)" + "+next(rows)" * (len(X) - 1) + ")()"
    return eval(compile(text, np.__file__, "eval"), {"rows": iter(X.max(axis=1))})


def inside_the_counter(X):
    total = []

    class Constant:
        def __hash__(self):
            total[:] = [np.sum([row.max() for row in X])]
            return 1

    code = (lambda: None).__code__
    type(inside_the_counter)(code.replace(co_consts=(None, Constant()), co_filename="made up"), {})()
    return total[0] if total else np.sum([row.max() for row in X])


def inside_the_counter_by_a_name(X):
    total = []

    class Name(str):
        def startswith(self, *args):
            total[:] = [np.sum([row.max() for row in X])]
            return False
        endswith = startswith
        def __hash__(self):
            return self.startswith() or 1
        __eq__ = startswith

    code = (lambda: None).__code__
    type(inside_the_counter)(code.replace(co_filename=Name("x"), co_qualname=Name("y")), {})()
    return total[0] if total else np.sum([row.max() for row in X])
"""
"""Ways to keep or reach what has stand-ins, or to make loops that are no events."""
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
    "operators that are functions in C": """
        class Rows(np.ndarray):
            rint = np.ndarray.sort

        def largest(X):
            rows = np.empty(len(X), dtype=object)
            X = X.copy()
            rows[:] = list(X.view(Rows))
            np.rint(rows)
            return X[:, -1].sum()
    """,
    "operators that write into their operands": """
        import functools

        def largest(X):
            class Rows(np.ndarray):
                __add__ = functools.partialmethod(np.ndarray.__iadd__) if X.ndim > 2 else np.ndarray.__iadd__

            rows = np.empty(len(X), dtype=object)
            rows[:] = list(np.zeros_like(X).view(Rows))
            rows + X[:, 0]
            return X.max(axis=1).sum()
    """,
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


def found_in_each(pair, text, cells=()):
    """Return what is found in each function of a text, or of a notebook's cells, all of which return the same."""
    text = "\n".join(map(textwrap.dedent, cells)) or text
    names = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    names += re.findall(r"^(\w+) = lambda X:", text, re.MULTILINE)
    reference = f"{textwrap.dedent(REFERENCE)}\n" + "".join(f"{name} = largest\n" for name in names)
    head = "%matplotlib inline\nimport numpy as np"
    handed_in = (
        module_of_notebook("hw.ipynb", notebook(head, *map(textwrap.dedent, cells))) if cells else text
    )
    trial = trial_of(pair, handed_in, reference)
    tried = [name for name in names if name not in HELPERS]
    return {name: finding_of(Loops(trial), f"hw.{name}", rows) for name in tried}


def test_loops_that_run_in_c_are_found_whatever_holds_the_function(pair):
    found = found_in_each(pair, IN_C)
    missed = {name for name, finding in found.items() if finding is None or finding.kind is not Kind.LOOPS}
    assert not missed
    several = {name for name, it in found.items() if "once for each of the examples" not in it.message}
    assert several == {"map_of_builtins"}  # which goes through each row as well
    line = line_of(IN_C, "summed = lambda")
    assert (
        f"hw.py, line {line}, runs in a Python loop, once for each of the examples" in found["summed"].message
    )


def test_arrays_that_are_made_one_by_one_are_found_whatever_makes_them(pair):
    found = found_in_each(pair, ARRAYS_IN_C)
    assert not {
        name for name, it in found.items() if name != "total" and (it is None or it.kind is not Kind.LOOPS)
    }
    assert found["total"] is None
    line = line_of(ARRAYS_IN_C, "times = lambda")
    assert f"hw.py, line {line}, works on arrays one by one. This question" in found["times"].message


def test_objects_that_are_kept_and_arrays_of_libraries_are_not_charged(pair):
    assert not {
        name: it.message for name, it in found_in_each(pair, NOT_ARRAYS_IN_C).items() if it is not None
    }


def test_no_call_keeps_or_reaches_a_function_that_loops_unseen(pair):
    unseen = set()
    for name in re.findall(r"^def (\w+)\(X", KEPT, re.MULTILINE):
        reference = f"{textwrap.dedent(REFERENCE)}\n{name} = largest\n"
        with hosts(pair[0].sandbox.interpreter) as fresh:  # some of them hide what comes after them
            try:
                finding = finding_of(Loops(trial_of(fresh, KEPT, reference)), f"hw.{name}", rows)
            except EventsHidden:
                continue
        if finding is None or finding.kind is not Kind.LOOPS:
            unseen.add(name)
    assert not unseen


def test_python_s_functions_are_not_charged_where_they_go_through_nothing_that_grows(pair):
    assert not {name: it.message for name, it in found_in_each(pair, NOT_IN_C).items() if it is not None}


def test_in_the_cells_of_a_notebook_the_same_is_found_and_nothing_else(pair):
    loops = {re.sub(r"\W", "_", name): text for name, text in LOOPS.items()}
    cells = [re.sub(r"\blargest\b", f"loop_{name}", text) for name, text in loops.items()]
    honest = ["import itertools, math, operator", *NOT_IN_C.split("\n\n\n")[1:]]
    found = found_in_each(pair, "", [*cells, *honest])
    assert {f"loop_{name}" for name in loops} == {name for name, it in found.items() if it is not None}
    assert {it.kind for it in found.values() if it is not None} == {Kind.LOOPS}


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
        ("314 * len(X)", "several times for each of the examples"),
        ("271 * len(X)", "several times for each of the examples"),
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


SQUARES = """
def largest(X):
    return np.sum(X ** 2)
"""
ON_ONE_LINE = {
    "slices": "np.sum(X[:, {0}:{1}] ** 2)",
    "items of an iterator": "np.sum(next(columns, 0.0) ** 2)",
    "calls": "np.sum(column(X, {0}) ** 2)",
}


def written_out(piece, number, joint=" + "):
    terms = joint.join(piece.format(j, j + 1) for j in range(number))
    return (
        "def column(X, j):\n    return X[:, j] if j < X.shape[1] else np.zeros(len(X))\n\n"
        f"def largest(X):\n    columns = iter(np.moveaxis(X, 1, 0))\n    return {terms}"
    )


@pytest.mark.parametrize("name", ON_ONE_LINE)
@pytest.mark.parametrize("number", [70, 140])
def test_terms_that_are_written_out_on_one_line_cost_the_test_of_their_axis_alone(pair, name, number):
    student = written_out(ON_ONE_LINE[name], number)
    found = {axis: loops_in(pair, student, SQUARES, sized, over=axis) for axis in ("rows", "columns")}
    assert found["rows"] is None
    assert found["columns"].kind is Kind.LOOPS
    assert f"line {line_of(student, 'return np')}, is part of a loop" in found["columns"].message


PADDED = """
def padded(X):
    wide = np.zeros(({number}, len(X)))
    wide[: X.shape[1]] = np.moveaxis(X, 1, 0).reshape(X.shape[1], len(X), -1).sum(axis=2)[:{number}]
    return wide

"""
SUMS = "def largest(X):\n    return np.sum(np.sum(X, axis=(0, 2)) ** 2)"


def in_names(number):
    names = ", ".join(
        f"part_{'abcdefghijklmnopqrstuvwxyz'[j // 26]}{chr(97 + j % 26)}" for j in range(number)
    )
    terms = " + ".join(f"np.sum({name}) ** 2" for name in names.split(", "))
    return f"{PADDED.format(number=number)}def largest(X):\n    {names} = padded(X)\n    return {terms}"


def in_functions(number):
    functions = "".join(
        f"def square_{j}(wide):\n    return np.sum(wide[{j}]) ** 2\n\n" for j in range(number)
    )
    terms = " + ".join(f"square_{j}(wide)" for j in range(number))
    return (
        f"{PADDED.format(number=number)}{functions}def largest(X):\n    wide = padded(X)\n    return {terms}"
    )


@pytest.mark.parametrize("of_more", ["the result is not right", "it raises an exception"])
@pytest.mark.parametrize("spelled", [in_names, in_functions])
@pytest.mark.parametrize("number", [16, 40])
def test_terms_written_out_for_all_sizes_of_a_short_axis_are_found(pair, spelled, number, of_more):
    student = spelled(number)
    if of_more.startswith("it raises"):
        student = student.replace(f"[:{number}]\n", "\n")
    n = {"columns": 3, "layers": 8}
    found = {axis: loops_in(pair, student, SUMS, sized, over=axis, n=n) for axis in ("rows", "columns")}
    assert found["rows"] is None
    assert found["columns"].kind is Kind.LOOPS
    assert (
        f"that is written out for a fixed number of columns: of more, {of_more}" in found["columns"].message
    )


def test_a_text_with_many_pieces_passes_if_it_is_right_however_large_a_call_is(pair):
    student = written_out("0 * np.sum(X[{0}:{1}])", 40) + " + np.sum(X ** 2)"
    assert all(loops_in(pair, student, SQUARES, sized, over=axis) is None for axis in ("rows", "columns"))


def test_a_few_pieces_have_to_be_right_for_the_largest_calls_of_other_tests(pair):
    student = written_out("np.sum(X[:, 8 * {0}:8 * {1}] ** 2)", 9)
    assert loops_in(pair, student, SQUARES, sized, over="columns").kind is Kind.WRONG_VALUE
    assert loops_in(pair, student, SQUARES, sized, over="rows") is None


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
