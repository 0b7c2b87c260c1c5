"""What came is compared with what was expected in a fixed order: type, dtype kind, shape, finite, tolerance."""

from __future__ import annotations

import itertools
import re
import tracemalloc
from collections import OrderedDict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from autograder.errors import CourseError
from autograder.model.verdict import Kind
from autograder.values.describe import shown
from autograder.values.kinds import Foreign, Record, WorkerObject
from autograder.values.libraries import taken_apart
from autograder.values.same import compare_parts, compare_values, same, told_of_parts
from autograder.values.walk import mapped

TYPE, VALUE = Kind.WRONG_TYPE_OR_SHAPE, Kind.WRONG_VALUE
SECRET = 8_765.432_1
A = np.array([[SECRET, 2.0], [3.0, 4.0]])

numbers = st.floats(-1e6, 1e6, allow_subnormal=False)
arrays = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=5), elements=numbers)


@pytest.mark.parametrize(
    "expected, got, kind, words",
    [
        # type
        (A, None, TYPE, "should be a NumPy array of shape (2, 2), but is None: is a return statement missing?"),
        (A, [[1.0, 2.0], [3.0, 4.0]], TYPE, "but is a list of 2"),
        (A, 3.0, TYPE, "but is a real number"),
        (A, Foreign("numpy.matrix"), TYPE, "but is an np.matrix: np.matrix multiplies differently"),
        (A, Foreign("numpy.ma.MaskedArray"), TYPE, "but is a masked array"),
        (A, Foreign("numpy.ndarray_of_object"), TYPE, "but is an array of Python objects"),
        (A, Foreign("numpy.ndarray_of_longdouble"), TYPE, "but is an array of long doubles"),
        (A, Foreign(f"hw.x{SECRET:.0f}"), TYPE, "but is an object that is not a plain array or number"),
        (A, (A, A), TYPE, "but is a tuple of 2"),
        (SECRET, None, TYPE, "should be a real number, but is None"),
        (SECRET, np.array([SECRET]), TYPE, "should be a real number, but is an array of float64 with shape (1,)"),
        (SECRET, True, TYPE, "should be a real number, but is a truth value"),
        (SECRET, "8765.4321", TYPE, "should be a real number, but is text"),
        (SECRET, 1j, TYPE, "should be a real number, but is a complex number"),
        (3, 3.5, TYPE, "should be an integer, but is a real number"),
        (3, 2**80, TYPE, "should be an integer"),
        (True, 2, TYPE, "should be True or False, but is an integer"),
        (True, 0, VALUE, "is the wrong one of True and False, written as a number"),
        (None, 0, TYPE, "should be None, but is an integer"),
        ("relu", 1, TYPE, "should be text, but is an integer"),
        # dtype kind
        (A, A.astype(int), TYPE, "should hold real numbers (float64), and its values are wrong, too"),
        (A, A > 2, TYPE, "is an array of bool but should hold real numbers"),
        (A, A.astype(complex), TYPE, "is an array of complex128 but should hold real numbers"),
        (np.arange(3), np.arange(3) + 0.5, TYPE, "is an array of float64 but should hold integers"),
        (A > 2, (A > 2).astype(int), TYPE, "should hold truth values"),
        # values before another class of array
        (A, Foreign("numpy.matrix", A + 1), VALUE, "is an np.matrix of the right shape but with wrong values"),
        (A, Foreign("numpy.matrix", A[:1]), TYPE, "but is an np.matrix"),
        # dtype before shape, shape before finite
        (A, np.zeros((3, 2), dtype=int), TYPE, "is an array of int64"),
        (A, np.zeros((2, 3)), TYPE, "has shape (2, 3) but should have shape (2, 2)"),
        (A, np.full((2, 3), np.nan), TYPE, "has shape (2, 3)"),
        (A, A[np.newaxis], TYPE, "has shape (1, 2, 2) but should have shape (2, 2)"),
        (np.zeros(3), np.zeros((3, 1)), TYPE, "has shape (3, 1) but should have shape (3,)"),
        # finite before tolerance
        (A, np.array([[SECRET, np.nan], [9.0, 4.0]]), VALUE, "has NaN in 1 of 4 entries"),
        (A, np.array([[SECRET, np.inf], [-np.inf, 4.0]]), VALUE, "has infinity in 2 of 4 entries"),
        (SECRET, np.nan, VALUE, "is NaN"),
        (SECRET, -np.inf, VALUE, "is infinite"),
        (np.array([np.nan, 1.0]), np.array([0.0, 1.0]), VALUE, "has wrong entries where NaN"),
        (np.array([np.inf, 1.0]), np.array([-np.inf, 1.0]), VALUE, "has wrong entries where NaN or infinity"),
        (np.inf, 1e300, VALUE, "the result"),
        # tolerance
        (A, A + 1, VALUE, "has the right type and shape but wrong values"),
        (SECRET, SECRET + 1, VALUE, "is a real number, as it should be, but not the right one"),
        (3, 4, VALUE, "is an integer, as it should be, but not the right one"),
        ("relu", "tanh", VALUE, "is not the expected text"),
    ],
)  # fmt: skip
def test_the_first_difference_in_a_fixed_order_is_the_message(expected, got, kind, words):
    mismatch = compare_values(expected, got)
    assert mismatch.kind is kind
    assert words in mismatch.message
    assert "8765" not in mismatch.message


