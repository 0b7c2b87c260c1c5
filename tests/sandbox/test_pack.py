"""Values cross the boundary exactly, or not at all."""

from __future__ import annotations

import tracemalloc
from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.errors import CourseError
from autograder.sandbox.call_failures import ProtocolBroken, ReplyTooLarge
from autograder.values.kinds import Foreign
from autograder.values.libraries import numbers_in
from autograder.values.nodes import MAX_DEPTH, MAX_LISTED, MAX_NODES, PLAIN_DTYPES, Tag, WireError
from autograder.values.pack import Packer
from autograder.values.unpack import Unpacker
from tests.sandbox.hand_ins import identical

DTYPES = sorted(PLAIN_DTYPES)

arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**200), 2**200),
    st.floats(),
    st.complex_numbers(),
    texts,
    st.binary(max_size=20),
    arrays,
    arrays.map(lambda array: array.reshape(-1)[0] if array.size else np.float32(1)),
)
keys = st.one_of(texts, st.integers(), st.booleans(), st.tuples(st.floats(allow_nan=False), texts))
values = st.recursive(
    leaves,
    lambda parts: st.one_of(
        st.lists(parts, max_size=4),
        st.lists(parts, max_size=4).map(tuple),
        st.dictionaries(keys, parts, max_size=4),
    ),
    max_leaves=12,
)

IDENTITY = """
    def identity(value):
        return value
"""


@settings(max_examples=150)
@given(value=values)
def test_a_nested_value_comes_back_exactly(shared_host, identity, value):
    assert identical(identity.call("hw.identity", value), value)


@pytest.fixture
def identity(code):
    return code(IDENTITY)


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(np.arange(12.0).reshape(3, 4).T, id="Fortran order"),
        pytest.param(np.arange(12)[::-3], id="negative stride"),
        pytest.param(np.broadcast_to(np.float32(2), (3, 2)), id="broadcast"),
        pytest.param(np.zeros((0, 3)), id="empty"),
        pytest.param(np.array(3.5), id="no dimensions"),
        pytest.param(np.array([np.nan, -0.0, np.inf, 5e-324]), id="special numbers"),
    ],
)
def test_an_array_comes_back_exactly_however_it_lies_in_memory(identity, array):
    assert identical(identity.call("hw.identity", array), np.array(array, order="C"))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(np.linspace(-1, 1, 300_000).reshape(6000, 50).tolist(), id="rows"),
        pytest.param(np.arange(4000).reshape(10, 20, 20).tolist(), id="three axes"),
        pytest.param([-0.0, float("nan"), float("inf"), 5e-324] * 40, id="special numbers"),
        pytest.param([2**63 - 1, -(2**63)] * 40, id="the longest integers"),
        pytest.param([*range(99), 2**63], id="an integer too long"),
        pytest.param([*range(99), 1.0], id="integers and a float"),
        pytest.param([*range(99), True], id="integers and a bool"),
        pytest.param([[1.0] * 99, [1.0] * 98], id="rows of different lengths"),
        pytest.param([[1.0] * 99, (1.0,) * 99], id="a list and a tuple"),
        pytest.param([[1.0] * 99, 1.0], id="a row and a number"),
        pytest.param([[[]] * 20] * 20, id="lists without numbers"),
        pytest.param({"rows": [np.ones(3), np.arange(99.0).tolist()]}, id="beside arrays"),
    ],
)
def test_a_long_list_comes_back_exactly(identity, value):
    assert identical(identity.call("hw.identity", value), value)


@pytest.mark.parametrize("length", [1, 2, 10])
def test_a_list_that_holds_itself_is_refused(length):
    value: list[object] = []
    value += [value] * length
    with pytest.raises(WireError):
        Packer().pack(value)


