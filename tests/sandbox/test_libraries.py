"""Libraries that an assignment names are there for hand-ins under every tier; others stay away."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from autograder.errors import CourseError, GraderError
from autograder.sandbox.call_failures import LibraryUsed
from autograder.sandbox.code import Code, Host
from autograder.sandbox.interpreter import interpreter_of
from autograder.sandbox.process import Sandbox
from autograder.values.kinds import Foreign
from autograder.values.libraries import taken_apart
from autograder.values.same import compare_values
from tests.sandbox.hand_ins import files_of

TABLE = pd.DataFrame({"price": [1.5, 2.5], "name": ["a", None]}, index=[3, 4])
VALUES = [
    TABLE,
    TABLE["price"],
    TABLE.index,
    TABLE.set_index(["price", "name"]),
    pd.DataFrame({"day": pd.to_datetime(["2020-01-01", None]), "kind": pd.Categorical(["x", "y"])}),
    sparse.csr_matrix([[0.0, 2.0], [0.0, 3.0]]),
    sparse.csc_array([[0, 1], [2, 0]]),
    np.ma.array([1.0, 2.0], mask=[False, True]),
]


@pytest.fixture(scope="module")
def library_host(tier):
    try:
        sandbox = Sandbox.of_this_machine(tier=tier, libraries=("pandas", "scipy"))
    except GraderError:
        pytest.fail("pandas and scipy are among what tests are run with")
    with Host(sandbox) as host:
        yield host


def test_values_of_libraries_go_to_a_hand_in_and_come_back(library_host):
    code = Code(library_host, files_of("def identity(value):\n    return value"), "identity")
    for value in VALUES:
        came = code.call("hw.identity", value)
        assert isinstance(came, Foreign), "nothing that student code sent is made into a library's value"
        assert compare_values(value, came) is None


def test_a_hand_in_computes_with_libraries_and_gets_copies(library_host):
    code = Code(
        library_host,
        files_of("""
            import pandas as pd
            import scipy.stats
            from scipy import sparse, optimize

            def totals(table):
                return table.groupby("kind")["price"].sum()

            def spoil(table):
                table.loc[0, "price"] = 99.0
                return 1

            def solve():
                return optimize.brentq(lambda x: x * x - 2.0, 0.0, 2.0), scipy.stats.norm.cdf(0.0)

            def product(matrix):
                return matrix @ matrix
        """),
        "computing",
    )
    table = pd.DataFrame({"kind": ["a", "b", "a"], "price": [1.0, 2.0, 3.0]})
    assert compare_values(table.groupby("kind")["price"].sum(), code.call("hw.totals", table)) is None
    spoilt = code.bind("hw.spoil", table).outcome()
    assert table.loc[0, "price"] == 1.0
    assert spoilt.changed["0"].parts["['price']"][0] == 99.0
    assert not code.bind("hw.totals", table).outcome().changed
    assert np.allclose(code.call("hw.solve"), (2**0.5, 0.5))
    matrix = sparse.csr_array([[0.0, 2.0], [1.0, 0.0]])
    assert compare_values(matrix @ matrix, code.call("hw.product", matrix)) is None


def test_other_libraries_are_not_there(library_host):
    code = Code(
        library_host, files_of("import sklearn\nimport pandas\ndef f():\n    return sklearn.show()"), "no"
    )
    with pytest.raises(LibraryUsed, match="sklearn"):
        code.call("hw.f")


def test_without_libraries_none_is_there(best_sandbox):
    with Host(best_sandbox) as host:
        code = Code(host, files_of("import pandas as pd\ndef f():\n    return pd.DataFrame()"))
        with pytest.raises(LibraryUsed, match="pandas"):
            code.call("hw.f")


def test_fresh_interpreters_have_them_too(monkeypatch, worker_python):
    monkeypatch.setenv("AUTOGRADER_FRESH_INTERPRETERS", "1")
    with Host(Sandbox.of_this_machine(libraries=("pandas",))) as host:
        code = Code(host, files_of("import pandas as pd\ndef f():\n    return pd.Series([1, 2])"))
        assert compare_values(pd.Series([1, 2]), code.call("hw.f")) is None


def test_a_library_that_is_not_installed_is_named(worker_python):
    with pytest.raises(GraderError, match="no_such_library cannot be imported by"):
        interpreter_of(str(worker_python), ("no_such_library",))


def test_a_foreign_value_of_student_code_s_making_has_no_numbers():
    from autograder.values.libraries import numbers_in

    entries = {"shape": (2, 2), "rows": np.array([5]), "columns": np.array([0]), "entries": np.ones(1)}
    huge = {**entries, "shape": (10**9, 10**9), "rows": np.array([0])}
    for parts in (entries, huge, {"shape": None}, {}):
        assert numbers_in(Foreign("scipy.sparse", None, parts)) is None
    assert taken_apart(entries) is entries


def test_a_table_with_other_parts_is_another_table():
    broken = Foreign("pandas.DataFrame", None, {"columns": 1})
    assert compare_values(TABLE, broken) is not None
    with pytest.raises(CourseError):
        compare_values(Foreign("pandas.DataFrame"), broken)
