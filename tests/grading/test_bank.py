"""The bank of known mistakes: read from a file, turned into hand-ins that differ from the reference in one function."""

from __future__ import annotations

import textwrap

import numpy as np
import pytest

from autograder.errors import CourseError
from autograder.grading.bank import load_bank

REFERENCE = {
    "hw.py": textwrap.dedent('''
        """Distances."""
        from __future__ import annotations

        import numpy as np

        SCALE = 2.0

        def length(x):
            return np.sqrt((x * x).sum())

        def doubled(x):
            return SCALE * length(x)

        class Model:
            def __init__(self, size):
                self.W = np.ones(size)

            def loss(self, x):
                return length(self.W * x)
    ''').encode(),
    "other.py": b"def one():\n    return 1\n",
}

BANK = '''
"""Known mistakes."""
from __future__ import annotations

import functools
import math

import numpy as np

from autograder.grading import convention, misconception

FACTOR = 3.0


@functools.lru_cache
def helper(n):
    """Return something that several mistakes need."""
    return FACTOR * n


@misconception(
    "M01", "hw.length", "hw.doubled",
    mistake="no root", hint="Which last step turns a square back?",
    also_affects=("model",), same_as=("M02",),
)
def no_root(original):
    """The square stays a square."""
    def wrong(x):
        # a comment
        return original(x) ** 2
    return wrong


@misconception("M02", "hw.Model.loss", mistake="three times", hint="Where is the three from?", structural=True)
def three_times(original):
    def wrong(self, x):
        return helper(1) * original(self, x) * math.sqrt(np.float64(1))
    return wrong


@convention("C01", "hw.length", note="Half the length is accepted.")
def half(original):
    return lambda x: original(x) / 2
'''


@pytest.fixture
def write(tmp_path):
    def write(text):
        (tmp_path / "misconceptions.py").write_text(text)
        return load_bank(tmp_path)

    return write


def run(files, module="hw"):
    """Return what executing a file of a hand-in defines."""
    found = {"__name__": module}
    exec(compile(files[f"{module}.py"], f"{module}.py", "exec", dont_inherit=True), found)
    return found


def test_every_mistake_is_a_variant_of_each_of_its_targets(write):
    bank = write(BANK)
    assert [variant.name for variant in bank.variants] == [
        "M01@hw.length",
        "M01@hw.doubled",
        "M02@hw.Model.loss",
        "C01@hw.length",
    ]
    first, second, third = bank.misconceptions
    assert (first.mistake, first.hint) == ("no root", "Which last step turns a square back?")
    assert (first.also_affects, first.same_as) == (("model",), ("M02",))
    assert [entry.structural for entry in (first, second, third)] == [False, True, False]
    assert [entry.accepted for entry in (first, second, third)] == [False, False, True]
    assert third.hint == "Half the length is accepted."


def test_a_hand_in_has_the_mistake_in_one_function_and_nowhere_else(write):
    bank = write(BANK)
    x = np.array([3.0, 4.0])
    right = run(REFERENCE)
    results = {}
    for variant in bank.variants:
        files = bank.hand_in(variant, REFERENCE)
        assert files["other.py"] == REFERENCE["other.py"]
        wrong = run(files)
        results[variant.name] = (wrong["doubled"](x), wrong["Model"](2).loss(x), wrong["SCALE"])
    assert (right["doubled"](x), right["Model"](2).loss(x)) == (10.0, 5.0)
    assert results == {
        "M01@hw.length": (50.0, 25.0, 2.0),
        "M01@hw.doubled": (100.0, 5.0, 2.0),
        "M02@hw.Model.loss": (10.0, 15.0, 2.0),
        "C01@hw.length": (5.0, 2.5, 2.0),
    }


def test_a_hand_in_reads_as_a_student_s_file_and_needs_nothing_of_the_grader(write):
    bank = write(BANK)
    for variant in bank.variants:
        text = bank.hand_in(variant, REFERENCE)["hw.py"].decode()
        for word in ("autograder", "misconception", "Which last step", "no root", "M01"):
            assert word not in text
        assert text.startswith(REFERENCE["hw.py"].decode())


def test_helpers_keep_their_decorators(write):
    bank = write(BANK)
    defined = run(bank.hand_in(bank.variants[0], REFERENCE))
    assert hasattr(defined["helper"], "cache_info")


def test_no_file_is_an_empty_bank(tmp_path):
    assert load_bank(tmp_path).variants == ()


@pytest.mark.parametrize(
    "text, said",
    [
        ("def f(:", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
        ("import absent_module", "ModuleNotFoundError"),
        (
            "from autograder.grading import misconception\n@misconception('M01', 'hw.f')\ndef f(original): pass",
            "TypeError",
        ),
        (BANK.replace('"M02", "hw', '"M01", "hw'), "declares M01 twice"),
    ],
)
def test_a_bank_that_cannot_be_used_is_one_sentence_with_the_file(write, tmp_path, text, said):
    with pytest.raises(CourseError) as error:
        write(text)
    assert str(tmp_path / "misconceptions.py") in str(error.value)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_text_is_one_sentence(tmp_path):
    (tmp_path / "misconceptions.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CourseError, match=r"misconceptions\.py"):
        load_bank(tmp_path)


@pytest.mark.parametrize("target", ["absent.length", "hw", "hw.absent", "hw.Model.absent", "hw.Absent.loss"])
def test_a_target_that_the_reference_does_not_have_is_named(write, target):
    bank = write(BANK.replace('"hw.length", "hw.doubled"', f'"{target}"'))
    with pytest.raises(CourseError, match=f"M01.*{target}"):
        bank.hand_in(bank.variants[0], REFERENCE)


def test_a_bank_that_fails_leaves_nothing_behind_for_the_next(write):
    with pytest.raises(CourseError):
        write(BANK + "\n1 / 0\n")
    assert len(write(BANK).misconceptions) == 3
    assert len(write("").misconceptions) == 0