@pytest.mark.parametrize("shape", [(MAX_LISTED + 1,), (MAX_NODES + 1, 2)])
def test_more_numbers_in_lists_than_are_worth_their_memory_are_refused(shape):
    array = np.zeros(shape)
    with pytest.raises(WireError):
        Packer().pack(array.tolist())
    payload = np.zeros(array.nbytes + -array.nbytes % 64, np.uint8)
    with pytest.raises(WireError):
        Unpacker(payload).unpack([Tag.LISTED, [Tag.ARRAY, "<f8", list(shape), 0]])


def test_a_list_that_is_far_too_long_is_refused_before_an_array_is_made_of_it():
    value = [0.0] * (3 * MAX_LISTED)
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            Packer().pack(value)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 8 * MAX_LISTED


def test_an_array_of_the_other_byte_order_comes_back_in_this_machine_s(identity):
    came = identity.call("hw.identity", np.array([1.5, -2.0], dtype=">f8"))
    assert identical(came, np.array([1.5, -2.0]))


def test_an_integer_of_thousands_of_digits_comes_back_exactly_or_is_foreign(code):
    numbers = code("def power(exponent):\n    return -(3 ** exponent)")
    assert numbers.call("hw.power", 5_000) == -(3**5_000)
    assert numbers.call("hw.power", 100_000) == Foreign("int")


@pytest.mark.parametrize(
    "table",
    [
        {f"word {number}": number for number in range(20_000)},
        {(10.0**rate, reg): (0.5, 0.25) for rate in range(-30, 0) for reg in range(30)},
        {number: number for number in range(2_000)},
    ],
    ids=["words", "pairs", "numbers"],
)
def test_a_dictionary_with_many_keys_comes_back_exactly(identity, table):
    assert identity.call("hw.identity", table) == table


def test_an_array_at_the_greatest_depth_comes_back_exactly(identity):
    value: object = np.ones((2, 1))
    for _ in range(MAX_DEPTH - 1):  # the arguments are a list themselves
        value = [value]
    assert identical(identity.call("hw.identity", value), value)


def test_a_large_array_comes_back_exactly(identity):
    array = np.random.default_rng(0).normal(size=(1_500, 1_000))
    assert identical(identity.call("hw.identity", array), array)


@pytest.mark.parametrize(
    "expression, type_name",
    [
        ("np.matrix([[1.0, 2.0]])", "numpy.matrix"),
        ("np.array([1, 'a', None], dtype=object)", "numpy.ndarray_of_object"),
        ("np.zeros(2, dtype=[('a', 'O')])", "numpy.ndarray_of_void64"),
        ("np.zeros(2).view(Sub)", "Handle"),
        ("np.zeros(2).view(np.recarray)", "numpy.rec.recarray"),
        ("range(3)", "range"),
        ("(n for n in [1])", "generator"),
        ("len", "builtin_function_or_method"),
        ("np", "module"),
        ("Fraction(1, 3)", "fractions.Fraction"),
    ],
)
def test_what_is_no_plain_value_is_named_and_carries_nothing(code, expression, type_name):
    made = code(f"""
        from fractions import Fraction
        import numpy as np

        class Sub(np.ndarray):
            pass

        def make():
            return ["before", {expression}, "after"]
    """)
    before, came, after = made.call("hw.make")
    assert (before, after) == ("before", "after")
    assert came == Foreign(type_name) or type(came).__name__ == type_name


def test_long_doubles_are_foreign(code):
    made = code("import numpy as np\ndef make():\n    return np.zeros(2, np.longdouble), np.longdouble(1)")
    array, scalar = made.call("hw.make")
    assert array.type_name in ("numpy.ndarray_of_longdouble", "numpy.ndarray_of_float128")
    assert scalar == Foreign("numpy.longdouble")