LABELS = np.array([8765, 0, 2])


@pytest.mark.parametrize(
    "expected, got, words",
    [
        (
            A,
            A.tolist(),
            "a list; return a plain NumPy array of float64, for example with np.asarray",
        ),
        (A, tuple(map(tuple, A)), "but is a tuple; return a plain NumPy array"),
        (A, list(A), "but is a list"),
        (A, Foreign("numpy.matrix", A), "but is an np.matrix; return a plain NumPy array of float64"),
        (A, Foreign("numpy.ma.MaskedArray", A), "but is a masked array"),
        (A, A.astype(np.float32), "but is an array of float32; return an array of real numbers (float64)"),
        (np.ones(2), np.ones(2, dtype=int), "but is an array of int64; return an array of real numbers"),
        (LABELS, LABELS * 1.0, "of float64; return an array of integers (int64), for example with .astype(int)"),
        (LABELS, LABELS.tolist(), "but is a list; return a plain NumPy array of int64"),
        (LABELS, LABELS.astype(float).tolist(), "for example with np.asarray(..., dtype=int)"),
        (LABELS, Foreign("numpy.matrix", LABELS[:, np.newaxis]), "but is an np.matrix"),
        (3, 3.0, "is the right number, but of type float64; return an integer, for example with int(...)"),
        (SECRET, np.float32(SECRET), "but of type float32; return a real number, for example with float(...)"),
        (SECRET, Foreign("numpy.matrix", np.array([[SECRET]])), "is the right number, but an np.matrix"),
        (True, 1, "loss is right, but a number; return True or False, for example with bool(...)"),
        ([True, False], [True, np.int64(0)], "[1] is right, but a number"),
        ([1, 2], [1.0, 2.0], "[0] is the right number, but of type float64"),
        ({3: [0.5]}, {3: [np.float32(0.5)]}, "[key 1 of 1][0] is the right number"),
        ((A, 1.0), (A.tolist(), 1.0), "loss holds the right numbers"),
    ],
)  # fmt: skip
def test_right_numbers_of_another_type_are_told_apart_with_what_to_return(expected, got, words):
    mismatch = compare_values(expected, got, names=("loss",))
    assert mismatch.kind is Kind.OTHER_TYPE
    assert words in mismatch.message
    assert "8765" not in mismatch.message
    assert "expected" in mismatch.details()


