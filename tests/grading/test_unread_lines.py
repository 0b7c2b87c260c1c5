"""A line that the Python of the grader cannot read is told by the version that it is written for, or not at all."""

from __future__ import annotations

import ast
import sys

import pytest

from autograder.grading.unread_lines import this_version, why_not_read, written_for
from tests.grading.losses import grader_of, hand_in, short

NEWER = [
    ((3, 12), "type X = int"),
    ((3, 12), "def first[T](x: list[T]) -> T: return x[0]"),
    ((3, 12), "class Stack[T]: pass"),
    ((3, 12), "message = f'{scores['loss']}'"),
    ((3, 14), "text = t'{scores}'"),
]
OLDER = [
    "print 'loss'",
    "print loss",
    "raise ValueError, 'shape'",
    "except ValueError, error:",
    "if a <> b: pass",
]
MISTYPED = [
    "def loss(W, X:",
    "x = f'{a'",
    "x = f'{a}",
    "y = d['a'",
    "for i in range(3)",
    'return f"{x}" "',
    "class A[0",
    "print(",
    "loss = 0.5 *",
]


@pytest.mark.parametrize(("version", "line"), NEWER)
def test_a_line_for_a_newer_python_is_told(version: tuple[int, int], line: str) -> None:
    if sys.version_info >= version:
        ast.parse(line)
        assert not written_for(line)
    else:
        assert written_for(line) == f"Python {version[0]}.{version[1]} or newer"


@pytest.mark.parametrize("line", OLDER)
def test_a_line_for_python_2_is_told(line: str) -> None:
    assert written_for(line) == "Python 2"


@pytest.mark.parametrize("line", MISTYPED)
def test_a_line_that_is_only_mistyped_is_for_no_version(line: str) -> None:
    assert not written_for(line)


READ = f"the file cannot be read as {this_version()}: SyntaxError in hw.py, line 1"
NOT_READ = {
    "print 'loss'\n": ", a line for Python 2",
    "\u00a0\u00a0return 1\n": "; type a blank in the place of U+00A0",
    "x = “W”\n": '; type " in the place of U+201C',
    "x = 1 − 2  # “\n": "; type - in the place of U+2212",
    "x = len\u200b\n": "; remove U+200B, which cannot be seen",
    "<<<<<<< HEAD\n": ", a mark that git left where versions differ; keep one of the two and remove the marks",
}


def test_the_student_reads_why_a_line_is_not_read(tmp_path):
    with grader_of(tmp_path) as grader:
        for source, reason in NOT_READ.items():
            verdicts = short(grader.grade(hand_in(source)))
            messages = {it.message for it in verdicts.values() if not it.passed and "hw.py" in it.message}
            assert messages == {READ + reason}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x = 1 +", "invalid syntax"),
        ("x = 'a\u00a0b' +", "invalid syntax"),  # the character is in a text, where it is right
        ("x = 1 +", "invalid non-printable character U+00A0"),  # it says what is not so
        ("x = ö", "invalid character 'ö' (U+00F6)"),
        ("x = ======= 1", "invalid syntax"),
    ],
)
def test_a_cause_is_told_only_where_it_is_seen(line: str, said: str) -> None:
    assert why_not_read(line, said) == ""


@pytest.mark.parametrize(
    "line", ["%matplotlib inline", "  %load_ext autoreload", "%%time", "!pip install numpy", "! ls"]
)
def test_a_command_of_a_notebook_is_named(line: str) -> None:
    assert written_for(line) == "notebooks alone"


@pytest.mark.parametrize("line", ["    %time_step)", "x = !y", "if x != y", "% (a, b)"])
def test_what_only_looks_like_one_is_not(line: str) -> None:
    assert not written_for(line)