@pytest.mark.parametrize(
    "expression, type_name",
    [
        ("np.matrix([[1, 2], [3, 4]])", "numpy.matrix"),
    ],
)
def test_numbers_cross_with_the_name_of_their_array_s_class(code, expression, type_name):
    made = code(f"import numpy as np\ndef make():\n    return 0.5, {expression}, np.ones(2)")
    before, came, after = made.call("hw.make")
    assert (before, after.tolist()) == (0.5, [1.0, 1.0])
    assert came.type_name.removeprefix("numpy.").endswith(type_name.removeprefix("numpy.").rpartition(".")[2])
    assert came.numbers.tolist() == [[1, 2], [3, 4]]


def test_no_numbers_cross_that_are_none(code):
    made = code("import numpy as np\ndef make():\n    return np.matrix([[None]])")
    assert made.call("hw.make").numbers is None


def test_a_masked_array_crosses_without_what_is_masked(code):
    made = code("""
        import numpy as np

        def make():
            return np.ma.array([1, 2], mask=[0, 1]), np.ma.array([3, 4])
    """)
    some, none = made.call("hw.make")
    assert some.parts["data"].tolist() == [1, 0] and some.parts["mask"].tolist() == [False, True]
    assert numbers_in(some) is None
    assert numbers_in(none).tolist() == [3, 4]


RICH = [
    {1, 2.5, "text", (1, 2)},
    frozenset(),
    OrderedDict(b=1, a={"nested": [{3}]}),
    np.array(["short", "longer", ""]),
    np.array([[b"ab", b"c"]]),
    np.array(["2020-01-01", "NaT"], dtype="M8[D]"),
    np.array([1, -2], dtype="m8[ms]"),
    np.datetime64("2024-02-29T12"),
    np.array([(1, 2.5, "a")], dtype=[("n", "i4"), ("x", "f8", (2,)), ("s", "U3")]),
    np.array([((1, 2),)], dtype=[("pair", [("a", "i8"), ("b", "i8")])]),
]


@pytest.mark.parametrize("value", RICH, ids=[type(it).__name__ + str(n) for n, it in enumerate(RICH)])
def test_sets_ordered_dicts_text_dates_and_structured_arrays_come_back_exactly(identity, value):
    assert identical(identity.call("hw.identity", value), value)


def test_named_tuples_and_dataclasses_cross_by_fields(code):
    made = code("""
        from collections import namedtuple
        from dataclasses import dataclass
        import numpy as np

        Stats = namedtuple("Stats", ["mean", "spread"])

        @dataclass
        class Model:
            W: object
            rate: float = 0.1

            def doubled(self):
                return 2 * self.rate

        def stats(X):
            return Stats(X.mean(), X.std())

        def same(stats):
            return type(stats) is Stats and stats.mean

        def model():
            return Model(np.ones(2))

        def loop():
            first = Model(None)
            first.W = first
            return first

        def row():
            return np.array([(1, 2.5)], dtype=[("a", "i8"), ("b", "f8")])[0]

        def eigen():
            return np.linalg.eigh(np.eye(2))
    """)
    stats = made.call("hw.stats", np.array([1.0, 3.0]))
    assert (stats.mean, stats.spread, stats.names) == (2.0, 1.0, ("mean", "spread"))
    assert made.call("hw.same", stats) == 2.0
    model = made.call("hw.model")
    assert model.parts["W"].tolist() == [1.0, 1.0] and model.parts["rate"] == 0.1
    assert model.call("doubled") == 0.2
    assert made.call("hw.loop").parts["W"].parts is None
    assert made.call("hw.row") == (1, 2.5)
    values, _ = made.call("hw.eigen")
    assert values.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "value, said",
    [
        (np.random.default_rng(0), "numpy.random._generator.Generator, which cannot be given"),
        (np.array([None]), "pass a list"),
        (np.matrix([[1]]), r"np.asarray\(...\)"),
        ([1, {"deep": range(3)}], "range"),
    ],
)
def test_an_argument_that_cannot_cross_is_refused_before_anything_runs(identity, value, said):
    with pytest.raises(CourseError, match=f"argument 1 of hw.identity is .*{said}"):
        identity.call("hw.identity", value)