@pytest.mark.parametrize(
    "expected, got",
    [
        (A, (A + 1).tolist()),
        (A, [[SECRET, 2.0], [3.0]]),
        (A, [[SECRET, "2.0"], [3.0, 4.0]]),
        (A, [[SECRET, None], [3.0, 4.0]]),
        (A, Foreign("numpy.matrix", A + 1)),
        (A, Foreign("numpy.matrix", A.T)),
        (A, A.astype(np.float32) * np.float32(1.001)),
        (A, A.astype(np.float16)),
        (A > 2, (A > 2).astype(float)),
        (LABELS, LABELS + 0.5),
        (LABELS, LABELS.astype(float) + 1),
        (3, 4.0),
        (1, True),
        ([1, 2], [1.0, 3.0]),
        ([1, 2, 3], [1.0, 2.5, 3]),
        ((LABELS, 1.0), (LABELS.astype(float), 2.0)),
    ],
)
def test_wrong_numbers_of_another_type_are_wrong(expected, got):
    assert compare_values(expected, got).kind in (TYPE, VALUE)


def test_all_parts_that_are_wrong_or_of_another_type_are_found():
    compared = compare_parts(
        (1.0, A, LABELS, 2), (1.0, A + 1, LABELS.tolist(), 3), ("loss", "dW", "labels", "k")
    )
    assert compared.parts == ("loss", "dW", "labels", "k")
    assert list(compared.wrong) == ["dW", "k"]
    assert list(compared.other_types) == ["labels"]


@pytest.mark.parametrize(
    "wrong, told",
    [
        (["dW"], " (loss and k: right)"),
        (["loss", "k"], " (dW: right; k: wrong, too)"),
        (["loss", "dW", "k"], ""),
    ],
)
def test_what_is_right_beside_a_wrong_part_is_told(wrong, told):
    assert told_of_parts(("loss", "dW", "k"), wrong) == told


@pytest.mark.parametrize(
    "expected, got",
    [
        (A, A + 1e-4),
        (A.astype(np.float32), A),
        (np.arange(3), np.arange(3, dtype=np.uint8)),
        (np.arange(3, dtype=np.int32), np.arange(3)),
        (SECRET, np.array(SECRET)),
        (np.float64(2.0), 2),
        (2.0, np.int32(2)),
        (np.array(2.0), 2.0),
        (np.int64(3), 3),
        (True, np.bool_(True)),
        (1j, np.complex64(1j)),
        (0.0, 1e-13),
        (np.zeros(2), np.array([1e-13, -1e-14])),
        (np.nan, np.nan),
        (np.array([np.nan, np.inf, 1.0]), np.array([np.nan, np.inf, 1.0])),
        (np.array([np.nan]), np.array([np.nan])),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        ([1.0, 2.0], (1.0, 2.0)),
        ([1.0, 2.0], np.array([1.0, 2.0])),
        ([A, None], [A, None]),
        ((A, 1.0), [A, 1.0]),
        ({"W": A, (1e-3, 2): 0.5}, {(1e-3, 2): 0.5, "W": A}),
        ("relu", "relu"),
        (b"ab", b"ab"),
        (None, None),
    ],
)
def test_values_that_are_the_same_but_for_rounding_and_kind_of_container_pass(expected, got):
    assert compare_values(expected, got) is None


