"""Libraries that an assignment names are there for hand-ins under every tier; others stay away."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from autograder.errors import CourseError, GraderError
from autograder.sandbox.call_failures import LibraryUsed
from autograder.sandbox.code import Code
from autograder.sandbox.host import Host
from autograder.sandbox.interpreter import interpreter_of
from autograder.sandbox.process import Sandbox
from autograder.values.convert import Unusable, rebuilt
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
TABLES = [
    TABLE,
    TABLE.describe(include="all"),
    TABLE.groupby("name")["price"].agg(["mean", "sum"]),
    TABLE["name"].value_counts(dropna=False),
    TABLE.iloc[:0],
    TABLE.set_index(["price", "name"]),
    pd.concat([TABLE[["price"]], TABLE[["price"]]], axis=1),
    pd.DataFrame(
        {
            "kind": pd.Categorical(["x", "y", "x"]),
            "share": pd.cut([1, 5, 9], [0, 4, 10]),
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "mixed": pd.Series([1, "a", [2.0]], dtype=object),
            "small": np.array([1, 2, 3], np.int32),
            "since": pd.to_timedelta([1, 2, 3], unit="D"),
        },
        index=pd.date_range("2020-01-01", periods=3, freq="D"),
    ),
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


def test_a_test_that_asks_for_it_gets_the_library_s_own_values(library_host):
    code = Code(library_host, files_of("def identity(value):\n    return {'of': [value]}"), "again")

    def came(value):
        return rebuilt(code.call("hw.identity", value), "the result")["of"][0]

    for table in TABLES:
        assert came(table).equals(table) and repr(came(table)) == repr(table)
        check = pd.testing.assert_series_equal if table.ndim == 1 else pd.testing.assert_frame_equal
        check(came(table), table, check_index_type=True)
    for kind in (sparse.csr_matrix, sparse.csc_array, sparse.coo_matrix, sparse.lil_array, sparse.dok_matrix):
        matrix = kind([[0.0, 2.0], [0.0, 3.0]])
        assert type(came(matrix)) is kind and (came(matrix) != matrix).nnz == 0
    masked = came(VALUES[-1])
    assert masked.mask.tolist() == [False, True] and masked.sum() == 1


def test_a_hand_in_gets_the_kind_of_sparse_matrix_that_a_test_gives(library_host):
    code = Code(library_host, files_of("def product(matrix, v):\n    return matrix * v"), "times")
    wanted = sparse.csr_matrix([[1.0, 2.0], [0.0, 3.0]])
    assert np.array_equal(code.call("hw.product", wanted, np.ones(2)), [3.0, 3.0])


def table_of(**parts):
    zero = Foreign("pandas.Index", None, {"name": None, "values": np.arange(2)})
    one = Foreign("pandas.Index", None, {"name": None, "values": ["a"]})
    return Foreign("pandas.DataFrame", None, {"columns": one, "index": zero, "['a']": np.ones(2)} | parts)


def matrix_of(**parts):
    place = np.array([0])
    whole = {"shape": (2, 2), "format": "csr", "rows": place, "columns": place, "entries": np.ones(1)}
    return Foreign("scipy.sparse", None, whole | parts)


def index_of(values, /, **to_rebuild):
    return Foreign("pandas.Index", None, {"name": None, "values": values}, to_rebuild)


MADE_UP = {
    "rows of another number": table_of(**{"['a']": np.ones(3)}),
    "no column": table_of(**{"['a']": 5}),
    "an array in two dimensions": table_of(**{"['a']": np.ones((2, 2))}),
    "something else in a cell": table_of(**{"['a']": [object(), 1]}),
    "a foreign value in a cell": table_of(**{"['a']": [Foreign("generator"), 1]}),
    "a column without a name": table_of(b=np.ones(2)),
    "no index": table_of(index=None),
    "a date that is none": Foreign("pandas.Timestamp", None, {"value": "2020"}),
    "codes outside of the categories": Foreign(
        "pandas.Categorical", None, {"codes": np.array([7]), "categories": ["a"], "ordered": False}
    ),
    "levels of two lengths": Foreign(
        "pandas.MultiIndex", None, {"names": ["a", "b"], "levels": [np.ones(1), np.ones(2)]}
    ),
    "a frequency that does not hold": index_of(np.array(["2020-01-01", "2020-03-01"], "M8[ns]"), freq="D"),
    "an entry outside": matrix_of(rows=np.array([5])),
    "an entry before the first": matrix_of(columns=np.array([-1])),
    "places that are no integers": matrix_of(rows=np.array([0.5])),
    "a format that is none": matrix_of(format="spam"),
    "a shape that is none": matrix_of(shape=(-1, 2)),
    "a mask of another shape": Foreign(
        "numpy.ma.MaskedArray", None, {"data": np.ones(2), "mask": np.ones(3, bool)}
    ),
}
TOO_LARGE = {
    "rows": table_of(index=index_of(np.zeros(200_000)), **{"['a']": np.zeros(200_000)}),
    "entries": matrix_of(shape=(10**9, 10**9)),
    "diagonals": matrix_of(
        shape=(1, 1 << 20), format="dia", rows=np.zeros(9, int), columns=np.arange(9), entries=np.ones(9)
    ),
}


@pytest.mark.parametrize("value", MADE_UP.values(), ids=MADE_UP)
def test_parts_of_student_code_s_making_are_refused(value):
    with pytest.raises(Unusable, match="of which no test can make one again"):
        rebuilt([value], "the result")


@pytest.mark.parametrize("value", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_is_too_large_to_be_made_again_is_refused(value):
    with pytest.raises(Unusable, match="too large for a test"):
        rebuilt(value, "the result")


def test_ways_of_student_code_s_making_change_nothing():
    odd = index_of(np.array([5, 7, 8]), kind="range", freq="x" * 99, values="datetime64[ns, Nowhere]")
    assert rebuilt(odd, "").equals(pd.Index([5, 7, 8]))
    assert rebuilt(index_of(np.array([5, 5]), kind="range"), "").tolist() == [5, 5]
    assert rebuilt(unknown := Foreign("torch.Tensor", None, {"numbers": np.ones(1)}), "") is unknown


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