def test_an_open_file_is_refused_wherever_a_test_gives_it(code, tmp_path):
    calling = code("class A: pass\ndef call(f):\n    return f(1)")
    with (tmp_path / "file").open("w") as file:
        with pytest.raises(CourseError, match="what the test's function returns"):
            calling.call("hw.call", lambda number: file)
        with pytest.raises(CourseError, match="what the attribute log is set to"):
            calling.new("hw.A").set("log", file)


def test_text_that_is_no_text_is_not_taken_for_some(code):
    made = code("""
        import numpy as np

        def make():
            return np.array([0x110000], np.uint32).view("U1")
    """)
    with pytest.raises(ProtocolBroken):
        made.call("hw.make")


def test_a_memmap_is_foreign(code):
    made = code("""
        import tempfile
        import numpy as np

        def make():
            return np.memmap(tempfile.TemporaryFile(), dtype="f8", shape=(3,), mode="w+")
    """)
    assert made.call("hw.make") == Foreign("numpy.memmap")


@pytest.mark.parametrize("base", ["int", "float", "str", "list", "tuple", "dict", "np.float64"])
def test_an_object_of_a_subclass_does_not_cross_as_its_base(code, base):
    made = code(f"""
        import numpy as np

        class Lying({base}):
            def __eq__(self, other):
                return True
            __hash__ = None

        def make():
            return Lying()
    """)
    assert type(made.call("hw.make")).__name__ == "Handle"


def test_a_view_of_the_caller_s_array_comes_back_as_an_array_of_its_own(code):
    viewing = code("""
        def view(X):
            return X[:1], X
    """)
    X = np.arange(6.0).reshape(3, 2)
    first, whole = viewing.call("hw.view", X)
    whole[:] = 9.0
    assert identical(X, np.arange(6.0).reshape(3, 2))
    assert identical(first, X[:1])


@pytest.mark.parametrize(
    "body",
    [
        "value = [value]\n    for _ in range(100): value = [value]\n    return value",
        "value = []\n    value.append(value)\n    return value",
        "return [None] * 300_000",
        "return 'x' * 30_000_000",
        "return b'x' * 30_000_000",
        "return {(number, 1): 0 for number in range(2_000)}",
        "return ['y' * 1_000] * 20_000",
        "import numpy as np\n    return np.zeros(300_000_000, np.uint8)",
        "import numpy as np\n    return [np.zeros(30_000_000)] * 2",
    ],
    ids=[
        "deep",
        "in itself",
        "many parts",
        "text",
        "bytes",
        "keys",
        "many texts",
        "array",
        "the same array twice",
    ],
)
def test_what_is_too_large_to_send_is_said_so_and_the_worker_goes_on(code, body):
    large = code(f"def make(value):\n    {body}\ndef small():\n    return 1")
    with pytest.raises(ReplyTooLarge):
        large.call("hw.make", 0)
    restarts = large.host.restarts
    assert large.call("hw.small") == 1
    assert large.host.restarts == restarts


def test_text_that_is_no_unicode_does_not_end_the_worker(code):
    odd = code(r"""
        def returned():
            return "a\ud800"

        def printed():
            print("a\ud800")
            return 1

        def raised():
            raise ValueError("a\ud800")
    """)
    odd.public = True
    restarts = odd.host.restarts
    assert odd.call("hw.returned") == Foreign("str")
    assert odd.bind("hw.printed").outcome().value == 1
    with pytest.raises(Exception, match="ValueError"):
        odd.call("hw.raised")
    assert odd.host.restarts == restarts


def test_a_hand_in_of_many_megabytes_is_loaded(code):
    large = code(
        "from data import NUMBERS\ndef last():\n    return NUMBERS[-1]", data=f"NUMBERS = '{'7' * 9_000_000}'"
    )
    assert large.call("hw.last") == "7"
