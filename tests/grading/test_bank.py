"""The bank of known mistakes: read from a file, turned into hand-ins that differ from the reference in one function."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
import pytest

from autograder.course.loading import Course
from autograder.errors import CourseError
from autograder.grading.explain.bank import Bank, load_bank
from tests.courses import write_course

REFERENCE = '''
"""Distances."""
from __future__ import annotations

import numpy as np

SCALE = 2.0

def length(x):
    return np.sqrt((x * x).sum())

def doubled(x):
    if len(x):
        whole = length(x)
        return SCALE * whole
    return 0.0

class Base:
    def size(self):
        return len(self.W)

class Model(Base):
    def __init__(self, size):
        self.W = np.ones(size)

    def loss(self, x):
        return length(self.W * x)
'''
OTHER = "def one():\n    return 1\n\ndef doubled_here():\n    return 2\n"

MISTAKES = """
[M01]
title = "no root"
hint = "Which last step turns a square back?"
also_affects = ["model"]
same_as = ["M02"]
edits.length = ["np.sqrt((x * x).sum())", "(x * x).sum()"]
edits."hw.doubled" = [["length(x)", "length(x) ** 2"], ["SCALE * whole", "whole"]]

[M02]
title = "three times"
hint = "Where is the three from?"
structural = true
replaced_by."Model.loss" = "three_times"

[C01]
note = "Half the length is accepted."
replaced_by."hw.length" = "half"
"""

FUNCTIONS = '''
"""Functions with a mistake."""
from __future__ import annotations

import functools
import math
import zipfile

import numpy as np

FACTOR = 3.0
UNUSED = "nobody needs this"


@functools.lru_cache
def helper(n):
    """Return something that several mistakes need."""
    return FACTOR * n


def three_times(original, self, x):
    return helper(1) * original(self, x) * math.sqrt(np.float64(1))


def half(original, x):
    # a comment
    return original(x) / 2
'''

ASSIGNMENT = """
title = "Lengths"
version = "1.0"
total_points = 1
files = [{name = "hw.py"}, {name = "other.py"}]