@pytest.mark.parametrize(
    "expected, got, kind, words",
    [
        ((A, 1.0), A, TYPE, "2 values should be returned (loss, dW); an array of float64 with shape (2, 2) came"),
        ((A, 1.0), (A,), TYPE, "2 values should be returned (loss, dW); a tuple of 1 entry came back"),
        ((A, 1.0), None, TYPE, "None came back: is a return statement missing?"),
        ((1.0, A), (1.0, A + 1), VALUE, "dW has the right type and shape but wrong values (loss: right)"),
        ((1.0, A), (2.0, A), VALUE, "loss is a real number"),
        ((1.0, A), (1.0, A[:1]), TYPE, "dW has shape (1, 2)"),
        (([1.0, 2.0],), ([1.0],), TYPE, "loss has 1 entry but should have 2"),
        (([1.0, 2.0],), ([1.0, 3.0],), VALUE, "loss[1] is a real number"),
        (([1.0, 2.0],), (np.array([[1.0], [2.0]]),), TYPE, "loss should be a list of 2"),
        (({"W": A},), ({"W": A, "b": A},), TYPE, "loss has 2 keys, 1 of them right; it should have 1"),
        (({"W": A},), ({"W": A + 1},), VALUE, "loss[W] has the right type and shape"),
        (({"W": A},), ([A],), TYPE, "loss should be a dictionary of 1 entry"),
    ],
)  # fmt: skip
def test_parts_are_compared_in_order_and_named(expected, got, kind, words):
    mismatch = compare_values(expected, got, names=("loss", "dW"))
    assert mismatch.kind is kind
    assert words in mismatch.message


@pytest.mark.parametrize(
    "expected, got, kind, words",
    [
        ((3.0, 4.0), np.array([3.0, 4.0]), Kind.OTHER_TYPE, "holds the right numbers, but is one array"),
        ((A, 2 * A), np.stack([A, 2 * A]), Kind.OTHER_TYPE, "return loss, dW with commas between them"),
        ((A, 2 * A), np.stack([A, 3 * A]), VALUE, "dW has the right type and shape but wrong values (loss: right)"),
        ((A, 2 * A), np.stack([A + 1, 3 * A]), TYPE, "2 values should be returned (loss, dW); an array"),
        ((3.0, 4.0), np.array([3.0, 4.0, 5.0]), TYPE, "2 values should be returned (loss, dW); an array"),
        ((3.0, 4.0), np.array(3.0), TYPE, "2 values should be returned (loss, dW); "),
    ],
)  # fmt: skip
def test_rows_of_an_array_stand_for_several_values_if_one_of_them_is_right(expected, got, kind, words):
    mismatch = compare_values(expected, got, names=("loss", "dW"))
    assert mismatch.kind is kind
    assert words in mismatch.message


def test_keys_that_are_numbers_of_the_test_are_not_shown():
    mismatch = compare_values(
        {(1e-7, SECRET): 0.25, (5e-5, 3.0): 0.5}, {(1e-7, SECRET): 0.75, (5e-5, 3.0): 0.5}
    )
    assert mismatch.kind is VALUE
    assert "8765" not in mismatch.message
    assert "1e-07" not in mismatch.message
    assert "[key 1 of 2]" in mismatch.message


def test_what_cannot_be_compared_is_no_fault_of_the_student():
    for expected in (Foreign("numpy.matrix"), [Foreign("generator")], (1.0, Foreign("x"))):
        with pytest.raises(CourseError):
            compare_values(expected, expected)


@pytest.mark.parametrize(
    "expected, got",
    [
        (A, A[:1]),
        (np.zeros((0, 3)), np.zeros((0, 3), dtype=int)),
        (np.array([1e308, np.nan]), np.array([-1e308, np.nan])),
        (A, Foreign("numpy.matrix")),
        (np.array([True]), np.array([False])),
        (3, 10**2000),
        ((A, {"a": [1.0]}), (A, {"a": [2.0]})),
    ],
)
def test_details_can_be_told_of_every_difference(expected, got):
    assert "expected" in compare_values(expected, got).details()


def test_details_name_the_first_entry_that_differs():
    got = A.copy()
    got[1, 0] += 0.5
    details = compare_values(A, got, ["dW"]).details()
    assert "first difference at dW[1, 0]: expected 3, got 3.5" in details


def test_shown_values_are_bounded():
    for value in (np.zeros((1000, 1000)), [0.5] * 50_000, "x" * 50_000, {"a": [1] * 50_000}):
        assert len(shown(value)) <= 1_200


@pytest.mark.parametrize(
    "value",
    [
        np.ones((6,) * 9 + (5,), np.int8),
        [np.arange(50.0)] * 100_000,
        ([{"a": [1.5] * 10}] * 100_000,),
        {key: np.zeros((2, 3)) for key in range(100_000)},
        10**5_000,
    ],
    ids=["many short axes", "a list of arrays", "nested", "a dictionary", "a long number"],
)
def test_no_more_is_written_than_is_shown(value):
    tracemalloc.start()
    assert len(shown(value)) <= 1_200
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


@pytest.mark.parametrize(
    ("expected", "got", "told"),
    [
        ([1.0, 2.0], np.zeros(314_159, np.int8), "more than 10000 entries"),
        ([1.0, 2.0], [0.0] * 314_159, "more than 10000 entries"),
        ({"a": 1.0}, dict.fromkeys(map(str, range(31_415))), "more than 10000 keys"),
        (np.ones((5, 3)), np.empty((3141, 592, 65, 0)), "a very different shape"),
        (np.ones((5, 3)), np.empty((31_415, 0)), "a far larger shape"),
        (np.ones(3), np.empty((3141, 592, 0)), "a very different shape"),
        (1.0, np.empty((3141, 592, 0)), "a very different shape"),
        (np.ones((500, 3073)), np.empty((3073, 500)), "shape (3073, 500)"),
        (np.ones((3073, 10)), np.empty((500, 10)), "shape (500, 10)"),
        (np.ones((3073, 10)), np.empty((500, 500)), "shape (500, 500)"),
    ],
)
def test_sizes_are_told_as_far_as_they_may_be_honest(expected, got, told):
    message = compare_values(expected, got, ["W"]).message
    assert told in message
    assert "31415" not in message and "592" not in message


# --- properties ---------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(expected=arrays)
def test_a_value_equals_itself(expected):
    assert compare_values(expected, expected.copy()) is None
    assert compare_values((expected, 0.5), [expected.copy(), 0.5]) is None


@settings(max_examples=200)
@given(expected=arrays, data=st.data())
def test_a_difference_passes_exactly_up_to_the_tolerance_of_the_largest_entry(expected, data):
    scale = np.abs(expected).max()
    index = tuple(data.draw(st.integers(0, extent - 1)) for extent in expected.shape)
    for factor, passes in ((0.5, True), (2.0, False)):
        got = expected.copy()
        got[index] += factor * (1e-3 * scale + 1e-2)
        assert (compare_values(expected, got, rtol=1e-3, atol=1e-2) is None) == passes


@settings(max_examples=100)
@given(expected=arrays, difference=st.floats(1e-3, 1.0))
def test_the_verdict_does_not_depend_on_the_unit(expected, difference):
    large = 2.0**30  # exact, and the absolute slack for rounding is out of sight
    verdicts = [
        compare_values(unit * expected, unit * (expected + difference), rtol=1e-5) is None
        for unit in (large, 2 * large, 1024 * large)
    ]
    assert len(set(verdicts)) == 1


@settings(max_examples=200)
@given(expected=arrays, data=st.data())
def test_a_lost_entry_is_always_found(expected, data):
    got = expected.copy()
    index = tuple(data.draw(st.integers(0, extent - 1)) for extent in expected.shape)
    got[index] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    assert compare_values(expected, got, rtol=1e9).kind is VALUE


@settings(max_examples=200)
@given(expected=arrays, got=arrays)
def test_arrays_of_different_shape_are_never_the_same(expected, got):
    if expected.shape != got.shape:
        assert compare_values(expected, got).kind is TYPE


# --- values of other kinds -----------------------------------------------------------------------------------


def record(*parts, names=("mean", "spread"), type_name="hw.Stats"):
    return Record(type_name, names, parts)


def item(parts, kind="Model"):
    made = WorkerObject()
    made.type_name, made.parts = kind, parts
    return made