[[questions]]
id = "model"
title = "Model"
points = 1
functions = ["hw.length", "hw.doubled", "hw.Model"]
"""


@pytest.fixture
def write(tmp_path):
    def write(mistakes: str | bytes = MISTAKES, functions: str | None = FUNCTIONS) -> Bank:
        course = Course(
            write_course(
                tmp_path,
                {
                    "assignments/lengths/assignment.toml": ASSIGNMENT,
                    "assignments/lengths/hw.py": "",
                    "assignments/lengths/other.py": "",
                    "solutions/lengths/hw.py": REFERENCE,
                    "solutions/lengths/other.py": OTHER,
                    "solutions/lengths/grading.toml": 'salt = "salt and pepper"\n',
                    "solutions/lengths/test_graded.py": "",
                    "solutions/lengths/mistakes.py": functions,
                },
            )
        )
        if mistakes:
            raw = mistakes if isinstance(mistakes, bytes) else mistakes.encode()
            Path(tmp_path, "solutions/lengths/mistakes.toml").write_bytes(raw)
        return load_bank(course.assignment("lengths"), course.solution("lengths"))

    return write


def run(files, module="hw"):
    """Return what executing a file of a hand-in defines."""
    found = {"__name__": module}
    exec(compile(files[f"{module}.py"], f"{module}.py", "exec", dont_inherit=True), found)
    return found


def test_every_mistake_is_a_variant_of_each_of_its_targets(write):
    bank = write()
    assert [variant.name for variant in bank.variants] == [
        "M01@hw.length",
        "M01@hw.doubled",
        "M02@hw.Model.loss",
        "C01@hw.length",
    ]
    first, second, third = bank.mistakes
    assert (first.title, first.hint) == ("no root", "Which last step turns a square back?")
    assert (first.also_affects, first.same_as) == (("model",), ("M02",))
    assert [entry.structural for entry in (first, second, third)] == [False, True, False]
    assert [entry.accepted for entry in (first, second, third)] == [False, False, True]
    assert third.hint == "Half the length is accepted."


def test_a_hand_in_has_the_mistake_in_one_function_and_nowhere_else(write):
    x = np.array([3.0, 4.0])
    results = {}
    for variant in write().variants:
        assert variant.files["other.py"] == OTHER.encode()
        wrong = run(variant.files)
        results[variant.name] = (wrong["doubled"](x), wrong["Model"](2).loss(x), wrong["SCALE"])
    right = run({"hw.py": REFERENCE.encode()})
    assert (right["doubled"](x), right["Model"](2).loss(x)) == (10.0, 5.0)
    assert results == {
        "M01@hw.length": (50.0, 25.0, 2.0),
        "M01@hw.doubled": (25.0, 5.0, 2.0),
        "M02@hw.Model.loss": (10.0, 15.0, 2.0),
        "C01@hw.length": (5.0, 2.5, 2.0),
    }


def test_a_hand_in_reads_as_a_student_s_file_and_needs_nothing_of_the_grader(write):
    for variant in write().variants:
        text = variant.files["hw.py"].decode()
        for word in ("autograder", "Which last step", "no root", "M01", "nobody needs this", "zipfile"):
            assert word not in text


def test_an_edited_file_differs_from_the_reference_in_the_edited_lines_alone(write):
    edited = write().variants[1].files["hw.py"].decode()
    reference = REFERENCE.lstrip().splitlines()
    assert [line for line in edited.splitlines() if line not in reference] == [
        "        whole = length(x) ** 2",
        "        return whole",
    ]
    assert len(edited.splitlines()) == len(reference)


def test_a_function_brings_what_it_needs_with_its_decorators(write):
    defined = run(write().variants[2].files)
    assert hasattr(defined["helper"], "cache_info")
    assert "UNUSED" not in defined


def test_an_example_is_what_a_student_would_have_written(write):
    first, _, third = write().mistakes
    assert first.example == (
        "# length\nreturn (x * x).sum()\n\n# doubled\nwhole = length(x) ** 2\nreturn whole"
    )
    assert third.example.startswith("def half(original, x):\n    # a comment")


def test_a_line_that_is_left_out_is_shown_as_left_out(write):
    mistakes = """
    [M]
    title = "t"
    hint = "h"
    edits.length = ["return np.sqrt((x * x).sum())", "pass"]
    [N]
    title = "t"
    hint = "h"
    edits.doubled = [["= length", "= sum"], ["return 0.0", ""]]
    """
    bank = write(textwrap.dedent(mistakes))
    assert bank.mistakes[0].example == "pass"
    assert bank.mistakes[1].example == "    whole = sum(x)\n# without: return 0.0"
    assert b"return 0.0" not in bank.variants[1].files["hw.py"]
    reference = REFERENCE.lstrip().splitlines()
    assert len(bank.variants[1].files["hw.py"].splitlines()) == len(reference) - 1


def test_a_line_that_only_moved_is_shown_with_its_neighbours(write):
    moved = """
    [M]
    title = "t"
    hint = "h"
    edits.doubled = ['''
    if len(x):
        whole = length(x)
    ''', '''
    whole = length(x)
    if len(x):
    ''']
    """
    example = write(textwrap.dedent(moved)).mistakes[0].example
    assert example.splitlines()[:3] == ["def doubled(x):", "    whole = length(x)", "    if len(x):"]


def test_an_edit_of_several_lines_takes_the_indentation_of_its_place(write):
    entry = """
    [M]
    title = "t"
    hint = "h"
    edits.doubled = ['''
    whole = length(x)
    return SCALE * whole
    ''', '''
    for _ in x:
        whole = 0.0
    return whole
    ''']
    """
    bank = write(textwrap.dedent(entry))
    assert bank.mistakes[0].example == "for _ in x:\n    whole = 0.0\nreturn whole"
    assert run(bank.variants[0].files)["doubled"](np.ones(2)) == 0.0


def test_no_file_is_an_empty_bank(write):
    assert write("").variants == ()


def test_a_bank_in_the_former_form_is_not_passed_over_in_silence(write, tmp_path):
    write("")
    (tmp_path / "solutions" / "lengths" / "misconceptions.py").write_text("")
    with pytest.raises(CourseError, match=r"misconceptions\.py is no longer read; .*mistakes\.toml"):
        write("")


HALF = 'replaced_by.length = "half"'


def entry(change: str, head: str = 'title = "t"\nhint = "h"') -> str:
    return f"[M01]\n{head}\n{change}\n"


@pytest.mark.parametrize(
    ("mistakes", "said"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        ("[M01", "line 1"),
        ("M01 = 3", "M01"),
        (MISTAKES.replace("[M02]", "[M01]"), "M01"),
        (entry("edit.length = []"), "did you mean 'edits'"),
        (entry(HALF, head='title = "t"'), "M01 needs a title and a hint"),
        (entry(HALF, head='title = "t"\nhint = "h"\nnote = "n"'), "M01 needs a title and a hint"),
        (entry(""), "M01 changes nothing"),
        (entry('edits.length = ["x"]'), "M01 edits length by neither"),
        (entry('edits.length = [["x", "y"], "z"]'), "M01 edits length by neither"),
        (entry('edits.length = ["np.cbrt", "np.exp"]'), "'np.cbrt' does not stand there"),
        (entry('edits.length = ["SCALE", "3"]'), "'SCALE' does not stand there"),
        (entry('edits.length = ["x", "y"]'), "'x' stands there 3 times"),
        (entry('edits.length = ["", "y"]'), "M01 edits length"),
        (entry('edits.length = [["np.sqrt", "np.exp"], ["np.sqrt", "np.log"]]'), "'np.sqrt' does not stand"),
        (entry('edits.length = ["(x * x)", "(x * x"]'), "not valid Python"),
        (entry('edits."Model.size" = ["len", "abs"]'), "edits Model.size, which its class does not define"),
        (entry('replaced_by.length = "absent"'), "does not define"),
        (entry('replaced_by.length = "FACTOR"'), "does not define"),
        (entry('edits.size = ["len", "abs"]'), "does not have that function; name it Base.size"),
        (entry('edits.SCALE = ["2", "3"]'), "M01 names SCALE, which is a variable"),
        *(
            (entry(f'edits."{name}" = ["x", "y"]'), f"M01 names {name}")
            for name in ("absent.length", "hw", "hw.absent", "hw.Absent.loss")
        ),
    ],
)  # fmt: skip
def test_a_bank_that_cannot_be_used_is_one_sentence_with_file_and_entry(write, tmp_path, mistakes, said):
    with pytest.raises(CourseError) as error:
        write(mistakes)
    assert str(tmp_path / "solutions" / "lengths" / "mistakes.toml") in str(error.value)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("functions", "said"), [("def f(:", "line 1"), (None, "does not define")])
def test_functions_that_cannot_be_read_are_one_sentence(write, functions, said):
    with pytest.raises(CourseError, match=rf"mistakes\.py.*{said}"):
        write(functions=functions)


def test_the_functions_are_read_and_never_run(write, tmp_path):
    mark = tmp_path / "was run"
    write(functions=f"open({str(mark)!r}, 'w')\n{FUNCTIONS}")
    assert not mark.exists()