NAMES = np.array(["a", "b"])
DAYS = np.array(["2020-01-01", "NaT"], dtype="M8[D]")
ROWS = np.array([(1, 2.5), (2, 3.5)], dtype=[("n", "i8"), ("x", "f8")])
MASKED = np.ma.array([1.0, 2.0], mask=[False, True])
TABLE = pd.DataFrame({"price": [1.5, 2.5], "name": ["a", None]}, index=[3, 4])
SPARSE = sparse.csr_matrix([[0.0, 2.0], [0.0, 3.0]])


@pytest.mark.parametrize(
    "value",
    [
        record(1.0, A),
        item({"W": A, "rate": 0.5}),
        {1, "a", (2, 0.5)},
        OrderedDict(a=1, b={"c": {2}}),
        2**100,
        NAMES,
        np.array([b"a"]),
        DAYS,
        DAYS[0],
        ROWS,
        MASKED,
        TABLE,
        TABLE["price"],
        TABLE.index,
        pd.MultiIndex.from_tuples([(1, "a"), (2, "b")]),
        pd.Series(pd.Categorical(["x", "y", "x"])),
        pd.Series([1, None], dtype="Int64"),
        SPARSE,
        sparse.coo_array([1.0, 0.0, 2.0]),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_values_of_every_kind_are_equal_to_themselves(value):
    assert compare_values(value, value) is None
    assert compare_values([value], [value]) is None
    assert compare_values(value, 1.5).kind is TYPE
    assert "object at 0x" not in shown(mapped(taken_apart, value))


@pytest.mark.parametrize(
    "expected, got, kind, words",
    [
        (record(1.0, 2.0), record(1.0, 3.0), VALUE, "spread is a real number, as it should be, but not"),
        (record(1.0, 2.0), (1.0, 2.0), Kind.OTHER_TYPE, "return Stats(...) with the parts mean, spread"),
        (record(1.0, 2.0), record(1.0, 2.0, names=("a", "b")), Kind.OTHER_TYPE, "with other names"),
        ([record(1.0, 2.0)], [record(1.5, 2.0)], VALUE, "the result[0].mean is a real number"),
        ([record(1.0, 2.0)], [3.0], TYPE, "should be Stats(mean, spread), but is a real number"),
        ((1.0, 2.0), record(1.0, 3.0), VALUE, "part 2"),
        (item({"W": A}), item({"W": A + 1}), VALUE, "the result.W has the right type and shape but wrong"),
        (item({"W": A}), item({"V": A}), TYPE, "but has other fields"),
        (item({"W": A}), item(None), TYPE, "should be an object of Model with W"),
        ({1, 2}, {1, 3}, VALUE, "has 1 of 2 entries right"),
        ({1, 2}, {1}, VALUE, "has 1 entry but should have 2"),
        ({1, 2}, [1, 2], TYPE, "should be a set of 2 entries, but is a list"),
        (OrderedDict(a=1, b=2), {"b": 2, "a": 1}, VALUE, "has the right keys in another order"),
        ({"a": {"b": [1]}}, {"a": {"b": [2]}}, VALUE, "the result[a][b][0]"),
        (2**100, 2**100 + 1, VALUE, "but not the right one"),
        (5_000_000, 5_000_001, VALUE, "but not the right one"),
        (np.array([5_000_000]), np.array([5_000_001]), VALUE, "wrong values"),
        (NAMES, np.array(["a", "c"]), VALUE, "is an array of text, as it should be, but not the right ones"),
        (NAMES, ["a", "b"], TYPE, "should be an array of text with shape (2,), but is a list"),
        (DAYS, np.array(["2020-01-01", "2020-01-02"], dtype="M8[D]"), VALUE, "an array of dates"),
        (DAYS[0], DAYS[0] + 1, VALUE, "is not the expected one"),
        (ROWS, np.array([(1, 2.5), (2, 4.5)], dtype=ROWS.dtype), VALUE, "the result['x'] has the right type"),
        (ROWS, ROWS[["n"]].copy(), TYPE, "does not have the fields n, x"),
        (MASKED, np.ma.array([1.0, 2.0], mask=[True, False]), VALUE, "the result.data"),
        (MASKED, np.array([1.0, 2.0]), TYPE, "should be a masked array"),
        (A, np.ma.array(A), Kind.OTHER_TYPE, "but is a masked array; return a plain NumPy array"),
        (TABLE, TABLE.assign(price=[1.5, 9.0]), VALUE, "the result['price'] has the right type and shape"),
        (TABLE, TABLE[["name", "price"]], VALUE, "the result.columns.values[0] is not the expected text"),
        (TABLE, TABLE.set_index("price"), TYPE, "the result.columns.values has 1 entry but should have 2"),
        (TABLE, TABLE.reset_index(drop=True), VALUE, "the result.index.values"),
        (TABLE, TABLE.to_dict(), TYPE, "should be a DataFrame, but is a dict of 2"),
        (TABLE["price"], np.array([1.5, 2.5]), Kind.OTHER_TYPE, "holds the right numbers, but is an array"),
        (np.array([1.5, 2.5]), TABLE["price"], Kind.OTHER_TYPE, "but is a Series; return a plain NumPy array"),
        (SPARSE, SPARSE.tocoo(), VALUE, "the result.format is not the expected text"),
        (SPARSE, SPARSE * 2, VALUE, "the result.entries has the right type and shape but wrong"),
        (SPARSE, SPARSE.toarray(), Kind.OTHER_TYPE, "return a sparse matrix"),
        (SPARSE.toarray(), SPARSE, Kind.OTHER_TYPE, "but is a sparse matrix; return a plain NumPy array"),
    ],
)  # fmt: skip
def test_a_difference_in_values_of_any_kind_is_named(expected, got, kind, words):
    mismatch = compare_values(expected, got)
    assert mismatch is not None and mismatch.kind is kind
    assert words in mismatch.message


def test_entries_of_sets_are_right_within_rounding():
    assert compare_values({0.3, 1.0}, {0.1 + 0.2, 1.0}) is None
    assert compare_values({(1, 0.3)}, {(1, 0.1 + 0.2)}) is None


def test_entries_that_cancel_are_no_difference_in_a_sparse_matrix():
    nearly = sparse.csr_matrix([[1e-17, 2.0], [0.0, 3.0]])
    assert compare_values(SPARSE, nearly) is None


@pytest.mark.parametrize(
    "expected, instead",
    [
        (
            item(None, "Net"),
            "an object of Net in the reference, which cannot be compared: compare what it holds",
        ),
        (Foreign("generator"), "return list(...) of it"),
        (Foreign("numpy.matrix"), "return np.asarray(...) of it"),
        (Foreign("decimal.Decimal"), "return float(...) of it"),
        (object(), "a value of type object in the reference"),
        ((1.0, [item(None)]), "part 2[0] is an object of Model"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_what_to_return_instead(expected, instead):
    with pytest.raises(CourseError, match=re.escape(instead)):
        compare_values(expected, expected)


ODD = [
    1.5,
    10**400,
    "a",
    np.longdouble(1),
    np.str_("a"),
    np.bytes_(b"a"),
    np.void(b"ab"),
    np.void(b"abc"),
    ROWS[0],
    np.datetime64("NaT"),
    np.datetime64(2**62, "as"),
    np.datetime64(2**40, "Y"),
    np.timedelta64(3, "s"),
    np.timedelta64(3, "Y"),
]
ODD += [np.array(value) for value in ODD] + [np.array([value, value]) for value in ODD]


@pytest.mark.filterwarnings("error")
def test_values_of_any_two_kinds_can_be_compared() -> None:
    for expected, got in itertools.product(ODD, repeat=2):
        equal = compare_values([expected], [got]) is None
        assert equal or expected is not got
        assert same(expected, got) or expected is not got
    assert not same(np.datetime64("2020-01-01"), 1.0)
    assert not same(1.0, np.timedelta64(1, "s"))
    assert compare_values(np.timedelta64(12, "M"), np.timedelta64(1, "Y")) is None
